"""Shell: what is kept of each feed between visits, and the lease by which one process at a time visits them."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import orjson

from connectors.health import FeedRecord
from dealwire.errors import StoreError

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS feeds (
        name TEXT PRIMARY KEY,
        state BLOB,
        due REAL,
        interval_seconds REAL NOT NULL,
        visits INTEGER NOT NULL,
        errors_in_a_row INTEGER NOT NULL,
        error TEXT NOT NULL,
        last_visit REAL,
        last_success REAL,
        last_change REAL,
        gaps_seconds TEXT NOT NULL,
        items INTEGER NOT NULL,
        events INTEGER NOT NULL,
        gone INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS lease (
        subject TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        until REAL NOT NULL
    ) WITHOUT ROWID""",
)

COLUMNS = (
    "name, state, due, interval_seconds, visits, errors_in_a_row, error, last_visit, last_success, last_change, "
    "gaps_seconds, items, events, gone"
)
FEEDS = "feeds"
"""The lease's subject for the whole set of feeds."""


class LeaseLostError(StoreError):
    """Another process visits the feeds now; what this one brings is not taken."""


def load(connection: sqlite3.Connection) -> dict[str, FeedRecord]:
    """Every feed's record by name."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM feeds ORDER BY name")  # noqa: S608 - a constant
    return {row[0]: _record(row) for row in rows}


def save(connection: sqlite3.Connection, record: FeedRecord) -> None:
    """Keep a feed's record in the caller's transaction; events counted meanwhile stay counted."""
    marks = ",".join("?" * 14)
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ") if name not in {"name", "events"})
    connection.execute(
        f"INSERT INTO feeds ({COLUMNS}) VALUES ({marks}) ON CONFLICT (name) DO UPDATE SET {updates}",  # noqa: S608
        (
            record.name,
            record.state,
            _stamp(record.due),
            record.interval_seconds,
            record.visits,
            record.errors_in_a_row,
            record.error,
            _stamp(record.last_visit),
            _stamp(record.last_success),
            _stamp(record.last_change),
            orjson.dumps(record.gaps_seconds).decode(),
            record.items,
            record.events,
            record.gone,
        ),
    )


def count_events(connection: sqlite3.Connection, name: str, articles: int) -> None:
    """Add `articles` that became events to the feed's count."""
    connection.execute("UPDATE feeds SET events = events + ? WHERE name = ?", (articles, name))


def forget(connection: sqlite3.Connection, names: Iterable[str]) -> int:
    """Drop the records of these feeds; how many there were."""
    return sum(connection.execute("DELETE FROM feeds WHERE name = ?", (name,)).rowcount for name in names)


def visit_soon(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """Let these feeds be due at once, also those that are gone; the others are as they were."""
    connection.executemany("UPDATE feeds SET due = NULL, gone = 0 WHERE name = ?", [(name,) for name in names])


def take_lease(connection: sqlite3.Connection, holder: str, now: datetime, lasting: timedelta) -> bool:
    """Take or renew the lease on the feeds; False while another holds it.

    One statement, hence atomic: of two processes that try at once, one gets it.
    """
    found = connection.execute(
        """INSERT INTO lease VALUES (?, ?, ?) ON CONFLICT (subject) DO UPDATE
            SET holder = excluded.holder, until = excluded.until
            WHERE lease.holder = excluded.holder OR lease.until <= ? RETURNING holder""",
        (FEEDS, holder, (now + lasting).timestamp(), now.timestamp()),
    ).fetchone()
    return found is not None


def require_lease(connection: sqlite3.Connection, holder: str) -> None:
    """LeaseLost unless `holder` has the lease: within the transaction that keeps a visit, it fences off a late one."""
    row = connection.execute("SELECT holder FROM lease WHERE subject = ?", (FEEDS,)).fetchone()
    if row is None or row[0] != holder:
        raise LeaseLostError(f"the feeds are visited by {row[0] if row else 'nobody'} now, not by {holder}")


def release_lease(connection: sqlite3.Connection, holder: str) -> None:
    """Give the lease up, so that another need not wait for its end."""
    connection.execute("DELETE FROM lease WHERE subject = ? AND holder = ?", (FEEDS, holder))


def _stamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def _record(row: tuple[object, ...]) -> FeedRecord:
    values = dict(zip(COLUMNS.split(", "), row, strict=True))
    for name in ("due", "last_visit", "last_success", "last_change"):
        values[name] = _moment(values[name])  # type: ignore[arg-type]  # REAL or NULL by the table's own form
    values["gaps_seconds"] = tuple(orjson.loads(str(values["gaps_seconds"])))
    values["gone"] = bool(values["gone"])
    return FeedRecord(**values)  # type: ignore[arg-type]  # the columns are the fields


class FeedLease:
    """The lease on the feeds as connectors.lease takes it: over one connection, for one holder."""

    def __init__(
        self, connection: sqlite3.Connection, holder: str, clock: Callable[[], datetime], lasting: timedelta
    ) -> None:
        self._connection = connection
        self._holder = holder
        self._clock = clock
        self._lasting = lasting

    def take(self) -> bool:
        return take_lease(self._connection, self._holder, self._clock(), self._lasting)

    def release(self) -> None:
        release_lease(self._connection, self._holder)
