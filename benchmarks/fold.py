"""Events a second through the fold on one core: in memory and in SQLite, among few stories and among many, in one run.

    python benchmarks/fold.py [--stories 1000000] [--memory 100000] [--no-corpus]

Baseline: a plain dict that folds by exact (category, subject, amount), which finds no other spelling, no nameless
telling, no changed amount, and keeps nothing. At the end, where the corpus ../shared/data/tech-2026.jsonl.gz is: how
many alerts "any funding of $50M or more" gives with folding, and without (each article's event an alert).
"""

import argparse
import time
from collections.abc import Iterable, Mapping, MutableMapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from fold_world import World
from rich.console import Console
from rich.table import Table

from connectors.archive import read_ordered
from dealwire.cli.collector import relax_collector
from dealwire.model import Reading
from dealwire.reference.companies import bundled_companies
from dealwire.store.database import Store
from dealwire.store.state import StateTable
from rules.load import Source, load
from streams.core import Core
from streams.pipeline import advance
from streams.stories.memo import Memo

CORPUS = Path(__file__).parents[2] / "shared" / "data" / "tech-2026.jsonl.gz"
FEW = 10_000
MEASURED_DEALS = 4_000
BATCH = 200
FILLING_BATCH = 20_000
DAYS = 60.0
AIMS = {"memory": 20_000, "SQLite": 5_000}
RULE = 'version: 1\nrules:\n  - {id: big, match: {category: funding, amount: ">= 50M USD"}}\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stories", type=int, default=1_000_000, help="how many stories SQLite holds at the end")
    parser.add_argument("--memory", type=int, default=100_000, help="how many stories memory holds at the end")
    parser.add_argument("--no-corpus", action="store_true", help="leave the real articles out")
    args = parser.parse_args()
    console = Console()
    relax_collector()
    table = Table("state", "stories", "events", "events/s", "aim", "us/event", title="The fold, one core, no rules")
    table.add_row(*exact_row())
    for row in memory_rows(args.memory):
        table.add_row(*row)
    for row in sqlite_rows(args.stories):
        table.add_row(*row)
    console.print(table)
    if CORPUS.exists() and not args.no_corpus:
        console.print(corpus_table())


def exact_row() -> tuple[str, ...]:
    """The baseline: the same readings into a dict by exact key."""
    readings = list(World(FEW, DAYS).readings(MEASURED_DEALS))
    stories: dict[tuple[object, ...], list[str]] = {}
    start = time.process_time()
    for reading in readings:
        for event in reading.events:
            key = (event.category, event.subject, event.amount and event.amount.value)
            stories.setdefault(key, []).append(reading.article.id)
    return _row("dict by exact key", len(stories), len(readings), time.process_time() - start, None)


def memory_rows(most: int) -> Iterable[tuple[str, ...]]:
    """The fold over a dict, among few stories and among many."""
    for stories in (FEW, most):
        world, state, memo = World(stories, DAYS), {}, Memo()
        fold_into(state, world.readings(stories, retold=False), memo)
        readings = list(world.readings(MEASURED_DEALS))
        start = time.process_time()
        fold_into(state, readings, memo)
        yield _row("memory", stories, len(readings), time.process_time() - start, AIMS["memory"])


def fold_into(state: MutableMapping[str, bytes], readings: Iterable[Reading], memo: Memo) -> None:
    book, companies = load([]), bundled_companies()
    for reading in readings:
        apply(state, advance(state, reading, book, companies, memo).writes)


def apply(state: MutableMapping[str, bytes], writes: Mapping[str, bytes | None]) -> None:
    for key, value in writes.items():
        if value is None:
            state.pop(key, None)
        else:
            state[key] = value


def sqlite_rows(most: int) -> Iterable[tuple[str, ...]]:
    """The fold over the embedded shell's own table, committed every BATCH readings."""
    for stories in (FEW, most):
        with TemporaryDirectory() as folder, Store.open(Path(folder) / "fold.db") as store:
            world, table, memo = World(stories, DAYS), StateTable(store.connection), Memo()
            fold_stored(store, table, world.readings(stories, retold=False), memo, FILLING_BATCH)
            readings = list(world.readings(MEASURED_DEALS))
            start = time.process_time()
            fold_stored(store, table, readings, memo, BATCH)
            yield _row("SQLite", stories, len(readings), time.process_time() - start, AIMS["SQLite"])


def fold_stored(store: Store, table: StateTable, readings: Iterable[Reading], memo: Memo, batch: int) -> None:
    book, companies, coming = load([]), bundled_companies(), iter(readings)
    while readings_now := list(islice(coming, batch)):
        with store.transaction():
            for reading in readings_now:
                table.apply(advance(table, reading, book, companies, memo).writes)
            table.flush()


def _row(state: str, stories: int, events: int, seconds: float, aim: int | None) -> tuple[str, ...]:
    rate = events / seconds
    return (state, f"{stories:,}", f"{events:,}", f"{rate:,.0f}", f"{aim:,}" if aim else "", f"{1e6 / rate:,.0f}")


def corpus_table() -> Table:
    """Alerts of one rule on real headlines, with folding and without."""
    core = Core.of(load([Source("big.yaml", RULE)]), bundled_companies())
    state: dict[str, bytes] = {}
    single = folded = changed = 0
    told: dict[str, int] = {}
    alerted: set[str] = set()
    for article in read_ordered(CORPUS, print):
        step = core.step(state, article)
        apply(state, step.outcome.writes)
        kinds = [alert.kind for alert in step.outcome.alerts]
        folded, changed = folded + len(kinds), changed + kinds.count("changed")
        told.update((one.id, len({t["article"] for t in one.record["tellings"]})) for one in step.outcome.steps)
        alerted.update(alert.story for alert in step.outcome.alerts)
        single += len(core.step({}, article).outcome.alerts)
    table = Table("any funding of $50M or more, tech-2026", "alerts")
    table.add_row("each article by itself", f"{single:,}")
    table.add_row("folded into stories", f"{folded:,} ({changed:,} of them changed)")
    once = sum(told[story] == 1 for story in alerted)
    table.add_row("stories alerted on", f"{len(alerted):,} ({once:,} of them told by one article in the archive)")
    return table


if __name__ == "__main__":
    main()
