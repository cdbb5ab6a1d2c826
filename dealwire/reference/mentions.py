"""Core: names of a list found in text: whole words, the longest first, each with its place.

The index is a plain dict from a name's first word to the names that begin with it, so that adding a name is cheap and
a text costs one look-up a word. Words are compared as they fold; who uses it decides about capitals.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
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


class _Names(Generic[T]):
    """The names that begin with one word."""

    __slots__ = ("alone", "longer")

    def __init__(self) -> None:
        self.alone: list[T] = []
        """The word by itself; at most one."""
        self.longer: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        """Names of several words, by the second."""


class NameIndex(Generic[T]):
    """Names by their first word; the later of two equal names wins."""

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        by_key = {key_of(name): meant for name, meant in names}
        by_key.pop((), None)
        index: dict[str, _Names[T]] = {}
        for key in sorted(by_key, key=len, reverse=True):
            entry = index.setdefault(key[0], _Names())
            if len(key) == 1:
                entry.alone.append(by_key[key])
            else:
                entry.longer.setdefault(key[1], []).append((key, by_key[key]))
        self._by_first: Mapping[str, _Names[T]] = index

    @property
    def first_words(self) -> AbstractSet[str]:
        """The words with which names begin."""
        return self._by_first.keys()

    def at(self, text: str, words: list[Word], position: int) -> Iterator[tuple[int, T]]:
        """The names that begin with this word, the longest first, each with how many words it has."""
        entry = self._by_first.get(words[position].folded)
        if entry is None:
            return
        if entry.longer and position + 1 < len(words):
            for key, meant in entry.longer.get(words[position + 1].folded, ()):
                if _stands(text, words[position : position + len(key)], key):
                    yield len(key), meant
        for meant in entry.alone:
            yield 1, meant

    def find(self, text: str, words: list[Word]) -> Iterator[Mention[T]]:
        """Every name in the text; where one holds another, the longer."""
        reached = 0
        for position, word in enumerate(words):
            if position < reached or word.folded not in self._by_first:
                continue
            for size, meant in self.at(text, words, position):
                reached = position + size
                yield Mention(meant, word.start, words[reached - 1].end)
                break


def _stands(text: str, words: list[Word], key: tuple[str, ...]) -> bool:
    """Whether these words are the name's, and close enough to be one name."""
    return (
        len(words) == len(key)
        and all(word.folded == wanted for word, wanted in zip(words, key, strict=True))
        and all(_JOINT.fullmatch(text, before.end, after.start) for before, after in pairwise(words))
    )
