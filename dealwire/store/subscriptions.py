"""Shell: WebSub subscriptions: which feed offers which hub, and how far we are with it. No secret is among them."""

import sqlite3
from datetime import UTC, datetime

from connectors.websub import State, Subscription
from dealwire.store.database import Store

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS subscriptions (
        feed TEXT PRIMARY KEY,
        hub TEXT NOT NULL,
        topic TEXT NOT NULL,
        state TEXT NOT NULL,
        asked_at REAL,
        active_at REAL,
        until REAL,
        said TEXT NOT NULL
    ) WITHOUT ROWID""",
)


def offer(connection: sqlite3.Connection, feed: str, hub: str, topic: str) -> None:
    """Note the hub that a feed names; another one than before is asked anew."""
    connection.execute(
        """INSERT INTO subscriptions VALUES (?, ?, ?, 'offered', NULL, NULL, NULL, '') ON CONFLICT (feed) DO UPDATE SET
            hub = excluded.hub, topic = excluded.topic, state = 'offered', asked_at = NULL, active_at = NULL,
            until = NULL, said = ''
            WHERE hub <> excluded.hub OR topic <> excluded.topic""",
        (feed, hub, topic),
    )


class KeptSubscriptions:
    """The subscriptions as connectors.websub takes them, over a store of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> dict[str, Subscription]:
        rows = self._store.connection.execute("SELECT * FROM subscriptions ORDER BY feed")
        return {row[0]: _subscription(*row) for row in rows}

    def save(self, subscription: Subscription) -> None:
        s = subscription
        moments = [moment.timestamp() if moment else None for moment in (s.asked_at, s.active_at, s.until)]
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (s.feed, s.hub, s.topic, s.state, *moments, s.said),
            )

    def forget(self, feed: str) -> None:
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM subscriptions WHERE feed = ?", (feed,))


def _subscription(feed: str, hub: str, topic: str, state: State, *rest: float | str | None) -> Subscription:
    *stamps, said = rest
    asked_at, active_at, until = (datetime.fromtimestamp(float(s), UTC) if s is not None else None for s in stamps)
    return Subscription(feed, hub, topic, state, asked_at, active_at, until, str(said))
