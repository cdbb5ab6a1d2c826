"""Core: what a rule can ask about: each field's name, kind, limits and meaning. The one list that compiler, schema and
explanations share.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dealwire.model import CATEGORIES, STATUSES, TYPES, Role

FieldKind = Literal["word", "name", "place", "tag", "money", "quantity", "number", "flag", "text"]

ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a rule can ask about a story."""

    name: str
    kind: FieldKind
    means: str
    words: tuple[str, ...] = ()
    """For a word: all that it can be."""
    fact: str = ""
    """Under which name the story's evidence proves it."""
    number: str = ""
    """For what is compared: which of the story's numbers it is, where that is not its own name."""
    low: float = 0.0
    high: float = math.inf
    example: str = ""

    @property
    def is_compared(self) -> bool:
        return self.kind in {"money", "quantity", "number"}


def _distinct(
    groups: Mapping[str, tuple[str, ...]] | Mapping[Literal["funding", "mna", "hardware"], tuple[str, ...]],
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in groups.values() for word in words))


def _all() -> tuple[Field, ...]:
    roles = tuple(
        Field(role, "name", f"a company that takes part as {role.replace('_', ' ')}", fact="participant")
        for role in ROLES
    )
    return (
        Field("category", "word", "what kind of news it is", CATEGORIES, "trigger"),
        Field("type", "word", "which kind of round, deal or launch", _distinct(TYPES), "trigger"),
        Field("status", "word", "how far it has come", _distinct(STATUSES), "status"),
        Field("round", "word", "a funding type", TYPES["funding"], "trigger", example="series_b"),
        Field(
            "subject",
            "name",
            "the recipient or target, else the first vendor, operator or government",
            (),
            "participant",
        ),
        Field("company", "name", "a company in any role", (), "participant"),
        *roles,
        Field("region", "place", "a country or a group of countries", example="EU"),
        Field("sector", "tag", "a tag that watchlists and the gazetteer give to companies that take part"),
        Field("source", "tag", "an outlet that tells it", example="Reuters"),
        Field("cross_border", "flag", "whether the sides are in different countries, both known"),
        Field("amount", "money", "the money raised, paid or committed", (), "amount", example=">= 100M USD"),
        Field("price", "money", "what is paid in an mna", (), "amount", "amount", example=">= 500M EUR"),
        Field("valuation", "money", "what the recipient or target is worth", (), "valuation", example=">= 1B USD"),
        Field(
            "stake",
            "quantity",
            "the share that is bought, in percent",
            (),
            "quantity:stake",
            high=100.0,
            example=">= 20%",
        ),
        Field("power", "quantity", "power, in MW or GW", (), "quantity:power", example=">= 500 MW"),
        Field("chips", "quantity", "a count of chips", (), "quantity:chips", example=">= 100,000"),
        Field("process", "quantity", "the process node, in nm", (), "quantity:process", example="<= 3 nm"),
        Field("memory", "quantity", "memory, in GB", (), "quantity:memory", example=">= 96 GB"),
        Field(
            "area",
            "quantity",
            "floor or ground area, in m2, sq ft, acres or hectares",
            (),
            "quantity:area",
            example=">= 10 acres",
        ),
        Field("source_count", "number", "how many independent outlets tell it", low=1.0, example=">= 3"),
        Field(
            "confidence",
            "number",
            "how probable it is that the reading is right, from 0 to 1",
            high=1.0,
            example=">= 0.8",
        ),
        Field("text", "text", "phrases in the title or body; a trailing * is a prefix", example="photonic*"),
    )


FIELDS: Mapping[str, Field] = {field.name: field for field in _all()}

UNITS: Mapping[str, str] = {
    "stake": "%", "power": "MW", "process": "nm", "memory": "GB", "area": "m2",
}  # fmt: skip
"""In which unit a bare number would most likely be meant: for suggestions only."""

SQUARE_METRES: Mapping[str, float] = {"m2": 1.0, "sq ft": 0.09290304, "acres": 4046.8564224, "hectares": 10_000.0}
"""NIST Special Publication 811, appendix B.8 (international foot)."""
