"""Core: countries as news names them (name, demonym, capital, city, state), and the groups that rules may ask for."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dealwire.reference.mentions import NameIndex, Word, key_of, words_of
from dealwire.reference.table import read_lines, read_rows, split_values

PlaceKind = Literal["country", "adjective", "city"]

_CAPITALS_ONLY = frozenset({"us", "uk", "uae", "usa", "prc", "ksa", "dprk"})
"""Abbreviations that are other words in lower or mixed case."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word for a country: its ISO 3166-1 alpha-2 code, and what sort of word it is."""

    code: str
    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place at [start, end) in code points of the text as given."""

    code: str
    kind: PlaceKind
    start: int
    end: int


@functools.cache
def _words() -> dict[tuple[str, ...], Place]:
    known: dict[tuple[str, ...], Place] = {}
    for row in read_rows("places.tsv"):
        for column, kind in _COLUMNS:
            for word in split_values(row[column]):
                known.setdefault(key_of(word), Place(row["code"], kind))
    for state in read_lines("us_states.txt"):
        known.setdefault(key_of(state), Place("US", "city"))
    return known


_COLUMNS: tuple[tuple[str, PlaceKind], ...] = (("names", "country"), ("adjectives", "adjective"), ("cities", "city"))


@functools.cache
def _index() -> NameIndex[Place]:
    return NameIndex((" ".join(key), place) for key, place in _words().items())


def _groups() -> Mapping[str, frozenset[str]]:
    return {row["group"]: frozenset(row["members"].split()) for row in read_rows("region_groups.tsv")}


GROUPS: Mapping[str, frozenset[str]] = _groups()
"""ISO codes by the group's name: EU, GCC, APAC, …"""


def region(word: str) -> str | None:
    """The ISO code of the country that the word names: an ISO code, a country, demonym, capital, state or big city.

    >>> region("Indian"), region("Quebec"), region("Bengaluru-based"), region("GB"), region("Atlantis")
    ('IN', 'CA', 'IN', 'GB', None)
    """
    if word in _codes():
        return word
    key = key_of(word)
    if len(key) > 1 and key[-1] == "based":
        key = key[:-1]
    place = _words().get(key) or _words().get(key[1:] if key[:1] == ("the",) else key)
    return place.code if place else None


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(row["code"] for row in read_rows("places.tsv"))


def regions_of(name: str) -> frozenset[str]:
    """The ISO codes that a country or a group stands for; empty where it is neither.

    >>> sorted(regions_of("BENELUX")), sorted(regions_of("Japan"))
    (['BE', 'LU', 'NL'], ['JP'])
    """
    group = GROUPS.get(name.upper().replace(" ", "_").replace("-", "_"))
    if group is not None and name not in _codes():
        return group
    code = region(name)
    return frozenset({code}) if code else frozenset()


def find_places(text: str, words: list[Word] | None = None) -> list[FoundPlace]:
    """Every place in the text, in order; `words` saves folding the text again where the caller has them.

    >>> [(place.code, place.kind) for place in find_places("Saudi fund backs a Paris start-up")]
    [('SA', 'adjective'), ('FR', 'city')]
    """
    found = []
    for mention in _index().find(text, words_of(text) if words is None else words):
        said = text[mention.start : mention.end]
        capital = said[0].isupper() and (said.isupper() or said.casefold() not in _CAPITALS_ONLY)
        if capital:
            found.append(FoundPlace(mention.meant.code, mention.meant.kind, mention.start, mention.end))
    return found
