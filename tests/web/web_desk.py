"""A newsroom in miniature: a store filled from the project's own archive, its page served, more news at will."""

import asyncio
import http.client
import shutil
import threading
import urllib.parse
from datetime import UTC, datetime, timedelta

import archive
from aiohttp import web

from connectors.archive import article_of
from dealwire.bootstrap.rules import Rules, policy_of
from dealwire.model import Article
from dealwire.store import catalogue, outbox
from dealwire.store.database import Store
from dealwire.web.access import Access
from dealwire.web.app import Parts, build
from dealwire.web.desk import StoreDesk
from dealwire.web.pages.editor import Editing
from rules.load import load
from streams.embedded import Embedded

DEALS = 14


def checked(sources):
    book = load(sources)
    policy_of(book)
    return book


def make_app(path, rules_paths, *, configuration=None, access=None, editable=True, hosts=frozenset(), also=()):
    """The whole application over a store, as `dealwire run` makes it."""
    rules = Rules.read(rules_paths)
    desk = StoreDesk(path, lambda: rules.core, configuration=configuration)
    editing = Editing(tuple(rules_paths), path, checked, editable=editable)
    return build(Parts(desk, editing, access or Access(), hosts, also))


class Newsdesk:
    """The store, the fold and the page over both."""

    def __init__(self, folder, *, deals=DEALS, **options):
        self.folder = folder
        self.path = folder / "desk.db"
        self.rules_file = folder / "watchlist.yaml"
        self.configuration = folder / "dealwire.yaml"
        shutil.copy(archive.RULES, self.rules_file)
        self.configuration.write_text("version: 1\n# kept\nrules: watchlist.yaml\nfeeds: []\n")
        self.rules = Rules.read([self.rules_file])
        self.options = options
        self.store = Store.open(self.path)
        self.embedded = Embedded(self.store, self.rules.core, self._enqueue, lambda: datetime.now(UTC))
        self.take(shifted(archive.records(deals=deals)) if deals else [])
        self.lay_out()
        self.served = Served(self.app())

    def lay_out(self):
        """Bring the catalogue up, as the page does by itself a moment later."""
        while catalogue.behind(self.store.connection):
            with self.store.transaction() as connection:
                catalogue.bring_up(connection, datetime.now(UTC))

    def app(self):
        return make_app(self.path, [self.rules_file], configuration=self.configuration, **self.options)

    def _enqueue(self, connection, alert, now):
        outbox.enqueue(connection, alert, self.rules.router, now)

    def take(self, articles):
        return self.embedded.take(articles)

    def tell(self, title, body="", *, at=None, source="The Wire", url=""):
        """An article that comes in now."""
        now = at or datetime.now(UTC)
        url = url or f"https://wire.example/{abs(hash(title + body + source))}"
        (step,) = self.take(
            [Article.create(title=title, body=body, fetched=now, published=now, source=source, feed=source, url=url)]
        )
        return step.outcome.steps[0].id if step.outcome.steps else ""

    @property
    def url(self):
        return self.served.url

    def restart(self):
        """Kill the server and start another on the same port."""
        port = self.served.port
        self.served.close()
        self.served = Served(self.app(), port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.served.close()
        self.store.close()


def shifted(records):
    """The archive's articles moved so that the last is of just now, in order of time."""
    articles = [article_of(record) for record in records]
    shift = datetime.now(UTC) - timedelta(minutes=5) - max(a.at for a in articles)
    moved = [
        a.model_copy(
            update={
                name: moment + shift for name in ("published", "updated", "fetched") if (moment := getattr(a, name))
            }
            | {"feed": a.source or "Wire"}
        )
        for a in articles
    ]
    return sorted(moved, key=lambda a: (a.at, a.id))


class Served:
    """An application in a thread of its own."""

    def __init__(self, app, port=0):
        self.loop = asyncio.new_event_loop()
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        self.thread.start()
        if not self.ready.wait(20):
            raise TimeoutError("the page was not served")

    def _run(self, port):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._start(port))
        self.ready.set()
        self.loop.run_forever()

    async def _start(self, port):
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", port, reuse_address=True).start()
        self.port = self.runner.addresses[0][1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Visitor:
    """A program that speaks HTTP: it keeps cookies and nothing else."""

    def __init__(self, desk):
        self.port = desk.served.port
        self.cookies = {}

    def get(self, path, **headers):
        return self.send("GET", path, None, headers)

    def post(self, path, form, **headers):
        form = {"csrf": self.cookies.get("dealwire_form", "")} | form
        return self.send("POST", path, urllib.parse.urlencode(form), headers)

    def send(self, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        sent = {"Accept": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer
