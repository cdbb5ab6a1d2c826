"""Core: what an edit changed in an article's text: runs of words that stayed, went and came."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from dealwire.model import Article

WORDS_MAX = 2_000
"""Longer texts are compared by their beginnings: an edit there is what changes the news."""
CONTEXT_WORDS = 12
WORD = re.compile(r"(\S+)(\s*)")


Word = tuple[str, str]
"""A word, and the white space after it."""


@dataclass(frozen=True, slots=True)
class Run:
    kind: Literal["same", "del", "ins"]
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: when it was made, and what it changed."""

    at: datetime
    runs: tuple[Run, ...]


def edits(earlier: Sequence[Article], now: Article) -> tuple[Edit, ...]:
    """What each edit of an article changed, the first edit first."""
    return tuple(
        Edit(after.updated or after.fetched, compare(_text(before), _text(after)))
        for before, after in pairwise([*earlier, now])
    )


def _text(article: Article) -> str:
    return f"{article.title}\n{article.body}"


def compare(before: str, after: str) -> tuple[Run, ...]:
    """The runs that lead from one text to the other; long runs that stayed are shortened.

    >>> [(run.kind, run.text) for run in compare("raises $50 million now", "raises $90 million now")]
    [('same', 'raises '), ('del', '$50'), ('ins', '$90'), ('same', ' million now')]
    """
    old, new = (WORD.findall(text)[:WORDS_MAX] for text in (before, after))
    first, last = _alike_at_the_ends(old, new)
    runs: list[Run] = []
    gap = ""
    for tag, i1, i2, j1, j2 in _steps(old, new, first, last):
        if tag == "equal":
            whole = new[j1:j2] if j2 < len(new) else old[i1:i2]
            runs.append(Run("same", gap + _shortened(whole)))
            gap = ""
            continue
        gap = (new[j1:j2] or old[i1:i2])[-1][1]
        if i2 > i1:
            runs.append(Run("del", _joined(old[i1:i2]).rstrip()))
        if j2 > j1:
            runs.append(Run("ins", _joined(new[j1:j2]).rstrip()))
    return tuple(runs)


def _alike_at_the_ends(old: Sequence[Word], new: Sequence[Word]) -> tuple[int, int]:
    """How many words the texts begin with alike, and how many of the rest they end with alike: most of an edit's."""
    shorter = min(len(old), len(new))
    first = next((n for n in range(shorter) if old[n][0] != new[n][0]), shorter)
    last = next((n for n in range(shorter - first) if old[-1 - n][0] != new[-1 - n][0]), shorter - first)
    return first, last


def _steps(old: Sequence[Word], new: Sequence[Word], first: int, last: int) -> Iterator[tuple[str, int, int, int, int]]:
    """As SequenceMatcher tells them, which is asked of the words in between only: its time grows with their square."""
    if first:
        yield "equal", 0, first, 0, first
    before, after = ([word for word, _ in text[first : len(text) - last]] for text in (old, new))
    for tag, *places in SequenceMatcher(None, before, after).get_opcodes():
        i1, i2, j1, j2 = (place + first for place in places)
        yield tag, i1, i2, j1, j2
    if last:
        yield "equal", len(old) - last, len(old), len(new) - last, len(new)


def _joined(words: Sequence[Word]) -> str:
    return "".join(word + gap for word, gap in words)


def _shortened(words: Sequence[Word]) -> str:
    if len(words) <= 2 * CONTEXT_WORDS:
        return _joined(words)
    return f"{_joined(words[:CONTEXT_WORDS])}…{_joined(words[-CONTEXT_WORDS:])}"
