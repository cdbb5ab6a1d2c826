"""Core: sums of money in text: where they stand, what they are worth. Start at find_sums.

A sum is a number with a currency sign, code or word on either side. Who uses it for what (a round, a price, a
valuation, revenue) is for the reader of the sentence to say; what the sum itself says about that, "a share",
"a year", comes in `per`.
"""

import functools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from dealwire.model import Money
from dealwire.reference.numbers import DASH, GAP, NUMBER, Number, number_at, plain, read_number, scales, scan_words
from dealwire.reference.qualifiers import is_qualifier, qualifier_around
from dealwire.reference.table import read_note, read_rows, split_values

Per = Literal["", "share", "year", "month", "unit"]

RATES_DATE = read_note("currencies.tsv", "Date")
"""The day of the rate table behind every `usd`."""

USD_DIGITS = 4
"""A rate table of four digits proves no more than four digits of what it converts."""

_LOOK_BACK = 12
"""Characters before a number in which its currency sign may stand."""
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


class _Mark(NamedTuple):
    """A currency as written: its code, and whether the mark alone makes a number money."""

    code: str
    strong: bool = True


class _Marks(NamedTuple):
    before: dict[str, _Mark]
    after: dict[str, _Mark]
    glyphs: frozenset[str]
    tails: frozenset[str]
    """The last two characters of the longer signs."""
    first_words: frozenset[str]
    longest: int
    """Characters of the longest sign before a number."""
    sign_after: re.Pattern[str]


@functools.cache
def _rates() -> dict[str, float]:
    return {row["code"]: float(row["per_usd"]) for row in read_rows("currencies.tsv")}


@functools.cache
def _marks() -> _Marks:
    before: dict[str, _Mark] = {}
    after: dict[str, _Mark] = {}
    for row in read_rows("currencies.tsv"):
        code = row["code"]
        before[code] = after[code.lower()] = _Mark(code)
        signs = split_values(row["signs"])
        if any(sign.endswith("$") for sign in signs):
            signs += (f"{code}$", f"{code} $")
        for sign in signs:
            before[sign] = _Mark(code, strong=not sign.isalpha() or sign in {"Rs", "RMB"})
            if sign.isalpha() and len(sign) > 1:
                after[sign.lower()] = _Mark(code, strong=sign == "RMB")
        after.update((word, _Mark(code)) for word in split_values(row["words"]))
        after.update((word, _Mark(code, strong=False)) for word in split_values(row["weak"]))
    glyphs = [sign for sign in before if len(sign) == 1 and not sign.isalnum()]
    return _Marks(
        before,
        after,
        frozenset(glyphs),
        frozenset(sign[-2:] for sign in before if len(sign) > 1),
        frozenset(word.split()[0] for word in after),
        max(map(len, before)),
        re.compile(rf"{GAP}?(?P<mark>{'|'.join(map(re.escape, (*glyphs, 'US$', 'zł')))})(?!{GAP}?[0-9A-Za-z])"),
    )


_WORDS_AFTER = re.compile(rf"(?:{GAP}|{DASH})?([A-Za-z.]*[A-Za-z])(?:[ \u00a0-]([A-Za-z]+))?(?:[ \u00a0-]([A-Za-z]+))?")
_GLYPH = re.compile(r"\s?[^\s\w.,;:!?()\"'&/-]")


def _mark_before(text: str, position: int) -> tuple[_Mark, int] | None:
    """The currency that ends at `position`, and where its sign begins."""
    near = text[max(0, position - _LOOK_BACK) : position]
    near = near.removesuffix("&nbsp;") if near.endswith(";") else near[:-1] if near[-1:].isspace() else near
    marks = _marks()
    for size in range(min(marks.longest, len(near)), 0, -1):
        mark = marks.before.get(near[-size:])
        if mark is not None:
            start = text.rindex(near[-size:], 0, position)
            glued = near[-size].isalpha() and start and text[start - 1].isalpha()
            return None if glued else (mark, start)
    return None


def _mark_after(text: str, position: int) -> tuple[_Mark, int] | None:
    """The currency written at `position`, and where it ends."""
    marks = _marks()
    if (position < len(text) and not text[position].isascii()) or text[position : position + 2].strip()[:1] in {
        "$",
        "€",
        "£",
    }:
        glyph = marks.sign_after.match(text, position)
        if glyph:
            return marks.before[glyph["mark"]], glyph.end()
    match = _WORDS_AFTER.match(text, position)
    if match is None or match[1].lower() not in marks.first_words:
        return None
    words = [word.lower() for word in match.groups() if word]
    for count in range(len(words), 0, -1):
        mark = marks.after.get(" ".join(words[:count]))
        if mark:
            end = match.end(count)
            known = mark.code if match[1].isupper() or len(match[1]) > 3 or mark.code.lower() != words[0] else ""
            return (mark, end) if known and not text[end : end + 1].isalnum() else None
    return None


