"""Core: what each sum of a sentence is: a round or price, a valuation, a total to date, or something else.

`roles_of` gives one of "amount", "valuation", "total", "former" (a valuation of the past: "up from $8B") and "other"
(revenue, a fund under management, a fine, a price a share).
"""

import re
from functools import lru_cache

from dealwire.reference.money import FoundSum
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue

ABOUT = cue("figures", "about").pattern
VALUATION_BEHIND = cue("figures", "valuation_behind")
VALUATION_BEFORE = cue("figures", "valuation_before")
TOTAL_BEFORE = cue("figures", "total_before")
TOTAL_BEHIND = cue("figures", "total_behind")
OTHER_BEHIND = cue("figures", "other_behind")
OTHER_BEFORE = cue("figures", "other_before")
WINDOW = 90


@lru_cache(maxsize=4)
def roles_of(parse: Parse) -> dict[int, str]:
    """The role of each sum, by its index in `parse.sums`; the frames of one sentence ask for the same."""
    sentence = parse.sentence
    roles: dict[int, str] = {}
    for index, found in enumerate(parse.sums):
        before = sentence.text[max(sentence.start, found.start - WINDOW) : found.start]
        behind = sentence.text[found.end : min(sentence.end, found.end + WINDOW)]
        roles[index] = _role(found, before.lstrip(), behind)
    return roles


def _role(found: FoundSum, before: str, behind: str) -> str:
    if VALUATION_BEHIND.search(behind):
        return "former" if re.search(r"\bfrom\s+(?:a\s+)?" + ABOUT + "$", before, re.IGNORECASE) else "valuation"
    if re.search(r"\b(?:up|down|rising|jumped)\s+(?:\w+\s)?from\s+" + ABOUT + "$", before, re.IGNORECASE):
        return "former"
    if VALUATION_BEFORE.search(before):
        return "valuation"
    if TOTAL_BEHIND.search(behind) or (
        TOTAL_BEFORE.search(before)
        and not re.search(r"\btotal(?:ing|ling|ed|led)\s+" + ABOUT + "$", before, re.IGNORECASE)
    ):
        return "total"
    if found.per or OTHER_BEHIND.search(behind) or OTHER_BEFORE.search(before):
        return "other"
    return "amount"


def sums_with(
    parse: Parse, roles: dict[int, str], role: str, first: int = 0, last: int | None = None
) -> list[FoundSum]:
    """The sums of one role whose first token lies in [first, last)."""
    limit = len(parse.tokens) if last is None else last
    start = parse.tokens[first].start if first < len(parse.tokens) else parse.sentence.end
    end = parse.tokens[limit].start if limit < len(parse.tokens) else parse.sentence.end
    return [s for i, s in enumerate(parse.sums) if roles[i] == role and start <= s.start < end]
