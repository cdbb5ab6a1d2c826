"""Shell: the articles that were read: which revision is known, and the originals for replay, within retention."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from dealwire.model import Article

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS articles (
        id TEXT PRIMARY KEY,
        revision TEXT NOT NULL,
        at REAL NOT NULL,
        ordered REAL NOT NULL,
        events INTEGER NOT NULL,
        record BLOB NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS articles_at ON articles (at, id)",
)

IDS_PER_QUERY = 500
ROWS_PER_QUERY = 500


def known_revisions(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The revision of each of these articles that is in the store, by id."""
    wanted = list(ids)
    known: dict[str, str] = {}
    for start in range(0, len(wanted), IDS_PER_QUERY):
        part = wanted[start : start + IDS_PER_QUERY]
        marks = ",".join("?" * len(part))
        known.update(connection.execute(f"SELECT id, revision FROM articles WHERE id IN ({marks})", part))  # noqa: S608 - question marks only
    return known


def keep(connection: sqlite3.Connection, read: Iterable[tuple[Article, int]]) -> None:
    """Keep articles and how many events each holds; a revision takes the place of an earlier one, never of a later."""
    connection.executemany(
        """INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
            revision = excluded.revision, at = excluded.at, ordered = excluded.ordered,
            events = excluded.events, record = excluded.record
            WHERE excluded.ordered >= ordered""",
        [(a.id, a.revision, a.at.timestamp(), a.order[0].timestamp(), events, a.to_bytes()) for a, events in read],
    )


def stored(
    connection: sqlite3.Connection, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Article]:
    """The articles of [since, until) in order of (event time, id)."""
    return (article for article, _ in counted(connection, since, until))


def counted(
    connection: sqlite3.Connection, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[Article, int]]:
    """The same, each with how many events it was found to hold. What is written meanwhile disturbs nothing."""
    place = (since.timestamp() if since else float("-inf"), "")
    high = until.timestamp() if until else float("inf")
    query = "SELECT at, id, events, record FROM articles WHERE (at, id) > (?, ?) AND at < ? ORDER BY at, id LIMIT ?"
    while rows := connection.execute(query, (*place, high, ROWS_PER_QUERY)).fetchall():
        for _, _, events, record in rows:
            yield Article.from_bytes(record), events
        place = rows[-1][:2]


def tallied(connection: sqlite3.Connection) -> tuple[int, datetime | None, datetime | None, int]:
    """How many articles are kept, of which time, and in how many bytes."""
    count, first, last, size = connection.execute(
        "SELECT count(*), min(at), max(at), coalesce(sum(length(record)), 0) FROM articles"
    ).fetchone()
    return count, _moment(first), _moment(last), size


def get(connection: sqlite3.Connection, article: str) -> Article | None:
    row = connection.execute("SELECT record FROM articles WHERE id = ?", (article,)).fetchone()
    return Article.from_bytes(row[0]) if row else None


def newest(connection: sqlite3.Connection) -> datetime | None:
    """The latest event time in the store."""
    (at,) = connection.execute("SELECT max(at) FROM articles").fetchone()
    return _moment(at)


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def older(connection: sqlite3.Connection, before: datetime) -> int:
    """How many articles `prune` would drop."""
    (count,) = connection.execute("SELECT count(*) FROM articles WHERE at < ?", (before.timestamp(),)).fetchone()
    return int(count)


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Drop articles older than `before`; how many went."""
    return connection.execute("DELETE FROM articles WHERE at < ?", (before.timestamp(),)).rowcount
