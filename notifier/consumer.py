"""Shell: the Kafka notifier: alerts from the topic into the outbox, and the outbox's own state onto a topic.

    alerts.v1 ─▶ Desk: SQLite outbox ─▶ outbox.v1 acknowledged ─▶ offset committed
                        │  ▲
                     Dispatcher ─▶ outbox.v1 acknowledged ─▶ receiver

A plain consumer, not Faust. One process of the group holds the one partition and keeps the desk; the others stand by. A
new owner forgets what its SQLite file holds and rebuilds it from outbox.v1 before it sends anything. What one
transaction of the outbox changed is one transaction on the topic, too: an alert stands there with the message that
carries it, or neither does; and an old owner that does not know yet that it is one cannot write any more.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import CommitFailedError, KafkaError

from dealwire.broker import PATIENCE, RECORD_BYTES_MAX, records
from dealwire.errors import DealwireError, FencedError, RecordError, StoreError, UsageError
from dealwire.log import logger
from dealwire.model import Alert
from dealwire.store import journal, mirror, orders, outbox
from dealwire.store.database import Store
from dealwire.transactions import TransactionalWriter
from notifier.decide.routing import Router
from notifier.render.meta import Meta
from notifier.send.dispatcher import Dispatcher
from notifier.send.report import DailyReport
from notifier.send.verdict import tell_operators
from streams.dead_letters import letter_of
from streams.settings import KafkaSettings

log = logger("notifier.consumer")

POLL_MS = 500
ALERTS_AT_ONCE = 200
PRUNE_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(seconds=15)
"""How often the notifier looks whether its rules, which name the receivers, are still those published."""
DELIVERY = "delivery/"
OPERATORS_KINDS = ("silence/", "ack/")
"""What operators write into the outbox themselves; it may stand in the file and not yet on the topic."""

MakeDispatcher = Callable[[Store, Callable[[], None]], Dispatcher]
"""A dispatcher over a store; the function is to be called after each recorded turn, ahead of the sends."""


class Desk:
    """The outbox of the one owner, its dispatcher, and the mirror of both on the topic."""

    def __init__(
        self,
        settings: KafkaSettings,
        path: Path,
        router: Router,
        make_dispatcher: MakeDispatcher,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._router = router
        self._clock = clock
        self._publishing = threading.Lock()
        self._writer = TransactionalWriter(settings.server_list, settings.group("notifier"))
        self._intake, self._sending = Store.open(path), Store.open(path)
        rebuild(self._intake, settings)
        self._dispatcher = make_dispatcher(self._sending, lambda: self.publish(self._sending))
        self._dispatcher.start()

    def take(self, batch: Sequence[Any]) -> None:
        """Put the alerts of these Kafka records into the outbox; on return the topic has what became of them."""
        alerts = [alert for record in batch if (alert := self._decoded(record))]
        with self._intake.transaction() as connection:
            for alert in alerts:
                outbox.enqueue(connection, alert, self._router, self._clock())
        self.publish()
        self._dispatcher.wake()

    def publish(self, store: Store | None = None) -> None:
        """Write what changed in the outbox to the topic. Called by two threads, each with a store of its own."""
        store = store or self._intake
        connection = store.connection
        with self._publishing:  # an older image of a record must not land behind a newer one
            while True:
                with store.snapshot():
                    entries = journal.unpublished(connection)
                    images = [(entry.key.encode(), mirror.image(connection, entry.key)) for entry in entries]
                if not entries:
                    return
                self._writer.write(self._settings.topic("outbox"), images)
                with store.transaction():
                    journal.mark_published(connection, entries)
                    orders.forget(connection, _deliveries(entries))

    def check(self) -> None:
        """StoreError where the dispatcher ended by itself: the process must not look alive and send nothing."""
        if not self._dispatcher.running:
            self._dispatcher.join()
            raise StoreError("the dispatcher ended")

    def tell(self, told: Meta) -> None:
        """Tell the operators, once for each occasion."""
        with self._intake.transaction() as connection:
            tell_operators(connection, self._router.policy, told, self._clock())
        self.publish()
        self._dispatcher.wake()

    def report(self, daily: DailyReport) -> None:
        """Send the daily report where it is due."""
        if daily.look(self._intake, self._router.policy, self._clock()):
            self.publish()
            self._dispatcher.wake()

    def prune(self, before: datetime) -> None:
        """Forget what was settled before then, here and on the topic."""
        with self._intake.transaction() as connection:
            outbox.prune(connection, before)
        self.publish()

    def close(self) -> None:
        """Stop sending, keep what came of what was in flight, and leave the desk."""
        self._dispatcher.stop()
        try:
            self._dispatcher.join()
        finally:
            self._intake.close()
            self._sending.close()
            self._writer.close()

    def _decoded(self, record: Any) -> Alert | None:
        try:
            return Alert.from_bytes(record.value or b"")
        except RecordError as error:
            letter = letter_of(record, doing="notify", error=error, now=self._clock())
            log.warning("alert_failed", place=letter.place, reason=letter.reason)
            self._writer.write(self._settings.topic("dead_letters"), [(letter.id.encode(), letter.to_bytes())])
            return None


def _deliveries(entries: Iterable[journal.Entry]) -> Iterator[str]:
    return (entry.key.removeprefix(DELIVERY) for entry in entries if entry.key.startswith(DELIVERY))


def rebuild(store: Store, settings: KafkaSettings) -> int:
    """Make the outbox what outbox.v1 says it is; how many records that took.

    What operators wrote into the file and nobody has published yet stays: a silence added, a message dropped while no
    notifier ran.
    """
    count = 0
    with store.transaction() as connection:
        kept = {
            entry.key: mirror.image(connection, entry.key)
            for entry in journal.unpublished(connection)
            if entry.key.startswith(OPERATORS_KINDS)
        }
        given = orders.given(connection)
        for tables in mirror.TABLES.values():
            for table, _ in tables:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
        connection.execute("DELETE FROM journal")
        for record in records(settings.server_list, settings.topic("outbox")):
            mirror.restore(connection, record.key.decode(), record.value)
            count += 1
        for key, image in kept.items():
            mirror.restore(connection, key, image)
            journal.touch(connection, key)
        for order in given:
            _obey(connection, order)
    log.info("outbox_rebuilt", records=count)
    return count


def _obey(connection: sqlite3.Connection, order: orders.Order) -> None:
    try:
        orders.obey(connection, order)
    except UsageError as error:  # another owner has sent or settled it meanwhile
        orders.forget(connection, [order.delivery])
        log.warning("order_outdated", delivery=order.delivery, verb=order.verb, cause=str(error))


class Ownership(ConsumerRebalanceListener):
    """Whether this process holds the alerts' partition. Kafka's own thread tells it, and must not be kept waiting."""

    def __init__(self) -> None:
        self.turns = 0
        self.held = False

    def on_partitions_assigned(self, assigned: Any) -> None:
        self.turns += 1
        self.held = bool(assigned)

    def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ARG002 - the listener's signature
        self.turns += 1
        self.held = False


class Notifier:
    """Consumes alerts for as long as it runs; keeps the desk while it is the owner.

    `is_stale` says whether a desk opened now would be another than the last one: rules were published meanwhile.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        open_desk: Callable[[], Desk],
        is_stale: Callable[[], bool],
        clock: Callable[[], datetime],
        retention: timedelta,
        *,
        chores: Callable[[Desk], None] = lambda _desk: None,
    ) -> None:
        """`chores` is what else the owner does now and then, such as the daily report."""
        self._chores = chores
        self._settings = settings
        self._open_desk = open_desk
        self._is_stale = is_stale
        self._clock = clock
        self._retention = retention
        self._desk: Desk | None = None
        self._seen_turns = 0
        self._prune_at = clock() + PRUNE_EVERY
        self._look_at = clock() + LOOK_EVERY

    def run(self, stop: threading.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Take alerts until `stop`; StoreError where Kafka or the store cannot be used: nothing taken is then lost.

        `beat` is called at each turn, some twice a second.
        """
        while not stop.is_set():
            try:
                self._serve(stop, beat)
            except FencedError as error:  # held up for so long that the group gave its place away: join it anew
                log.warning("desk_taken_over", cause=str(error))
            except KafkaError as error:
                raise StoreError(f"kafka {self._settings.servers}: {type(error).__name__}: {error}") from error

    def _serve(self, stop: threading.Event, beat: Callable[[], None]) -> None:
        ownership = Ownership()
        self._seen_turns = ownership.turns
        consumer = self._consumer(ownership)
        try:
            while not stop.is_set():
                beat()
                self._turn(consumer, ownership)
        finally:
            self._leave()
            consumer.close()

    def _consumer(self, ownership: Ownership) -> Any:
        session_ms = int(self._settings.session_timeout_seconds * 1000)
        consumer = KafkaConsumer(
            bootstrap_servers=self._settings.server_list,
            **PATIENCE,
            group_id=self._settings.group("notifier"),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 4,
            max_partition_fetch_bytes=RECORD_BYTES_MAX,
        )
        consumer.subscribe([self._settings.topic("alerts")], listener=ownership)
        return consumer

    def _turn(self, consumer: Any, ownership: Ownership) -> None:
        polled = consumer.poll(timeout_ms=POLL_MS, max_records=ALERTS_AT_ONCE)
        if ownership.turns != self._seen_turns:
            self._seen_turns = ownership.turns
            self._leave()
            if ownership.held:
                self._desk = self._open_desk()
        if self._desk is None:
            return
        self._desk.check()
        batch = [record for taken in polled.values() for record in taken]
        if batch:
            self._desk.take(batch)
            try:
                consumer.commit()
            except CommitFailedError:  # another owner has the partition by now, and takes these alerts again
                log.warning("commit_refused", alerts=len(batch))
        else:
            self._desk.publish()  # what an operator's command changed meanwhile
        self._keep_house(self._desk)

    def _keep_house(self, desk: Desk) -> None:
        """What is to be done now and then: prune the outbox, take up other rules, and the chores."""
        now = self._clock()
        if now >= self._prune_at:
            self._prune_at = now + PRUNE_EVERY
            desk.prune(now - self._retention)
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            if self._is_stale():
                self._leave()
                self._desk = self._open_desk()
            if self._desk is not None:
                self._do_chores(self._desk)

    def _do_chores(self, desk: Desk) -> None:
        try:
            self._chores(desk)
        except DealwireError as error:  # alerts go on; what ails the store or the broker shows there soon enough
            log.warning("chores_failed", cause=str(error))

    def _leave(self) -> None:
        if self._desk is not None:
            desk, self._desk = self._desk, None
            desk.close()
            log.info("desk_left")
