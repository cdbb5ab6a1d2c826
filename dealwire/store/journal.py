"""Shell: which of the outbox's records changed since they were last published, so that another process can take over.

Each record stands under a key (`alert/…`, `delivery/…`, `silence/…`, `ack/…`) with its whole present state: a
compacted topic of them rebuilds the outbox. Only the Kafka notifier reads the journal; elsewhere it costs a row each.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS journal (key TEXT PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS journal_change ON journal (change)",
    "CREATE TABLE IF NOT EXISTS journal_clock (change INTEGER NOT NULL)",
    "INSERT INTO journal_clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM journal_clock)",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key that changed, and the number of that change."""

    key: str
    change: int


def touch(connection: sqlite3.Connection, key: str) -> None:
    """Note that the record under `key` changed."""
    connection.execute("UPDATE journal_clock SET change = change + 1")
    connection.execute(
        "INSERT INTO journal SELECT ?, change FROM journal_clock WHERE 1"
        " ON CONFLICT (key) DO UPDATE SET change = excluded.change",
        (key,),
    )


def unpublished(connection: sqlite3.Connection) -> list[Entry]:
    """All records that changed since they were published, in the order of their changes."""
    rows = connection.execute("SELECT key, change FROM journal ORDER BY change")
    return [Entry(key, change) for key, change in rows]


def mark_published(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Take entries off the journal; one that changed again meanwhile stays."""
    connection.executemany(
        "DELETE FROM journal WHERE key = ? AND change = ?", [(entry.key, entry.change) for entry in entries]
    )


def forget(connection: sqlite3.Connection, keys_query: str, values: Sequence[Any]) -> None:
    """Note that the records whose keys `keys_query` selects are gone: they are published as deleted."""
    for (key,) in connection.execute(keys_query, values).fetchall():
        touch(connection, key)
