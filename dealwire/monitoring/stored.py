"""Shell: what the store holds as metrics, looked up when they are asked for, over a connection of its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dealwire.errors import StoreError
from dealwire.log import logger
from dealwire.store import claims, feeds, outbox
from dealwire.store.database import Store

log = logger("monitoring")


class StoreMetrics(Collector):
    """The outbox by state, how long its oldest due message has waited, late feeds, dead letters, bytes on disk."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """The families without samples, so that registering does not open the store."""
        return iter(Families())

    def collect(self) -> Iterator[Metric]:
        """The families as the store has them now; without samples where it cannot be read, and the log says why."""
        if not self._path.exists():
            return iter(Families())
        try:
            with Store.open(self._path) as store:
                return iter(self._read(store))
        except StoreError as error:
            log.warning("store_not_measured", error=str(error))
            return iter(Families())

    def _read(self, store: Store) -> "Families":
        now, connection, found = self._clock(), store.connection, Families()
        states: Counter[str] = Counter()
        for (_, state), count in outbox.counts(connection).items():
            states[state] += count
        for state in outbox.STATES:
            found.deliveries.add_metric([state], states[state])
        due = [at for name in claims.waiting_receivers(connection) if (at := claims.next_due(connection, name))]
        found.lag.add_metric([], max(0.0, (now - min(due, default=now)).total_seconds()))
        found.late.add_metric([], sum(record.is_late(now) for record in feeds.load(connection).values()))
        found.letters.add_metric([], connection.execute("SELECT count(*) FROM dead_letters").fetchone()[0])
        files = self._path.parent.glob(f"{self._path.name}*")
        found.size.add_metric([], sum(file.stat().st_size for file in files))
        return found


class Families:
    """What is shown of a store; without samples until they are added."""

    def __init__(self) -> None:
        self.deliveries = GaugeMetricFamily("dealwire_outbox_deliveries", "Messages by state.", labels=["state"])
        self.lag = GaugeMetricFamily("dealwire_outbox_lag_seconds", "How long the oldest due message has waited.")
        self.late = GaugeMetricFamily("dealwire_feeds_late", "Feeds whose visit is overdue.")
        self.letters = GaugeMetricFamily("dealwire_dead_letters", "Records that could not be taken, in the store.")
        self.size = GaugeMetricFamily("dealwire_store_size_bytes", "The store's files on disk.")

    def __iter__(self) -> Iterator[Metric]:
        yield from (self.deliveries, self.lag, self.late, self.letters, self.size)
