"""Shell: the core's state, key → bytes, in SQLite: read as a mapping, written in batches."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping

SCHEMA = ("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",)

CACHED_KEYS_MAX = 50_000
"""How many values are kept in memory between batches: the stories and postings that news touches in a day."""


class StateTable(Mapping[str, bytes]):
    """The state as the core reads it: what is stored, under what this batch has written so far.

    `begin` opens a batch, `apply` collects writes, `flush` puts them into the caller's transaction, `discard` forgets a
    batch that failed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._pending: dict[str, bytes | None] = {}
        self._cache: OrderedDict[str, bytes | None] = OrderedDict()
        self._data_version = 0

    def begin(self) -> None:
        """Forget what is cached where another connection has written meanwhile; call it first in each transaction."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._cache.clear()
        self._data_version = version

    def __getitem__(self, key: str) -> bytes:
        value = self._pending[key] if key in self._pending else self._stored(key)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        self._require_flushed()
        return (key for (key,) in self._connection.execute("SELECT key FROM state"))

    def __len__(self) -> int:
        self._require_flushed()
        return int(self._connection.execute("SELECT count(*) FROM state").fetchone()[0])

    def apply(self, writes: Mapping[str, bytes | None]) -> None:
        """Take the core's writes; None deletes."""
        self._pending.update(writes)

    def flush(self) -> None:
        """Put what was applied into the open transaction."""
        gone = [(key,) for key, value in self._pending.items() if value is None]
        kept = [(key, value) for key, value in self._pending.items() if value is not None]
        self._connection.executemany("DELETE FROM state WHERE key = ?", gone)
        self._connection.executemany(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", kept
        )
        for key, value in self._pending.items():
            self._remember(key, value)
        self._pending = {}

    def discard(self) -> None:
        """Forget what was applied or cached since the last commit: the transaction was rolled back."""
        self._pending = {}
        self._cache.clear()

    def _stored(self, key: str) -> bytes | None:
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        row = self._connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        value = row[0] if row else None
        self._remember(key, value)
        return value

    def _remember(self, key: str, value: bytes | None) -> None:
        self._cache[key] = value
        self._cache.move_to_end(key)
        if len(self._cache) > CACHED_KEYS_MAX:
            self._cache.popitem(last=False)

    def _require_flushed(self) -> None:
        if self._pending:
            raise RuntimeError("flush before walking the state")
