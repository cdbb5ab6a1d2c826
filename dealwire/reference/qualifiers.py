"""Core: how exact a number is said to be: "about", "more than", "up to"; before it or behind it."""

import re
from typing import NamedTuple

from dealwire.model import Qualifier
from dealwire.reference.numbers import DASH

_REACH = 32
"""How far before a number its qualifier may begin."""

_BEFORE_WORDS = {
    "approx": (
        "about|around|roughly|nearly|approximately|approx|almost|some|close to|an estimated|estimated|circa|ca?"
        "|just under|near|just shy of|in the (?:region|neighbou?rhood) of|[~≈∼]"
    ),
    "at_least": (
        "more than|over|at least|upwards? of|north of|in excess of|exceeding|above|surpassing|topping|no less than"
        "|no fewer than|not less than|a minimum of|minimum of|greater than|just over|a little over|well over|[≥>]"
    ),
    "up_to": (
        "up to|as much as|as high as|as many as|at most|no more than|not more than|less than|fewer than|under|below"
        "|a maximum of|maximum of|capped at|[≤<]"
    ),
}
_BEFORE = re.compile(
    r"(?:^|(?<=[\s(\"'“‘\u2014\u2013-]))(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _BEFORE_WORDS.items())
    + r")\.?[\s-]*(?:(?:an?|another|additional|the|total of|as much as) ){0,2}$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?P<plus>\+)|(?P<at_least>{DASH}plus\b| or more\b| and counting\b| plus(?=[ .,;]|$))"
    rf"|(?P<approx> or so\b|{DASH}ish\b)|(?P<up_to> or less\b)"
)


_BY_GROUP: dict[str, Qualifier] = {"approx": "approx", "at_least": "at_least", "plus": "at_least", "up_to": "up_to"}


class Said(NamedTuple):
    """The qualifier, and where the sum ends that it belongs to ("$5B+" has its sign inside)."""

    qualifier: Qualifier
    end: int


def qualifier_around(text: str, start: int, end: int) -> Said:
    """How exact the number at [start, end) is said to be.

    >>> qualifier_around("up to 5 GW", 6, 10).qualifier, qualifier_around("5 GW or more", 0, 4).qualifier
    ('up_to', 'at_least')
    """
    after = _AFTER.match(text, end)
    if after:
        return Said(_named(after), end + len(after["plus"] or ""))
    before = _BEFORE.search(text[max(0, start - _REACH) : start])
    return Said(_named(before) if before else "exact", end)


def is_qualifier(lead: str) -> bool:
    """Whether the text is nothing but a qualifier: "up to ", "~"."""
    return _BEFORE.fullmatch(lead) is not None


def _named(match: re.Match[str]) -> Qualifier:
    return _BY_GROUP[match.lastgroup or ""]
