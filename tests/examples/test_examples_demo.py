"""What a newcomer sees: the sample feeds through the whole of dealwire in a process of its own, and once more."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED_TEXT = re.compile(r"^```text\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The examples without the public feeds, which a test leaves alone."""
    folder = tmp_path_factory.mktemp("newcomer")
    for path in (ROOT / "examples").rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    config = folder / "examples" / "dealwire.yaml"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if "https://" not in line), encoding="utf-8")
    return folder


def run_once(folder):
    command = [sys.executable, "-m", "dealwire", "run", "--config", "examples/dealwire.yaml", "--once"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def first(folder):
    return run_once(folder)


@pytest.fixture(scope="module")
def second(folder, first):
    return run_once(folder)


def headlines(run):
    return [line for line in run.stdout.splitlines() if line.startswith("●")]


def alerts(run):
    """Each alert as printed: its headline and the lines under it."""
    return [block.strip() for block in re.split(r"^(?=●)", run.stdout, flags=re.MULTILINE) if block.startswith("●")]


def test_the_first_run_ends_well_without_a_word_of_trouble(first):
    assert first.returncode == 0, first.stderr
    assert "Traceback" not in first.stderr + first.stdout
    assert "error" not in first.stderr.lower()


@pytest.mark.parametrize(
    "facts",
    [
        ("OpenAI", "$110B", "about $730B", "Amazon, Nvidia, SoftBank"),
        ("MatX", "$500M"),
        ("Saudi Arabia", "$40B", "SA"),
        ("Quebec", "$36M", "CA"),
        ("Neysa", "$1.2B", "Blackstone", "cross-border"),
        ("Cerebras", "in talks"),
        ("Nvidia", "Chip announcement (planned)"),
        ("Apple → invrs.io",),
        ("Anthropic → Vercept",),
        ("OpenAI", "3 GW", "Groq"),
        ("Government programme", "KR, CN"),
    ],
    ids=" ".join,
)
def test_a_deal_of_the_samples_alerts_with_its_facts(first, facts):
    assert any(all(fact in alert for fact in facts) for alert in alerts(first)), "\n".join(headlines(first))


def test_what_changes_is_told_as_a_change(first):
    updates = [line for line in headlines(first) if "update" in line]
    assert any("Helioforge" in line and "$210M" in line for line in updates)
    assert any("Tessellate" in line and "completed" in line for line in updates)
    assert any("Kestrel" in line for line in updates)


def test_nothing_is_told_that_nothing_is(first):
    nothing = ("marathon", "Museum", "Bronze", "stadium", "Office tower", "Dario Vance")
    assert [line for line in headlines(first) if any(word in line for word in nothing)] == []


def test_a_deal_alerts_once_for_each_rule_however_many_outlets_tell_it(first):
    news = [line for line in headlines(first) if "update" not in line]
    assert sum("invrs.io" in line for line in news) == 1
    assert sum("Vercept" in line for line in news) == 1


def test_the_second_run_sends_nothing(second):
    assert second.returncode == 0, second.stderr
    assert headlines(second) == []


def test_the_readme_quotes_what_is_printed(first):
    quoted = [block for block in FENCED_TEXT.findall((ROOT / "README.md").read_text(encoding="utf-8")) if "●" in block]
    assert quoted
    printed = set(first.stdout.splitlines())
    assert [line for block in quoted for line in block.splitlines() if line != "..." and line not in printed] == []
