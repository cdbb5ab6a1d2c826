"""Shell: the figures of the coverage report, gathered from the embedded shell's store or from Kafka's topics."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from dealwire.model import Reading, Story
from dealwire.store import feeds, receipts, tally
from dealwire.store.database import Store
from dealwire.store.state import StateTable
from notifier.render.coverage import Coverage, NearMiss
from notifier.render.meta import Meta, feed_silent
from notifier.render.view import story_headline
from rules.book import RuleBook
from rules.near_misses import near_misses
from streams.core import Core
from streams.pipeline import advance
from streams.stories.record import StoryRecord, decode, story_key
from streams.stories.view import story_of

STORIES_ASKED_MAX = 2_000
"""Near misses are asked of this many stories at most, the latest first ..."""
PAIRS_ASKED_MAX = 2_000_000
"""... and of fewer where there are very many rules: each is held against each, which takes one or two microseconds."""
LANGUAGE = "language: "


def stored_coverage(connection: sqlite3.Connection, book: RuleBook, since: datetime, until: datetime) -> Coverage:
    """What the embedded shell did in [since, until), by the time of its doing."""
    counts = tally.counted(connection, since, until)
    records = feeds.load(connection).values()
    passed_over = {
        what.removeprefix(tally.PASSED_OVER): number
        for what, number in counts.items()
        if what.startswith(tally.PASSED_OVER)
    }
    state = StateTable(connection)
    touched = tally.touched(connection, since, until, STORIES_ASKED_MAX)
    stories = (decode(raw) for story in touched if (raw := state.get(story_key(story))))
    return Coverage(
        since=since,
        until=until,
        articles=counts.get(tally.READ, 0),
        articles_with_events=counts.get(tally.TOLD, 0),
        alerts_by_rule=receipts.counts_by_rule(connection, since, until),
        deliveries_by_state=receipts.counts_by_state(connection, since, until),
        near_misses=tuple(_near_misses(connection, book, stories)),
        silent_feeds=tuple(record.name for record in records if record.is_silent(until)),
        passed_over_by_language=_languages(passed_over),
    )


def topic_coverage(
    outbox: sqlite3.Connection,
    readings: Iterable[Reading],
    core: Core,
    since: datetime,
    until: datetime,
) -> Coverage:
    """What was done on Kafka in [since, until): `readings` are those of the events topic, `outbox` has the rest.

    The stories themselves are the worker's: near misses are asked of those that the stretch's readings tell alone.
    """
    articles, told, passed_over = 0, 0, Counter[str]()
    state: dict[str, bytes] = {}
    stories: dict[str, StoryRecord] = {}
    for reading in readings:
        articles += 1
        told += bool(reading.events)
        if reading.passed_over:
            passed_over[reading.passed_over] += 1
        if reading.events and len(stories) < STORIES_ASKED_MAX:
            outcome = advance(state, reading, core.book, core.companies)
            state.update({key: value for key, value in outcome.writes.items() if value is not None})
            for key in (key for key, value in outcome.writes.items() if value is None):
                state.pop(key, None)
            stories.update((step.id, step.record) for step in outcome.steps)
    return Coverage(
        since=since,
        until=until,
        articles=articles,
        articles_with_events=told,
        alerts_by_rule=receipts.counts_by_rule(outbox, since, until),
        deliveries_by_state=receipts.counts_by_state(outbox, since, until),
        near_misses=tuple(_near_misses(outbox, core.book, stories.values())),
        passed_over_by_language=_languages(passed_over),
    )


def silent_feeds(path: Path, now: datetime) -> tuple[str, ...] | None:
    """The feeds that are silent for longer than usual; None where there is no such store of feeds on this machine."""
    if not path.is_file():
        return None
    with Store.open(path) as store:
        return tuple(record.name for record in feeds.load(store.connection).values() if record.is_silent(now))


def silent_feed_notices(path: Path, now: datetime) -> Iterator[Meta]:
    """What operators are told of the silent feeds in the store there, if there is one on this machine."""
    if path.is_file():
        with Store.open(path) as store:
            yield from feed_notices(store.connection, now)


def feed_notices(connection: sqlite3.Connection, now: datetime) -> Iterator[Meta]:
    """What operators are told of each feed that is silent for longer than usual."""
    for record in feeds.load(connection).values():
        if record.is_silent(now) and record.last_change and record.usual_gap:
            yield feed_silent(record.name, record.last_change, record.usual_gap)


def _languages(passed_over: Mapping[str, int]) -> dict[str, int]:
    return {why.removeprefix(LANGUAGE): count for why, count in passed_over.items() if why.startswith(LANGUAGE)}


def _near_misses(connection: sqlite3.Connection, book: RuleBook, records: Iterable[StoryRecord]) -> Iterator[NearMiss]:
    untold = (
        record
        for record in records
        if not (record["retracted"] or record["merged_into"] or record["fired"])
        and not receipts.rules_told(connection, record["id"])  # told by one rule, it was not missed
    )
    for record in islice(untold, PAIRS_ASKED_MAX // max(1, len(book.rules))):
        story = story_of(record)
        for miss in near_misses(book, story, frozenset(record["heard"])):
            yield NearMiss(
                headline=story_headline(story),
                rule=miss.rule.title or miss.rule.id,
                clause=miss.clause,
                met_by=miss.met_by,
                nearness=miss.nearness,
                worth=_worth(story),
                story=story.id,
            )


def _worth(story: Story) -> float:
    return float(story.amount.best.usd or 0) if story.amount else 0.0
