"""Shell: the worker's Faust app, made from settings: nothing is made at import time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import faust

from dealwire.errors import DealwireError
from streams.dead_letters import letter_of
from streams.settings import KafkaSettings
from streams.worker.folding import Folding
from streams.worker.halves import Halves, MakeHalves
from streams.worker.outlet import Outlet
from streams.worker.rulebook import PublishedRules, RulesFeed
from streams.worker.transport import WorkerApp
from streams.worker.understanding import Understanding

COMMIT_SECONDS = 1.0
"""How much work may be done again after a kill, in time."""
HEARTBEATS_PER_SESSION = 4
REQUEST_SECONDS_MIN = 60.0
LINGER_SECONDS = 0.005
"""Faust's default of 0 sends one request per record."""
ROCKSDB_CACHE_BYTES = 64 * 1024 * 1024
"""Faust's default of 2 GiB would be the worker's whole memory."""
RAW: dict[str, Any] = {"key_serializer": "raw", "value_serializer": "raw", "key_type": bytes, "value_type": bytes}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Running:
    """The core that runs now; it is swapped between records, whole."""

    def __init__(self, make_halves: MakeHalves) -> None:
        self._make_halves = make_halves
        self._halves: Halves | None = None

    def swap(self, rules: PublishedRules) -> None:
        """Run these rules from the next record on; a DealwireError leaves those that run."""
        self._halves = self._make_halves(rules.files)

    def __call__(self) -> Halves:
        if self._halves is None:
            raise RuntimeError("no rules are in use yet; records wait for them")
        return self._halves


def build_app(settings: KafkaSettings, make_halves: MakeHalves, clock: Callable[[], datetime] = _utc_now) -> faust.App:
    """A worker for these settings. Run as many as there is work for: each understands, and one of them folds."""
    app = WorkerApp(settings.group("worker"), **faust_settings(settings))
    running, outlet = Running(make_halves), Outlet(settings)
    table = app.Table(
        "stories",
        key_type=bytes,
        value_type=bytes,
        partitions=1,
        changelog_topic=app.topic(settings.topic("state"), partitions=1, compacting=True, **RAW),
        options={"block_cache_size": ROCKSDB_CACHE_BYTES} if settings.state_store == "rocksdb" else None,
    )
    understanding = Understanding(settings, outlet, running, clock)
    folding = Folding(settings, table, outlet, running, clock)

    async def refuse(record: Any, error: DealwireError) -> None:
        letter = letter_of(record, doing="use rules", error=error, now=clock())
        await outlet.send_and_wait(settings.topic("dead_letters"), letter.id.encode(), letter.to_bytes())

    feed = RulesFeed(settings, running.swap, refuse)

    @app.agent(app.topic(settings.topic("articles"), **RAW), name="understand")
    async def understand(stream: Any) -> None:
        await feed.ready.wait()
        await understanding.run(stream)

    @app.agent(app.topic(settings.topic("events"), settings.topic("corrections"), partitions=1, **RAW), name="fold")
    async def fold(stream: Any) -> None:
        await feed.ready.wait()
        await folding.run(stream)

    async def supply() -> None:
        await outlet.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(feed.follow())
                tasks.create_task(folding.keep())
                tasks.create_task(folding.watch())
        finally:
            await outlet.stop()

    app.task(supply)

    async def release(*_: Any, **__: Any) -> None:  # of whatever partitions: Faust revokes all in every rebalance
        await folding.release()

    async def finish(*_: Any, **__: Any) -> None:
        await folding.release()
        await understanding.drain()

    app.on_partitions_revoked.connect(release)
    app.on_before_shutdown.connect(finish)

    return app


def faust_settings(settings: KafkaSettings) -> dict[str, Any]:
    """What dealwire chooses of Faust's settings, and why."""
    session = settings.session_timeout_seconds
    return {
        "broker": [f"kafka://{server}" for server in settings.server_list],
        "datadir": settings.state_dir,
        "store": f"{settings.state_store}://",
        "topic_allow_declare": False,  # `dealwire topics create` makes them
        "topic_disable_leader": True,  # nothing here runs on a leader only
        "table_standby_replicas": settings.standby_replicas,
        "broker_session_timeout": session,
        "broker_heartbeat_interval": session / HEARTBEATS_PER_SESSION,
        "broker_request_timeout": max(REQUEST_SECONDS_MIN, session * 2),
        "broker_commit_interval": COMMIT_SECONDS,
        "consumer_auto_offset_reset": "earliest",
        "producer_linger": LINGER_SECONDS,
        "producer_acks": -1,
        "stream_buffer_maxsize": settings.in_flight_max,
        "stream_wait_empty": False,
        "web_enabled": False,
        "worker_redirect_stdouts": False,
    }


def run_worker(app: faust.App) -> None:
    """Run the app until a signal stops it; logging stays as dealwire configured it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = faust.Worker(app, loop=loop, override_logging=False, quiet=True, redirect_stdouts=False)
    worker.spinner = None  # it draws on the terminal, quiet or not
    worker.execute_from_commandline()
