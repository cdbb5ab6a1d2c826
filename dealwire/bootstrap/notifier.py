"""Shell: the Kafka notifier put together, with what its owner does beside sending: daily report, lag, silent feeds."""

import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dealwire.bootstrap.coverage import silent_feed_notices, silent_feeds, topic_coverage
from dealwire.bootstrap.kafka import INGEST_DB, kafka_settings, running_rules
from dealwire.bootstrap.monitoring import shown_on_kafka
from dealwire.bootstrap.rules import Rules, core_from
from dealwire.broker import quiet_clients, records
from dealwire.config import Settings
from dealwire.errors import RecordError
from dealwire.log import LogFormat, configure
from dealwire.model import Reading
from dealwire.store.database import Store
from notifier.consumer import Desk, Notifier, rebuild
from notifier.decide import Policy, Router
from notifier.decide.backlog import Growth
from notifier.render.coverage import Coverage
from notifier.render.meta import lag_growing
from notifier.send import Dispatcher, World
from notifier.send.report import DailyReport
from rules.files import RuleFiles
from streams.lag import lags
from streams.settings import KafkaSettings
from streams.worker.rulebook import published_rules

NOTIFIER_DB = "notifier.db"
LOOK_EVERY = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def notify(settings: Settings, log_format: LogFormat, log_level: str) -> None:
    """Run the notifier until a signal stops it."""
    kafka = kafka_settings(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    used, rules = "", Rules(RuleFiles(()), core_from(()), Router(Policy()))
    configure(log_format, log_level)
    quiet_clients()
    path = kafka.state_dir / NOTIFIER_DB

    def open_desk() -> Desk:
        nonlocal used, rules
        used, rules = running_rules(kafka)
        configure(log_format, log_level, rules.secrets)
        monitor.pipeline.use_rules(len(rules.core.book.rules))

        def make_dispatcher(store: Store, tell: Callable[[], None]) -> Dispatcher:
            world = World(judged=monitor.deliveries.observe)
            return Dispatcher(store, rules.senders(), rules.router, linker=rules.linker, world=world, on_change=tell)

        return Desk(kafka, path, rules.router, make_dispatcher, _utc_now)

    def is_stale() -> bool:
        published = published_rules(kafka)
        return published is not None and published.hash != used

    chores = Chores(kafka, lambda: rules, _utc_now)
    notifier = Notifier(kafka, open_desk, is_stale, _utc_now, settings.retention.deliveries, chores=chores)
    Store.open(path).close()  # made where it is missing: a notifier that stands by must be able to write it, too
    with shown_on_kafka(kafka, ("notifying",), settings.metrics.listen) as monitor:
        monitor.watch_store(path)
        monitor.health.complete()
        notifier.run(stop, monitor.heartbeat.beat)


class Chores:
    """What the notifier's owner does beside sending: the daily report, and an eye on lag and on silent feeds."""

    def __init__(self, kafka: KafkaSettings, rules: Callable[[], Rules], clock: Callable[[], datetime]) -> None:
        self._kafka = kafka
        self._rules = rules
        self._clock = clock
        self._growth: defaultdict[str, Growth] = defaultdict(Growth)
        self._look_at = clock()
        self._daily = DailyReport(self._collect)

    def __call__(self, desk: Desk) -> None:
        desk.report(self._daily)
        now = self._clock()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        for stage, behind in lags(self._kafka).items():
            if self._growth[stage].look(behind):
                desk.tell(lag_growing(stage, behind, now))
        for told in silent_feed_notices(self._kafka.state_dir / INGEST_DB, now):
            desk.tell(told)

    def _collect(self, outbox: Store, since: datetime, until: datetime) -> Coverage | None:
        first = next(records(self._kafka.server_list, self._kafka.topic("events")), None)
        if first is None or first.timestamp >= until.timestamp() * 1000:
            return None
        return _coverage(self._kafka, outbox, self._rules(), since, until)


def coverage_on_kafka(settings: Settings, since: datetime, until: datetime) -> Coverage:
    """What was done on Kafka in [since, until), from the topics alone: the outbox is rebuilt in memory."""
    kafka = kafka_settings(settings)
    _, rules = running_rules(kafka)
    with Store.open(":memory:") as outbox:
        rebuild(outbox, kafka)
        return _coverage(kafka, outbox, rules, since, until)


def _coverage(kafka: KafkaSettings, outbox: Store, rules: Rules, since: datetime, until: datetime) -> Coverage:
    readings = _readings(kafka, since, until)
    coverage = topic_coverage(outbox.connection, readings, rules.core, since, until)
    return replace(coverage, silent_feeds=silent_feeds(kafka.state_dir / INGEST_DB, until))


def _readings(kafka: KafkaSettings, since: datetime, until: datetime) -> Iterator[Reading]:
    """What was understood in [since, until). A record that is no reading is a dead letter of the worker's."""
    end_ms = int(until.timestamp() * 1000)
    for record in records(kafka.server_list, kafka.topic("events"), since):
        if record.timestamp >= end_ms:
            continue
        try:
            yield Reading.from_bytes(record.value or b"")
        except RecordError:
            continue
