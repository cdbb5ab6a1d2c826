"""A desk to look at: a store filled from the project's own archive, and the pages served from it."""

import asyncio
import threading

from aiohttp import web

from dealwire.bootstrap.rules import Rules, policy_of
from dealwire.web.access import Access
from dealwire.web.app import Parts, build
from dealwire.web.desk import StoreDesk
from dealwire.web.pages.editor import Editing
from rules.load import load


def make_app(path, rules_paths, *, configuration=None, clock=None, access=None, retry=None):
    """The whole application over a store, as `dealwire run` makes it."""
    rules = Rules.read(rules_paths)
    options = {"clock": clock} if clock else {}
    desk = StoreDesk(path, lambda: rules.core, configuration=configuration, retry=retry, **options)
    return build(Parts(desk, Editing(tuple(rules_paths), path, checked), access or Access()))


def checked(sources):
    book = load(sources)
    policy_of(book)
    return book


class Served:
    """The application in a thread of its own."""

    def __init__(self, app, port=0):
        self.loop = asyncio.new_event_loop()
        self.runner = web.AppRunner(app)
        self.thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        self.ready = threading.Event()
        self.thread.start()
        self.ready.wait(10)

    def _run(self, port):
        asyncio.set_event_loop(self.loop)

        async def start():
            await self.runner.setup()
            site = web.TCPSite(self.runner, "127.0.0.1", port)
            await site.start()
            self.port = site._server.sockets[0].getsockname()[1]
            self.ready.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
