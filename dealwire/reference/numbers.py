"""Core: numbers as news writes them: digits with separators, scale words, numbers in words.

A scan steps from number to number, never from character to character, so that its cost grows with the numbers in a
text and not with its length.
"""

import functools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from dealwire.reference.table import read_rows

LONGESTNUMBER = 30
"""Digits and separators; a longer run is a serial number or an attack."""

GAP = r"(?:[ \t\u00a0\u2007\u2009\u202f]|&nbsp;|&\#160;)"
"""One space between the parts of a sum, as feeds write it."""

DASH = r"[-\u2010-\u2015\u2212]"

NUMBER = re.compile(r"[0-9]+(?:[.,'\u2019\u00a0\u202f][0-9]+)*")
_SCALE = re.compile(rf"(?P<gap>{GAP}|{DASH})?(?P<word>[A-Za-z]+)\.?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,'\u2019\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?$")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?$")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?$|[0-9]{1,3}\.[0-9]{3},[0-9]+$")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}$")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?$")
_GROUPING = str.maketrans("", "", ",'\u2019\u00a0\u202f")

_UNITS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL = "|".join(_UNITS)
_IN_WORDS = re.compile(
    r"\b(?:(?P<half>(?:a[ -])?half(?:[ -](?:of )?an?)?)"
    r"|(?P<quarter>(?:an?|one|(?P<three>three))[ -]quarters?[ -](?:of[ -])?an?)"
    rf"|(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<ones>{_SMALL}))?|(?P<unit>{_SMALL}))"
    rf"(?P<hundred>[ -]hundred)?(?P<fraction>[ -]and[ -]a[ -](?:half|quarter))?[ -]$",
    re.IGNORECASE,
)
_WORDS_REACH = 32
"""How far back from "million" a number in words may begin."""
_SCALE_IN_WORDS = re.compile(
    r"\b(?:(?:thousand|million|billion|trillion|crore|lakh)s?|(?:giga|mega)watts?)\b", re.IGNORECASE
)

_STEMS = (("illion", (1, 2)), ("thousand", (0,)), ("crore", (0,)), ("lakh", (0,)), ("gawatt", (2,)))
"""What scale words have in common, and how many letters stand before it."""


class Number(NamedTuple):
    """A number at [start, end) of a text: its value, and the scale that multiplied it (1 where there is none)."""

    value: int | float
    scale: int
    start: int
    end: int
    grouped: bool = False
    """Written with separators between thousands."""


@functools.cache
def scales() -> dict[str, int]:
    """What each scale word multiplies by."""
    return {row["word"]: int(row["factor"]) for row in read_rows("scales.tsv")}


@functools.cache
def _glued() -> frozenset[str]:
    return frozenset(row["word"] for row in read_rows("scales.tsv") if row["glue"])


def plain(value: Decimal) -> int | float:
    """The value as an int where it is whole, else as a float."""
    whole = int(value)
    return whole if whole == value else float(value)


def parse_digits(digits: str, *, scaled: bool = False) -> Decimal | None:
    """What digits with separators mean, or None where that cannot be told ("1.2.3").

    >>> parse_digits("1,250.5"), parse_digits("3,00,000"), parse_digits("1.250.000"), parse_digits("1,5", scaled=True)
    (Decimal('1250.5'), Decimal('300000'), Decimal('1250000'), Decimal('1.5'))
    """
    if len(digits) > LONGESTNUMBER:
        return None
    if _PLAIN.match(digits):
        return Decimal(digits)
    if _GROUPED.match(digits) or _INDIAN.match(digits):
        return Decimal(digits.translate(_GROUPING))
    if _CONTINENTAL.match(digits):
        return Decimal(digits.replace(".", "").replace(",", "."))
    if scaled and _DECIMAL_COMMA.match(digits):
        return Decimal(digits.replace(",", "."))
    return None


def scale_after(text: str, position: int) -> tuple[int, int]:
    """The factor written at `position` and where it ends; (1, position) where none is.

    >>> scale_after("5bn", 1), scale_after("5-million", 1), scale_after("5 GPUs", 1)
    ((1000000000, 3), (1000000, 9), (1, 1))
    """
    match = _SCALE.match(text, position)
    if match is None:
        return 1, position
    word = match["word"]
    factor = scales().get(word.lower())
    end = match.end("word")
    if factor is None:
        return 1, position
    if end < len(text) and (text[end].isdigit() or text[end] == "_"):
        return 1, position
    if word.lower() in _glued() and match["gap"] and word not in {"M", "B", "MM"}:
        return 1, position
    if (
        text[end : end + 1] == "."
        and word.lower() in {"mio", "mrd", "mln", "bln", "mn", "bn"}
        and _goes_on(text, end + 1)
    ):
        end += 1
    return factor, end


def _goes_on(text: str, position: int) -> bool:
    """Whether a full stop before `position` ends an abbreviation and not the sentence."""
    rest = text[position : position + 3].lstrip()
    return bool(rest) and not rest[0].isupper()


def number_at(text: str, position: int) -> Number | None:
    """The number in digits that begins at `position`, with its scale."""
    match = NUMBER.match(text, position)
    return read_number(text, match) if match else None


def read_number(text: str, match: re.Match[str]) -> Number | None:
    """The number whose digits NUMBER matched, with its scale; None where the digits mean no number."""
    factor, end = scale_after(text, match.end())
    digits = match.group()
    value = parse_digits(digits, scaled=factor > 1)
    if value is None:
        return None
    return Number(plain(value * factor), factor, match.start(), end, not digits.replace(".", "").isdigit())


def scan_digits(text: str) -> Iterator[Number]:
    """Every number in digits, with its scale, that no letter touches on the left ("B2B", "H100" hold none)."""
    for match in NUMBER.finditer(text):
        start = match.start()
        if start and text[start - 1] == "_":
            continue
        number = read_number(text, match)
        if number is not None:
            yield number


def scan_words(text: str) -> Iterator[Number]:
    """Every number in words before a scale word: "half a billion", "twenty-five million", "one and a half trillion"."""
    for scale in _scales_in_words(text):
        factor = scales().get(scale.group().lower(), 1)
        from_ = max(0, scale.start() - _WORDS_REACH)
        match = _IN_WORDS.search(text[from_ : scale.start()])
        if match:
            value = _value_in_words(match) * factor
            end = scale.end() if factor > 1 else scale.start()
            yield Number(plain(value), factor, from_ + match.start(), end)


def _scales_in_words(text: str) -> list[re.Match[str]]:
    """The scale words of a text. Most texts have none, which plain searches for their stems show soonest."""
    lower = text.lower()
    if len(lower) != len(text):
        return list(_SCALE_IN_WORDS.finditer(text))
    found = []
    for stem, lead in _STEMS:
        position = lower.find(stem)
        while position >= 0:
            tried = (_SCALE_IN_WORDS.match(text, position - ahead) for ahead in lead if position >= ahead)
            found += [match for match in tried if match]
            position = lower.find(stem, position + len(stem))
    return sorted(found, key=lambda match: match.start())


def _value_in_words(match: re.Match[str]) -> Decimal:
    if match["half"]:
        return Decimal("0.5")
    if match["quarter"]:
        return Decimal("0.75") if match["three"] else Decimal("0.25")
    value = Decimal(_UNITS[match["unit"].lower()] if match["unit"] else _TENS[match["tens"].lower()])
    if match["ones"]:
        value += _UNITS[match["ones"].lower()]
    if match["hundred"]:
        value *= 100
    if match["fraction"]:
        value += Decimal("0.5") if match["fraction"].lower().endswith("half") else Decimal("0.25")
    return value
