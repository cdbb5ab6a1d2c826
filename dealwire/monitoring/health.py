"""Shell: whether a process lives and whether it can do its job. Both answer with what is wrong, in words.

Alive means that its main loop turns: a process that is not is to be killed and started anew. Ready means that every
check passes: one that is not may recover by itself, once its disk, broker or feeds do.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from connectors.health import FeedRecord
from dealwire.errors import DealwireError

BEAT_EVERY_SECONDS = 1.0
BEAT_SECONDS_MAX = 300.0
"""A loop turns every second or so; indexes of 100,000 stories are rebuilt in a minute."""
FINDINGS_SECONDS = 5.0
"""How long findings are good for: whoever asks more often gets them again, so that asking costs next to nothing."""
BUSY_SECONDS_MAX = 5.0
INTERVALS_WITHOUT_SUCCESS = 3
POLL_AGE_LEAST = timedelta(minutes=30)

Check = Callable[[], str]
"""Answers why the process cannot do its job; empty where this is no reason."""


class Heartbeat:
    """The main loop's: it beats at each turn."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        self._last = self._clock()

    async def keep(self) -> None:
        """Beat with the event loop that runs this, until it is cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_EVERY_SECONDS)

    def silence_seconds(self) -> float:
        """How long ago the last beat was."""
        return self._clock() - self._last

    @property
    def alive(self) -> bool:
        return self.silence_seconds() <= BEAT_SECONDS_MAX


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    why_not: str = ""

    @property
    def ok(self) -> bool:
        return not self.why_not


class Health:
    """The checks of one process, by name. `look` runs them, at most once every few seconds, whoever asks.

    Until it is `complete` the process is starting, and says so: it must not look ready before all checks are there.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._checks: dict[str, Check] = {}
        self._clock = clock
        self._lock = threading.Lock()
        self._findings: tuple[Finding, ...] = ()
        self._looked_at: float | None = None
        self._complete = False

    def complete(self) -> None:
        """All checks are there."""
        with self._lock:
            self._complete = True
            self._looked_at = None

    def add(self, name: str, check: Check) -> None:
        with self._lock:
            self._checks[name] = check
            self._looked_at = None

    def look(self) -> tuple[Finding, ...]:
        """What each check finds; blocks while they run, so not for an event loop."""
        with self._lock:
            now = self._clock()
            if self._looked_at is None or now - self._looked_at >= FINDINGS_SECONDS:
                found = tuple(Finding(name, _run(check)) for name, check in self._checks.items())
                self._findings = found if self._complete else (*found, Finding("start", "the process is starting"))
                self._looked_at = self._clock()
            return self._findings


def _run(check: Check) -> str:
    try:
        return check()
    except DealwireError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a check that fails is a finding, and the others are wanted too
        return f"the check failed: {type(error).__name__}: {error}"


def store_writable(path: Path) -> Check:
    """Whether the store takes a write: one that changes nothing, and goes the whole way to the disk."""

    def check() -> str:
        try:
            address = f"{path.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS_MAX, isolation_level=None)) as store:
                store.execute("BEGIN IMMEDIATE")
                version = store.execute("PRAGMA user_version").fetchone()[0]
                store.execute(f"PRAGMA user_version = {version:d}")
                store.execute("COMMIT")
        except sqlite3.Error as error:
            return f"{path}: {error}"
        return ""

    return check


def feeds_answer(records: Iterable[FeedRecord], now: datetime) -> str:
    """Why the feeds cannot be said to be read: none has answered for long. Empty where one has, or there is none.

    For long is three times the wait between visits to the one that is visited most often, and half an hour at least.
    """
    live = [record for record in records if not record.gone]
    if not live:
        return ""
    waits = [record.interval_seconds for record in live if record.interval_seconds]
    limit = max(POLL_AGE_LEAST, timedelta(seconds=INTERVALS_WITHOUT_SUCCESS * min(waits, default=0.0)))
    newest = max((record.last_success for record in live if record.last_success), default=None)
    if newest is None:
        failing = sum(record.errors_in_a_row > 0 for record in live)
        return f"no feed has answered yet; {failing} of {len(live)} failed"
    if now - newest > limit:
        return f"no feed has answered since {newest:%Y-%m-%d %H:%M} UTC, longer than {limit} ago"
    return ""