_PER = re.compile(
    rf"""{GAP}?(?:{DASH})?(?:
    (?P<share>(?:/|per[ -]|an?[ ]|a-|each[ ])(?:ordinary[ ]|common[ ])?(?:share|unit[ ]of[ ]stock|ADS|ADR)\b|apiece\b)
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


def _per(text: str, start: int, end: int) -> Per:
    match = _PER.match(text, end)
    if match and match.lastgroup:
        return match.lastgroup  # type: ignore[return-value] # groups are named for it
    return "year" if _YEARLY_BEFORE.search(text[max(0, start - _YEARLY_REACH) : start]) else ""


_RANGE = re.compile(rf"{GAP}?(?:(?P<dash>{DASH})|to|and){GAP}?(?P<sign>[^\s0-9]{{0,4}}{GAP}?)(?=[0-9])")


def _range_after(text: str, start: int, first: Number, code: str) -> tuple[Number, int] | None:
    """The upper bound that follows the sum `first`, and where the range ends."""
    match = _RANGE.match(text, first.end)
    if match is None:
        return None
    sign = match["sign"].strip("\u00a0 ")
    if sign and (sign not in _marks().before or _marks().before[sign].code not in {code, "USD"}):
        return None
    high = number_at(text, match.end())
    if high is None:
        return None
    said = text[max(0, start - 12) : start].lower()
    joined = match.group().strip(" \u00a0").split()[0] if not match["dash"] else "-"
    if joined.startswith("and") and not re.search(r"\bbetween\s+(?:about\s+)?$", said):
        return None
    if joined.startswith("to") and re.search(r"\bfrom\s+$", said):
        return None
    if match["dash"] and not sign and first.scale > 1 and high.scale == 1:
        return None
    return high, high.end


def _from_number(text: str, number: Number) -> FoundSum | None:
    """The sum that a number is, if a currency stands at it."""
    before = _mark_before(text, number.start)
    if before is None and number.start and text[number.start - 1].isalpha():
        return None
    first = number
    code, start, strong = (before[0].code, before[1], before[0].strong) if before else ("", number.start, False)
    end, high = number.end, None
    if code:
        upper = _range_after(text, start, number, code)
        if upper is not None:
            last = upper[0]
            if number.scale == 1 and last.scale > 1 and number.value < last.value:
                number = number._replace(value=plain(Decimal(str(number.value)) * last.scale), scale=last.scale)
            if last.value > number.value:
                high, end = last.value, upper[1]
    after = _mark_after(text, end)
    if after is None and not code:
        return None
    if after is not None:
        mark, mark_end = after
        if code == "" or (code == "USD" and text[start:].startswith("$")):
            code, strong, end = mark.code, strong or mark.strong, mark_end
        elif mark.code == code:
            end = mark_end
    if not strong and number.scale == 1:
        return None
    if before is None:
        whole_year = first.scale == 1 and not first.grouped and first.value in _YEARS
        if whole_year or text[max(0, start - 1) : start] in {".", "/"}:
            return None
        if text[end : end + 4].lower() == " of " and code == "GBP":
            return None
    elif first.scale == 1 and high is None and after is None and text[first.end : first.end + 1].isalpha():
        return None
    return _build(text, number, high, code, (start, end))


def _build(text: str, number: Number, high: float | None, code: str, span: tuple[int, int]) -> FoundSum:
    qualifier, end = qualifier_around(text, *span)
    if high is not None:
        qualifier = "range"
    money = Money(value=number.value, currency=code, usd=to_usd(number.value, code), qualifier=qualifier, high=high)
    return FoundSum(money, span[0], end, _per(text, span[0], end))


def _from_words(text: str, number: Number) -> FoundSum | None:
    """The sum that a number in words is: with a currency after it, or standing alone after a verb of money."""
    after = _mark_after(text, number.end)
    if after is not None:
        return _build(text, number, None, after[0].code, (number.start, after[1]))
    said = text[max(0, number.start - 40) : number.start]
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
    marks = _marks()
    near = text[max(0, start - 3) : start]
    if near[-1:].isspace():
        near = near[:-1]
    if near[-1:] in marks.glyphs or near[-2:] in marks.tails or near[-1:] == ";":
        return True
    after = _LETTERS_AFTER.match(text, end)
    if after is None or after["word"] is None:
        return _GLYPH.match(text, end) is not None
    word = after["word"].lower()
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
    in_words = [number for number in scan_words(text) if not _taken(number, found)]
    if in_words:
        found += filter(None, (_from_words(text, number) for number in in_words))
        found.sort(key=lambda one: one.start)
    return _with_local_dollars(text, found)


def _taken(number: Number, found: list[FoundSum]) -> bool:
    """Whether the number stands within a sum that digits gave already."""
    return any(one.start < number.end and number.start < one.end for one in found)


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


def to_usd(value: float, currency: str) -> int | float | None:
    """The sum in US dollars by the table of RATES_DATE, to four digits; None for a currency that it has not.

    >>> to_usd(5, "USD"), to_usd(1, "XXX")
    (5, None)
    """
    if currency == "USD":
        return value
    rate = _rates().get(currency)
    if rate is None:
        return None
    return plain(Decimal(f"{value / rate:.{USD_DIGITS}g}"))


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


_SIGN_OF = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "CAD": "C$", "AUD": "A$", "NZD": "NZ$",
    "HKD": "HK$", "SGD": "S$", "TWD": "NT$", "BRL": "R$",
}  # fmt: skip
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
    sign = _SIGN_OF.get(currency)
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
