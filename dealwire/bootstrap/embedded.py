"""Shell: the embedded service put together: feeds are visited, what they bring is taken, alerts are sent."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.fetch import Fetcher
from connectors.poll import Visit
from dealwire.bootstrap.coverage import feed_notices, stored_coverage
from dealwire.bootstrap.feeds import make_poller
from dealwire.bootstrap.monitoring import feeds_read, shown
from dealwire.bootstrap.rules import Rules
from dealwire.bootstrap.threads import in_thread
from dealwire.bootstrap.web import page
from dealwire.config import Settings, load_settings
from dealwire.errors import DealwireError
from dealwire.log import logger
from dealwire.model import Alert
from dealwire.monitoring.monitor import Monitor
from dealwire.store import articles, feeds, outbox, subscriptions, tally
from dealwire.store.database import Store
from dealwire.store.lock import sole_driver
from notifier.decide.backlog import Growth
from notifier.render.coverage import Coverage
from notifier.render.meta import lag_growing, rules_rejected
from notifier.send.dispatcher import Dispatcher, World
from notifier.send.report import DailyReport
from notifier.send.verdict import tell_operators
from streams.core import Step
from streams.embedded import Embedded

log = logger("embedded")

HOUSEKEEPING_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)
"""How often it is counted how many feeds are visited late."""
LATE_FEEDS_LEAST = 5
WATCH_SECONDS = 1.0
"""How often the rules files and the dispatcher are looked at while nothing arrives."""
PATIENCE = timedelta(minutes=2)
"""How long a run that is to end waits for messages that are due soon, such as a group that is still open."""

Show = Callable[[Visit, tuple[Step, ...]], None]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Service:
    """Everything that `dealwire run` runs, in one process on one store."""

    settings: Settings
    rules: Rules
    show: Show
    clock: Callable[[], datetime] = utc_now
    catch_up: timedelta | None = None
    """How far back rules that are new to the store speak of stories already known; None: not at all."""
    monitor: Monitor = field(default_factory=Monitor)
    served: Callable[[str], None] = lambda _: None
    """Told the page's address, or nothing where there is none."""
    _looked_at: int = 0
    """The configuration file's own time when it was last looked at; it may have changed between loading and the first
    look."""

    async def run(self, stop: asyncio.Event, *, once: bool = False) -> None:
        """Visit, take and send until `stop`; with `once`, until every feed was visited and its alerts are sent."""
        path = self.settings.place(self.settings.store)
        with (
            sole_driver(path),
            shown(self.monitor, "" if once else self.settings.metrics.listen),
            Store.open(path) as intake,
            Store.open(path) as sending,
        ):
            world = World(judged=self.monitor.deliveries.observe)
            rules = self.rules
            dispatcher = Dispatcher(sending, rules.senders(), rules.router, linker=rules.linker, world=world)
            embedded = Embedded(intake, self.rules.core, self._enqueue, self.clock)
            delivery = _Delivery(self, embedded, intake, dispatcher)
            delivery.catch_up()
            delivery.correct()
            async with Fetcher() as fetcher:
                if once:
                    await _unless(stop, make_poller(self.settings, fetcher, intake).once(delivery.take))
                    if not stop.is_set():
                        delivery.report()
                        await _drain(dispatcher, stop)
                    return
                dispatcher.start()
                self._check_health(path, dispatcher)
                try:
                    async with page(self.settings, path, rules, self.monitor, dispatcher.wake) as address:
                        self.served(address)
                        # Files answer at once: in the order of the configuration they tell the same story every time.
                        await _unless(
                            stop, make_poller(self.settings, fetcher, intake, files_only=True).once(delivery.take)
                        )
                        while dispatcher.running and not stop.is_set():
                            poller = make_poller(self.settings, fetcher, intake)
                            await _first_of(
                                poller.run(delivery.take, stop), delivery.watch(stop), self._feeds_changed(delivery)
                            )
                finally:
                    dispatcher.stop()
                    await in_thread(dispatcher.join)

    async def _feeds_changed(self, delivery: "_Delivery") -> None:
        """Wait until the configuration names other feeds, and take them; a mistake in it is told, and waited out.

        A feed whose entry was changed is due at once: what it waited for may be mended.
        """
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = changed_at(self.settings.file)
            if now == self._looked_at:
                continue
            self._looked_at = now
            try:
                feeds_now = load_settings(self.settings.file).feeds
            except DealwireError as error:
                log.warning("configuration_rejected", problem=str(error))
                continue
            if feeds_now != self.settings.feeds:
                before = self.settings.feeds
                await in_thread(delivery.visit_soon, [spec.title for spec in feeds_now if spec not in before])
                self.settings = self.settings.model_copy(update={"feeds": feeds_now})
                log.info("feeds_changed", feeds=len(feeds_now))
                return

    def _check_health(self, path: Path, dispatcher: Dispatcher) -> None:
        """What this process needs in order to do its job."""
        health = self.monitor.health
        self.monitor.watch_store(path)
        health.add("rules", lambda: "" if self.rules.core.book.rules else "no rule is enabled")
        health.add("feeds", feeds_read(lambda: self.settings.feeds, path, self.clock))
        health.add("sending", lambda: "" if dispatcher.running else "the dispatcher has ended")
        health.complete()

    def _enqueue(self, connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
        outbox.enqueue(connection, alert, self.rules.router, now)


def changed_at(file: Path) -> int:
    """When the file was last written; 0 where it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


class _Delivery:
    """Takes visits, one transaction each, and keeps an eye on the rules files between them."""

    def __init__(self, service: Service, embedded: Embedded, store: Store, dispatcher: Dispatcher) -> None:
        self._service = service
        self._embedded = embedded
        self._store = store
        self._dispatcher = dispatcher
        self._keep_house_at = service.clock()
        self._daily = DailyReport(self._collect)
        self._late_feeds = Growth(LATE_FEEDS_LEAST)
        self._look_at = service.clock()
        self._monitor = service.monitor
        self._monitor.pipeline.use_rules(len(service.rules.core.book.rules))
        self._turn = threading.Lock()
        """One thing at a time on the intake's connection: a visit, or a reload."""

    async def take(self, visit: Visit) -> None:
        began = time.perf_counter()
        steps = await in_thread(self._take, visit)
        self._dispatcher.wake()
        self._measure(visit, steps, time.perf_counter() - began)
        self._service.show(visit, steps)

    def _measure(self, visit: Visit, steps: tuple[Step, ...], seconds: float) -> None:
        now = self._service.clock()
        self._monitor.visits.observe(visit, now)
        if visit.batch.articles:
            self._monitor.pipeline.observe_take(steps, seconds, now)

    def catch_up(self) -> None:
        """Where it is asked for, let the rules speak of stories that were told before they ran."""
        newest = articles.newest(self._store.connection)
        if self._service.catch_up is None or newest is None:
            return
        alerts = self._embedded.catch_up(newest - self._service.catch_up)
        log.info("caught_up", alerts=alerts)

    def visit_soon(self, names: Sequence[str]) -> None:
        """Let these feeds be due at once."""
        with self._turn, self._store.transaction() as connection:
            feeds.visit_soon(connection, names)

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload changed rules while no news arrives, and end with the dispatcher if that ends before its time."""
        while not stop.is_set() and self._dispatcher.running:
            self._monitor.heartbeat.beat()
            await in_thread(self._look)
            await _unless(stop, asyncio.sleep(WATCH_SECONDS))

    def correct(self) -> None:
        """Take the corrections that people have asked for."""
        if corrections := self._embedded.correct():
            log.info("corrected", corrections=corrections)
            self._dispatcher.wake()

    def _look(self) -> None:
        with self._turn:
            self._reload()
            self.correct()
            self.report()
            self._watch_feeds()

    def _watch_feeds(self) -> None:
        """Tell operators where visits to feeds fall behind: there are more of them than this process can do."""
        now = self._service.clock()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        late = sum(record.is_late(now) for record in feeds.load(self._store.connection).values())
        if self._late_feeds.look(late):
            with self._store.transaction() as connection:
                told = lag_growing("visiting feeds", late, now)
                tell_operators(connection, self._service.rules.router.policy, told, now)
            self._dispatcher.wake()

    def report(self) -> None:
        """Tell operators of the last day's coverage, where that is due."""
        if self._daily.look(self._store, self._service.rules.router.policy, self._service.clock()):
            self._dispatcher.wake()

    def _collect(self, store: Store, since: datetime, until: datetime) -> Coverage | None:
        began = tally.began(store.connection)
        if began is None or began >= until:
            return None
        return stored_coverage(store.connection, self._service.rules.core.book, since, until)

    def _take(self, visit: Visit) -> tuple[Step, ...]:
        def commit(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
            feeds.save(connection, visit.record)
            if visit.batch.hub:
                subscriptions.offer(connection, visit.record.name, visit.batch.hub, visit.batch.topic)
            feeds.count_events(connection, visit.record.name, sum(bool(step.reading.events) for step in steps))
            touched = {told.id for step in steps for told in step.outcome.steps}
            tally.count(connection, (step.reading for step in steps), touched, self._service.clock())
            self._keep_house(connection)

        with self._turn:
            self._reload()
            self.correct()
            return self._embedded.take(visit.batch.articles, commit)

    def _reload(self) -> None:
        """Let changed rules take effect; files with mistakes are reported and those that run stay."""
        try:
            changed = self._service.rules.reload()
        except DealwireError as error:
            self._reject(str(error).splitlines())
            return
        if changed:
            rules = self._service.rules
            self._embedded.use(rules.core)
            self._dispatcher.use(rules.senders(), rules.router, rules.linker)
            self._monitor.pipeline.use_rules(len(rules.core.book.rules))
            log.info("rules_in_use", hash=rules.core.book.hash)
            self.catch_up()

    def _reject(self, problems: Sequence[str]) -> None:
        """Say what is wrong with the changed files, in the log and to the operators; those that run stay."""
        self._monitor.pipeline.reject_rules()
        for problem in problems:
            log.warning("rules_rejected", problem=problem)
        now = self._service.clock()
        with self._store.transaction() as connection:
            tell_operators(connection, self._service.rules.router.policy, rules_rejected(problems, now), now)

    def _keep_house(self, connection: sqlite3.Connection) -> None:
        """Now and then: drop what is past its retention, and tell operators of feeds that fell silent."""
        now = self._service.clock()
        if now < self._keep_house_at:
            return
        self._keep_house_at = now + HOUSEKEEPING_EVERY
        retention = self._service.settings.retention
        newest = articles.newest(connection)
        if newest:  # counted back from the newest article: an archive may be of any year
            articles.prune(connection, newest - retention.articles)
        outbox.prune(connection, now - retention.deliveries)
        tally.prune(connection, now - retention.deliveries)
        for told in feed_notices(connection, now):
            tell_operators(connection, self._service.rules.router.policy, told, now)


async def _drain(dispatcher: Dispatcher, stop: asyncio.Event) -> None:
    """Send what is due, or as much of it as there is until `stop`."""
    stopping = asyncio.ensure_future(stop.wait())
    stopping.add_done_callback(lambda _: dispatcher.stop())
    try:
        await in_thread(dispatcher.drain, until_empty=True, patience=PATIENCE)
    finally:
        stopping.cancel()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> None:
    """Do the work, or leave it as soon as `stop` is set."""
    await _first_of(work, stop.wait())


async def _first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Run until one of them ends, and end the others; what it raised is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
