"""Shell: what travels on Kafka's topics, kept in a store of one's own, and how far each topic was read.

The page beside Kafka reads the same tables as the one beside `dealwire run`. A record and the place after it are
written in one transaction: whoever is killed goes on exactly there. Outbox records are `dealwire.store.mirror`'s.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from dealwire.model import Alert, DeadLetter

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS followed (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (topic, partition)
    ) WITHOUT ROWID""",
)


def places(connection: sqlite3.Connection) -> dict[tuple[str, int], int]:
    """(topic, partition) → the offset of the next record to be read."""
    rows = connection.execute("SELECT topic, partition, place FROM followed")
    return {(topic, partition): place for topic, partition, place in rows}


def save_places(connection: sqlite3.Connection, reached: Mapping[tuple[str, int], int]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO followed VALUES (?, ?, ?)", [(*where, place) for where, place in reached.items()]
    )


def keep_story(connection: sqlite3.Connection, key: str, record: bytes | None) -> None:
    """A story as the worker that folds has it; None: it is no more."""
    if record is None:
        connection.execute("DELETE FROM stories WHERE key = ?", (key,))
        return
    connection.execute(
        "INSERT INTO stories VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, record)
    )


def keep_alert(connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
    """An alert on its way to the notifier; what the notifier made of it comes with the outbox's records."""
    connection.execute(
        "INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (alert.id, alert.rule, alert.story, alert.version, alert.kind, alert.severity, alert.at.timestamp(),
         now.timestamp(), alert.to_bytes()),
    )  # fmt: skip


def keep_letter(connection: sqlite3.Connection, name: str, letter: DeadLetter | None) -> None:
    """A dead letter; None: it was retried or dropped."""
    if letter is None:
        connection.execute("DELETE FROM dead_letters WHERE id = ?", (name,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO dead_letters (id, at, letter) VALUES (?, ?, ?)",
        (letter.id, letter.at.isoformat(), letter.to_bytes()),
    )


def prune(connection: sqlite3.Connection, before: datetime) -> None:
    """Forget alerts that came before then, of which no notifier said so."""
    connection.execute("DELETE FROM alerts WHERE received_at < ?", (before.timestamp(),))
