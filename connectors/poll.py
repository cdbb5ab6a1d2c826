"""Shell: visits many sources, each on its own schedule, and hands over what they bring; one bad source harms no other.

    visit ──Source.fetch──▶ Visit(batch, record) ──deliver──▶ the shell's transaction or the broker's acknowledgement

`deliver` takes articles and record together or raises; then nothing of the visit is remembered and it is made again.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from connectors.health import FeedRecord, after_failure, after_success
from connectors.schedule import Bounds, due_after_failure, due_after_success, next_interval
from connectors.source import Batch, GoneError, Source, UnavailableError
from dealwire.errors import SourceError
from dealwire.log import logger

log = logger("connectors")

VISITS_AT_ONCE = 128
VISITS_PER_HOST = 2


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit brought, and the source's record after it: both are kept, or neither."""

    batch: Batch
    record: FeedRecord
    seconds: float = 0.0
    """How long the source took to answer."""

    @property
    def failed(self) -> bool:
        return self.record.errors_in_a_row > 0


Deliver = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A source and how it may be visited; sources of one host share that host's few connections."""

    source: Source
    bounds: Bounds = field(default_factory=Bounds)
    host: str = ""


class SystemClock:
    """The wall clock and the event loop's timer."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Poller:
    """Visits the planned sources. `records` are what the store kept of them; sources without one are due at once."""

    def __init__(
        self,
        planned: Sequence[Planned],
        records: Mapping[str, FeedRecord] | None = None,
        *,
        clock: SystemClock | None = None,
        chance: Callable[[], float] = random.random,
        at_once: int = VISITS_AT_ONCE,
    ) -> None:
        self._planned = tuple(planned)
        self._records = {p.source.name: FeedRecord(p.source.name) for p in planned} | dict(records or {})
        self._clock = clock or SystemClock()
        self._chance = chance
        self._slots = asyncio.Semaphore(at_once)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(VISITS_PER_HOST))
        self._delivering = asyncio.Lock()

    async def once(self, deliver: Deliver) -> None:
        """Visit every source that is due: what is on this machine in the order of the plan, so that it tells the same
        story every time, then the web's, each delivered as it answers, so that nobody waits for a slow one.
        """
        now = self._clock.now()
        due = [p for p in self._planned if self._is_due(self._records[p.source.name], now)]
        for planned in due:
            if not planned.host:
                await self._read_through(planned, deliver)
        remote = [asyncio.create_task(self._read_through(p, deliver)) for p in due if p.host]
        try:
            await asyncio.gather(*remote)
        finally:
            await _cancel(remote)

    async def run(self, deliver: Deliver, stop: asyncio.Event) -> None:
        """Visit each source whenever it is due until `stop`; what `deliver` raises ends it and is raised here."""
        stopping = asyncio.create_task(stop.wait())
        follows = [asyncio.create_task(self._follow(p, deliver)) for p in self._planned]
        pending: set[asyncio.Task[object]] = {stopping, *follows}
        try:
            while pending - {stopping}:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                if stopping in done:
                    return
        finally:
            await _cancel([stopping, *follows])

    async def _follow(self, planned: Planned, deliver: Deliver) -> None:
        """One source, visit after visit; ends only where the source is gone."""
        while True:
            record = self._records[planned.source.name]
            if record.gone:
                return
            wait = (record.due - self._clock.now()).total_seconds() if record.due else 0.0
            if wait > 0:
                await self._clock.sleep(wait)
            await self._read_through(planned, deliver)

    async def _read_through(self, planned: Planned, deliver: Deliver) -> None:
        """All that a source has to give now, visit by visit: an archive comes in parts."""
        name, more = planned.source.name, True
        async with self._hosts[planned.host or name], self._slots:
            while more:
                visit = await self._visit(planned, self._records[name])
                await self._deliver(visit, deliver)
                more = visit.batch.more

    async def _visit(self, planned: Planned, record: FeedRecord) -> Visit:
        now = self._clock.now()
        started = time.perf_counter()
        try:
            batch = await planned.source.fetch(record.state, now)
        except SourceError as error:
            return self._failed(record, error, now, time.perf_counter() - started)
        except Exception as error:  # noqa: BLE001 - a source's own mistake is its owner's to see, and harms no other
            return self._failed(
                record, SourceError(f"{type(error).__name__}: {error}"), now, time.perf_counter() - started
            )
        interval = next_interval(record, planned.bounds, changed=bool(batch.articles))
        due = now if batch.more else due_after_success(interval, batch.next_at, now, self._chance())
        after = replace(after_success(record, batch, now), due=due, interval_seconds=interval)
        return Visit(batch, after, time.perf_counter() - started)

    def _failed(self, record: FeedRecord, error: SourceError, now: datetime, seconds: float) -> Visit:
        asked = error.retry_at if isinstance(error, UnavailableError) else None
        gone = isinstance(error, GoneError)
        after = after_failure(record, str(error), now, gone=gone)
        due = None if gone else due_after_failure(after.errors_in_a_row, asked, now, self._chance())
        return Visit(Batch(state=record.state), replace(after, due=due), seconds)

    async def _deliver(self, visit: Visit, deliver: Deliver) -> None:
        """Hand over one visit at a time, and only then remember it."""
        async with self._delivering:
            await deliver(visit)
        record = visit.record
        self._records[record.name] = record
        if visit.failed:
            said = "feed_gone" if record.gone else "feed_unavailable"
            log.warning(said, feed=record.name, error=record.error, errors_in_a_row=record.errors_in_a_row)
        else:
            log.debug("feed_visited", feed=record.name, articles=len(visit.batch.articles))
        for note in visit.batch.notes:
            log.info("feed_noted", feed=record.name, note=note)

    @staticmethod
    def _is_due(record: FeedRecord, now: datetime) -> bool:
        return not record.gone and (record.due is None or record.due <= now)


async def _cancel(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
