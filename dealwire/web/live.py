"""Shell: news for pages that are open: one task follows the catalogue and tells every listener, by server-sent events.

An event's id is the number of the change in the store. A browser that comes back names the last id it saw
(Last-Event-ID) and gets what it missed from the store, also after a restart. A listener that does not read fast enough
is cut off and comes back the same way; it holds up nobody.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from dealwire.errors import StoreError
from dealwire.log import logger
from dealwire.store import catalogue
from dealwire.web.desk import StoreDesk

log = logger("web")

LOOK_SECONDS = 0.25
BEAT_SECONDS = 15.0
"""A comment now and then, so that proxies keep the connection and a gone browser is noticed."""
QUEUE_MAX = 256
LISTENERS_MAX = 1_000
WRITE_SECONDS_MAX = 20.0
MISSED_MAX = 500
"""Who missed more is told to load the page anew."""


class Newsroom:
    """Who listens, and what happened last."""

    def __init__(self, desk: StoreDesk) -> None:
        self._desk = desk
        self._listeners: set[asyncio.Queue[tuple[int, str] | None]] = set()
        self.last = 0

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def follow(self) -> None:
        """Keep the catalogue up and tell of each change, until cancelled."""
        self.last = await self._desk.read(catalogue.place)
        while True:
            try:
                found = await self._desk.bring_up()
                while found:
                    await self._tell()
                    found = await self._desk.bring_up()
            except StoreError as error:
                log.warning("catalogue_waits", cause=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell(self) -> None:
        until = await self._desk.read(catalogue.place)
        for seq, story in await self._desk.read(catalogue.changes, self.last, until, catalogue.BATCH * 2):
            for queue in list(self._listeners):
                self._offer(queue, (seq, story))
        self.last = until

    def _offer(self, queue: "asyncio.Queue[tuple[int, str] | None]", item: tuple[int, str]) -> None:
        try:
            queue.put_nowait(item)
        except asyncio.QueueFull:
            self._listeners.discard(queue)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    async def listen(self, since: int | None) -> AsyncIterator[tuple[int, str] | None]:
        """The changes after `since` and then each as it comes; None for a beat. It ends where the listener is slow."""
        queue: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(QUEUE_MAX)
        self._listeners.add(queue)
        try:
            seen = self.last
            if since is not None:
                for item in await self._desk.read(catalogue.changes, since, self.last, MISSED_MAX):
                    yield item
                seen = max(seen, since)
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        news = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if news is None:
                    return
                if news[0] > seen:
                    yield news
        finally:
            self._listeners.discard(queue)

    async def missed_too_much(self, since: int) -> bool:
        """Whether what came after `since` is not all there, or is more than a page takes in one by one."""
        return (
            since > self.last
            or since < await self._desk.read(catalogue.oldest_change)
            or self.last - since > MISSED_MAX
        )

    def close(self) -> None:
        """Let every listener go; their browsers come back."""
        for queue in list(self._listeners):
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)


def last_event_id(request: web.Request) -> int | None:
    """What the browser saw last; None for one that comes for the first time."""
    said = request.headers.get("Last-Event-ID", "") or request.query.get("after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


def handler(newsroom: Newsroom) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """GET of the stream of events."""

    async def events(request: web.Request) -> web.StreamResponse:
        if newsroom.listeners >= LISTENERS_MAX:
            raise web.HTTPServiceUnavailable(text="too many pages listen already", headers={"Retry-After": "30"})
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        since = last_event_id(request)
        with suppress(ConnectionError, TimeoutError):  # gone, or too slow: it comes back with its last id
            await response.write(f"retry: 1000\nid: {newsroom.last if since is None else since}\n\n".encode())
            if since is not None and await newsroom.missed_too_much(since):
                await response.write(f"id: {newsroom.last}\nevent: reset\ndata: {{}}\n\n".encode())
                since = newsroom.last
            async for item in newsroom.listen(since):
                async with asyncio.timeout(WRITE_SECONDS_MAX):
                    await response.write(_written(item))
        return response

    return events


def _written(item: tuple[int, str] | None) -> bytes:
    if item is None:
        return b": beat\n\n"
    seq, story = item
    return f"id: {seq}\nevent: story\ndata: {json.dumps({'story': story})}\n\n".encode()
