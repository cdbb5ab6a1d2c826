"""Core: what each sum of a sentence is: a round or price, a valuation, a total to date, or something else.

`roles_of` gives one of "amount", "valuation", "total", "former" (a valuation of the past: "up from $8B") and "other"
(revenue, a fund under management, a fine, a price a share).
"""

import re

from dealwire.reference.money import FoundSum
from streams.understand.grammar import Parse

ABOUT = r"(?:(?:about|around|roughly|approximately|over|more than|nearly|almost|at least|up to|as much as|as high as|some|an estimated|close to|upwards of|between|above|below|~|a|an|the|record|whopping|least|exceeding|topping)\s*)*"
VALUATION_BEHIND = re.compile(
    r"^\+?\s*(?:\)\s*)?(?:(?:pre|post)[- ]?money\s+)?(?:equity\s+|enterprise\s+|company\s+|target\s+|implied\s+|record\s+)?valuations?\b|^\+?\s*(?:pre|post)[- ]?money\b|^\+?\s*price tag on",
    re.IGNORECASE,
)
VALUATION_BEFORE = re.compile(
    r"(?:\bvaluations?(?:\s+(?:of|at|to|exceeds?|exceeded|exceeding|tops?|topping|is|was|above|over|reaches|reached|rises|rose|hits|climbs|jumps|between|could be|range of|cap of|up))*"
    r"|\bvalu(?:ed|es|ing|e)\b(?:\s+(?!at\b|from\b|by\b)[\w'’&.\-]+){0,7}?(?:\s+(?:at|to be|to))?"
    r"|\bvalued\s+(?:it|the\s+\w+(?:\s\w+)?)\s+at|\b(?:post|pre)-money(?:\s+at)?)\s*:?\s*" + ABOUT + r"$",
    re.IGNORECASE,
)
FORMER_BEFORE = re.compile(
    r"\b(?:up|down|rising|rose|jumped|increase[ds]?|rises|doubl(?:es|ed|ing)|tripl(?:es|ed|ing)|compared)(?:\s+\w+)?\s+(?:from|with|to)\s+"
    + ABOUT + r"$|\bfrom\s+(?:a\s+)?" + ABOUT + r"$",
    re.IGNORECASE,
)  # fmt: skip
TOTAL_BEFORE = re.compile(
    r"\b(?:total(?:s|ing|ling|ed|led)?|cumulative(?:ly)?|altogether|overall|aggregate|lifetime|to date|so far|already raised|previously raised|had raised)\b[^;.]{0,45}$"
    r"|\b(?:bring(?:s|ing)?|tak(?:es|ing)|push(?:es|ing)?|lift(?:s|ing)?)\s+(?:its|the|their|his|overall|all)?[^;,.]{0,60}\bto\s+"
    + ABOUT
    + r"$",
    re.IGNORECASE,
)
TOTAL_BEHIND = re.compile(
    r"^\+?\s*(?:in\s+total\b|to\s+date|total\b|so\s+far|altogether|overall|since\s+(?:its|it)\b|in\s+(?:total\s+)?(?:funding\s+)?to\s+date|(?:in\s+)?(?:funding|capital|investment)\s+to\s+date|across)",
    re.IGNORECASE,
)
OTHER_BEHIND = re.compile(
    r"^\+?\s*(?:(?!(?:to|for|from|led|by|and|with|at|after|amid|as)\b)\w+[- ]){0,3}?(?:revenues?|sales|arr\b|profits?|run[- ]?rate|market\s+(?:cap|value|opportunity|size)|net\s+income|earnings|losses|loss\b|fine\b|penalty|settlement|lawsuit|aum\b|assets|under\s+management"
    r"|budget|prize|bounty|salary|pay\s+package|bonus|customers?|users?|a\s+(?:year|month|day|week|piece|barrel|share|seat)|per\s+(?:year|month|user|share|unit|common|token|barrel)|annual(?:ly)?|industry|market\b|apiece|each\b|in\s+(?:annual|damages|cash\s+on|taxes|tax|costs|savings|debt\s+on|backlog|bookings|orders|capex|sales|gmv)|of\s+(?:revenue|sales|profit|debt\b|stock|its\s+own)|shortfall|over-?allotment|buyback|share\s+(?:buyback|repurchase)|dividend|hit\b|charge\b|write)",
    re.IGNORECASE,
)
OTHER_BEFORE = re.compile(
    r"\b(?:revenues?|sales|arr|profits?|net\s+income|earnings|market\s+(?:cap|value|capitalization)|worth|assets|fined?|run[- ]?rate|budget|priced\s+at|price\s+of|per\s+share|starting\s+at|starts\s+at|backlog|debts?\s+of|losses|loss\s+of|costs?|costing|owes|portfolio\s+of|exercise\s+price|exercisable\s+at|at\s+a\s+price|per\s+unit|for\s+each|savings\s+of|savings|saving|settlement)\s*(?:(?:of|is|was|at|to|reached|hit|hits|exceed(?:s|ed|ing)?|over|by|has|have|grew|surpass\w+|in\s+\w+|the|its|up|or|more|than|least|that|and|likely)\s+){0,4}"
    + ABOUT + r"$",
    re.IGNORECASE,
)  # fmt: skip
INVESTORS_FUND = re.compile(r"^\+?\s*(?:[\w-]+\s){0,3}?(?:fund|vehicle)\b", re.IGNORECASE)
WINDOW = 90


def roles_of(parse: Parse) -> dict[int, str]:
    """The role of each sum, by its index in `parse.sums`."""
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
