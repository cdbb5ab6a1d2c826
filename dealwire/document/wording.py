"""Core: how a mistake is worded: the offending text, cut and quoted, and what may have been meant."""

from collections.abc import Iterable
from typing import Any

from rapidfuzz import fuzz, process

QUOTED_CHARACTERS_MAX = 60
LIKENESS_MIN = 60
"""Of 100, by rapidfuzz's ratio: 'keyword' and 'keywords' are 93 alike, 'fund' and 'funding' 73, 'x' and 'amount' 0."""
CHOICES_SHOWN_MAX = 16


def quote(value: Any) -> str:
    """The text as a message shows it, cut where it is long."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= QUOTED_CHARACTERS_MAX else text[: QUOTED_CHARACTERS_MAX - 1] + "…")


def suggest(word: str, choices: Iterable[str]) -> str:
    """What a person may have meant: the likest choice, else all of them where they are few.

    >>> suggest("ammount", ["amount", "valuation"])
    "did you mean 'amount'?"
    >>> suggest("x", ["amount", "valuation"])
    'expected one of amount, valuation'
    """
    names = list(choices)
    found = process.extractOne(word.casefold(), names, scorer=fuzz.ratio, score_cutoff=LIKENESS_MIN)
    if found:
        return f"did you mean {found[0]!r}?"
    if 0 < len(names) <= CHOICES_SHOWN_MAX:
        return f"expected one of {', '.join(sorted(names))}" if len(names) > 1 else f"expected {names[0]}"
    return ""
