"""Shell: a Kafka broker as every part asks it: a topic read to its end, records written and acknowledged."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from dealwire.errors import SourceError, StoreError, UsageError

RECORD_BYTES_MAX = 8 * 1024 * 1024
"""What one record on a topic of ours may be: a story with its alerts, a dead letter around an article of a megabyte."""
POLL_MS = 1_000
PATIENCE: Mapping[str, Any] = {"bootstrap_timeout_ms": 60_000, "reconnect_backoff_max_ms": 1_000}
"""Of every kafka-python client: its defaults wait half a minute between two tries, and then give up."""
ACKNOWLEDGE_SECONDS_MAX = 120
"""How long a write may wait for a broker that is away; one that restarts is back sooner."""


def quiet_clients() -> None:
    """Keep the client libraries from crying about what passes by itself: a group that forms, a topic just made."""
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)
    logging.getLogger("kafka").setLevel(logging.ERROR)


def records(servers: Sequence[str], topic: str, since: datetime | None = None) -> Iterator[Any]:
    """The records of a topic to its end as it stands now, partition by partition: all, or those written `since`.

    What a transaction wrote is read when it is committed.
    """
    place_name = f"kafka {','.join(servers)}"
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=list(servers),
            group_id=None,
            **PATIENCE,
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=RECORD_BYTES_MAX,
        )
    except KafkaError as error:
        raise SourceError(f"{place_name}: no broker answers; is it running?") from error
    try:
        places = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic) or ())]
        if not places:
            raise UsageError(f"{place_name}: there is no topic {topic}; `dealwire topics create` makes dealwire's own")
        starts, ends = _starts(consumer, places, since), consumer.end_offsets(places)
        for place in places:
            yield from _between(consumer, place, starts[place], ends[place])
    except KafkaError as error:
        raise SourceError(f"{place_name}: topic {topic}: {type(error).__name__}: {error}") from error
    finally:
        consumer.close()


def _starts(consumer: Any, places: Sequence[TopicPartition], since: datetime | None) -> dict[TopicPartition, int]:
    """Where each partition begins, or its records of `since` and later do; past its end where it has none."""
    beginnings: dict[TopicPartition, int] = consumer.beginning_offsets(places)
    if since is None:
        return beginnings
    found = consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    ends = consumer.end_offsets(places)
    return {place: found[place].offset if found.get(place) else ends[place] for place in places}


def _between(consumer: Any, place: TopicPartition, start: int, end: int) -> Iterator[Any]:
    consumer.assign([place])
    consumer.seek(place, start)
    while consumer.position(place) < end:
        for record in consumer.poll(timeout_ms=POLL_MS).get(place, ()):
            if record.offset < end:
                yield record


class Writer:
    """Writes records and returns when the broker has acknowledged them all. Idempotent: a retry is written once."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._place = f"kafka {','.join(servers)}"
        try:
            self._producer: Any = KafkaProducer(
                bootstrap_servers=list(servers),
                **PATIENCE,
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=ACKNOWLEDGE_SECONDS_MAX * 1000,
                max_request_size=RECORD_BYTES_MAX,
            )
        except KafkaError as error:
            raise StoreError(f"{self._place}: no broker answers; is it running?") from error

    def write(self, topic: str, records: Sequence[tuple[bytes | None, bytes | None]]) -> None:
        """Write pairs of key and value; StoreError where any is not acknowledged."""
        try:
            pending = [self._producer.send(topic, key=key, value=value) for key, value in records]
            for future in pending:
                future.get(timeout=ACKNOWLEDGE_SECONDS_MAX)
        except KafkaError as error:
            raise StoreError(f"{self._place}: topic {topic}: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        self._producer.close()


@contextmanager
def writing(servers: Sequence[str]) -> Iterator[Writer]:
    """A writer for a few records."""
    writer = Writer(servers)
    try:
        yield writer
    finally:
        writer.close()
