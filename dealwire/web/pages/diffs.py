"""Core: what an edit changed in an article's text: runs of words that stayed, went and came."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from dealwire.model import Article

WORDS_MAX = 4_000
"""Longer texts are compared by their beginnings: an edit there is what changes the news."""
CONTEXT_WORDS = 12
PIECE = re.compile(r"\s+|[^\s]+")


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
    old, new = (PIECE.findall(text)[:WORDS_MAX] for text in (before, after))
    runs: list[Run] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run("same", _shortened(old[i1:i2])))
            continue
        if i2 > i1:
            runs.append(Run("del", "".join(old[i1:i2])))
        if j2 > j1:
            runs.append(Run("ins", "".join(new[j1:j2])))
    return tuple(runs)


def _shortened(words: Sequence[str]) -> str:
    if len(words) <= 4 * CONTEXT_WORDS:
        return "".join(words)
    return "".join(words[: 2 * CONTEXT_WORDS]) + "…" + "".join(words[-2 * CONTEXT_WORDS :])
