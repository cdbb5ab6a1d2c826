"""Core: measured facts in text: power, chips, process node, memory, stake, area. Start at find_quantities.

power   MW        "3 GW", "two gigawatts"
chips   count     "100,000 Nvidia GPUs", "one million H100s"
process nm        "2nm", "3-nanometer"
memory  GB        "288GB of HBM4"
stake   percent   "20% stake", "a stake of 20 per cent"
area    as written, in sq ft, m2, acres or hectares
"""

import functools
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from dealwire.model import Quantity
from dealwire.reference.numbers import DASH, GAP, Number, number_at, plain, scan_digits, scan_words
from dealwire.reference.qualifiers import qualifier_around
from dealwire.reference.table import read_rows, split_values


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """A quantity at [start, end) in code points of the text as given."""

    quantity: Quantity
    start: int
    end: int

    def quote(self, text: str) -> str:
        return text[self.start : self.end]


class _Unit(NamedTuple):
    kind: str
    unit: str
    factor: Decimal


@functools.cache
def _units() -> dict[str, _Unit]:
    found = {}
    for row in read_rows("units.tsv"):
        for said in split_values(row["said"]):
            found[said] = _Unit(row["kind"], row["unit"], Decimal(row["factor"]))
    return found


@functools.cache
def _unit_pattern() -> re.Pattern[str]:
    said = "|".join(map(re.escape, sorted(_units(), key=len, reverse=True)))
    return re.compile(rf"(?:{GAP}|{DASH})?(?P<unit>{said})(?![A-Za-z0-9]|/(?:s|sec|h|hr)\b)")


