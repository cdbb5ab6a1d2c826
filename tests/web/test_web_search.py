"""What people type into the search box, understood."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import web_desk
from hypothesis import given, settings
from hypothesis import strategies as st

from dealwire.reference.companies import bundled_companies
from dealwire.store.database import Store
from dealwire.web.search import understand

NOW = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
"""A Friday."""


def day(month, number, year=2026):
    return datetime(year, month, number, tzinfo=UTC)


def read(text):
    return understand(text, NOW, bundled_companies())


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since Monday", day(3, 2), None),
        ("since Friday", day(2, 27), None),
        ("on Friday", day(3, 6), day(3, 7)),
        ("yesterday", day(3, 5), day(3, 6)),
        ("since yesterday", day(3, 5), None),
        ("today", day(3, 6), None),
        ("in February", day(2, 1), day(3, 1)),
        ("in December", day(12, 1, 2025), day(1, 1)),
        ("since 2026-01-15", day(1, 15), None),
        ("before 2026-01-15", None, day(1, 15)),
        ("last week", datetime(2026, 2, 27, 15, 30, tzinfo=UTC), None),
        ("in the past 3 days", datetime(2026, 3, 3, 15, 30, tzinfo=UTC), None),
    ],
)
def test_times_are_understood_as_people_say_them(text, since, until):
    query = read(text)
    assert (query.since, query.until, query.words) == (since, until, ())
    assert query.said


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("over $50M", 50e6, 0),
        (">$1.5bn", 1.5e9, 0),
        ("at least $2 billion", 2e9, 0),
        ("under $20M", 0, 20e6),
        ("over $10M under $20M", 10e6, 20e6),
    ],
)
def test_sums_are_understood_with_what_stands_before_them(text, low, high):
    query = read(text)
    assert (query.usd_min, query.usd_max, query.words) == (low, high, ())


def test_a_whole_sentence_comes_apart_into_its_filters():
    query = read("everything on Cerebras over $100M since Monday, mergers with wafers")
    assert query.companies == (("cerebras", "Cerebras"),)
    assert (query.usd_min, query.category, query.since, query.words) == (100e6, "mna", day(3, 2), ("wafers",))


def test_what_stands_in_quotation_marks_is_one_phrase():
    query = read('"optical links" since Monday')
    assert (query.phrases, query.words, query.expression) == (("optical links",), (), '"optical links"')


def test_a_second_company_is_looked_for_as_words():
    query = read("Nvidia and Cerebras")
    assert {key for key, _ in query.companies} == {"nvidia", "cerebras"}
    assert query.expression in {'"Nvidia"', '"Cerebras"'}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_whatever_is_typed_is_an_expression_that_full_text_search_takes(text):
    expression = read(text).expression
    if expression:
        with Store.open(":memory:") as store:
            query = "SELECT rowid FROM catalogue_text WHERE catalogue_text MATCH ?"
            assert store.connection.execute(query, (expression,)).fetchall() == []


def test_a_search_finds_the_story_by_company_sum_day_and_words(desk):
    story = desk.tell("Halden Optics raises $61 million Series B for photonic switches")
    desk.tell("Halden Optics raises $9 million seed round")
    desk.lay_out()
    reader = web_desk.Visitor(desk)
    for text in ("Halden Optics over $60M today", "photonic switch", '"photonic switches" funding since yesterday'):
        found = reader.get(f"/api/v1/stories.json?q={quote(text)}").text
        assert story in found, text
    for text in ("photonic mergers", '"switches photonic"', "Halden Optics under $10M"):
        assert story not in reader.get(f"/api/v1/stories.json?q={quote(text)}").text, text
