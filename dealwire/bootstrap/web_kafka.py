"""Shell: the page beside Kafka, put together: a store of its own that follows the topics, and where changes go.

Stories, articles, alerts, deliveries, corrections and dead letters come from the topics, the rules from `rules.v1`. A
correction goes onto its topic. Acknowledgements, silences and what is done about deliveries go into the notifier's
store, as commands put them there, and come back over its topic; how feeds fare is read from the ingest's store. Both
are files of this machine: where they are not, the page says so and shows the rest.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dealwire.bootstrap.kafka import INGEST_DB, kafka_settings, running_rules
from dealwire.bootstrap.letters import KafkaBox
from dealwire.bootstrap.notifier import NOTIFIER_DB
from dealwire.bootstrap.rules import Rules
from dealwire.bootstrap.threads import in_thread
from dealwire.bootstrap.web import assemble, check, configuration_of, rules_files, serving, signing
from dealwire.config import Settings
from dealwire.errors import DealwireError, UsageError
from dealwire.log import logger
from dealwire.monitoring.monitor import Monitor
from dealwire.store import feeds
from dealwire.store.database import Store
from dealwire.store.lock import sole_driver
from dealwire.web.desk import Outlets, StoreDesk
from dealwire.web.following import Following
from dealwire.web.pages.editor import Editing
from streams.settings import KafkaSettings
from streams.worker.corrections import publish_correction
from streams.worker.rulebook import published_rules

log = logger("web")

WEB_DB = "web.db"
LOOK_EVERY = timedelta(seconds=15)
"""How often the published rules and the feeds' health are looked at."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def page_beside_kafka(settings: Settings, monitor: Monitor) -> AsyncIterator[tuple[str, "asyncio.Future[None]"]]:
    """Serve the page as long as the block lasts: its address, and the following, which only ends when it fails.

    UsageError where no rules were published or topics are missing; StoreError where another page has the same store.
    """
    kafka = kafka_settings(settings)
    path = kafka.state_dir / WEB_DB
    with sole_driver(path), Store.open(path) as store:
        around = await asyncio.to_thread(Surroundings, kafka, store)
        monitor.watch_store(path)
        monitor.pipeline.use_rules(len(around.rules.core.book.rules))
        following = Following(
            kafka,
            store,
            _utc_now,
            articles_kept=settings.retention.articles,
            alerts_kept=settings.retention.deliveries,
            between=around.look,
        )
        monitor.registry.register(following.reach)
        monitor.health.add("following", following.reach.why_not_ready)
        monitor.health.complete()
        stop = threading.Event()
        task = asyncio.ensure_future(in_thread(following.run, stop))
        app = assemble(
            settings.web,
            _desk(settings, kafka, path, lambda: around.rules),
            Editing(rules_files(settings), path, check, editable=False),
            monitor,
            signing(around.rules.linker, lambda: _notifier_store(kafka)),
        )
        try:
            async with serving(settings.web, app) as address:
                yield address, task
        finally:
            stop.set()
            await asyncio.wait([task])


def _desk(settings: Settings, kafka: KafkaSettings, path: Path, rules: Callable[[], Rules]) -> StoreDesk:
    letters = KafkaBox(kafka)
    outlets = Outlets(
        changes=lambda: _notifier_store(kafka),
        ask=lambda correction: publish_correction(kafka, correction),
        retry=letters.retry,
        drop=letters.drop,
    )
    return StoreDesk(path, lambda: rules().core, configuration=configuration_of(settings), outlets=outlets)


@contextmanager
def _notifier_store(kafka: KafkaSettings) -> Iterator[Store]:
    path = kafka.state_dir / NOTIFIER_DB
    if not path.exists():
        raise UsageError(f"the notifier's store is not on this machine ({path}); change it where the notifier runs")
    with Store.open(path) as store:
        yield store


class Surroundings:
    """What the page knows of the processes around it: the rules that run, and how the feeds fare."""

    def __init__(self, kafka: KafkaSettings, store: Store) -> None:
        self._kafka = kafka
        self._store = store
        self._hash, self.rules = running_rules(kafka)
        self._look_at = _utc_now()

    def look(self) -> None:
        """Take up rules that were published meanwhile and what feeds have done, now and then."""
        now = _utc_now()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        try:
            published = published_rules(self._kafka)
            if published is not None and published.hash != self._hash:
                self._hash, self.rules = running_rules(self._kafka)
        except DealwireError as error:  # those known stay; a broker that is away shows in the following soon enough
            log.warning("rules_not_read", cause=str(error))
        self._copy_feeds()

    def _copy_feeds(self) -> None:
        path = self._kafka.state_dir / INGEST_DB
        if not path.exists():
            return
        with Store.open(path) as ingest:
            records = feeds.load(ingest.connection)
        with self._store.transaction() as connection:
            for record in records.values():
                feeds.save(connection, record)
