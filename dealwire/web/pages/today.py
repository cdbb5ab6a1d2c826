"""Core: what the Today page asks and says: the filters of an address, the days of a list, the words around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from dealwire.model import CATEGORIES
from dealwire.web.pages.cards import Card
from dealwire.web.pages.wording import counted, day, usd, words

SIZES = (("", "Any"), ("10000000", "$10M or more"), ("100000000", "$100M or more"), ("1000000000", "$1B or more"),
         ("10000000000", "$10B or more"))  # fmt: skip
CONFIDENCES = (("", "Any"), ("0.5", "50% or more"), ("0.7", "70% or more"), ("0.9", "90% or more"))
DAYS = (("", "All"), ("1", "a day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"))
TEXT_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as the address has them; each empty where it is not asked for."""

    q: str = ""
    category: str = ""
    company: str = ""
    min_usd: str = ""
    region: str = ""
    rule: str = ""
    confidence: str = ""
    days: str = ""
    changed: str = ""
    """`1`: only what came since the last visit."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """What the address asks; values that no control offers are passed over."""
        held = {field.name: query.get(field.name, "").strip()[:TEXT_LENGTH_MAX] for field in fields(cls)}
        return cls(**{name: value for name, value in held.items() if _known(name, value)})

    def address(self, **more: str) -> str:
        """The page with these filters."""
        asked = {field.name: getattr(self, field.name) for field in fields(self)} | more
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"

    @property
    def query(self) -> str:
        """The filters as the query of an address, with its question mark; empty where there are none."""
        return self.address()[1:]


OFFERED: Mapping[str, frozenset[str]] = {
    "category": frozenset(CATEGORIES),
    "min_usd": frozenset(value for value, _ in SIZES),
    "confidence": frozenset(value for value, _ in CONFIDENCES),
    "days": frozenset(value for value, _ in DAYS),
    "changed": frozenset({"1"}),
}


def _known(name: str, value: str) -> bool:
    return name not in OFFERED or value in OFFERED[name]


def chosen(asked: Asked, rules: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each filter in force in words, and the address without it."""
    said = {
        "q": f"“{asked.q}”",
        "category": words(asked.category) if asked.category else "",
        "company": asked.company,
        "min_usd": dict(SIZES).get(asked.min_usd, ""),
        "region": f"Region {asked.region}",
        "rule": f"Rule {rules.get(asked.rule, asked.rule)}",
        "confidence": f"Sure {dict(CONFIDENCES).get(asked.confidence, '')}",
        "days": f"Last {dict(DAYS).get(asked.days, '')}",
        "changed": "Since my last visit",
    }
    return [
        (said[field.name], replace(asked, **{field.name: ""}).address())
        for field in fields(asked)
        if getattr(asked, field.name)
    ]


@dataclass(frozen=True, slots=True)
class Day:
    """A day's rows under its heading."""

    key: str
    name: str
    said: str
    cards: tuple[Card, ...]


def by_day(cards: Iterable[Card], now: datetime) -> list[Day]:
    """The rows in the order given, under a heading for each day."""
    return [_day(key, tuple(found), now) for key, found in groupby(cards, key=lambda card: card.at.date())]


def _day(key: date, cards: Sequence[Card], now: datetime) -> Day:
    worth = sum(card.worth for card in cards)
    said = counted(len(cards), "story", "stories") + (f" · {usd(worth)}" if worth else "")
    return Day(key.isoformat(), day_name(key, now), said, tuple(cards))


def day_name(key: date, now: datetime) -> str:
    """The day as a heading.

    >>> from datetime import UTC
    >>> day_name(date(2026, 3, 2), datetime(2026, 3, 3, tzinfo=UTC))
    'Yesterday, Mon 2 Mar 2026'
    """
    full = day(datetime(key.year, key.month, key.day))  # noqa: DTZ001 - a day has no zone
    near = {now.date(): "Today, ", now.date() - timedelta(days=1): "Yesterday, "}
    return near.get(key, "") + full
