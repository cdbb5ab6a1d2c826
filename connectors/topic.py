"""Shell: a Kafka topic as an archive: what stands on it from its beginning to its end, read without a group."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from dealwire.errors import RecordError, SourceError, UsageError
from dealwire.model import Article

FETCH_BYTES_MAX = 8 * 1024 * 1024
POLL_MS = 1_000


def read_topic(url: str, report: Callable[[str], None]) -> Iterator[Article]:
    """The articles on the topic of `kafka://host:port/topic`, up to its end as it stood when the reading began.

    A record that is no article is reported as `topic:partition:offset: cause` and passed over.
    """
    parts = urlsplit(url)
    topic = parts.path.strip("/")
    if parts.scheme != "kafka" or not parts.netloc or not topic:
        raise UsageError(f"{url}: a topic is named kafka://host:port/topic")
    for record in records(parts.netloc.split(","), topic):
        try:
            yield Article.from_bytes(record.value or b"")
        except RecordError as error:
            report(f"{topic}:{record.partition}:{record.offset}: {error}")


def records(servers: Sequence[str], topic: str) -> Iterator[Any]:
    """The records of a topic from its beginning to its end as it stands now, partition by partition."""
    place_name = f"kafka {','.join(servers)}"
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=list(servers),
            group_id=None,
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
        )
    except KafkaError as error:
        raise SourceError(f"{place_name}: no broker answers; is it running?") from error
    try:
        places = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic) or ())]
        if not places:
            raise UsageError(f"{place_name}: there is no topic {topic}; `dealwire topics create` makes dealwire's own")
        ends = consumer.end_offsets(places)
        for place in places:
            yield from _until(consumer, place, ends[place])
    except KafkaError as error:
        raise SourceError(f"{place_name}: topic {topic}: {type(error).__name__}: {error}") from error
    finally:
        consumer.close()


def _until(consumer: Any, place: TopicPartition, end: int) -> Iterator[Any]:
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    while consumer.position(place) < end:
        for record in consumer.poll(timeout_ms=POLL_MS).get(place, ()):
            if record.offset < end:
                yield record
