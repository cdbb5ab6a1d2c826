"""Shell: rules tried on the store's own articles before they are saved, beside those that run now.

It is `dealwire backtest --against`, in a process of its own, so that nobody's page waits for it. Articles that tell of
no deal are passed over: no rule can fire on them. What takes too long is cut short and says so.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import tee, zip_longest
from multiprocessing import get_context
from pathlib import Path

from dealwire.model import Alert, Article
from dealwire.reference.companies import bundled_companies
from dealwire.store import articles
from rules.load import Source, load
from streams.backtest import Backtest, compare, headline
from streams.core import Core

ARTICLES_MAX = 30_000
SECONDS_MAX = 25.0
DIFFERENCES_MAX = 12
EXPERIMENTS = asyncio.Semaphore(1)
"""One at a time: a second reader waits instead of taking the machine."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rules to try against which, on the last `days` of this store."""

    store: Path
    new: tuple[Source, ...]
    old: tuple[Source, ...]
    days: int
    seconds_max: float = SECONDS_MAX


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that would have been."""

    rule: str
    kind: str
    day: date
    title: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A story that a rule missed by one clause."""

    title: str
    clause: str
    met_by: str


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """One rule's part."""

    rule: str
    title: str
    alerts: int
    before: int | None
    """How many the rule that runs now would have; None where it is new."""
    per_day: float
    weekly: tuple[int, ...]
    held: int
    loudest: tuple[tuple[str, int], ...]
    near_misses: tuple[Missed, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out."""

    articles: int
    first: date | None
    last: date | None
    complete: bool
    """Whether all of the time asked for was read."""
    rules: tuple[RuleTrial, ...]
    gained: tuple[Told, ...]
    lost: tuple[Told, ...]
    gained_count: int
    lost_count: int


async def try_rules(asked: Asked) -> Trial:
    """The trial, run in another process; a ConfigError of the new rules is raised here."""
    async with EXPERIMENTS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            return await asyncio.get_running_loop().run_in_executor(process, run_trial, asked)


def run_trial(asked: Asked) -> Trial:
    """The trial, here and now."""
    ends = time.monotonic() + asked.seconds_max
    new, old = (Backtest(Core.of(load(sources), bundled_companies())) for sources in (asked.new, asked.old))
    complete = True
    with closing(sqlite3.connect(f"{asked.store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        ours, theirs = tee(_told(connection, asked.days))
        for number, _ in enumerate(zip_longest(new.run(ours), old.run(theirs))):
            if time.monotonic() > ends or number + 1 >= ARTICLES_MAX:
                complete = False
                break
    return _report(new, old, complete=complete)


def _told(connection: sqlite3.Connection, days: int) -> Iterator[Article]:
    """The articles with a deal in them of the last days before the newest, in order of time."""
    newest = articles.newest(connection)
    if newest is None:
        return
    since = (newest - timedelta(days=days)).timestamp()
    rows = connection.execute("SELECT record FROM articles WHERE at >= ? AND events > 0 ORDER BY at, id", (since,))
    for (record,) in rows:
        yield Article.from_bytes(record)


def _report(new: Backtest, old: Backtest, *, complete: bool) -> Trial:
    before = {report.rule.id: len(report.alerts) for report in old.reports()}
    difference = compare(new, old)
    rules = tuple(
        RuleTrial(
            rule=report.rule.id,
            title=report.rule.title or report.rule.id,
            alerts=len(report.alerts),
            before=before.get(report.rule.id),
            per_day=len(report.alerts) / new.days if new.days else 0.0,
            weekly=tuple(report.weekly(new.first, new.last)) if new.first and new.last else (),
            held=report.held,
            loudest=tuple(report.loudest),
            near_misses=tuple(Missed(m.title, m.clause, m.met_by) for m in report.near_misses),
        )
        for report in new.reports()
    )
    return Trial(
        articles=new.history.articles,
        first=new.first,
        last=new.last,
        complete=complete,
        rules=rules,
        gained=_all_told(difference.gained[:DIFFERENCES_MAX]),
        lost=_all_told(difference.lost[:DIFFERENCES_MAX]),
        gained_count=len(difference.gained),
        lost_count=len(difference.lost),
    )


def _all_told(alerts: Sequence[Alert]) -> tuple[Told, ...]:
    return tuple(Told(a.rule, a.kind, a.at.date(), headline(a.story_view) if a.story_view else a.story) for a in alerts)
