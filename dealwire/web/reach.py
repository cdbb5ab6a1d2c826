"""Shell: how far a page that follows Kafka's topics is behind them: for /readyz, and as a metric."""

import time
from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

BEHIND_MAX = 5_000
"""A page that lacks more records than this shows yesterday's news: it is not ready until it has caught up."""
SILENT_SECONDS_MAX = 35.0
"""Without an answer for so long the broker is away, or the following stands still."""


class Reach(Collector):
    """Told by the thread that follows, asked by others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: tuple[float, int] | None = None
        self._trouble = ""

    def saw(self, behind: int) -> None:
        """The broker answered: so many records are still to be read."""
        self._seen = (self._clock(), behind)
        self._trouble = ""

    def missed(self, trouble: str) -> None:
        """The broker did not answer, and why."""
        self._trouble = trouble

    def why_not_ready(self) -> str:
        """Why the page does not show what is; empty where it does."""
        if self._seen is None:
            return f"the topics have not been read yet{self._cause()}"
        at, behind = self._seen
        silent = self._clock() - at
        if silent > SILENT_SECONDS_MAX:
            return f"the topics have not been read for {silent:.0f} s{self._cause()}"
        return f"{behind:,} records of the topics are still to be read" if behind > BEHIND_MAX else ""

    def _cause(self) -> str:
        return f": {self._trouble}" if self._trouble else ""

    def describe(self) -> list[Metric]:
        return [_family()]

    def collect(self) -> Iterator[Metric]:
        family, seen = _family(), self._seen
        if seen is not None:
            family.add_metric([], seen[1])
        yield family


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily("dealwire_page_behind_records", "Records of the topics that the page has yet to read.")
