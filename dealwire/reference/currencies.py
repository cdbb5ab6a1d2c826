"""Core: currencies: how each is written beside a number, and what it is worth by a dated table."""

import functools
import re
from decimal import Decimal
from typing import NamedTuple

from dealwire.reference.numbers import DASH, GAP, plain
from dealwire.reference.table import read_note, read_rows, split_values

RATES_DATE = read_note("currencies.tsv", "Date")
"""The day of the rate table behind every `usd`."""

USD_DIGITS = 4
"""A rate table of four digits proves no more than four digits of what it converts."""

_LOOK_BACK = 12
"""Characters before a number in which its currency sign may stand."""

SIGN_OF = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "CAD": "C$", "AUD": "A$", "NZD": "NZ$",
    "HKD": "HK$", "SGD": "S$", "TWD": "NT$", "BRL": "R$",
}  # fmt: skip
"""The sign with which each is formatted; others stand with their code."""


class Mark(NamedTuple):
    """A currency as written: its code, and whether the mark alone makes a number money."""

    code: str
    strong: bool = True


class Marks(NamedTuple):
    """Every way to write a currency, before a number and behind it."""

    before: dict[str, Mark]
    after: dict[str, Mark]
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
def known_marks() -> Marks:
    before: dict[str, Mark] = {}
    after: dict[str, Mark] = {}
    for row in read_rows("currencies.tsv"):
        code = row["code"]
        before[code] = after[code.lower()] = Mark(code)
        signs = split_values(row["signs"])
        if any(sign.endswith("$") for sign in signs):
            signs += (f"{code}$", f"{code} $")
        for sign in signs:
            before[sign] = Mark(code, strong=not sign.isalpha() or sign in {"Rs", "RMB"})
            if sign.isalpha() and len(sign) > 1:
                after[sign.lower()] = Mark(code, strong=sign == "RMB")
        after.update((word, Mark(code)) for word in split_values(row["words"]))
        after.update((word, Mark(code, strong=False)) for word in split_values(row["weak"]))
    glyphs = [sign for sign in before if len(sign) == 1 and not sign.isalnum()]
    return Marks(
        before,
        after,
        frozenset(glyphs),
        frozenset(sign[-2:] for sign in before if len(sign) > 1),
        frozenset(word.split()[0] for word in after),
        max(map(len, before)),
        re.compile(rf"{GAP}?(?P<mark>{'|'.join(map(re.escape, (*glyphs, 'US$', 'zł')))})(?!{GAP}?[0-9A-Za-z])"),
    )


_WORDS_AFTER = re.compile(rf"(?:{GAP}|{DASH})?([A-Za-z.]*[A-Za-z])(?:[ \u00a0-]([A-Za-z]+))?(?:[ \u00a0-]([A-Za-z]+))?")
GLYPH = re.compile(r"\s?[^\s\w.,;:!?()\"'&/-]")


def mark_before(text: str, position: int) -> tuple[Mark, int] | None:
    """The currency that ends at `position`, and where its sign begins."""
    near = text[max(0, position - _LOOK_BACK) : position]
    near = near.removesuffix("&nbsp;") if near.endswith(";") else near[:-1] if near[-1:].isspace() else near
    marks = known_marks()
    for size in range(min(marks.longest, len(near)), 0, -1):
        mark = marks.before.get(near[-size:])
        if mark is not None:
            start = text.rindex(near[-size:], 0, position)
            glued = near[-size].isalpha() and start and text[start - 1].isalpha()
            return None if glued else (mark, start)
    return None


def mark_after(text: str, position: int) -> tuple[Mark, int] | None:
    """The currency written at `position`, and where it ends; codes count in capitals only ("TRY", not "try")."""
    marks = known_marks()
    if GLYPH.match(text, position):
        glyph = marks.sign_after.match(text, position)
        if glyph:
            return marks.before[glyph["mark"]], glyph.end()
    match = _WORDS_AFTER.match(text, position)
    if match is None or match[1].lower() not in marks.first_words:
        return None
    words = [word.lower() for word in match.groups() if word]
    for count in range(len(words), 0, -1):
        mark = marks.after.get(" ".join(words[:count]))
        if mark is not None:
            is_word = words[0] == mark.code.lower() and not match[1].isupper()
            return (
                None if is_word or text[match.end(count) : match.end(count) + 1].isalnum() else (mark, match.end(count))
            )
    return None


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
