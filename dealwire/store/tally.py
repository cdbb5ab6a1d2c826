"""Shell: how much was read and when, and which stories it touched: what the daily report counts, by the time of taking.

Articles carry the time of their publication; a report on yesterday's work asks when dealwire took them in.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from dealwire.model import Reading

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS tally (
        slot INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (slot, what)
    ) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS touched (story TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS touched_at ON touched (at)",
)

SLOT_SECONDS = 300
"""Readings are counted in slots of this length, so that a day is some hundred rows however much is read."""
READ = "read"
TOLD = "told"
"""Readings with an event."""
PASSED_OVER = "passed over: "


def count(connection: sqlite3.Connection, readings: Iterable[Reading], stories: Iterable[str], now: datetime) -> None:
    """Add these readings to the slot of `now`, and note the stories that they touched."""
    counts: Counter[str] = Counter()
    for reading in readings:
        counts[READ] += 1
        counts[TOLD] += bool(reading.events)
        if reading.passed_over:
            counts[PASSED_OVER + reading.passed_over] += 1
    slot = int(now.timestamp()) // SLOT_SECONDS
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT (slot, what) DO UPDATE SET count = count + excluded.count",
        [(slot, what, number) for what, number in counts.items() if number],
    )
    connection.executemany(
        "INSERT INTO touched VALUES (?, ?) ON CONFLICT (story) DO UPDATE SET at = excluded.at",
        [(story, now.timestamp()) for story in stories],
    )


def counted(connection: sqlite3.Connection, since: datetime, until: datetime) -> dict[str, int]:
    """The counts of [since, until), whole slots."""
    rows = connection.execute(
        "SELECT what, sum(count) FROM tally WHERE slot >= ? AND slot < ? GROUP BY what",
        (since.timestamp() // SLOT_SECONDS, until.timestamp() / SLOT_SECONDS),
    )
    return dict(rows)


def began(connection: sqlite3.Connection) -> datetime | None:
    """When the first article was counted; None where none was."""
    (slot,) = connection.execute("SELECT min(slot) FROM tally").fetchone()
    return None if slot is None else datetime.fromtimestamp(slot * SLOT_SECONDS, UTC)


def touched(connection: sqlite3.Connection, since: datetime, until: datetime, limit: int) -> list[str]:
    """The stories last touched in [since, until), the newest first."""
    rows = connection.execute(
        "SELECT story FROM touched WHERE at >= ? AND at < ? ORDER BY at DESC LIMIT ?",
        (since.timestamp(), until.timestamp(), limit),
    )
    return [story for (story,) in rows]


def prune(connection: sqlite3.Connection, before: datetime) -> None:
    """Forget what was counted before then."""
    connection.execute("DELETE FROM tally WHERE slot < ?", (before.timestamp() // SLOT_SECONDS,))
    connection.execute("DELETE FROM touched WHERE at < ?", (before.timestamp(),))
