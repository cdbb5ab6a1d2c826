"""Shell: news for pages that are open: one task follows the catalogue and tells every listener, by server-sent events.

An event's id is the number of the change in the store. A browser that comes back names the last id it saw
(Last-Event-ID) and gets what it missed from the store, also after a restart. A listener that does not read fast enough
is cut off and comes back the same way; it holds up nobody. Changes that come together are written once, in one piece,
for all who listen: with hundreds of listeners that is what news costs.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from dealwire.errors import StoreError
from dealwire.log import logger
from dealwire.store import catalogue
from dealwire.web.desk import StoreDesk

log = logger("web")

LOOK_SECONDS = 0.25
BEAT = b": beat\n\n"
BEAT_SECONDS = 15.0
"""A comment now and then, so that proxies keep the connection and a gone browser is noticed."""
QUEUE_MAX = 64
"""So many pieces wait for a listener: at the busiest, some ten seconds of news."""
LISTENERS_MAX = 1_000
WRITE_SECONDS_MAX = 20.0
MISSED_MAX = 10_000
"""Who missed more is told to load the page anew."""
MISSED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Some changes in their order, as they are written to each listener."""

    changes: Sequence[tuple[int, str]]
    written: bytes

    @classmethod
    def of(cls, changes: Sequence[tuple[int, str]]) -> "Piece":
        return cls(changes, b"".join(_event(seq, story) for seq, story in changes))

    def after(self, seen: int) -> bytes:
        """What of it comes after the change `seen`."""
        if self.changes[0][0] > seen:
            return self.written
        return Piece.of([change for change in self.changes if change[0] > seen]).written


class Newsroom:
    """Who listens, and what happened last."""

    def __init__(self, desk: StoreDesk) -> None:
        self._desk = desk
        self._listeners: set[asyncio.Queue[Piece | None]] = set()
        self.last = 0

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def begin(self) -> None:
        """Find out what happened last: those who come from now on are told of what comes after it."""
        self.last = await self._desk.read(catalogue.place)

    async def follow(self) -> None:
        """Keep the catalogue up and tell of each change, until cancelled."""
        while True:
            try:
                while await self._lay_out():
                    pass
            except StoreError as error:
                log.warning("catalogue_waits", cause=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _lay_out(self) -> int:
        """Lay out a batch and tell of it, then leave the store as long to others; how many changes that were.

        Where much is behind, news goes on being read.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        count = await self._desk.bring_up()
        await self._tell()
        if count:
            await asyncio.sleep(loop.time() - began)
        return count

    async def _tell(self) -> None:
        """Tell of what was laid out, by this process or another that keeps the same catalogue up."""
        until = await self._desk.read(catalogue.place)
        while self.last < until:
            changes = await self._desk.read(catalogue.changes, self.last, until, MISSED_AT_ONCE)
            if changes:
                self.offer(Piece.of(changes))
            self.last = changes[-1][0] if len(changes) == MISSED_AT_ONCE else until

    def offer(self, piece: Piece) -> None:
        """Hand the piece to every listener."""
        for queue in list(self._listeners):
            self._offer(queue, piece)

    def _offer(self, queue: "asyncio.Queue[Piece | None]", piece: Piece) -> None:
        try:
            queue.put_nowait(piece)
        except asyncio.QueueFull:
            self._listeners.discard(queue)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    async def listen(self, since: int | None) -> AsyncIterator[bytes]:
        """The changes after `since`, then each as it comes, then and now a beat. It ends where the listener is slow."""
        queue: asyncio.Queue[Piece | None] = asyncio.Queue(QUEUE_MAX)
        self._listeners.add(queue)
        try:
            told = self.last
            seen = told if since is None else since
            while seen < told:
                missed = await self._desk.read(catalogue.changes, seen, told, MISSED_AT_ONCE)
                if not missed:
                    break
                yield Piece.of(missed).written
                seen = missed[-1][0]
            seen = max(seen, told)
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        piece = await queue.get()
                except TimeoutError:
                    yield BEAT
                    continue
                if piece is None:
                    return
                if news := piece.after(seen):
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
        since = last_event_id(request)
        with suppress(ConnectionError, TimeoutError):  # gone, or too slow: it comes back with its last id
            await response.prepare(request)
            await response.write(f"retry: 1000\nid: {newsroom.last if since is None else since}\n\n".encode())
            if since is not None and await newsroom.missed_too_much(since):
                await response.write(f"id: {newsroom.last}\nevent: reset\ndata: {{}}\n\n".encode())
                since = newsroom.last
            async for news in newsroom.listen(since):
                async with asyncio.timeout(WRITE_SECONDS_MAX):
                    await response.write(news)
        return response

    return events


def _event(seq: int, story: str) -> bytes:
    return f"id: {seq}\nevent: story\ndata: {json.dumps({'story': story})}\n\n".encode()
