"""Shell: what takes pushed articles, from whoever holds the token and from hubs, as a visit to a feed would."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from connectors.articles import Origin
from connectors.fetch import Fetcher
from connectors.websub import Keys, Subscriber
from connectors.websub_endpoint import Callbacks
from dealwire.bootstrap.rules import Rules
from dealwire.bootstrap.threads import in_thread
from dealwire.config import Settings
from dealwire.model import Alert, Article
from dealwire.monitoring.monitor import Monitor
from dealwire.store import feeds, outbox
from dealwire.store.database import Store
from dealwire.store.subscriptions import KeptSubscriptions
from streams.core import Step
from streams.embedded import Embedded

TEND_EVERY = timedelta(minutes=1)


class Intake:
    """Takes articles into the configuration's store, one transaction for each call; the running dealwire sends."""

    def __init__(
        self, settings: Settings, rules: Rules, clock: Callable[[], datetime], monitor: Monitor | None = None
    ) -> None:
        path = settings.place(settings.store)
        self._store = Store.open(path)
        self._clock = clock
        self._monitor = monitor or Monitor()
        self._monitor.watch_store(path)
        self._monitor.health.complete()
        self._monitor.pipeline.use_rules(len(rules.core.book.rules))
        self._lock = threading.Lock()

        def enqueue(connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
            outbox.enqueue(connection, alert, rules.router, now)

        self._embedded = Embedded(self._store, rules.core, enqueue, clock)

    def take(self, articles: Sequence[Article], feed: str = "") -> tuple[Step, ...]:
        """Take articles; those of a feed count as its own."""

        def commit(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
            if feed:
                feeds.count_events(connection, feed, sum(bool(step.reading.events) for step in steps))

        began = time.perf_counter()
        with self._lock:
            steps = self._embedded.take(articles, commit)
        self._monitor.pipeline.observe_take(steps, time.perf_counter() - began, self._clock())
        return steps

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()


class Hubs:
    """The hubs of the configuration's feeds: their callbacks, and the subscriptions that are kept alive."""

    def __init__(
        self, settings: Settings, store: Store, intake: Intake, token: str, clock: Callable[[], datetime]
    ) -> None:
        self._specs = {spec.title: spec for spec in settings.feeds if spec.kind == "feed" and spec.remote}
        self._store = store
        self._intake = intake
        self._clock = clock
        self._kept = KeptSubscriptions(store)
        self._keys = Keys(token, settings.websub.callback)

    def callbacks(self) -> Callbacks:
        return Callbacks(self._kept, self._keys, self._origin, self._state_of, self._take, self._clock)

    async def tend(self, stop: asyncio.Event, every: timedelta = TEND_EVERY) -> None:
        """Ask hubs for what is due until `stop`."""
        wanted = {name: spec.allow_private for name, spec in self._specs.items()}
        async with Fetcher() as fetcher:
            subscriber = Subscriber(self._kept, self._keys, fetcher, wanted, self._clock)
            while not stop.is_set():
                await subscriber.tend()
                try:
                    async with asyncio.timeout(every.total_seconds()):
                        await stop.wait()
                except TimeoutError:
                    continue

    def _origin(self, feed: str) -> Origin | None:
        spec = self._specs.get(feed)
        return Origin(feed, spec.source, spec.url, spec.language) if spec else None

    def _state_of(self, feed: str) -> bytes | None:
        record = feeds.load(self._store.connection).get(feed)
        return record.state if record else None

    async def _take(self, feed: str, articles: Sequence[Article]) -> None:
        await in_thread(self._intake.take, articles, feed)
