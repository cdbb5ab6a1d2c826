"""Shell: the stored articles read again by today's understanding, whose gains over what was read then are told.

The fold replaces an earlier extractor's reading of a revision by a later one's, quietly: what a better extractor finds
is news to dealwire, not to the world.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from dealwire.bootstrap.rules import Rules
from dealwire.model import Alert, Article, MarketEvent
from dealwire.store import articles, outbox
from dealwire.store.database import Store
from streams.embedded import Embedded

BATCH_ARTICLES = 200


@dataclass(frozen=True, slots=True)
class Reread:
    """One article that is understood otherwise than when it came."""

    article: Article
    events_before: int
    events: tuple[MarketEvent, ...]


def reread(rules: Rules, store: Store, since: datetime | None, until: datetime | None) -> Iterator[Reread | Article]:
    """Every stored article of [since, until): those that now hold another number of events as Reread."""
    understander = rules.core.understander
    for article, events_before in articles.counted(store.connection, since, until):
        events = understander.understand(article).events
        yield article if len(events) == events_before else Reread(article, events_before, events)


def take_again(rules: Rules, store: Store, since: datetime | None, until: datetime | None) -> Iterator[int]:
    """Fold the stored articles anew, a batch to a transaction; how many of each changed what the stories hold.

    Those are the ones that an earlier version of the understanding read: its own readings stand.
    """

    def enqueue(connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
        outbox.enqueue(connection, alert, rules.router, now)

    embedded = Embedded(store, rules.core, enqueue, lambda: datetime.now(UTC))
    stored = articles.stored(store.connection, since, until)
    while batch := list(islice(stored, BATCH_ARTICLES)):
        yield sum(bool(step.outcome.writes) for step in embedded.take(batch, again=True))
