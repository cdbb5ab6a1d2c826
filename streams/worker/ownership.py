"""Shell: whether a record that was fetched may still be worked on, and whether this process may still think so."""

import asyncio
import threading
import time
from collections.abc import Callable

import faust

from dealwire.errors import StoreError

BEATS_PER_SESSION = 8


def is_ours(event: faust.EventT[bytes]) -> bool:
    """Whether the event's partition is held as when the event was fetched; else it comes again, perhaps elsewhere."""
    app = event.app
    return bool(app.flow_control.is_active() and event.message.generation_id == app.consumer_generation_id)


class Pulse:
    """Notices that the process stood still (suspended, swapped out) for so long that others have taken its place, or
    that its event loop has.

    A process that was suspended wakes up believing that it owns its partitions, until the broker tells it otherwise;
    the one writer of stories must not write in that moment. One whose loop is stuck, in an article that takes for ever,
    goes on sending heartbeats from another thread, and keeps its partitions from everybody. Hence a third thread, which
    looks at both.
    """

    def __init__(
        self,
        session_timeout_seconds: float,
        stall_seconds_max: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit_seconds = session_timeout_seconds
        self._stall_seconds_max = stall_seconds_max
        self._every_seconds = session_timeout_seconds / BEATS_PER_SESSION
        self._clock = clock
        self._last: float | None = None
        self._turned: float | None = None

    def start(self, stood_still: Callable[[StoreError], None]) -> None:
        """Beat from now on, in a thread that lasts as long as the process; `stood_still` is told of a standstill."""
        self._last = self._clock()
        threading.Thread(target=self._beat, args=(stood_still,), name="pulse", daemon=True).start()

    async def turn(self) -> None:
        """Let the thread see that the event loop turns, until this is cancelled."""
        try:
            while True:
                self._turned = self._clock()
                await asyncio.sleep(self._every_seconds)
        finally:
            self._turned = None

    def _beat(self, stood_still: Callable[[StoreError], None]) -> None:
        while True:
            time.sleep(self._every_seconds)
            try:
                self.check()
                self.check_loop()
            except StoreError as error:
                stood_still(error)
            self._last = self._clock()

    def check(self) -> None:
        """StoreError where the last beat is too long ago."""
        if self._last is None:
            return
        seconds = self._clock() - self._last
        if seconds > self._limit_seconds:
            raise StoreError(f"the process stood still for {seconds:.1f} s and may have been replaced")

    def check_loop(self) -> None:
        """StoreError where the event loop's last turn is too long ago."""
        turned = self._turned
        if turned is None:
            return
        seconds = self._clock() - turned
        if seconds > self._stall_seconds_max:
            raise StoreError(f"the event loop has stood still for {seconds:.1f} s, and keeps others from the work")
