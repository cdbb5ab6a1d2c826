"""Shell: how far each stage on Kafka is behind: what its topic holds beyond the offset that the stage has committed."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, KafkaError, NotCoordinatorError

from dealwire.broker import PATIENCE
from dealwire.errors import StoreError
from streams.settings import KafkaSettings
from streams.topics import connect

COORDINATOR_SECONDS_MAX = 10.0
COORDINATOR_POLL_SECONDS = 0.2

STAGES: Mapping[str, tuple[str, str]] = {
    "understanding": ("articles", "worker"),
    "folding": ("events", "worker"),
    "notifying": ("alerts", "notifier"),
}
"""Each stage's topic and the group that reads it."""


class Place(NamedTuple):
    """One partition that a stage reads."""

    stage: str
    topic: str
    partition: int


def lags(settings: KafkaSettings) -> dict[str, int]:
    """Records that wait for each stage; a stage that has never committed has its whole topic before it."""
    with LagReader(settings) as reader:
        waiting = Counter[str](dict.fromkeys(STAGES, 0))
        for place, behind in reader.read().items():
            waiting[place.stage] += behind
        return dict(waiting)


class LagReader:
    """Reads the lag of each partition of some stages, over clients that are kept between readings. For one thread."""

    def __init__(self, settings: KafkaSettings, stages: Sequence[str] = tuple(STAGES)) -> None:
        self._settings = settings
        self._stages = stages
        self._admin = connect(settings)
        try:
            self._consumer: Any = KafkaConsumer(bootstrap_servers=settings.server_list, group_id=None, **PATIENCE)
        except KafkaError as error:
            self._admin.close()
            raise StoreError(f"kafka {settings.servers}: no broker answers; is it running?") from error

    def read(self) -> dict[Place, int]:
        """Records that wait on each partition; StoreError where the broker does not say."""
        try:
            groups = {STAGES[stage][1] for stage in self._stages}
            committed = {group: _committed(self._admin, self._settings.group(group)) for group in sorted(groups)}
            return {
                Place(stage, topic, partition): behind
                for stage in self._stages
                for topic in [self._settings.topic(STAGES[stage][0])]
                for partition, behind in self._behind(topic, committed[STAGES[stage][1]]).items()
            }
        except KafkaError as error:
            cause = f"{type(error).__name__}: {error}"
            raise StoreError(f"kafka {self._settings.servers}: lag cannot be read: {cause}") from error

    def _behind(self, topic: str, committed: Mapping[TopicPartition, Any]) -> dict[int, int]:
        places = [TopicPartition(topic, n) for n in sorted(self._consumer.partitions_for_topic(topic) or ())]
        ends, beginnings = self._consumer.end_offsets(places), self._consumer.beginning_offsets(places)
        return {place.partition: ends[place] - _taken(committed.get(place), beginnings[place]) for place in places}

    def close(self) -> None:
        self._consumer.close()
        self._admin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _committed(admin: Any, group: str) -> Mapping[TopicPartition, Any]:
    """The group's offsets; none where the cluster has no coordinator yet, because nobody has ever joined a group."""
    give_up = time.monotonic() + COORDINATOR_SECONDS_MAX
    while True:
        try:
            offsets: Mapping[TopicPartition, Any] = admin.list_group_offsets([group]).get(group, {})
        except CoordinatorNotAvailableError:
            return {}
        except (NotCoordinatorError, CoordinatorLoadInProgressError):  # it is just being made, or moves
            if time.monotonic() > give_up:
                raise
            time.sleep(COORDINATOR_POLL_SECONDS)
        else:
            return offsets


def _taken(committed: Any, beginning: int) -> int:
    return max(committed.offset, beginning) if committed and committed.offset >= 0 else beginning
