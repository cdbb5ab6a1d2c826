"""A local HTTP server that does what a test tells it to, however badly, and a clock that moves only when told."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from connectors.fetch import Fetcher, Limits

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Site:
    """A real server on a free port. `on(path, handler)` says what it answers; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self._handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.url = ""

    def on(self, path, answer):
        """Answer `path` with a Response (made anew each time by a callable) or through a handler."""
        self._handlers[path] = answer

    def says(self, path, body, status=200, **headers):
        """Answer `path` with a body."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_request):
            return web.Response(status=status, body=raw, headers=named)

        self.on(path, answer)

    async def handle(self, request):
        self.asked.append(request)
        handler = self._handlers.get(request.path)
        return await handler(request) if handler else web.Response(status=404)


@contextlib.asynccontextmanager
async def serving():
    """A site that serves while the block runs."""
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", site.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


class Clock:
    """Time that passes only where something sleeps in it."""

    def __init__(self, now=NOON):
        self._now = now
        self.slept: list[float] = []

    def now(self):
        return self._now

    def pass_by(self, wait: timedelta):
        self._now += wait

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def play():
    """Run `scene(site, fetcher)` against a served site, with limits small enough to meet in a test."""

    def run(scene, **limits):
        async def whole():
            async with serving() as site, Fetcher(Limits(**{"visit_seconds_max": 5.0} | limits)) as fetcher:
                return await scene(site, fetcher)

        return asyncio.run(whole())

    return run


def rss(*items, channel=""):
    """An RSS document of (title, link) pairs or of whole items."""
    made = "".join(i if isinstance(i, str) else f"<item><title>{i[0]}</title><link>{i[1]}</link></item>" for i in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{channel}{made}</channel></rss>'


@pytest.fixture(name="rss")
def rss_fixture():
    return rss
