"""Shell: the folding half: the one writer of stories. Events are folded one after another, and stored in batches;
corrections that people make come between them, and go the same way.

    take ─▶ fold over State ─▶ [queue] ─▶ changelog acknowledged ─▶ table ─▶ alerts acknowledged ─▶ offset committed

While one batch is on its way, the next gathers: the busier the topic, the larger the batches. A worker that dies
anywhere on this way has committed nothing; its successor takes the events again, and those whose writes were stored
change nothing and send the same alerts again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import faust

from dealwire.broker import RECORD_BYTES_MAX
from dealwire.errors import RecordError
from dealwire.log import logger
from dealwire.model import Reading
from streams.dead_letters import letter_of
from streams.settings import KafkaSettings
from streams.worker.halves import INDEX, Folded, Halves
from streams.worker.outlet import Outlet, give_up
from streams.worker.ownership import Pulse, is_ours
from streams.worker.table import State

HEAD_BYTES_MAX = 4096
DRAIN_SECONDS_MAX = 30

log = logger("worker.folding")


@dataclass(frozen=True, slots=True)
class Taken:
    """One event, folded: what is to be written before its offset may be committed."""

    event: faust.EventT[bytes]
    state: State
    writes: Mapping[str, bytes | None] = field(default_factory=dict)
    records: tuple[tuple[str, bytes, bytes], ...] = ()
    """Alerts, or the dead letter: topic, key, value."""


class Folding:
    """Folds each reading into stories, or makes a dead letter of it where it cannot."""

    def __init__(
        self,
        settings: KafkaSettings,
        table: Any,
        outlet: Outlet,
        halves: Callable[[], Halves],
        clock: Callable[[], datetime],
    ) -> None:
        self._alerts = settings.topic("alerts")
        self._corrections = settings.topic("corrections")
        self._letters = settings.topic("dead_letters")
        self._table = table
        self._outlet = outlet
        self._halves = halves
        self._clock = clock
        self._pulse = Pulse(settings.session_timeout_seconds, settings.stall_seconds_max)
        self._room = asyncio.Semaphore(settings.in_flight_max)
        self._state: State | None = None
        self._waiting: list[Taken] = []
        self._arrived = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    async def run(self, stream: Any) -> None:
        """Fold what the stream brings, for as long as it lasts; `keep`, elsewhere, stores it."""
        async for event in stream.noack().events():
            await self._room.acquire()
            if not is_ours(event):
                self._room.release()
                continue
            if self._state is None:
                self._state = self._take_over()
            self._waiting.append(self._fold(self._state, event))
            self._drained.clear()
            self._arrived.set()

    async def release(self) -> None:
        """Finish what is under way and forget the state: another worker may own it from now on."""
        if self._state is None:
            return
        await asyncio.wait_for(self._drained.wait(), DRAIN_SECONDS_MAX)
        self._state = None
        log.info("fold_released")

    def _take_over(self) -> State:
        """The state as recovery left it, with its indexes."""
        state = State(self._table, self._outlet)
        state.derive(self._halves().indexes((key.decode(), value) for key, value in self._table.data.items()))
        log.info("fold_taken_over", derived=state.derived_count)
        return state

    def _fold(self, state: State, event: faust.EventT[bytes]) -> Taken:
        message = event.message
        try:
            folded = self._step(state, message)
            writes = {key: value for key, value in folded.writes.items() if not key.startswith(INDEX)}
            records = tuple((self._alerts, alert.id.encode(), alert.to_bytes()) for alert in folded.alerts)
            _check_sizes(writes, records)
        except Exception as error:  # noqa: BLE001 - the one place where a failing reading becomes a dead letter
            letter = letter_of(message, doing="fold", error=error, now=self._clock())
            log.warning("reading_failed", place=letter.place, reason=letter.reason)
            return Taken(event, state, records=((self._letters, letter.id.encode(), letter.to_bytes()),))
        state.lay(writes)
        state.derive({key: value for key, value in folded.writes.items() if key.startswith(INDEX)})
        return Taken(event, state, writes, records)

    def _step(self, state: State, message: Any) -> Folded:
        """A reading, or a person's correction, through the core."""
        value = message.value or b""
        if message.topic == self._corrections:
            return self._halves().correct(state, value)
        return self._halves().fold(state, Reading.from_bytes(value))

    async def watch(self) -> None:
        """Let it be noticed where the event loop no longer turns."""
        await self._pulse.turn()

    async def keep(self) -> None:
        """Store what was folded, batch after batch, in the order of the events; ends the process where it cannot.

        It outlives the agent, which Faust may cancel and start anew while a batch is on its way.
        """
        self._pulse.start(partial(give_up, "others take over"))
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            batch, self._waiting = self._waiting, []
            try:
                await self._keep_batch(batch)
            except Exception as error:  # noqa: BLE001 - whatever the cause, the offsets must stay where they are
                give_up("stories or alerts were not written", error)
            for taken in batch:
                taken.event.ack()
                self._room.release()
            if not self._waiting:
                self._drained.set()

    async def _keep_batch(self, batch: list[Taken]) -> None:
        self._pulse.check()
        for state, taken in groupby(batch, key=lambda taken: taken.state):
            await state.store([one.writes for one in taken if one.writes])
        sent: list[Any] = [
            await self._outlet.send(topic, key, value) for taken in batch for topic, key, value in taken.records
        ]
        await asyncio.gather(*sent)


def _check_sizes(writes: Mapping[str, bytes | None], records: tuple[tuple[str, bytes, bytes], ...]) -> None:
    """Refuse what no broker would take before any of it is laid over the state."""
    sizes = {key: len(value or b"") for key, value in writes.items()}
    sizes.update((key.decode(), len(value)) for _, key, value in records)
    for key, size in sizes.items():
        if size > RECORD_BYTES_MAX - HEAD_BYTES_MAX:
            raise RecordError(f"{key}: {size} bytes are more than a record may hold ({RECORD_BYTES_MAX})")
