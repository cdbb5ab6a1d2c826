"""Shell: how far stages on Kafka are behind, as metrics, and whether the broker answers at all.

Read from the broker by group and partition, not from this process's own consumer: a stage that nobody works on, or
whose owner is frozen, shows its lag on every process that runs.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dealwire.errors import StoreError
from streams.lag import LagReader, Place
from streams.settings import KafkaSettings

READ_EVERY_SECONDS = 10.0
ANSWER_SECONDS_MAX = 35.0
"""Three readings without an answer: the broker is away. What was read before is no longer shown."""
JOIN_SECONDS_MAX = 2.0
"""At the end the thread may be waiting for a broker that is away; nothing of it is missed."""


class LagMetrics(Collector):
    """Reads lags again and again, in a thread of its own, for as long as the context lasts."""

    def __init__(
        self, settings: KafkaSettings, stages: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._stages = stages
        self._clock = clock
        self._began = clock()
        self._answered_at: float | None = None
        self._lags: Mapping[Place, int] = {}
        self._trouble = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lag", daemon=True)

    def why_unreachable(self) -> str:
        """Why the broker counts as away; empty while it answers."""
        silent = self._clock() - (self._began if self._answered_at is None else self._answered_at)
        if self._answered_at is not None and silent <= ANSWER_SECONDS_MAX:
            return ""
        never = "has not answered yet" if self._answered_at is None else f"has not answered for {silent:.0f} s"
        return f"kafka {self._settings.servers} {never}" + (f": {self._trouble}" if self._trouble else "")

    def describe(self) -> list[Metric]:
        return [_family()]

    def collect(self) -> Iterator[Metric]:
        family = _family()
        if not self.why_unreachable():
            for place, behind in self._lags.items():
                family.add_metric([place.stage, place.topic, str(place.partition)], behind)
        yield family

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with LagReader(self._settings, self._stages) as reader:
                    self._read_on(reader)
            except StoreError as error:
                self._trouble = str(error)
                self._stopping.wait(READ_EVERY_SECONDS)

    def _read_on(self, reader: LagReader) -> None:
        while not self._stopping.is_set():
            self._lags = reader.read()
            self._answered_at, self._trouble = self._clock(), ""
            self._stopping.wait(READ_EVERY_SECONDS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join(JOIN_SECONDS_MAX)


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "dealwire_kafka_lag_records",
        "Records that a stage has not taken yet, by partition.",
        labels=["stage", "topic", "partition"],
    )
