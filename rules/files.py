"""Shell: rules files on disk: what they and their includes say, and whether any of that changed since. The only part of
rules that touches a file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dealwire.document import parse, quote
from dealwire.document.reading import CHARACTERS_MAX
from dealwire.errors import ConfigError, Problem
from rules.load import Source

SUFFIXES = (".yaml", ".yml")
BYTES_MAX = 2 * CHARACTERS_MAX
_HAS_INCLUDE = re.compile(r"^[\"']?include[\"']?\s*:", re.MULTILINE)

Stamp = tuple[int, int, int]
"""When a file was last written, how long it is, and which file it is (an editor may put another in its place)."""


@dataclass(slots=True)
class RuleFiles:
    """The rules files that were asked for, with all they include."""

    paths: Sequence[Path]
    texts: Mapping[Path, str] = field(default_factory=dict)
    """Taken in place of what these files (resolved) hold: an edit that is not saved yet."""
    _stamps: dict[Path, Stamp | None] = field(default_factory=dict)

    def read(self) -> tuple[Source, ...]:
        """The texts, each file once, in the order in which they are named; ConfigError for what cannot be read."""
        self._stamps = {}
        problems: list[Problem] = []
        sources: dict[Path, Source] = {}
        for path in self.paths:
            if path.exists():
                self._take(path, sources, problems)
            else:
                self._stamps[path] = None
                problems.append(Problem(str(path), 1, 1, "there is no such file or folder"))
        if problems:
            raise ConfigError(problems)
        return tuple(sources.values())

    def changed(self) -> tuple[Source, ...] | None:
        """The texts anew where any file that was read, or a folder it was found in, is not as it was; else None.

        What cannot be read raises ConfigError once for each change.
        """
        if all(_stamp(path) == stamp for path, stamp in self._stamps.items()):
            return None
        return self.read()

    def _take(self, path: Path, sources: dict[Path, Source], problems: list[Problem]) -> None:
        self._stamps[path] = _stamp(path)
        if path.is_dir():
            for child in sorted(path.iterdir()):
                if child.suffix in SUFFIXES and not child.name.startswith("."):
                    self._take(child, sources, problems)
            return
        if path.resolve() in sources:
            return
        text = self.texts[path.resolve()] if path.resolve() in self.texts else _read(path, problems)
        if text is None:
            return
        sources[path.resolve()] = Source(str(path), text)
        if _HAS_INCLUDE.search(text):
            self._include(path, text, sources, problems)

    def _include(self, path: Path, text: str, sources: dict[Path, Source], problems: list[Problem]) -> None:
        """What `include:` names, relative to the file; what is wrong with the file otherwise is for loading to say."""
        document = parse(str(path), text)
        included = document.value.get("include") if isinstance(document.value, dict) else None
        for number, name in enumerate([included] if isinstance(included, str) else included or []):
            if not isinstance(name, str):
                continue
            other = path.parent / name
            if other.exists():
                self._take(other, sources, problems)
            else:
                self._stamps[other] = None
                place = ("include",) if isinstance(included, str) else ("include", number)
                problems.append(document.problem(place, f"there is no file or folder {quote(name)}"))


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path, problems: list[Problem]) -> str | None:
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            what = f"the file has {size:,} bytes; the limit is {BYTES_MAX:,}"
            problems.append(Problem(str(path), 1, 1, what, "split it into several files"))
            return None
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), 1, 1, f"not UTF-8 at byte {error.start}"))
    except OSError as error:
        problems.append(Problem(str(path), 1, 1, f"cannot be read: {error.strerror or error}"))
    return None
