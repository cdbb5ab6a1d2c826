"""What the guides quote is true: each command and option exists, each rules file loads, each link leads somewhere."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from dealwire.cli.main import build
from rules.load import Source, load

ROOT = Path(__file__).parents[2]
GUIDES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
FENCED_YAML = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?: {4}| *\$ )+(?:\.venv/bin/)?(dealwire [^\n]*)", re.MULTILINE)
FENCED_SHELL = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(dealwire [^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def quoted(pattern):
    return [(guide.name, found) for guide in GUIDES for found in pattern.findall(guide.read_text(encoding="utf-8"))]


def commands():
    fenced = [
        (name, line.removeprefix("$ ").removeprefix(".venv/bin/"))
        for name, block in quoted(FENCED_SHELL)
        for line in block.splitlines()
    ]
    lines = quoted(COMMAND) + quoted(INLINE) + [(name, line) for name, line in fenced if line.startswith("dealwire ")]
    return sorted({(name, line.partition(" #")[0].strip()) for name, line in lines})


@pytest.fixture(scope="module")
def command_line():
    return typer.main.get_command(build())


@pytest.mark.parametrize(("guide", "line"), commands())
def test_a_quoted_command_exists_with_its_options(command_line, guide, line):
    here, words = command_line, shlex.split(re.split(r" [|>] ", line)[0])[1:]
    while words and hasattr(here, "commands") and not words[0].startswith("-"):
        if words[0] not in here.commands and "show" in here.commands:
            words.insert(0, "show")  # `dealwire story ID` is `dealwire story show ID`
        assert words[0] in here.commands, f"{guide}: there is no command {words[0]!r} in {line!r}"
        here = here.commands[words.pop(0)]
    known = {option for parameter in here.params for option in (*parameter.opts, *parameter.secondary_opts)} | {
        "--help"
    }
    asked = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert asked <= known, f"{guide}: {line!r}"


@pytest.mark.parametrize(("guide", "text"), [(name, text) for name, text in quoted(FENCED_YAML) if "rules:\n" in text])
def test_a_quoted_rules_file_loads(guide, text):
    book = load([Source(guide, text)])
    assert book.rules


@pytest.mark.parametrize(("guide", "link"), quoted(LINK))
def test_a_link_leads_somewhere(guide, link):
    folder = next(path.parent for path in GUIDES if path.name == guide)
    assert (folder / link).exists()
