"""A Kafka worker's time per article, beside a bare Faust agent that only forwards and the core's own time.

    python benchmarks/worker.py [ARTICLES]

All three in one run on one real broker: the worker understands and folds in one process, the bare agent forwards the
same records with an awaited send, the core runs alone in memory. The bar: worker ≤ 1.25 × (bare + core).
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import faust

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "kafka")]

import archive  # noqa: E402 - found by the line above
from kafka_broker import Broker  # noqa: E402

from connectors.archive import read_ordered  # noqa: E402
from connectors.publish import Publisher  # noqa: E402
from dealwire import log  # noqa: E402
from dealwire.bootstrap.kafka import CoreHalves, publish  # noqa: E402
from dealwire.bootstrap.rules import core_from  # noqa: E402
from dealwire.model import Article, Reading  # noqa: E402
from rules.load import Source  # noqa: E402
from streams import topics  # noqa: E402
from streams.core import Core  # noqa: E402
from streams.settings import KafkaSettings  # noqa: E402
from streams.worker import build_app, run_worker  # noqa: E402
from streams.worker.app import RAW, faust_settings  # noqa: E402

ARTICLES = 4_000
RECORDS_PER_DEAL = 10
WARM = 0.1
"""The share of the articles that is not counted: caches fill, the group settles."""
BAR = 1.25


class Stopwatch:
    """Says how long the articles after the warm ones took, from the first step of the first of them to the last step of
    the last, and ends the process with it. Understanding runs ahead of folding, so each end has a count of its own.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._warm = int(count * WARM)
        self._begun = self._ended = 0
        self._began = 0.0

    def begin(self) -> None:
        if self._begun == self._warm:
            self._began = time.perf_counter()
        self._begun += 1

    def end(self) -> None:
        self._ended += 1
        if self._ended == self._count:
            seconds = (time.perf_counter() - self._began) / (self._count - self._warm)
            print(json.dumps({"seconds": seconds}), flush=True)


class TimedHalves:
    """The core under the stopwatch: to understand is the first thing that is done for an article, to fold the last."""

    def __init__(self, halves: CoreHalves, watch: Stopwatch) -> None:
        self._halves = halves
        self._watch = watch
        self.indexes = halves.indexes

    def understand(self, article: Article) -> Reading:
        self._watch.begin()
        return self._halves.understand(article)

    def fold(self, state: Mapping[str, bytes], reading: Reading) -> Any:
        outcome = self._halves.fold(state, reading)
        self._watch.end()
        return outcome


def run_full(settings: KafkaSettings, count: int) -> None:
    """The worker, as `dealwire worker` runs it."""
    watch = Stopwatch(count)
    run_worker(build_app(settings, lambda files: TimedHalves(CoreHalves.of(files), watch)))


def run_bare(settings: KafkaSettings, count: int) -> None:
    """An agent that forwards, with the worker's own settings of Faust."""
    watch = Stopwatch(count)
    app = faust.App(settings.group("bare"), **faust_settings(settings))
    target = app.topic(settings.topic("events"), **RAW)

    @app.agent(app.topic(settings.topic("articles"), **RAW))
    async def forward(stream: Any) -> None:
        async for key, value in stream.items():
            watch.begin()
            await target.send(key=key, value=value)
            watch.end()

    run_worker(app)


def time_core(core: Core, articles: list[Article]) -> tuple[float, float]:
    """Seconds for an article in memory: to understand it, and to fold it and apply the writes."""
    halves, state = CoreHalves(core), dict[str, bytes]()
    understanding = folding = 0.0
    warm = int(len(articles) * WARM)
    for n, article in enumerate(articles):
        began = time.perf_counter()
        reading = halves.understand(article)
        understood = time.perf_counter()
        for key, value in halves.fold(state, reading).writes.items():
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
        if n >= warm:
            understanding += understood - began
            folding += time.perf_counter() - understood
    counted = len(articles) - warm
    return understanding / counted, folding / counted


def time_process(kind: str, settings: KafkaSettings, articles: list[Article]) -> float:
    """Seconds for an article through a worker process of its own, which finds them all on the topic."""
    topics.create(settings)
    publish(settings, [archive.RULES])
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(articles)
    command = [sys.executable, __file__, kind, settings.model_dump_json(), str(len(articles))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.kill()
    return float(json.loads(line)["seconds"])


def main(count: int) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = archive.write(folder / "archive.jsonl", deals=count // RECORDS_PER_DEAL)
        articles = list(read_ordered(path, print))
        core = core_from([Source(archive.RULES.name, archive.RULES.read_text(encoding="utf-8"))])
        broker = Broker(folder / "kafka")
        broker.start()
        try:

            def settings(name: str) -> KafkaSettings:
                return KafkaSettings(
                    servers=broker.address,
                    prefix=name,
                    article_partitions=1,
                    state_dir=folder / name,
                    standby_replicas=0,
                )

            bare = time_process("bare", settings("bare"), articles)
            understanding, folding = time_core(core, articles)
            full = time_process("full", settings("full"), articles)
        finally:
            broker.stop()
    alone = understanding + folding
    ratio = full / (bare + alone)
    print(f"{len(articles)} invented articles, one partition, one worker process")
    rows = [
        ("bare Faust agent, forwards", bare),
        ("core alone, in memory", alone),
        ("  of which the one folder's", folding),
        ("worker, end to end", full),
    ]
    for name, seconds in rows:
        print(f"  {name:<28} {seconds * 1000:7.3f} ms/article {1 / seconds:8.0f} articles/s")
    verdict = "met" if ratio <= BAR else "missed"
    print(f"  worker / (bare + core) = {ratio:.2f}; the bar is {BAR}: {verdict}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    if len(sys.argv) == 4:
        log.configure("json", "WARNING")
        runner = {"bare": run_bare, "full": run_full}[sys.argv[1]]
        runner(KafkaSettings.model_validate_json(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES))
