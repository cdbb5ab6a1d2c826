"""Core: YAML text to plain values with their places. Start at `parse`.

A Document holds strings, numbers, booleans, None, lists and dicts with string keys; `place(path)` says where a value
stands. What YAML would silently read as something else (`no`, `1e6`, `17:30`, a date), keys given twice, tags, and
anchors that multiply are Problems, and parsing goes on after them where it can. Nothing here reads a file.
"""

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dealwire.document.wording import QUOTED_CHARACTERS_MAX, quote, suggest
from dealwire.errors import Problem

Path = tuple[str | int, ...]

CHARACTERS_MAX = 64_000_000
"""About 250,000 rules; a larger text is refused before it is read."""
DEPTH_MAX = 50
ALIASED_VALUES_MAX = 100_000
"""How many values aliases may add to those that are written out: what an alias bomb multiplies."""
PROBLEMS_MAX = 500
"""A file of another kind altogether need not list each of its lines."""

_MERGE = "<<"
_STRING_TAG = "tag:yaml.org,2002:str"
_COLLECTION_TAGS = frozenset({"!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_SWITCHES: Mapping[str, str] = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NUMERIC_START = frozenset("+-.0123456789")
_SUSPECT_START = _NUMERIC_START | frozenset("~nNtTfFyYoO") | {""}
"""With what a plain text begins that is perhaps none: a number, or a word for true, false or nothing."""
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)$")
_DECIMAL = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*[0-9][0-9_]*$|[-+]?[0-9][0-9_]*\.$")
_TRAPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)[eE][-+]?\d+$"), "a number to some YAML readers and text to others"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt\s])"), "a date and no text"),
    (re.compile(r"[-+]?[1-9]\d*(?::[0-5]?\d)+(?:\.\d*)?$"), "a number in base 60"),
    (re.compile(r"[-+]?0[0-7_]+$|0o[0-7]+$"), "a number in base 8"),
    (re.compile(r"[-+]?0[xX][0-9a-fA-F_]+$|[-+]?0[bB][01_]+$"), "a number in another base"),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"), "no finite number"),
)


_BARE_COMPARISON = re.compile(r"[:,\[-] *[<>]=? *[\d$€£]")
"""`>` begins a folded text in YAML."""


@dataclass(slots=True)
class Marks:
    """Where a value stands, counted from 0, and where its keys and children do."""

    line: int
    column: int
    keys: dict[str, tuple[int, int]] | None = None
    children: "dict[str, Marks] | list[Marks] | None" = None

    def adopt(self, key: str, child: "Marks") -> None:
        if isinstance(self.children, dict):
            self.children[key] = child
        elif self.children is not None:
            self.children.append(child)

    def child(self, step: str | int) -> "Marks | None":
        if isinstance(self.children, dict):
            return self.children.get(str(step))
        if isinstance(self.children, list) and isinstance(step, int) and step < len(self.children):
            return self.children[step]
        return None


@dataclass(slots=True)
class Document:
    """A parsed text: its plain `value`, and what was wrong with it as YAML."""

    name: str
    value: Any
    marks: Marks
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Line and column, counted from 1, of the value at `path` or of its `key`; of the nearest parent if absent."""
        marks, at_key = self.marks, None
        for step in path:
            child = marks.child(step)
            if child is None:
                at_key = None
                break
            at_key = marks.keys.get(str(step)) if marks.keys else None
            marks = child
        line, column = at_key if key and at_key else (marks.line, marks.column)
        return line + 1, column + 1

    def part(self, path: Path) -> "Document":
        """The value at `path` as a document of its own, which knows its places still."""
        value, marks = self.value, self.marks
        for step in path:
            child = marks.child(step)
            if child is None:
                raise KeyError(f"{self.name} has no {'.'.join(map(str, path))}")
            value, marks = value[step], child
        return Document(self.name, value, marks)

    def problem(self, path: Path, what: str, suggestion: str = "", *, key: bool = False) -> Problem:
        """A mistake in the value at `path`, or in its `key`."""
        return Problem(self.name, *self.place(path, key=key), what, suggestion)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    value: Any
    marks: Marks
    anchor: str | None
    keys: dict[str, tuple[int, int]] | None
    """A mapping's; the very ones of its marks."""
    key: str | None = None
    size: int = 1
    merges: list[tuple[Any, Marks]] = field(default_factory=list)


