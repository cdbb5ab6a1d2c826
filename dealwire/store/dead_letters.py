"""Shell: the records that the embedded shell could not take, kept until their owner retries or drops them.

The Kafka shell keeps the same records on a topic (streams.dead_letters), under the same verbs.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from dealwire.errors import UsageError
from dealwire.identity import digest
from dealwire.model import DeadLetter

SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS dead_letters (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        letter BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
REASON_LENGTH_MAX = 2_000
LETTERS_MAX = 10_000
"""Beyond this many the oldest go: a feed that is all bad must not fill the disk."""


def say(error: BaseException) -> str:
    """The error as a dead letter's reason, bounded."""
    return f"{type(error).__name__}: {error}"[:REASON_LENGTH_MAX]


def bury(connection: sqlite3.Connection, original: bytes, *, place: str, error: BaseException, now: datetime) -> None:
    """Keep a record that failed, within the caller's transaction; the same record at the same place is kept once."""
    letter = DeadLetter(
        id=digest("dead letter", place, original.hex()), original=original, place=place, reason=say(error), at=now
    )
    connection.execute(
        "INSERT OR REPLACE INTO dead_letters (id, at, letter) VALUES (?, ?, ?)",
        (letter.id, letter.at.isoformat(), letter.to_bytes()),
    )
    connection.execute(
        "DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters ORDER BY at DESC, id LIMIT -1 OFFSET ?)",
        (LETTERS_MAX,),
    )


def kept(connection: sqlite3.Connection) -> tuple[DeadLetter, ...]:
    """The dead letters, oldest first."""
    rows = connection.execute("SELECT letter FROM dead_letters ORDER BY at, id")
    return tuple(DeadLetter.from_bytes(letter) for (letter,) in rows)


def drop(connection: sqlite3.Connection, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    """Forget the dead letters of these ids; UsageError where one is not there, and then none is forgotten."""
    letters = chosen(kept(connection), ids)
    connection.executemany("DELETE FROM dead_letters WHERE id = ?", [(letter.id,) for letter in letters])
    return letters


def chosen(letters: Sequence[DeadLetter], ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    """The letters of these ids; UsageError names those that are not there."""
    known = {letter.id: letter for letter in letters}
    if missing := [id_ for id_ in ids if id_ not in known]:
        raise UsageError(f"no dead letter {', '.join(missing)}; `dealwire dead-letters list` shows those there are")
    return tuple(known[id_] for id_ in dict.fromkeys(ids))