_CHIPS = re.compile(
    rf"(?:{GAP}|{DASH})(?P<words>(?:of {GAP}?)?(?:(?:[A-Za-z][\w'’.-]*|[A-Z]+[0-9]+\w*|[0-9]){GAP}){{0,5}}?)"
    r"(?P<noun>(?:[Aa][Ii] )?(?:GPUs?|TPUs?|NPUs?|LPUs?|CPUs?|XPUs?|chips?|accelerators?|processors?|superchips?)\b"
    r"|(?:[A-Z]{1,2}[0-9]{2,3}|GB[0-9]{3}|MI[0-9]{3})[A-Z]?s\b)"
)
_NOT_CHIPS = re.compile(
    r"\b(?:in|for|to|from|on|at|with|and|by|as|that|which|startups?|companies|billion|dollars)\b", re.IGNORECASE
)
_PERCENT = re.compile(rf"{GAP}?(?:%|percent\b|per{GAP}cent\b|pc\b)")
_STAKE_AFTER = re.compile(
    rf"""(?:{GAP}|{DASH})?(?:
    (?:[A-Za-z-]+[ ]){{0,2}}?(?:stake|interest|shareholding|holding|equity|ownership|voting[ ]rights)\b
    |of[ ](?:its|the|their|his|her)[ ](?:issued[ ]|outstanding[ ]|voting[ ]|share[ ])*(?:shares?|stock|equity|capital)\b
    |of[ ](?:the[ ]company|the[ ]firm|the[ ]start-?up|the[ ]business|the[ ]unit)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_STAKE = re.compile(
    r"\b(?:interest rate|interest on|return on equity|in interest|interest payments?)\b", re.IGNORECASE
)
_STAKE_BEFORE = re.compile(
    r"\b(?:stake|interest|shareholding|ownership) (?:of|to|worth|amounting to|at)"
    r"(?: (?:about|around|roughly|over|more than|up to|nearly|at least|as much as))?\s*$",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"{GAP}?(?:{DASH}|to){GAP}?(?=[0-9])")
_STORAGE = re.compile(
    rf"{GAP}?(?:of )?(?:NVMe |PCIe |internal |onboard |UFS |local |cloud )*"
    r"(?:SSD|storage|hard|disk|drive|flash|/s|per second|file|data|plan)",
    re.IGNORECASE,
)


def _measure(number: Number, unit: _Unit) -> int | float:
    return plain(Decimal(str(number.value)) * unit.factor)


def _with_unit(text: str, number: Number) -> tuple[Quantity, int] | None:
    match = _unit_pattern().match(text, number.end)
    if match is None:
        return None
    unit = _units()[match["unit"]]
    if unit.kind == "memory" and (number.scale > 1 or _STORAGE.match(text, match.end())):
        return None
    if unit.kind == "process" and not 0 < number.value < 1000:
        return None
    return Quantity(kind=unit.kind, value=_measure(number, unit), unit=unit.unit), match.end()


def _as_stake(text: str, number: Number) -> tuple[Quantity, int] | None:
    percent = _PERCENT.match(text, number.end)
    if percent is None or number.scale > 1 or not 0 < number.value <= 100:
        return None
    after = _STAKE_AFTER.match(text, percent.end())
    if after is None and not _STAKE_BEFORE.search(text[max(0, number.start - 48) : number.start]):
        return None
    if after and _NOT_STAKE.match(text[after.start() : after.end() + 9].lstrip()):
        return None
    return Quantity(kind="stake", value=number.value, unit="percent"), percent.end()


def _as_chips(text: str, number: Number) -> tuple[Quantity, int] | None:
    if number.value < 2 or number.value != int(number.value):
        return None
    match = _CHIPS.match(text, number.end)
    if match is None or _NOT_CHIPS.search(match["words"]):
        return None
    if number.scale == 1 and not number.grouped and (1990 <= number.value <= 2060 or number.value < 10):
        return None
    if text[max(0, number.start - 1) : number.start] in {"$", "€", "£", "¥", "₹"}:
        return None
    return Quantity(kind="chips", value=int(number.value), unit="count"), match.end()


def _numbers(text: str) -> list[Number]:
    return sorted((*scan_digits(text), *scan_words(text)), key=lambda number: number.start)


def _stands_free(text: str, start: int) -> bool:
    before = text[start - 1] if start else " "
    return not (before.isalnum() or before in "._/$€£")


def find_quantities(text: str) -> list[FoundQuantity]:
    """Every quantity in the text, in order.

    >>> [(f.quantity.kind, f.quantity.value) for f in find_quantities("a 1.5 GW site for 400,000 Nvidia GPUs")]
    [('power', 1500), ('chips', 400000)]
    """
    found = []
    reached = 0
    for number in _numbers(text):
        if number.start < reached or not _stands_free(text, number.start):
            continue
        read = _read(text, number)
        if read is not None:
            quantity, end = read
            if quantity.qualifier != "range":
                qualifier, _ = qualifier_around(text, number.start, end)
                quantity = quantity.model_copy(update={"qualifier": qualifier})
            found.append(FoundQuantity(quantity, number.start, end))
            reached = end
    return found


def _read(text: str, number: Number) -> tuple[Quantity, int] | None:
    """What the number counts, and where its unit ends; "1.5-2 GW" is its lower bound."""
    return _with_unit(text, number) or _as_stake(text, number) or _as_chips(text, number) or _as_range(text, number)


def _as_range(text: str, low: Number) -> tuple[Quantity, int] | None:
    joint = _RANGE.match(text, low.end)
    high = number_at(text, joint.end()) if joint else None
    read = _with_unit(text, high) or _as_chips(text, high) if high and low.value < high.value else None
    if high is None or read is None:
        return None
    quantity, end = read
    factor = Decimal(str(quantity.value)) / Decimal(str(high.value))
    if low.scale == 1 and low.value * high.scale < high.value:
        factor *= high.scale
    value = plain(Decimal(str(low.value)) * factor)
    return quantity.model_copy(update={"value": value, "qualifier": "range"}), end


def parse_quantity(text: str) -> Quantity | None:
    """The one quantity that the whole text is, as rules write it: "500 MW", "3 GW", "20%", "2 nm", "100k chips"."""
    said = text.strip()
    for number in _numbers(said):
        if number.start:
            return None
        read = _with_unit(said, number) or _as_chips(said, number)
        if read is not None:
            return read[0] if read[1] == len(said) else None
        percent = _PERCENT.match(said, number.end)
        rest = said[percent.end() :].strip().lower() if percent else None
        return Quantity(kind="stake", value=number.value, unit="percent") if rest in {"", "stake"} else None
    return None


_LARGER = {"MW": (Decimal(1000), "GW"), "GB": (Decimal(1000), "TB")}


def format_quantity(quantity: Quantity) -> str:
    """The quantity as a person reads it.

    >>> format_quantity(Quantity(kind="power", value=3000, unit="MW"))
    '3 GW'
    """
    value, unit = Decimal(str(quantity.value)), quantity.unit
    if unit in _LARGER and value >= _LARGER[unit][0]:
        value, unit = value / _LARGER[unit][0], _LARGER[unit][1]
    number = f"{value.normalize():,f}"
    if unit == "percent":
        return f"{number}%"
    return f"{number} {'chips' if unit == 'count' else unit}"
