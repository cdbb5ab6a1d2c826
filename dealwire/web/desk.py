"""Shell: one store for the pages: a few threads that read, one that writes, and the catalogue kept up.

Each reading thread has a connection of its own, so that a long query holds up nobody else's.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dealwire.errors import StoreError, UsageError
from dealwire.log import logger
from dealwire.reference.companies import Companies
from dealwire.store import catalogue, corrections, dead_letters, warm
from dealwire.store.database import Store, reported
from rules.book import RuleBook
from streams.stories.correction import Correction

log = logger("web")
T = TypeVar("T")

READERS = 3
BUSY_TIMEOUT_SECONDS = 10.0
CACHE_KIB = 2_048
"""Of each connection: what pages look at is at the ends of indexes, which is not much, and the system holds it too."""
WRITER_CACHE_KIB = 8_192


class Running(Protocol):
    """The rules that run at this moment."""

    @property
    def book(self) -> RuleBook: ...

    @property
    def companies(self) -> Companies: ...


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what readers ask for goes, where that is not the page's own store."""

    changes: Callable[[], AbstractContextManager[Store]] | None = None
    """Opens the store of acknowledgements, silences and deliveries."""
    ask: Callable[[Correction], object] | None = None
    """Hands a correction to whoever drives the stories."""
    retry: Callable[[Sequence[str]], object] | None = None
    """Takes the records of these dead letters again."""
    drop: Callable[[Sequence[str]], object] | None = None
    """Forgets these dead letters."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class StoreDesk:
    """The desk over a SQLite store, which another thread or process may be writing to."""

    def __init__(
        self,
        path: Path,
        running: Callable[[], Running],
        *,
        configuration: Path | None = None,
        after_change: Callable[[], None] = lambda: None,
        outlets: Outlets = Outlets(),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`running` answers with the rules that run; `after_change` is called when a reader has changed something."""
        self.configuration = configuration
        self._path = path
        self._running = running
        self._after_change = after_change
        self._clock = clock
        self._outlets = outlets
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="page-reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="page-writer")
        self._store = Store.open(path)
        self._store.connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        self._closing = threading.Event()
        self._held = threading.local()
        self._connections: list[sqlite3.Connection] = []

    @property
    def book(self) -> RuleBook:
        return self._running().book

    @property
    def companies(self) -> Companies:
        return self._running().companies

    def now(self) -> datetime:
        return self._clock()

    def read(self, query: Callable[..., T], *values: Any) -> Awaitable[T]:
        """What `query(connection, *values)` answers; StoreError where SQLite refuses."""
        return self._in(self._readers, self._read, query, values)

    async def write(self, change: Callable[..., T], *values: Any) -> T:
        """What `change(connection, *values)` answers, in one transaction."""
        done: T = await self._in(self._writer, lambda: self._write(change, values))
        self._after_change()
        return done

    async def ask(self, correction: Correction) -> None:
        """Put a correction on record; who drives the stories takes it at its next turn."""
        if self._outlets.ask:
            await self._in(self._writer, self._outlets.ask, correction)
        else:
            await self.write(corrections.request, correction)

    async def retry_letters(self, ids: Sequence[str]) -> None:
        """Take these dead letters' records again; UsageError where this process cannot."""
        if self._outlets.retry is None:
            raise UsageError("this page cannot retry records; use `dealwire dead-letters retry`")
        await self._in(self._writer, self._outlets.retry, ids)

    async def drop_letters(self, ids: Sequence[str]) -> None:
        """Forget these dead letters."""
        if self._outlets.drop:
            await self._in(self._writer, self._outlets.drop, ids)
        else:
            await self.write(dead_letters.drop, ids)

    async def bring_up(self) -> int:
        """Lay out what changed in the catalogue, a batch at a time; how many changes there were."""
        return await self._in(self._writer, self._bring_up)

    async def warm(self) -> None:
        """Read what lists are made of through once, beside everything else."""
        await asyncio.to_thread(self._read_through)

    def close(self) -> None:
        """Wait for what runs, then let the store go."""
        self._closing.set()
        for threads in (self._readers, self._writer):
            threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._store.close()

    def _in(self, threads: ThreadPoolExecutor, work: Callable[..., T], *values: Any) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(threads, work, *values)

    def _read(self, query: Callable[..., T], values: Sequence[Any]) -> T:
        with reported(str(self._path)):
            return query(self._connection(), *values)

    def _write(self, change: Callable[..., T], values: Sequence[Any]) -> T:
        if self._outlets.changes:
            with self._outlets.changes() as store, store.transaction() as connection:
                return change(connection, *values)
        with self._store.transaction() as connection:
            return change(connection, *values)

    def _read_through(self) -> None:
        try:
            with reported(str(self._path)), closing(self._open()) as connection:
                warm.read_through(connection, self._closing.is_set)
        except StoreError as error:  # the first readers wait for the disk; nothing else is lost
            log.warning("catalogue_cold", cause=str(error))

    def _bring_up(self) -> int:
        with reported(str(self._path)):
            if not catalogue.behind(self._store.connection):
                return 0
        with self._store.transaction() as connection:
            return catalogue.bring_up(connection, self._clock())

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._held, "connection", None)
        if found is None:
            found = self._held.connection = self._open()
            self._connections.append(found)
        return found

    def _open(self) -> sqlite3.Connection:
        """A connection that only reads."""
        made = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False)
        made.execute("PRAGMA query_only = ON")
        made.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return made
