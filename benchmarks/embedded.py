"""Articles a second through the embedded shell, beside the steps it is made of, in one run on one core.

    python benchmarks/embedded.py [ARCHIVE]

The archive is ../shared/data/tech-2026.jsonl.gz where that is, else the test archive. The baseline is decoding the
lines and doing nothing with them.
"""

import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from connectors.archive import read
from dealwire.bootstrap import core_from
from dealwire.bootstrap.rules import policy_of
from dealwire.model import Article
from dealwire.monitoring.monitor import Monitor
from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide import Router
from rules.load import Source
from streams.core import Core
from streams.embedded import Embedded
from streams.replay import History, replay

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "tech-2026.jsonl.gz"
RULES = ROOT / "tests" / "data" / "archive" / "watchlist.yaml"
ARTICLES_MAX = 20_000
BATCH = 200
AIM = 1_500


def main() -> None:
    articles, lines = _articles(Path(sys.argv[1]) if len(sys.argv) > 1 else REAL)
    core = core_from([Source(RULES.name, RULES.read_text(encoding="utf-8"))])
    decoding = _seconds(lambda: [Article.from_bytes(line) for line in lines])
    plain, _ = _embedded(core, articles)
    counted, counting = _embedded(core, articles, Monitor())
    rows = [
        ("decode the lines, do nothing", decoding),
        ("understand", _seconds(lambda: [core.understander.understand(a) for a in articles])),
        ("understand, fold, match in memory (replay)", _seconds(lambda: _exhaust(replay(articles, core, History())))),
        (f"the embedded shell, batches of {BATCH}, SQLite", plain),
        ("the same, counted for /metrics", counted),
    ]
    table = Table("what", "articles/s", "× the baseline's time", title=f"{len(articles):,} articles, one core")
    for what, seconds in rows:
        table.add_row(what, f"{len(articles) / seconds:,.0f}", f"{seconds / decoding:.1f}")
    cost = f"counting: {counting / len(articles) * 1e6:.1f} µs an article, {counting / counted:.2%} of the time"
    Console().print(table, f"aim: at least {AIM:,} articles/s through the embedded shell", cost, sep="\n")


def _articles(path: Path) -> tuple[list[Article], list[bytes]]:
    if not path.exists():
        sys.path.insert(0, str(ROOT / "tests"))
        import archive  # noqa: PLC0415 - stands in only where the real archive is not

        path = archive.write(Path(tempfile.mkdtemp()) / "archive.jsonl", deals=500)
    articles = list(itertools.islice(read(path, print), ARTICLES_MAX))
    return articles, [article.to_bytes() for article in articles]


def _embedded(core: Core, articles: list[Article], monitor: Monitor | None = None) -> tuple[float, float]:
    """Seconds for all, and those of them that counting took where there is a monitor."""
    router = Router(policy_of(core.book))
    counting = 0.0
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "dealwire.db") as store:
        embedded = Embedded(store, core, lambda c, a, n: _enqueue(c, a, router, n), lambda: datetime.now(UTC))

        def take() -> None:
            nonlocal counting
            for start in range(0, len(articles), BATCH):
                steps = embedded.take(articles[start : start + BATCH])
                if monitor:
                    began = time.process_time()
                    monitor.pipeline.observe_take(steps, 0.1, datetime.now(UTC))
                    counting += time.process_time() - began

        return _seconds(take), counting


def _enqueue(connection: object, alert: object, router: Router, now: datetime) -> None:
    outbox.enqueue(connection, alert, router, now)  # type: ignore[arg-type]  # as the shell hands them over


def _exhaust(steps: Iterable[object]) -> None:
    for _ in steps:
        pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
