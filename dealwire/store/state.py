"""Shell: the core's state, key → bytes, in SQLite: read as a mapping, written in batches.

Stories, which are large, stand in a table of their own whose rows SQLite appends; the many small values (postings,
articles, notes) stand in the tree of their keys. Together, in either kind of table, they cost half as much again.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import chain

LARGE = "story/"
"""With what the keys of large values begin."""
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS stories (key TEXT PRIMARY KEY, value BLOB NOT NULL)",
    "INSERT OR IGNORE INTO stories SELECT key, value FROM state WHERE key >= 'story/' AND key < 'story0'",
    "DELETE FROM state WHERE key >= 'story/' AND key < 'story0'",
    "CREATE TABLE IF NOT EXISTS state_version (version INTEGER NOT NULL)",
    "INSERT INTO state_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM state_version)",
)
TABLES = ("state", "stories")

CACHED_OCTETS_MAX = 12 << 20
"""So much is kept in memory between batches: the stories and postings that news touched lately."""
CACHED_KEYS_MAX = 50_000
"""And no more keys than so many: most that are asked for are not there, and that is kept too."""

SCARCE = ("correction/", "index/mention/")
"""How keys begin that each article is asked for and hardly any has: people's notes, headlines held by name."""
SCARCE_KEYS_MAX = 10_000
"""While a kind of them has no more, its keys are known in memory, and what is not among them is asked of no file."""

UNKNOWN = -1
"""Of the versions of a state, which are counted from 0."""


def _table(key: str) -> str:
    return "stories" if key.startswith(LARGE) else "state"


def _kind(key: str) -> str:
    """The beginning that a scarce key shares with its like."""
    return next(kind for kind in SCARCE if key.startswith(kind))


class StateTable(Mapping[str, bytes]):
    """The state as the core reads it: what is stored, under what this batch has written so far.

    `begin` opens a batch, `apply` collects writes, `flush` puts them into the caller's transaction, `discard` forgets a
    batch that failed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._pending: dict[str, bytes | None] = {}
        self._cache: OrderedDict[str, bytes | None] = OrderedDict()
        self._cached_octets = 0
        self._scarce: dict[str, set[str] | None] = {}
        """Each kind of scarce keys → all that are stored, or None where they are many."""
        self._version = UNKNOWN
        """Of the state, as what is cached has it."""

    def begin(self) -> None:
        """Forget what is cached where another has written to the state meanwhile; call it first in each transaction."""
        (version,) = self._connection.execute("SELECT version FROM state_version").fetchone()
        if version != self._version:
            self._forget()
        self._version = version

    def __getitem__(self, key: str) -> bytes:
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def get(self, key: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override] # bytes only
        """The value, or the default; the core asks often for what is not there."""
        value = self._pending[key] if key in self._pending else self._stored(key)
        return default if value is None else value

    def __iter__(self) -> Iterator[str]:
        self._require_flushed()
        rows = (self._connection.execute(f"SELECT key FROM {table}") for table in TABLES)  # noqa: S608 - names from here
        return (key for (key,) in chain.from_iterable(rows))

    def __len__(self) -> int:
        self._require_flushed()
        counts = (self._connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES)  # noqa: S608 - as above
        return sum(count for (count,) in counts)

    def apply(self, writes: Mapping[str, bytes | None]) -> None:
        """Take the core's writes; None deletes."""
        self._pending.update(writes)

    def flush(self) -> None:
        """Put what was applied into the open transaction, in the order of the keys: neighbours share a page."""
        gone: dict[str, list[tuple[str]]] = {table: [] for table in TABLES}
        kept: dict[str, list[tuple[str, bytes]]] = {table: [] for table in TABLES}
        for key, value in sorted(self._pending.items()):
            if value is None:
                gone[_table(key)].append((key,))
            else:
                kept[_table(key)].append((key, value))
        for table in TABLES:
            self._connection.executemany(f"DELETE FROM {table} WHERE key = ?", gone[table])  # noqa: S608 - as above
            self._connection.executemany(
                f"INSERT INTO {table} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",  # noqa: S608 - as above
                kept[table],
            )
        if self._pending:
            self._connection.execute("UPDATE state_version SET version = version + 1")
            self._version += 1
        for key, value in self._pending.items():
            self._remember(key, value)
            if key.startswith(SCARCE):
                self._know(key, there=value is not None)
        self._pending = {}

    def discard(self) -> None:
        """Forget what was applied or cached since the last commit: the transaction was rolled back."""
        self._pending = {}
        self._version = UNKNOWN
        self._forget()

    def _stored(self, key: str) -> bytes | None:
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        if key.startswith(SCARCE) and (stored := self._keys_beside(key)) is not None and key not in stored:
            return None
        row = self._connection.execute(f"SELECT value FROM {_table(key)} WHERE key = ?", (key,)).fetchone()  # noqa: S608 - as above
        value = row[0] if row else None
        self._remember(key, value)
        return value

    def _remember(self, key: str, value: bytes | None) -> None:
        self._cached_octets += len(value or b"") - len(self._cache.get(key) or b"")
        self._cache[key] = value
        self._cache.move_to_end(key)
        while self._cached_octets > CACHED_OCTETS_MAX or len(self._cache) > CACHED_KEYS_MAX:
            self._cached_octets -= len(self._cache.popitem(last=False)[1] or b"")

    def _keys_beside(self, key: str) -> set[str] | None:
        """All stored keys of the scarce key's kind; None where they are too many to know."""
        kind = _kind(key)
        if kind not in self._scarce:
            rows = self._connection.execute(
                "SELECT key FROM state WHERE key >= ? AND key < ? LIMIT ?",
                (kind, f"{kind}\U0010ffff", SCARCE_KEYS_MAX + 1),
            ).fetchall()
            self._scarce[kind] = {found for (found,) in rows} if len(rows) <= SCARCE_KEYS_MAX else None
        return self._scarce[kind]

    def _know(self, key: str, *, there: bool) -> None:
        """Follow what is known of the kind: the scarce key was stored, or deleted."""
        known = self._scarce.get(_kind(key))
        if known is None:
            return
        if not there:
            known.discard(key)
        elif len(known) < SCARCE_KEYS_MAX:
            known.add(key)
        else:
            self._scarce[_kind(key)] = None

    def _forget(self) -> None:
        self._cache.clear()
        self._cached_octets = 0
        self._scarce.clear()

    def _require_flushed(self) -> None:
        if self._pending:
            raise RuntimeError("flush before walking the state")
