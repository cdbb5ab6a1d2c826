"""Shell: one SQLite file in WAL mode, opened, migrated and written in transactions. Start reading here.

Each module beside this one owns some tables: it has their DDL in `SCHEMA` and plain functions over a connection, so
that a caller may put work of several of them into one transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Self

from dealwire.errors import StoreError
from dealwire.store.turns import Turns

TABLES = (
    "state",
    "articles",
    "feeds",
    "dead_letters",
    "journal",
    "outbox",
    "silences",
    "corrections",
    "tally",
    "subscriptions",
    "catalogue",
    "feed_days",
    "revisions",
    "followed",
    "sums",
    "fired",
    "company_sums",
)
"""Modules of dealwire.store, each with `SCHEMA`."""

SCHEMA_VERSION = 12
BUSY_TIMEOUT_SECONDS = 30.0
"""How long a writer waits for another's transaction; a batch takes well under a second."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a committed batch outlives a power cut: its feed state says it need not come again
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",  # 16 MiB; what is beyond it the system holds
    "PRAGMA wal_autocheckpoint = 8000",  # 32 MB: a batch touches pages all over, the next many of them again
)


class Store:
    """An open store. One per thread: the transactions of all of them come one after the other."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.connection = connection
        self.path = path
        self._turns = Turns.of(path)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """The store at `path`, made where it is missing; StoreError where it is locked, corrupt or newer than this."""
        place = str(path)
        if place != ":memory:":
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        with reported(place):
            connection = sqlite3.connect(
                place, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                for pragma in PRAGMAS:
                    connection.execute(pragma)
                _migrate(connection, place)
            except BaseException:
                connection.close()
                raise
        return cls(connection, place)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; StoreError names the file where SQLite refuses."""
        with self._in_turn(), reported(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """All that is read in it stands as at one moment, whatever others commit meanwhile."""
        with reported(self.path):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("ROLLBACK")

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turns.take(BUSY_TIMEOUT_SECONDS):
            raise StoreError(
                f"{self.path}: another part of dealwire writes to it for over {BUSY_TIMEOUT_SECONDS:.0f} s"
            )
        try:
            yield
        finally:
            self._turns.give()

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _migrate(connection: sqlite3.Connection, place: str) -> None:
    """Bring the tables to this version's form, in one transaction; two processes may try at once."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        raise StoreError(f"{place}: made by a newer dealwire (schema {found}, this one knows {SCHEMA_VERSION})")
    if found == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in TABLES:
            for statement in import_module(f"dealwire.store.{table}").SCHEMA:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def reported(place: str) -> Iterator[None]:
    """What SQLite refuses in the block, as a StoreError that names the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{place}: {error}; {_suggestion(error)}") from error


def _suggestion(error: sqlite3.DatabaseError) -> str:
    said = str(error)
    if "locked" in said:
        return "is another dealwire writing to it?"
    if "full" in said:
        return "free some disk space; nothing of this batch was kept, and it will be read again"
    if "not a database" in said or "malformed" in said:
        return "move the file away or restore a copy; dealwire starts anew without it"
    return "see the cause above"
