"""Rules on history: what they would have sent, what they just missed, what changed against other rules."""

from datetime import UTC, datetime, timedelta

import pytest

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from rules.load import Source, load
from streams.backtest import Backtest, compare
from streams.core import Core

RULES = """
version: 1
rules:
  - id: large-rounds
    match: {category: funding, amount: ">= LEASTM USD"}
  - id: throttled
    match: {category: funding}
    throttle: {by: [category], every: 30d}
"""
TITLES = (
    "MatX raises $500 million to speed up LLM chips",
    "Axelera raises $250 million for edge chips",
    "Etched raises $90 million Series A",
    "The weather stays fair over the weekend",
)


def core_of(least):
    return Core.of(load([Source("r", RULES.replace("LEAST", str(least)))]), bundled_companies())


@pytest.fixture
def articles():
    first = datetime(2026, 1, 5, tzinfo=UTC)
    return [
        Article.create(title=title, url=f"https://example.com/{n}", source="Wire", fetched=first + timedelta(n * 8))
        for n, title in enumerate(TITLES)
    ]


def run(least, articles):
    backtest = Backtest(core_of(least))
    assert [taken.title for taken in backtest.run(articles)] == [article.title for article in articles]
    return backtest


def test_it_counts_alerts_by_rule_and_week(articles):
    backtest = run(100, articles)
    large, throttled = backtest.reports()
    assert backtest.days == 25
    assert [alert.story_view.tellings[0].title for alert in large.alerts] == list(TITLES[:2])
    assert large.weekly(backtest.first, backtest.last) == [1, 1, 0, 0]
    assert (len(throttled.alerts), throttled.held) == (1, 2)
    assert large.loudest[0][1] == 1


def test_a_near_miss_names_the_one_clause_that_failed(articles):
    large, _ = run(100, articles).reports()
    (miss,) = large.near_misses
    assert (miss.clause, miss.met_by, miss.title) == ("amount >= 100M USD", "$90M", TITLES[2])


def test_comparing_shows_what_is_gained_and_lost(articles):
    difference = compare(run(50, articles), run(300, articles))
    assert [alert.rule for alert in difference.gained] == ["large-rounds", "large-rounds"]
    assert difference.lost == ()
    back = compare(run(300, articles), run(50, articles))
    assert (back.gained, len(back.lost)) == ((), 2)


def test_an_interrupted_run_keeps_what_there_is(articles):
    backtest = Backtest(core_of(100))
    running = backtest.run(articles)
    next(running)
    running.close()
    large, _ = backtest.reports()
    assert len(large.alerts) == 1
    assert backtest.history.articles == 1
