"""Shell: Kafka's topics followed into the page's own store, by a plain consumer that nobody waits for.

    state.v1 (stories) ┐
    events.v1          │
    alerts.v1          ├─▶ one transaction: the records and the places after them ─▶ the tables that pages read
    outbox.v1          │
    corrections.v1     │
    dead_letters.v1    ┘

It belongs to no group: each page has all of it, and goes on where its own store ends.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, OffsetOutOfRangeError

from dealwire.broker import PATIENCE, RECORD_BYTES_MAX
from dealwire.errors import RecordError, StoreError, UsageError
from dealwire.log import logger
from dealwire.model import Alert, DeadLetter, Reading
from dealwire.store import articles, corrections, followed, mirror
from dealwire.store.database import Store
from dealwire.web.reach import Reach
from streams.settings import KafkaSettings
from streams.stories.correction import Correction
from streams.stories.record import decode, story_key

log = logger("web.following")

POLL_MS = 250
RECORDS_AT_ONCE = 500
PRUNE_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(seconds=5)
"""How often the broker is asked how much there is to read."""
STORY = story_key("")

Take = Callable[[Any, Any], None]


class Following:
    """Takes what comes, in a thread of its own, until it is stopped."""

    def __init__(
        self,
        settings: KafkaSettings,
        store: Store,
        clock: Callable[[], datetime],
        *,
        articles_kept: timedelta,
        alerts_kept: timedelta,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """The store is this thread's alone; `between` is called between turns, some four times a second."""
        self._settings = settings
        self._store = store
        self._clock = clock
        self._articles_kept = articles_kept
        self._alerts_kept = alerts_kept
        self._between = between
        self.reach = Reach()
        self._prune_at = self._look_at = clock()
        self._takes: Mapping[str, Take] = {
            settings.topic("state"): self._take_state,
            settings.topic("events"): self._take_reading,
            settings.topic("alerts"): self._take_alert,
            settings.topic("outbox"): lambda c, r: mirror.restore(c, r.key.decode(), r.value),
            settings.topic("corrections"): self._take_correction,
            settings.topic("dead_letters"): self._take_letter,
        }

    def run(self, stop: threading.Event) -> None:
        """Follow until `stop`; StoreError where the broker or the store cannot be used, UsageError without topics."""
        try:
            consumer = KafkaConsumer(
                bootstrap_servers=self._settings.server_list,
                group_id=None,
                **PATIENCE,
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",  # the notifier's outbox comes in transactions
                max_partition_fetch_bytes=RECORD_BYTES_MAX,
            )
            try:
                self._begin(consumer)
                while not stop.is_set():
                    self._between()
                    self._turn(consumer)
                    self._look(consumer)
            finally:
                consumer.close()
        except KafkaError as error:
            raise StoreError(f"kafka {self._settings.servers}: {type(error).__name__}: {error}") from error

    def _begin(self, consumer: Any) -> None:
        """Take up each partition where the store ends; from its beginning where that is no more."""
        found = [TopicPartition(topic, n) for topic in self._takes for n in consumer.partitions_for_topic(topic) or ()]
        missing = self._takes.keys() - {place.topic for place in found}
        if missing:
            raise UsageError(f"there is no topic {', '.join(sorted(missing))}; `dealwire topics create` makes them")
        consumer.assign(found)
        reached = followed.places(self._store.connection)
        first, end = consumer.beginning_offsets(found), consumer.end_offsets(found)
        for place in found:
            at = reached.get((place.topic, place.partition), first[place])
            if not first[place] <= at <= end[place]:
                log.warning("topic_read_anew", topic=place.topic, reached=at, first=first[place], end=end[place])
                at = first[place]
            consumer.seek(place, at)

    def _turn(self, consumer: Any) -> None:
        try:
            polled = consumer.poll(timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
        except OffsetOutOfRangeError:  # retention overtook a page that was slow
            self._begin(consumer)
            return
        if polled:
            with self._store.transaction() as connection:
                for place, records in polled.items():
                    self._take(connection, place.topic, records)
                reached = {(p.topic, p.partition): records[-1].offset + 1 for p, records in polled.items()}
                followed.save_places(connection, reached)
        self._keep_house()

    def _look(self, consumer: Any) -> None:
        """See now and then how much is still to be read."""
        now = self._clock()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        try:
            ends = consumer.end_offsets(list(consumer.assignment()))
            self.reach.saw(sum(end - consumer.position(place) for place, end in ends.items()))
        except KafkaError as error:  # polls go on: what comes when the broker is back is taken
            self.reach.missed(f"{type(error).__name__}: {error}")

    def _take(self, connection: Any, topic: str, records: Sequence[Any]) -> None:
        for record in records:
            try:
                self._takes[topic](connection, record)
            except RecordError as error:  # the process whose record this is has made a dead letter of it
                log.warning("record_passed_over", topic=topic, offset=record.offset, cause=str(error))

    def _take_state(self, connection: Any, record: Any) -> None:
        key = (record.key or b"").decode()
        if key.startswith(STORY):
            if record.value is not None:
                decode(record.value)  # a newer dealwire's is passed over rather than kept
            followed.keep_story(connection, key, record.value)

    def _take_reading(self, connection: Any, record: Any) -> None:
        reading = Reading.from_bytes(record.value or b"")
        articles.keep(connection, [(reading.article, len(reading.events))])

    def _take_alert(self, connection: Any, record: Any) -> None:
        followed.keep_alert(connection, Alert.from_bytes(record.value or b""), self._clock())

    def _take_correction(self, connection: Any, record: Any) -> None:
        """What became of a correction is the folding worker's to know; on the topic it counts as taken."""
        correction = Correction.from_bytes(record.value or b"")
        corrections.request(connection, correction)
        corrections.settle(connection, correction.id, correction.at, "")

    def _take_letter(self, connection: Any, record: Any) -> None:
        letter = None if record.value is None else DeadLetter.from_bytes(record.value)
        followed.keep_letter(connection, (record.key or b"").decode(), letter)

    def _keep_house(self) -> None:
        now = self._clock()
        if now < self._prune_at:
            return
        self._prune_at = now + PRUNE_EVERY
        with self._store.transaction() as connection:
            newest = articles.newest(connection)
            if newest:
                articles.prune(connection, newest - self._articles_kept)
            followed.prune(connection, now - self._alerts_kept)
