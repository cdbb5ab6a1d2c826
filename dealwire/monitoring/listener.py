"""Shell: a small HTTP server for processes that have no other: in a thread and an event loop of its own.

It answers while the process's main loop is stuck, and can thus tell that it is.
"""

import asyncio
import threading
from types import TracebackType
from typing import Self

from aiohttp import web

from dealwire.errors import UsageError
from dealwire.monitoring.monitor import Monitor
from dealwire.monitoring.web import add_monitoring

START_SECONDS_MAX = 10


class Listener:
    """Serves a monitor at "host:port" for as long as the context lasts; port 0 is any that is free."""

    def __init__(self, monitor: Monitor, address: str) -> None:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise UsageError(f"metrics: host:port is wanted, not {address!r}")
        self._monitor = monitor
        self._host, self._port = host.strip("[]"), int(port)
        self._bound = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="monitoring", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._bound.wait(START_SECONDS_MAX):
            raise UsageError(f"metrics: {self._host}:{self._port} did not open in {START_SECONDS_MAX} s")
        if self._failure:
            said = (self._failure.strerror or str(self._failure)).lower()
            raise UsageError(f"metrics: cannot listen on {self._host}:{self._port}: {said}") from self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and self._stopping:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        add_monitoring(app, self._monitor)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            self._port = runner.addresses[0][1]
            self._bound.set()
            await self._stopping.wait()
        except OSError as error:
            self._failure = error
            self._bound.set()
        finally:
            await runner.cleanup()
