"""The sample feeds are what the README says they are, and our own reader takes every item of them as it was written."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.feed import FileSource

FEEDS = Path(__file__).parents[2] / "examples" / "feeds"
NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
ITEMS = {
    "corrections.atom.xml": 2,
    "deal-room.json": 32,
    "evening-courier.rss.xml": 90,
    "meridian-ledger.rdf": 54,
    "term-sheet-daily.atom.xml": 45,
    "wafer-and-watt.rss.xml": 52,
}


def batch(name):
    return asyncio.run(FileSource(name, FEEDS / name, source=name).fetch(None, NOW))


def articles(name):
    return {article.title: article for article in batch(name).articles}


def test_no_sample_is_untested():
    assert {path.name for path in FEEDS.iterdir()} == set(ITEMS)


@pytest.mark.parametrize(("name", "count"), ITEMS.items())
def test_every_item_becomes_an_article_with_nothing_to_remark(name, count):
    read = batch(name)
    assert len(read.articles) == count
    assert read.notes == ()
    assert all(article.url.startswith("https://") for article in read.articles)


@pytest.mark.parametrize("name", ITEMS)
def test_markup_and_entities_are_gone_from_what_a_person_reads(name):
    for article in batch(name).articles:
        assert "<" not in article.title + article.body
        assert "&#" not in article.title + article.body


def test_dates_are_those_of_the_file_and_an_undated_item_has_the_time_of_its_visit():
    read = batch("evening-courier.rss.xml").articles
    undated = [article for article in read if article.published is None]
    assert [article.title for article in undated] == ["Tide pool café raises roof, and £2,000 for lifeboats"]
    assert undated[0].at == NOW
    assert all(datetime(2026, 2, 16, tzinfo=UTC) <= a.at < NOW for a in read if a.published)


@pytest.mark.parametrize("original", ["term-sheet-daily.atom.xml", "wafer-and-watt.rss.xml"])
def test_a_correction_is_a_later_revision_of_the_article_it_corrects(original):
    before = {article.id: article for article in batch(original).articles}
    later = [article for article in batch("corrections.atom.xml").articles if article.id in before]
    assert len(later) == 1
    assert later[0].revision != before[later[0].id].revision
    assert later[0].order > before[later[0].id].order


def test_an_outlet_copies_another_word_for_word():
    ours, theirs = articles("meridian-ledger.rdf"), articles("evening-courier.rss.xml")
    title = "Saudi Arabia commits $40 billion to AI infrastructure"
    assert ours[title].body == theirs[title].body
    assert ours[title].id != theirs[title].id
