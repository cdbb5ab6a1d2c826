"""Core: names of a list found in text: whole words, the longest first, each with its place.

The index is a plain dict from a name's first word to the names that begin with it, so that adding a name is cheap and
a text costs one look-up a word. Words are compared as they fold; who uses it decides about capitals.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

WORD = re.compile(r"[^\W_]+")
"""A name's words: letters and digits. What stands between them may be a space, a dash, a dot, "&" or an apostrophe."""

_JOINT = re.compile(
    r"[ \u00a0\u202f]{1,2}|[-\u2010\u2011.'’+/]|[ \u00a0]?&(?:amp;)?[ \u00a0]?|[ \u00a0][-\u2013+][ \u00a0]|\.[ \u00a0]"
)
"""What may stand between two words of one name; a comma or the end of a sentence may not."""


class Word(NamedTuple):
    folded: str
    start: int
    end: int


class Mention(NamedTuple, Generic[T]):
    """What the words at [start, end) name."""

    meant: T
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The text's words, folded, with their places."""
    return [Word(match.group().casefold(), match.start(), match.end()) for match in WORD.finditer(text)]


def key_of(name: str) -> tuple[str, ...]:
    """A name as the index holds it."""
    return tuple(word.casefold() for word in WORD.findall(name))


class NameIndex(Generic[T]):
    """Names by their first word; the later of two equal names wins."""

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        by_key: dict[tuple[str, ...], T] = {}
        for name, meant in names:
            key = key_of(name)
            if key:
                by_key[key] = meant
        index: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for key, meant in by_key.items():
            index.setdefault(key[0], []).append((key, meant))
        for candidates in index.values():
            candidates.sort(key=lambda candidate: -len(candidate[0]))
        self._by_first: Mapping[str, list[tuple[tuple[str, ...], T]]] = index

    def at(self, text: str, words: list[Word], position: int) -> Iterator[tuple[int, T]]:
        """The names that begin with this word, the longest first, each with how many words it has."""
        for key, meant in self._by_first.get(words[position].folded, ()):
            size = len(key)
            if size == 1 or _stands(text, words[position : position + size], key):
                yield size, meant

    def find(self, text: str, words: list[Word]) -> Iterator[Mention[T]]:
        """Every name in the text; where one holds another, the longer."""
        position = 0
        while position < len(words):
            for size, meant in self.at(text, words, position):
                yield Mention(meant, words[position].start, words[position + size - 1].end)
                position += size
                break
            else:
                position += 1

    def starts(self, word: str) -> bool:
        return word in self._by_first


def _stands(text: str, words: list[Word], key: tuple[str, ...]) -> bool:
    """Whether these words are the name's, and close enough to be one name."""
    return (
        len(words) == len(key)
        and all(word.folded == wanted for word, wanted in zip(words, key, strict=True))
        and all(_JOINT.fullmatch(text, before.end, after.start) for before, after in pairwise(words))
    )