class _Stop(Exception):  # noqa: N818 - it ends the reading, with its problem noted
    pass


@contextmanager
def paused_collection() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: it would walk millions of new values again and again, for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse(name: str, text: str) -> Document:
    """The values of one YAML text; whatever is wrong stands in its `problems`.

    >>> document = parse("a.yaml", "region: NO")
    >>> document.value, str(document.problems[0])
    ({'region': 'NO'}, "a.yaml:1:9: unquoted 'NO' means false in YAML; write 'NO' in quotes, or false")
    """
    if len(text) > CHARACTERS_MAX:
        what = f"the file has {len(text):,} characters; the limit is {CHARACTERS_MAX:,}"
        return Document(name, None, Marks(0, 0), [Problem(name, 1, 1, what, "split it into several files")])
    reader = _Reader(name)
    with paused_collection():
        reader.read(text)
    return Document(name, reader.value, reader.marks, reader.problems)


class _Reader:
    """Builds values from YAML's events, without recursion: depth is ours to limit."""

    def __init__(self, name: str) -> None:
        self.value: Any = None
        self.marks = Marks(0, 0)
        self.problems: list[Problem] = []
        self._name = name
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, Marks, int]] = {}
        self._aliased = 0
        self._documents = 0

    def read(self, text: str) -> None:
        try:
            loader = yaml.CSafeLoader(text)
            try:
                self._take_all(loader)
            finally:
                loader.dispose()
        except _Stop:
            self.value = None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            self._report(line, column, f"not YAML: {_said(error)}", _indent_hint(text, line))
            self.value = None
        except yaml.reader.ReaderError as error:
            self._report(0, 0, f"not YAML: {error.reason} at character {error.position}")
            self.value = None

    def _take_all(self, loader: Any) -> None:
        """Every event of the text. Scalars, nine of ten, are taken here for speed."""
        stack = self._stack
        while (event := loader.get_event()) is not None:
            kind = event.__class__
            if kind is not ScalarEvent:
                self._take(event, kind)
                continue
            mark = event.start_mark
            if stack and (top := stack[-1]).keys is not None and top.key is None:
                text = event.value
                if text in top.keys:
                    self._report_twice(top, text, mark.line, mark.column)
                top.keys[text] = (mark.line, mark.column)
                top.key = text
            elif not stack or event.anchor or event.tag:
                self._scalar(event, mark.line, mark.column)
            else:
                text = event.value
                if event.implicit[0] and text[:1] in _SUSPECT_START:
                    text = self._resolve(text, mark.line, mark.column)
                self._add(text, Marks(mark.line, mark.column), 1)

    def _take(self, event: Any, kind: type) -> None:
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            self._open(event, {} if kind is MappingStartEvent else [])
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._close()
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                mark = event.start_mark
                self._stop(mark.line, mark.column, "a second document begins here", "put it into a file of its own")

    def _scalar(self, event: Any, line: int, column: int) -> None:
        if event.tag and event.tag not in {"!", _STRING_TAG}:
            self._report(line, column, f"unknown tag {event.tag!r}", "tags are not used here")
        value = self._resolve(event.value, line, column) if event.implicit[0] else event.value
        marks = Marks(line, column)
        if event.anchor:
            self._anchors[event.anchor] = (value, marks, 1)
        self._add(value, marks, 1)

    def _report_twice(self, top: _Open, key: str, line: int, column: int) -> None:
        first = top.keys[key][0] + 1 if top.keys else 0
        self._report(line, column, f"key {quote(key)} is given twice", f"first in line {first}")

    def _resolve(self, text: str, line: int, column: int) -> Any:
        lowered = text.lower()
        if lowered in _WORDS:
            return _WORDS[lowered]
        if lowered in _SWITCHES:
            meant = _SWITCHES[lowered]
            self._report(
                line, column, f"unquoted {text!r} means {meant} in YAML", f"write {text!r} in quotes, or {meant}"
            )
            return text
        if text[0] not in _NUMERIC_START:
            return text
        if _INTEGER.match(text) and len(text) < QUOTED_CHARACTERS_MAX:
            return int(text)
        if _DECIMAL.match(text) and len(text) < QUOTED_CHARACTERS_MAX:
            return float(text.replace("_", ""))
        for pattern, meant in _TRAPS:
            if pattern.match(text):
                self._report(
                    line, column, f"unquoted {quote(text)} is {meant}", "write it in quotes, or as a plain number"
                )
                return text
        return text

    def _open(self, event: Any, value: Any) -> None:
        mark = event.start_mark
        if event.tag and event.tag not in _COLLECTION_TAGS:
            self._report(mark.line, mark.column, f"unknown tag {event.tag!r}", "tags are not used here")
        if len(self._stack) >= DEPTH_MAX:
            self._stop(mark.line, mark.column, f"nested more than {DEPTH_MAX} deep")
        if self._stack and self._stack[-1].keys is not None and self._stack[-1].key is None:
            self._stop(mark.line, mark.column, "a key must be a word, not a list or mapping", "quote a template")
        is_mapping = isinstance(value, dict)
        marks = Marks(mark.line, mark.column, {} if is_mapping else None, {} if is_mapping else [])
        self._stack.append(_Open(value, marks, event.anchor, marks.keys))

    def _close(self) -> None:
        done = self._stack.pop()
        for value, marks in done.merges:
            self._merge(done, value, marks)
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.marks, done.size)
        self._add(done.value, done.marks, done.size)

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        known = self._anchors.get(event.anchor)
        if known is None:
            own = any(item.anchor == event.anchor for item in self._stack)
            what = f"alias '*{event.anchor}' " + ("holds itself" if own else "names no anchor before it")
            self._stop(mark.line, mark.column, what, "" if own else suggest(event.anchor, self._anchors))
        else:
            value, marks, size = known
            self._aliased += size
            if self._aliased > ALIASED_VALUES_MAX:
                self._stop(mark.line, mark.column, f"aliases add more than {ALIASED_VALUES_MAX:,} values")
            self._add(value, Marks(mark.line, mark.column, marks.keys, marks.children), size)

    def _add(self, value: Any, marks: Marks, size: int) -> None:
        if not self._stack:
            self.value, self.marks = value, marks
            return
        top = self._stack[-1]
        top.size += size
        key, children = top.key, top.marks.children
        if isinstance(children, list):
            top.value.append(value)
            children.append(marks)
        elif key is None or children is None:
            self._stop(marks.line, marks.column, "a key must be a word, not an alias")
        elif key == _MERGE:
            top.merges.append((value, marks))
        elif key not in top.value:
            top.value[key] = value
            children[key] = marks
        top.key = None

    def _merge(self, into: _Open, value: Any, marks: Marks) -> None:
        """`<<: *defaults` or `<<: [*a, *b]`: keys that are not given here come from there."""
        sources = [(value, marks)]
        if isinstance(value, list) and isinstance(marks.children, list):
            sources = list(zip(value, marks.children, strict=True))
        for source, source_marks in sources:
            if not isinstance(source, dict):
                self._report(marks.line, marks.column, "'<<' takes a mapping or a list of them")
                continue
            for key, item in source.items():
                child = source_marks.child(key)
                if key not in into.value and child is not None:
                    into.value[key] = item
                    into.marks.adopt(key, child)
        if into.marks.keys is not None:
            into.marks.keys.pop(_MERGE, None)

    def _report(self, line: int, column: int, what: str, suggestion: str = "") -> None:
        self.problems.append(Problem(self._name, line + 1, column + 1, what, suggestion))
        if len(self.problems) >= PROBLEMS_MAX:
            raise _Stop

    def _stop(self, line: int, column: int, what: str, suggestion: str = "") -> None:
        self._report(line, column, what, suggestion)
        raise _Stop


def _said(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ", ".join(parts).replace("did not find", "without") or "cannot be read"


def _indent_hint(text: str, line: int) -> str:
    """What most often breaks a YAML line: a tab, or a colon in unquoted text."""
    lines = text.splitlines()
    found = lines[line] if line < len(lines) else ""
    if "\t" in found[: len(found) - len(found.lstrip())]:
        return "indent with spaces, not tabs"
    if _BARE_COMPARISON.search(found):
        return 'write a comparison in quotes, as in ">= 100M USD"'
    if found.count(": ") > 1:
        return "quote text that holds ': '"
    return ""
