"""Core: comparisons as people write them (">= 100M USD", "> 5 and < 10") and the interval each one means."""

import math
import re
from dataclasses import dataclass

from dealwire.reference.money import parse_sum
from dealwire.reference.quantities import parse_quantity
from rules.fields import SQUARE_METRES, UNITS, Field

_OPERATOR = re.compile(r"(>=|<=|=>|=<|==|≥|≤|>|<|=)\s*")
_AND = re.compile(r"\s+and\s+|\s*,\s*(?=[<>=≥≤])")
_PLAIN_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(%|[kKmM])?$")
_FACTORS = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}
_DIGITS_MAX = 24


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two bounds. Money is in USD, quantities in the unit that the field is kept in."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        return above and (value < self.high if self.high_open else value <= self.high)

    @property
    def is_empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def meet(self, other: "Interval") -> "Interval":
        """What both hold.

        >>> Interval(low=5, low_open=True).meet(Interval(high=3, high_open=True)).is_empty
        True
        """
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not high_closed)


EVERYTHING = Interval()


class UnreadableError(ValueError):
    """A comparison that cannot be read: `what; suggestion`."""


def parse_comparison(field: Field, text: str) -> Interval:
    """The interval that `text` means for `field`; UnreadableError says why it means none.

    >>> from rules.fields import FIELDS
    >>> parse_comparison(FIELDS["power"], ">= 3 GW").low
    3000.0
    """
    found = EVERYTHING
    for part in _AND.split(text.strip()):
        match = _OPERATOR.match(part)
        if match is None:
            raise UnreadableError(f"{field.name} {text!r} has no comparison; {_advice(field, part)}")
        value = _value(field, part[match.end() :].strip(), text)
        if not math.isfinite(value):
            raise UnreadableError(f"{field.name} {text!r} is not a finite number; {_example(field)}")
        found = found.meet(_interval(match[1], value))
    return found


def _interval(operator: str, value: float) -> Interval:
    match operator:
        case ">":
            return Interval(low=value, low_open=True)
        case "<":
            return Interval(high=value, high_open=True)
        case ">=" | "=>" | "≥":
            return Interval(low=value)
        case "<=" | "=<" | "≤":
            return Interval(high=value)
        case _:
            return Interval(value, value)


def _value(field: Field, said: str, text: str) -> float:
    if len(said) > QUOTABLE_CHARACTERS_MAX:
        raise UnreadableError(f"{field.name} is compared with {len(said)} characters; {_example(field)}")
    if field.kind == "money":
        return _usd(field, said, text)
    if field.kind == "quantity":
        return _measure(field, said, text)
    value = _plain(said)
    if value is None:
        raise UnreadableError(f"{field.name} {text!r} compares with no number; {_example(field)}")
    return value


QUOTABLE_CHARACTERS_MAX = 60


def _plain(said: str) -> float | None:
    match = _PLAIN_NUMBER.match(said)
    if match is None or len(match[1]) > _DIGITS_MAX:
        return None
    return float(match[1].replace(",", "") + (match[2] or "")) * _FACTORS[(match[3] or "").lower()]


def _usd(field: Field, said: str, text: str) -> float:
    money = parse_sum(said)
    if money is None:
        if re.match(r"[\d.,]+\s*[a-zA-Z]*$", said):
            raise UnreadableError(f"{field.name} {text!r} names no currency; write '{text} USD', or another currency")
        raise UnreadableError(f"{field.name} {text!r} compares with no sum of money; {_example(field)}")
    if money.qualifier != "exact" or money.high is not None:
        raise UnreadableError(f"{field.name} {text!r} compares with a vague sum; {_example(field)}")
    if money.usd is None:
        raise UnreadableError(f"{field.name} {text!r}: no rate is known for {money.currency}; {_example(field)}")
    return float(money.usd)


def _measure(field: Field, said: str, text: str) -> float:
    plain = _plain(said.removesuffix("%").rstrip() if field.name == "stake" else said)
    if plain is not None and field.name in {"chips", "stake"}:
        return plain
    quantity = parse_quantity(said)
    if quantity is None:
        unit = f"write '{text} {UNITS[field.name]}'" if plain is not None and field.name in UNITS else _example(field)
        raise UnreadableError(f"{field.name} {text!r} compares with no {field.name}; {unit}")
    if quantity.kind != field.name:
        raise UnreadableError(f"{field.name} {text!r} compares with a {quantity.kind}; {_example(field)}")
    return float(quantity.value) * (SQUARE_METRES.get(quantity.unit, 1.0) if field.name == "area" else 1.0)


def _example(field: Field) -> str:
    return f'expected as in "{field.example}"'


def _advice(field: Field, said: str) -> str:
    if re.match(r"[\d$€£]", said):
        return f"did you mean '>= {said}'?"
    return _example(field) if field.kind == "number" else f"{_example(field)}, or undisclosed"
