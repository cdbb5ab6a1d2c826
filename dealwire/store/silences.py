"""Shell: silences and acknowledgements in SQLite."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from dealwire.errors import UsageError
from dealwire.store import journal
from notifier.decide.silences import Acknowledgement, Silence

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS silences (
        id TEXT PRIMARY KEY, starts REAL NOT NULL, ends REAL NOT NULL, record BLOB NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS silences_ends ON silences (ends)",
    "CREATE TABLE IF NOT EXISTS acknowledgements (story TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
)


def add(connection: sqlite3.Connection, silence: Silence) -> None:
    """Keep the silence; the same one again takes its own place."""
    connection.execute(
        "INSERT OR REPLACE INTO silences VALUES (?, ?, ?, ?)",
        (silence.id, silence.starts.timestamp(), silence.ends.timestamp(), silence.to_bytes()),
    )
    journal.touch(connection, f"silence/{silence.id}")


def expire(connection: sqlite3.Connection, name: str, now: datetime) -> Silence:
    """End a silence now; UsageError where there is none such that runs or is to come."""
    row = connection.execute(
        "SELECT record FROM silences WHERE id = ? AND ends > ?", (name, now.timestamp())
    ).fetchone()
    if row is None:
        raise UsageError(f"no silence {name} runs or is to come")
    silence = Silence.from_bytes(row[0]).model_copy(update={"ends": now})
    add(connection, silence)
    return silence


def active(connection: sqlite3.Connection, now: datetime) -> tuple[Silence, ...]:
    """The silences that have started and not ended; a recurring one may be between two of its times."""
    rows = connection.execute(
        "SELECT record FROM silences WHERE ends > ? AND starts <= ? ORDER BY id", (now.timestamp(), now.timestamp())
    )
    return tuple(Silence.from_bytes(record) for (record,) in rows)


def listed(connection: sqlite3.Connection, now: datetime, *, ended: bool = False) -> Iterator[Silence]:
    """Silences that run or are to come, the first to end first; with those that `ended` too."""
    since = float("-inf") if ended else now.timestamp()
    for (record,) in connection.execute("SELECT record FROM silences WHERE ends > ? ORDER BY ends, id", (since,)):
        yield Silence.from_bytes(record)


def acknowledge(connection: sqlite3.Connection, acknowledgement: Acknowledgement) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO acknowledgements VALUES (?, ?)", (acknowledgement.story, acknowledgement.to_bytes())
    )
    journal.touch(connection, f"ack/{acknowledgement.story}")


def acknowledgement(connection: sqlite3.Connection, story: str) -> Acknowledgement | None:
    row = connection.execute("SELECT record FROM acknowledgements WHERE story = ?", (story,)).fetchone()
    return Acknowledgement.from_bytes(row[0]) if row else None


def withdraw(connection: sqlite3.Connection, story: str) -> Acknowledgement:
    """Take an acknowledgement back; UsageError where the story has none."""
    seen = acknowledgement(connection, story)
    if seen is None:
        raise UsageError(f"nobody has acknowledged story {story}")
    connection.execute("DELETE FROM acknowledgements WHERE story = ?", (story,))
    journal.touch(connection, f"ack/{story}")
    return seen


def acknowledged(connection: sqlite3.Connection) -> Iterator[Acknowledgement]:
    """Every acknowledgement, the latest first."""
    found = [
        Acknowledgement.from_bytes(record) for (record,) in connection.execute("SELECT record FROM acknowledgements")
    ]
    yield from sorted(found, key=lambda seen: (seen.at, seen.story), reverse=True)


def prune(connection: sqlite3.Connection, before: datetime) -> None:
    """Forget silences that ended, and acknowledgements that were made, before then."""
    ended = (before.timestamp(),)
    journal.forget(connection, "SELECT 'silence/' || id FROM silences WHERE ends < ?", ended)
    connection.execute("DELETE FROM silences WHERE ends < ?", ended)
    for seen in [seen for seen in acknowledged(connection) if seen.at < before]:
        connection.execute("DELETE FROM acknowledgements WHERE story = ?", (seen.story,))
        journal.touch(connection, f"ack/{seen.story}")
