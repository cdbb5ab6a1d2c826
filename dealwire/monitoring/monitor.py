"""Shell: everything that one process shows of itself, made once for it by bootstrap."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client import disable_created_metrics as leave_out_creation_times
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from dealwire.monitoring.deliveries import DeliveryMetrics
from dealwire.monitoring.errors import ErrorMetrics
from dealwire.monitoring.health import Health, Heartbeat, store_writable
from dealwire.monitoring.pipeline import PipelineMetrics
from dealwire.monitoring.requests import RequestMetrics
from dealwire.monitoring.stored import StoreMetrics
from dealwire.monitoring.visits import VisitMetrics


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Monitor:
    """The metrics, the heartbeat and the checks of a process; what serves them stands in `web` and `listener`."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        # a series more for each counter, which Prometheus does not read in this format
        leave_out_creation_times()  # type: ignore[no-untyped-call]  # the client left this one function untyped
        self.clock = clock
        self.registry = CollectorRegistry()
        self.heartbeat = Heartbeat()
        self.health = Health()
        self.visits = VisitMetrics(self.registry)
        self.pipeline = PipelineMetrics(self.registry)
        self.deliveries = DeliveryMetrics(self.registry)
        self.requests = RequestMetrics(self.registry)
        self._errors = ErrorMetrics(self.registry)
        self.registry.register(SelfMetrics(self.health))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def watch_store(self, path: Path) -> None:
        """Show what this store holds, and be ready only while it can be written."""
        self.registry.register(StoreMetrics(path, self.clock))
        self.health.add("store", store_writable(path))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what is logged as going wrong, for as long as the process works."""
        with self._errors.counting():
            yield


class SelfMetrics(Collector):
    """The version, and the findings of the checks."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def describe(self) -> list[Metric]:
        return [_build(), _ready()]

    def collect(self) -> Iterator[Metric]:
        yield _build()
        ready = _ready()
        for finding in self._health.look():
            ready.add_metric([finding.check], float(finding.ok))
        yield ready


def _build() -> InfoMetricFamily:
    return InfoMetricFamily("dealwire_build", "The version that runs.", value={"version": version("dealwire")})


def _ready() -> GaugeMetricFamily:
    return GaugeMetricFamily("dealwire_ready", "1 where a check of /readyz passes.", labels=["check"])
