"""Core: sums of money in text: where they stand, what they are worth. Start at find_sums.

A sum is a number with a currency sign, code or word on either side. Who uses it for what (a round, a price, a
valuation, revenue) is for the reader of the sentence to say; what the sum itself says about that, "a share",
"a year", comes in `per`.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from dealwire.model import Money
from dealwire.reference.currencies import GLYPH, RATES_DATE, SIGN_OF, Mark, known_marks, mark_after, mark_before, to_usd
from dealwire.reference.numbers import DASH, GAP, NUMBER, Number, number_at, plain, read_number, scales, scan_words
from dealwire.reference.qualifiers import is_qualifier, qualifier_around

__all__ = ["RATES_DATE", "FoundSum", "Per", "find_sums", "format_money", "parse_sum", "to_usd"]

Per = Literal["", "share", "year", "month", "unit"]

_VERB_REACH = 40
"""How far before a number in words a verb of money may begin."""
_YEARS = range(1900, 2101)
_MONEY_VERB = re.compile(
    r"\b(?:rais(?:e|es|ed|ing)|secur(?:e|es|ed|ing)|land(?:s|ed)?|bag(?:s|ged)?|pay(?:s|ing)?|paid|invest(?:s|ed|ing)?"
    r"|commit(?:s|ted)?|pledg(?:e|es|ed)|spend(?:s|ing)?|spent|for|worth|net(?:s|ted)?)"
    r"(?: (?:about|around|nearly|almost|over|more than|up to|some|roughly|another|at least))? $",
    re.IGNORECASE,
)
_STANDS_ALONE = re.compile(
    r"\s*(?:$|[.,;:!?)\u2014\u2013]| (?:in|for|from|to|at|on|as|by|with|led|and|after|of funding)\b)"
)


@dataclass(frozen=True, slots=True)
class FoundSum:
    """A sum at [start, end) in code points of the text as given; words such as "about" stand before `start`."""

    money: Money
    start: int
    end: int
    per: Per = ""
    """What the sum is paid for each of: a share, a year, a month, a unit of something."""

    def quote(self, text: str) -> str:
        return text[self.start : self.end]


_PER = re.compile(
    rf"""{GAP}?(?:{DASH})?(?:
    (?P<share>(?:/|per[ -]|an?[ ]|a-|each[ ])(?:ordinary[ ]|common[ ])?(?:share|unit[ ]of[ ]stock|ADS|ADR)\b|apiece\b
        |(?:share|stock|strike|offer)[ ]price\b)
    |(?P<year>(?:/|per[ -]|an?[ ]|a-|each[ ]|every[ ])?(?:year(?!s|[-][a-z])|yr|annum)\b|annually\b|yearly\b|p\.a\.
        |(?:in[ ]|of[ ])?(?:annual(?:i[sz]ed)?|recurring|yearly)\b|(?:in[ ])?ARR\b|run[ -]rate\b)
    |(?P<month>(?:/|per[ -]|an?[ ]|a-|each[ ]|every[ ])(?:month|mo)\b|monthly\b|(?:in[ ])?MRR\b)
    |(?P<unit>/[ ]?[A-Za-z0-9]|per[ -][A-Za-z0-9]|each\b(?![ ]of)|off\b|discount\b
        |an?[ ](?:unit|piece|head|barrel|tonne?|ounce|day|week|hour|night|seat|ticket|pop|time|chip|gallon|token)\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_YEARLY_BEFORE = re.compile(
    r"\b(?:annual(?:i[sz]ed)?|yearly|per-year)(?: [a-z]+){0,2} (?:of |at |to )?(?:about |around |over |more than )?$",
    re.IGNORECASE,
)
_YEARLY_REACH = 48


_PER_BY_GROUP: dict[str, Per] = {"share": "share", "year": "year", "month": "month", "unit": "unit"}


def _per(text: str, start: int, end: int) -> Per:
    match = _PER.match(text, end)
    if match:
        return _PER_BY_GROUP[match.lastgroup or ""]
    return "year" if _YEARLY_BEFORE.search(text[max(0, start - _YEARLY_REACH) : start]) else ""


_RANGE = re.compile(rf"{GAP}?(?P<joint>{DASH}|to|and){GAP}?(?P<sign>[^\s0-9]{{0,4}}{GAP}?)(?=[0-9])")
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_JOINT_REACH = 16
_JOINT_WORDS = frozenset({"to", "and"})


class _Bounds(NamedTuple):
    """A number and, where it begins a range, the value of the upper bound; the range ends at `end`."""

    low: Number
    high: int | float | None
    end: int


def _bounds(text: str, start: int, number: Number, code: str) -> _Bounds:
    """From where to where the sum at `start` reaches; "$1.2-1.5 billion" lends its scale to the lower bound."""
    alone = _Bounds(number, None, number.end)
    match = _RANGE.match(text, number.end)
    high = number_at(text, match.end()) if match and _is_range(text, start, match, code) else None
    if match is None or high is None:
        return alone
    if number.scale > 1 and high.scale == 1 and not match["sign"] and not match["joint"].isalpha():
        return alone
    low = number
    if number.scale == 1 and high.scale > 1 and number.value < high.value:
        low = number._replace(value=plain(Decimal(str(number.value)) * high.scale), scale=high.scale)
    return _Bounds(low, high.value, high.end) if low.value < high.value else alone


def _is_range(text: str, start: int, match: re.Match[str], code: str) -> bool:
    """Whether a joint between two numbers makes them a range: "from A to B" is a rise, "A and B" are two sums."""
    sign = match["sign"].strip("\u00a0 ")
    if sign:
        mark = known_marks().before.get(sign)
        if mark is None or not code or mark.code not in {code, "USD"}:
            return False
    said = text[max(0, start - _JOINT_REACH) : start]
    if match["joint"] == "and":
        return _BETWEEN.search(said) is not None
    return match["joint"] != "to" or not _FROM.search(said)


def _from_number(text: str, number: Number) -> FoundSum | None:
    """The sum that a number is, if a currency stands at it."""
    before = mark_before(text, number.start)
    return _after_mark(text, number, *before) if before else _before_mark(text, number)


def _after_mark(text: str, number: Number, mark: Mark, start: int) -> FoundSum | None:
    """The sum whose currency stands before it, and perhaps once more or more exactly behind: "$5M CAD"."""
    low, high, end = _bounds(text, start, number, mark.code)
    code, after = mark.code, mark_after(text, end)
    if after is not None and (after[0].code == code or text[start] == "$"):
        code, end = after[0].code, after[1]
    elif low.scale == 1 and (not mark.strong or text[end : end + 1].isalpha()):
        return None
    return _build(text, low, high, code, (start, end))


def _before_mark(text: str, number: Number) -> FoundSum | None:
    """The sum whose currency stands behind it only: "50 million euros", "3-5 million euros"."""
    start = number.start
    left = text[start - 1 : start]
    if left.isalpha() or left in {".", "/"}:
        return None
    low, high, end = _bounds(text, start, number, "")
    after = mark_after(text, end)
    if after is None and high is not None:
        low, high, end = _Bounds(number, None, number.end)
        after = mark_after(text, end)
    if after is None or (low.scale == 1 and not after[0].strong):
        return None
    if number.scale == 1 and high is None and not number.grouped and number.value in _YEARS:
        return None
    if after[0].code == "GBP" and text[after[1] : after[1] + 4].lower() == " of ":
        return None
    return _build(text, low, high, after[0].code, (start, after[1]))


def _build(text: str, number: Number, high: float | None, code: str, span: tuple[int, int]) -> FoundSum:
    qualifier, end = qualifier_around(text, *span)
    if high is not None:
        qualifier = "range"
    money = Money(value=number.value, currency=code, usd=to_usd(number.value, code), qualifier=qualifier, high=high)
    return FoundSum(money, span[0], end, _per(text, span[0], end))


def _from_words(text: str, number: Number) -> FoundSum | None:
    """The sum that a number in words is: with a currency after it, or standing alone after a verb of money."""
    after = mark_after(text, number.end)
    if after is not None:
        return _build(text, number, None, after[0].code, (number.start, after[1]))
    said = text[max(0, number.start - _VERB_REACH) : number.start]
    if (_MONEY_VERB.search(said) or not said) and _STANDS_ALONE.match(text, number.end):
        return _build(text, number, None, "USD", (number.start, number.end))
    return None


_OTHER_DOLLARS = re.compile(
    r"\b(?:(?P<CAD>Canadian dollars|in CAD\b|CAD\))|(?P<AUD>Australian dollars|in AUD\b|AUD\))"
    r"|(?P<NZD>New Zealand dollars|in NZD\b)|(?P<SGD>Singapore dollars|in SGD\b)|(?P<HKD>Hong Kong dollars|in HKD\b))",
)


def _plain_dollars(text: str) -> str:
    """What "$" means in this text: US dollars unless it says that its figures are in others."""
    if "ollars" not in text and " in " not in text and ")" not in text:
        return "USD"
    match = _OTHER_DOLLARS.search(text)
    return match.lastgroup if match and match.lastgroup and "US$" not in text else "USD"


_LETTERS_AFTER = re.compile(rf"(?:{GAP}|{DASH})?(?P<word>[A-Za-z]+)?")


def _may_be_money(text: str, start: int, end: int) -> bool:
    """A cheap look at a number's neighbours: most numbers in news are dates and counts."""
    marks = known_marks()
    near = text[max(0, start - 3) : start]
    if near[-1:].isspace():
        near = near[:-1]
    if near[-1:] in marks.glyphs or near[-2:] in marks.tails or near[-1:] == ";":
        return True
    after = _LETTERS_AFTER.match(text, end)
    if after is None or after["word"] is None:
        return GLYPH.match(text, end) is not None or _RANGE.match(text, end) is not None
    word = after["word"].lower()
    if word in _JOINT_WORDS:
        return _RANGE.match(text, end) is not None
    return word in marks.first_words or word in scales()


def find_sums(text: str) -> list[FoundSum]:
    """Every sum of money in the text, in order; spans never overlap.

    >>> text = "up to €1.2bn, or Rs 40 crore"
    >>> [(found.money.value, found.money.currency, found.quote(text)) for found in find_sums(text)]
    [(1200000000, 'EUR', '€1.2bn'), (400000000, 'INR', 'Rs 40 crore')]
    """
    found: list[FoundSum] = []
    reached = 0
    for match in NUMBER.finditer(text):
        if match.start() >= reached and _may_be_money(text, match.start(), match.end()):
            number = read_number(text, match)
            one = _from_number(text, number) if number else None
            if one is not None:
                found.append(one)
                reached = one.end
    starts = [one.start for one in found]
    in_words = [number for number in scan_words(text) if not _is_taken(number, found, starts)]
    if in_words:
        found += filter(None, (_from_words(text, number) for number in in_words))
        found.sort(key=lambda one: one.start)
    return _with_local_dollars(text, found)


def _is_taken(number: Number, found: list[FoundSum], starts: list[int]) -> bool:
    """Whether the number stands within a sum that digits gave already."""
    nearest = bisect_left(starts, number.end) - 1
    return nearest >= 0 and found[nearest].end > number.start


def _with_local_dollars(text: str, found: list[FoundSum]) -> list[FoundSum]:
    """The sums, with a bare "$" read as the dollars that the text names."""
    if not any(one.money.currency == "USD" for one in found):
        return found
    local = _plain_dollars(text)
    if local == "USD":
        return found
    return [
        replace(one, money=one.money.model_copy(update={"currency": local, "usd": to_usd(one.money.value, local)}))
        if text[one.start] == "$" and one.money.currency == "USD"
        else one
        for one in found
    ]


def parse_sum(text: str) -> Money | None:
    """The one sum that the whole text is, as rules write it: "100M USD", "$1.5B", "up to €50m", "$1B-$2B"."""
    said = text.strip()
    found = find_sums(said)
    if len(found) != 1 or found[0].end != len(said):
        return None
    lead = said[: found[0].start]
    if lead and not is_qualifier(lead):
        return None
    return found[0].money


_SHORT = ((10**12, "T", 3), (10**9, "B", 3), (10**6, "M", 3), (10**3, "K", 1))
"""Scales, their letters, and the decimals up to which a sum reads better with them ("$1.25B", but "$1,234,567")."""
_SAID: dict[str, str] = {"approx": "~{}", "at_least": "{}+", "up_to": "up to {}"}


def _format_value(value: float, currency: str) -> str:
    exact = Decimal(str(value))
    said = f"{exact.normalize():,f}"
    for factor, letter, decimals in _SHORT:
        short = exact / factor
        if short >= 1 and short == short.quantize(Decimal(1).scaleb(-decimals)):
            said = f"{short.normalize():,f}{letter}"
            break
    sign = SIGN_OF.get(currency)
    return f"{sign}{said}" if sign else f"{currency} {said}"


def format_money(money: Money) -> str:
    """The sum as a person reads it; nothing is rounded away.

    >>> format_money(Money(value=500_000_000, currency="USD")), format_money(Money(value=3_000_000, currency="CHF"))
    ('$500M', 'CHF 3M')
    """
    said = _format_value(money.value, money.currency)
    if money.high is not None:
        return f"{said}-{_format_value(money.high, money.currency)}"
    return _SAID.get(money.qualifier, "{}").format(said)
