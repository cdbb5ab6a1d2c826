"""Shell: what people correct, from the request on, kept for as long as the store: restarts and replays take it again.

Whoever asks (a command, the web page) writes a request; the one process that drives the store takes it at its next turn
and notes what came of it. A request that cannot be taken is refused with the reason, and is not tried again.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from dealwire.errors import UsageError
from streams.stories.correction import Correction

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS corrections (
        id TEXT PRIMARY KEY,
        at REAL NOT NULL,
        record BLOB NOT NULL,
        settled_at REAL,
        outcome TEXT NOT NULL DEFAULT '',
        refused INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
)


@dataclass(frozen=True, slots=True)
class Request:
    """A correction and what became of it."""

    correction: Correction
    settled_at: datetime | None
    """When the store's driver took or refused it; None while it waits."""
    outcome: str
    """What it did to which story; or why it was refused."""
    refused: bool
    undone_by: str = ""
    """The correction that took it back."""

    @property
    def state(self) -> str:
        if self.settled_at is None:
            return "waiting"
        return "refused" if self.refused else "undone" if self.undone_by else "taken"


def request(connection: sqlite3.Connection, correction: Correction) -> None:
    """Ask for a correction, within the caller's transaction; one that is there stays as it is."""
    connection.execute(
        "INSERT INTO corrections (id, at, record) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (correction.id, correction.at.timestamp(), correction.to_bytes()),
    )


def waiting(connection: sqlite3.Connection) -> list[Correction]:
    """The requests that nobody has taken yet, in the order in which they were made."""
    rows = connection.execute("SELECT record FROM corrections WHERE settled_at IS NULL ORDER BY at, id")
    return [Correction.from_bytes(record) for (record,) in rows]


def settle(connection: sqlite3.Connection, id: str, now: datetime, outcome: str, *, refused: bool = False) -> None:  # noqa: A002 - the record's own name
    """Note what became of a request."""
    connection.execute(
        "UPDATE corrections SET settled_at = ?, outcome = ?, refused = ? WHERE id = ?",
        (now.timestamp(), outcome, refused, id),
    )


def load(connection: sqlite3.Connection) -> Iterator[Correction]:
    """All corrections that were not refused, in the order in which they were made."""
    for (raw,) in connection.execute("SELECT record FROM corrections WHERE NOT refused ORDER BY at, id"):
        yield Correction.from_bytes(raw)


def listed(connection: sqlite3.Connection) -> list[Request]:
    """Every request with what became of it, the newest first."""
    rows = connection.execute(
        "SELECT record, settled_at, outcome, refused FROM corrections ORDER BY at DESC, id"
    ).fetchall()
    records = [Correction.from_bytes(record) for record, *_ in rows]
    undone = {
        c.undoes: c.id
        for c, (_, settled_at, _, refused) in zip(records, rows, strict=True)
        if c.undoes and settled_at is not None and not refused
    }
    return [
        Request(
            correction=correction,
            settled_at=None if settled_at is None else datetime.fromtimestamp(settled_at, UTC),
            outcome=outcome,
            refused=bool(refused),
            undone_by=undone.get(correction.id, ""),
        )
        for correction, (_, settled_at, outcome, refused) in zip(records, rows, strict=True)
    ]


def find(connection: sqlite3.Connection, id: str) -> Request:  # noqa: A002 - as above
    """The request of this id, or the only one that begins so; UsageError where there is none."""
    found = [one for one in listed(connection) if one.correction.id.startswith(id)]
    if not found or not id:
        raise UsageError(f"no correction {id!r}; `dealwire story corrections` lists them")
    if len(found) > 1:
        raise UsageError(f"several corrections begin with {id!r}; give more of the id")
    return found[0]
