"""Core: the words of a headline as the fold compares them, and a sketch by which copies of one text are known."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from zlib import crc32

from dealwire.reference.places import region

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_CREDIT = re.compile(r"\s*\(([^()]{2,80})\)?\s*$")

WORDS_MAX = 24
"""How many words of a title are compared; headlines have some fifteen."""
SKETCH_WORDS = 60
"""How far into title and body the sketch reads: copies of one release open alike."""
SKETCH_SIZE = 12
COPY_LIKENESS_SHORT = 0.9
"""The share asked of mere headlines: two outlets may well choose nearly the same."""
COPY_LIKENESS = 0.7
"""From this share of common shingles on, two texts are copies of one."""
COPY_WORDS_MIN = 6
"""Shorter texts are alike by chance."""


@cache
def common_words() -> frozenset[str]:
    """Words that headlines of this field share without telling the same deal."""
    return _listed("common_words.txt")


@cache
def deal_words() -> frozenset[str]:
    """Words by which a headline may be of a deal or of hardware."""
    return _listed("deal_words.txt")


def _listed(name: str) -> frozenset[str]:
    text = files("streams.stories").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def words_of(text: str) -> list[str]:
    """The words, case folded, possessives and plurals taken off.

    >>> words_of("Intel's new Wildcat Lake chips")
    ['intel', 'new', 'wildcat', 'lake', 'chip']
    """
    return list(map(_stem, _WORD.findall(text.casefold().replace("’", "'"))))


def tokens_of(text: str) -> list[str]:
    """The words, case folded, only possessives taken off: as names are written.

    >>> tokens_of("Intel's new Cerebras chips")
    ['intel', 'new', 'cerebras', 'chips']
    """
    found = _WORD.findall(text.casefold().replace("’", "'"))
    return [word.removesuffix("'s").replace("'", "") if "'" in word else word for word in found]


@lru_cache(1 << 15)
def _stem(word: str) -> str:
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def without_credit(title: str) -> str:
    """The title without the outlet that an aggregator credits at its end.

    >>> without_credit("Acme raised $5M (Ann Bee/Daily News)")
    'Acme raised $5M'
    """
    return _CREDIT.sub("", title) if "(" in title else title


def credited(title: str) -> str:
    """The outlet that a title credits at its end, empty where it credits none.

    >>> credited("Acme raised $5M (Ann Bee/Daily News)")
    'Daily News'
    """
    found = _CREDIT.search(title) if "(" in title else None
    return found[1].rpartition("/")[2].strip() if found else ""


def distinctive(words: Iterable[str]) -> list[str]:
    """Those of a title's words that could tell one deal from another: no common ones, no bare numbers."""
    return list(islice(filter(is_distinctive, words), WORDS_MAX))


@lru_cache(1 << 15)
def is_distinctive(word: str) -> bool:
    """Whether the word could tell one deal from another."""
    return len(word) > 1 and word not in common_words() and not word.replace(".", "").isdigit()


@lru_cache(1 << 14)
def is_place(word: str) -> bool:
    """Whether a title's word, its plural taken off, is a country, a state or a city.

    >>> is_place("kentucky"), is_place("texa"), is_place("campus")
    (True, True, False)
    """
    return region(word) is not None or region(f"{word}s") is not None


def sketch(title: str, body: str) -> list[int]:
    """The least hashes of the opening's three-word shingles (a bottom-k sketch), by a hash fixed across processes."""
    said = f"{without_credit(title)} {body[:600]}".casefold().encode().split()[:SKETCH_WORDS]
    if len(said) < COPY_WORDS_MIN:
        return []
    shingles = set(map(crc32, map(b" ".join, zip(said, said[1:], said[2:]))))  # noqa: B905 - the tails are shorter
    return sorted(shingles)[:SKETCH_SIZE]


def are_copies(left: list[int], right: list[int]) -> bool:
    """Whether two sketches are of one text, by the share of common hashes among the least of both."""
    if not left or not right:
        return False
    if left == right:
        return True
    least = sorted({*left, *right})[: min(len(left), len(right))]
    shared = set(left) & set(right)
    needed = COPY_LIKENESS if len(least) == SKETCH_SIZE else COPY_LIKENESS_SHORT
    return sum(1 for h in least if h in shared) / len(least) >= needed
