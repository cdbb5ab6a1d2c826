"""Shell: the understanding half: articles in, readings out, on any number of workers.

Many records are on their way to the broker at once; each article's offset may be committed when its own reading has
been acknowledged, in whatever order the acknowledgements come.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import faust

from dealwire.log import logger
from dealwire.model import Article
from streams.dead_letters import letter_of
from streams.settings import KafkaSettings
from streams.worker.halves import Halves
from streams.worker.outlet import Outlet, give_up
from streams.worker.ownership import is_ours

DRAIN_SECONDS_MAX = 5

log = logger("worker.understanding")


class Understanding:
    """Turns each article into a reading, or into a dead letter where it cannot."""

    def __init__(
        self, settings: KafkaSettings, outlet: Outlet, halves: Callable[[], Halves], clock: Callable[[], datetime]
    ) -> None:
        self._events = settings.topic("events")
        self._letters = settings.topic("dead_letters")
        self._outlet = outlet
        self._halves = halves
        self._clock = clock
        self._in_flight_max = settings.in_flight_max
        self._room = asyncio.Semaphore(settings.in_flight_max)

    async def run(self, stream: Any) -> None:
        """Read the stream for as long as it lasts; ends the process where a result cannot be written."""
        async for event in stream.noack().events():
            await self._room.acquire()
            if not is_ours(event):
                self._room.release()
                continue
            topic, key, value = self._result(event.message)
            try:
                sent = await self._outlet.send(topic, key, value)
            except asyncio.CancelledError:  # by Faust, in a rebalance: the article comes again
                self._room.release()
                raise
            except Exception as error:  # noqa: BLE001 - whatever the cause, the offset must stay where it is
                give_up("a reading was not written", error)
            sent.add_done_callback(self._settled(event))

    async def drain(self) -> None:
        """Wait, for a while, for the acknowledgements of what is on its way: it then need not be done again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                for _ in range(self._in_flight_max):
                    await self._room.acquire()

    def _result(self, message: Any) -> tuple[str, bytes | None, bytes]:
        """The record that follows from an article: where it goes, its key and its value."""
        try:
            article = Article.from_bytes(message.value or b"")
            return self._events, article.id.encode(), self._halves().understand(article).to_bytes()
        except Exception as error:  # noqa: BLE001 - the one place where a failing article becomes a dead letter
            letter = letter_of(message, doing="understand", error=error, now=self._clock())
            log.warning("article_failed", place=letter.place, reason=letter.reason)
            return self._letters, letter.id.encode(), letter.to_bytes()

    def _settled(self, event: faust.EventT[bytes]) -> Callable[[asyncio.Future[Any]], None]:
        def settle(sent: asyncio.Future[Any]) -> None:
            if sent.cancelled():  # the worker stops: the offset stays, and the article comes again
                return
            if error := sent.exception():
                give_up("a reading was not acknowledged", error)
            event.ack()
            self._room.release()

        return settle
