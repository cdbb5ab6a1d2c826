"""Shell: what each process shows of itself, put together: its checks, and the listener where one is asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from connectors.health import FeedRecord
from connectors.registry import FeedSpec
from dealwire.log import logger
from dealwire.monitoring.health import Check, feeds_answer
from dealwire.monitoring.lag import LagMetrics
from dealwire.monitoring.listener import Listener
from dealwire.monitoring.monitor import Monitor
from dealwire.store import feeds
from dealwire.store.database import Store
from streams.settings import KafkaSettings

log = logger("monitoring")


@contextmanager
def shown(monitor: Monitor, listen: str) -> Iterator[None]:
    """Count what goes wrong and, where an address is given, serve the monitor there, for as long as this lasts."""
    with monitor.counting(), ExitStack() as stack:
        if listen:
            listener = stack.enter_context(Listener(monitor, listen))
            log.info("metrics_served", port=listener.port)
        yield


@asynccontextmanager
async def beating(monitor: Monitor) -> AsyncIterator[None]:
    """Let the monitor's heart beat with this event loop, for as long as this lasts."""
    beats = asyncio.create_task(monitor.heartbeat.keep())
    try:
        yield
    finally:
        beats.cancel()


@contextmanager
def shown_on_kafka(kafka: KafkaSettings, stages: Sequence[str], listen: str) -> Iterator[Monitor]:
    """A monitor for a process beside Kafka: with the lag of these stages, and ready only while the broker answers."""
    monitor = Monitor()
    lag = LagMetrics(kafka, stages)
    with ExitStack() as stack:
        if listen:
            monitor.registry.register(stack.enter_context(lag))
            monitor.health.add("broker", lag.why_unreachable)
        stack.enter_context(shown(monitor, listen))
        yield monitor


def feeds_read(specs: Callable[[], Sequence[FeedSpec]], path: Path, clock: Callable[[], datetime]) -> Check:
    """Whether any of the configured feeds has answered lately, by what the store keeps of them."""

    def check() -> str:
        with Store.open(path) as store:
            records = feeds.load(store.connection)
        return feeds_answer([records.get(spec.title, FeedRecord(spec.title)) for spec in specs()], clock())

    return check
