"""Shell: the Kafka processes put together: ingest, worker, and what publishes the rules that they run."""

import asyncio
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.fetch import Fetcher
from connectors.lease import LASTING, visit_while_held
from connectors.poll import Visit
from connectors.publish import Publisher
from dealwire.bootstrap.feeds import make_poller
from dealwire.bootstrap.monitoring import beating, feeds_read, shown_on_kafka
from dealwire.bootstrap.rules import Rules, core_from, policy_of
from dealwire.bootstrap.threads import in_thread
from dealwire.config import Settings
from dealwire.errors import UsageError
from dealwire.log import logger
from dealwire.model import Article, Reading
from dealwire.store import feeds
from dealwire.store.database import Store
from notifier.decide import Router
from rules.files import RuleFiles
from rules.load import Source
from streams.core import Core
from streams.pipeline import Outcome, advance, rebuild_indexes
from streams.settings import KafkaSettings
from streams.stories.correction import Correction
from streams.worker.rulebook import PublishedRules, RulesFile, publish_rules, published_rules

log = logger("ingest")

INGEST_DB = "ingest.db"


def utc_now() -> datetime:
    return datetime.now(UTC)


def kafka_settings(settings: Settings) -> KafkaSettings:
    """The configuration's Kafka part, its folder made absolute."""
    return settings.kafka.model_copy(update={"state_dir": settings.place(settings.kafka.state_dir).absolute()})


@dataclass(frozen=True, slots=True)
class CoreHalves:
    """The core as a worker runs it, on either side of the events topic."""

    core: Core

    @classmethod
    def of(cls, files: Sequence[RulesFile]) -> "CoreHalves":
        return cls(core_from(sources_of(files)))

    def understand(self, article: Article) -> Reading:
        return self.core.understander.understand(article)

    def fold(self, state: Mapping[str, bytes], reading: Reading) -> Outcome:
        return advance(state, reading, self.core.book, self.core.companies, self.core.memo)

    def correct(self, state: Mapping[str, bytes], correction: bytes) -> Outcome:
        return self.core.correct(state, Correction.from_bytes(correction))

    def indexes(self, state: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes | None]:
        return rebuild_indexes(state)


def sources_of(files: Sequence[RulesFile]) -> tuple[Source, ...]:
    return tuple(Source(file.name, file.text) for file in files)


def publish(settings: KafkaSettings, paths: Sequence[Path]) -> PublishedRules:
    """Make the rules of these files those that run; ConfigError with every mistake, and then nothing changes."""
    sources = RuleFiles(tuple(paths)).read()
    core_from(sources)
    rules = PublishedRules(files=tuple(RulesFile(name=source.name, text=source.text) for source in sources))
    publish_rules(settings, rules)
    return rules


def running_rules(settings: KafkaSettings) -> tuple[str, Rules]:
    """The rules that were published last, and their hash; UsageError where none were."""
    published = published_rules(settings)
    if published is None:
        raise UsageError("no rules were published yet; `dealwire rules publish` does it")
    core = core_from(sources_of(published.files))
    return published.hash, Rules(RuleFiles(()), core, Router(policy_of(core.book)))


class FeedLease:
    """The lease on the feeds, in the ingest's own store: two ingesters from one feed would be twice the requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.held = False
        self.holder = f"{socket.gethostname()}:{os.getpid()}"

    def take(self) -> bool:
        """Take or renew it; from a process of this machine that has died, at once."""
        with self._store.transaction() as connection:
            row = connection.execute("SELECT holder FROM lease WHERE subject = ?", (feeds.FEEDS,)).fetchone()
            if row and _has_died(row[0]):
                feeds.release_lease(connection, row[0])
            self.held = feeds.take_lease(connection, self.holder, utc_now(), LASTING)
        return self.held

    def release(self) -> None:
        self.held = False
        with self._store.transaction() as connection:
            feeds.release_lease(connection, self.holder)


def _has_died(holder: str) -> bool:
    """Whether a lease's holder was a process of this machine that is no more."""
    host, _, number = holder.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        return False
    return False


async def ingest(settings: Settings, stop: asyncio.Event, *, once: bool = False) -> None:
    """Publish what the feeds bring until `stop`; with `once`, until each was visited.

    A feed's state is kept only after the broker has acknowledged its articles: what dies in between is fetched again.
    """
    kafka = kafka_settings(settings)
    path = kafka.state_dir / INGEST_DB
    with (
        Store.open(path) as store,
        shown_on_kafka(kafka, ("understanding",), "" if once else settings.metrics.listen) as monitor,
        Publisher(kafka.server_list, kafka.topic("articles"), kafka.group("ingest")) as publisher,
    ):
        lease = FeedLease(store)
        monitor.watch_store(path)
        answering = feeds_read(lambda: settings.feeds, path, utc_now)
        monitor.health.add("feeds", lambda: answering() if lease.held else "")  # else another ingester visits them
        monitor.health.complete()

        def take(visit: Visit) -> None:
            publisher.publish(visit.batch.articles)
            with store.transaction() as connection:
                feeds.require_lease(connection, lease.holder)
                feeds.save(connection, visit.record)
            if visit.batch.articles:
                log.info("articles_published", feed=visit.record.name, articles=len(visit.batch.articles))

        async def deliver(visit: Visit) -> None:
            await in_thread(take, visit)
            monitor.visits.observe(visit, utc_now())

        async def visit_feeds(ending: asyncio.Event) -> None:
            async with Fetcher() as fetcher:
                if once:
                    await make_poller(settings, fetcher, store).once(deliver)
                    stop.set()
                    return
                # Files answer at once: taken in the order of the configuration, they tell the same story every time.
                await make_poller(settings, fetcher, store, files_only=True).once(deliver)
                await make_poller(settings, fetcher, store).run(deliver, ending)

        async with beating(monitor):
            await visit_while_held(lease, visit_feeds, stop)
