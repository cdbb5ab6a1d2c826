"""Shell: what people have corrected, kept for as long as the store: restarts and replays take it again."""

import sqlite3
from collections.abc import Iterator

from streams.stories.correction import Correction

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS corrections (
        id TEXT PRIMARY KEY,
        at REAL NOT NULL,
        record BLOB NOT NULL
    ) WITHOUT ROWID""",
)


def keep(connection: sqlite3.Connection, correction: Correction) -> None:
    """Keep a correction; one that is there stays as it is."""
    row = (correction.id, correction.at.timestamp(), correction.to_bytes())
    connection.execute("INSERT INTO corrections VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", row)


def load(connection: sqlite3.Connection) -> Iterator[Correction]:
    """All corrections in the order in which they were made."""
    for (raw,) in connection.execute("SELECT record FROM corrections ORDER BY at, id"):
        yield Correction.from_bytes(raw)
