"""Core: what the Today page asks and says: the filters of an address, the days of a list, the words around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from dealwire.web.filters import Asked
from dealwire.web.pages.cards import Card
from dealwire.web.pages.wording import counted, day, usd, words

SIZES = (("", "Any"), ("10000000", "$10M or more"), ("100000000", "$100M or more"), ("1000000000", "$1B or more"),
         ("10000000000", "$10B or more"))  # fmt: skip
CONFIDENCES = (("", "Any"), ("0.5", "50% or more"), ("0.7", "70% or more"), ("0.9", "90% or more"))
DAYS = (("", "All"), ("1", "a day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"))


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
        "since": f"Since {asked.since}",
        "changed": "Since my last visit",
    }
    return [(words_, replace(asked, **{name: ""}).address()) for name, words_ in said.items() if getattr(asked, name)]


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
    full = day(key)
    near = {now.date(): "Today, ", now.date() - timedelta(days=1): "Yesterday, "}
    return near.get(key, "") + full
