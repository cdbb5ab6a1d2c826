"""Shell: how far each stage on Kafka is behind: what its topic holds beyond the offset that the stage has committed."""

from collections.abc import Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CoordinatorNotAvailableError, KafkaError

from dealwire.broker import PATIENCE
from dealwire.errors import StoreError
from streams.settings import KafkaSettings
from streams.topics import connect

STAGES: Mapping[str, tuple[str, str]] = {
    "understanding": ("articles", "worker"),
    "folding": ("events", "worker"),
    "notifying": ("alerts", "notifier"),
}
"""Each stage's topic and the group that reads it."""


def lags(settings: KafkaSettings) -> dict[str, int]:
    """Records that wait for each stage; a stage that has never committed has its whole topic before it."""
    try:
        admin = connect(settings)
        try:
            committed = {group: _committed(admin, settings.group(group)) for group in ("worker", "notifier")}
        finally:
            admin.close()
        consumer = KafkaConsumer(bootstrap_servers=settings.server_list, group_id=None, **PATIENCE)
        try:
            return {
                stage: _behind(consumer, settings.topic(topic), committed[group])
                for stage, (topic, group) in STAGES.items()
            }
        finally:
            consumer.close()
    except KafkaError as error:
        raise StoreError(f"kafka {settings.servers}: lag cannot be read: {type(error).__name__}: {error}") from error


def _committed(admin: Any, group: str) -> Mapping[TopicPartition, Any]:
    """The group's offsets; none where the cluster has no coordinator yet, because nobody has ever joined a group."""
    try:
        offsets: Mapping[TopicPartition, Any] = admin.list_group_offsets([group]).get(group, {})
    except CoordinatorNotAvailableError:
        return {}
    return offsets


def _behind(consumer: Any, topic: str, committed: Mapping[TopicPartition, Any]) -> int:
    places = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic) or ())]
    ends, beginnings = consumer.end_offsets(places), consumer.beginning_offsets(places)
    return sum(ends[place] - _taken(committed.get(place), beginnings[place]) for place in places)


def _taken(committed: Any, beginning: int) -> int:
    return max(committed.offset, beginning) if committed and committed.offset >= 0 else beginning
