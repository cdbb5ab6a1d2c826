"""The rows that keep an open page current: many stories in one request, none lost where a request fails."""

import re
import sqlite3
import time
from urllib.parse import urlencode

import pytest
import web_desk

from dealwire.store import browse
from dealwire.store.browse import Wanted
from dealwire.web.pages.stories import ROWS_AT_ONCE

PATIENCE_SECONDS = 25


@pytest.fixture
def reader(desk):
    return web_desk.Visitor(desk)


def told(desk, word, count):
    """News of so many deals; the ids of their stories, the first told first."""
    for number in range(count):
        desk.tell(f"{word}{number} Optics raises ${number + 20} million Series B")
    desk.lay_out()
    query = "SELECT story FROM catalogue WHERE subject LIKE ? ORDER BY number"
    return [story for (story,) in desk.store.connection.execute(query, (f"{word}%",))]


def rows(reader, stories, **filters):
    answer = reader.get(f"/stories/rows?{urlencode({**filters, 'story': stories}, doseq=True)}")
    return answer.status, re.findall(r'data-story="([0-9a-f]+)"', answer.text)


def test_the_rows_of_many_stories_come_in_one_answer_the_latest_first(desk, reader):
    stories = told(desk, "Marrow", 5)
    assert rows(reader, [*stories, stories[0], "nosuchstory"]) == (200, stories[::-1])


def test_stories_that_the_filters_do_not_ask_for_have_no_row(desk, reader):
    stories = told(desk, "Ternwick", 4)
    assert rows(reader, stories, min_usd="22000000") == (200, stories[:1:-1])
    assert rows(reader, stories, category="mna") == (200, [])
    assert rows(reader, stories, q="Ternwick3") == (200, stories[3:])


@pytest.mark.parametrize("count", [0, ROWS_AT_ONCE + 1])
def test_none_or_too_many_are_refused_with_a_sentence(reader, count):
    answer = reader.get(f"/stories/rows?{urlencode({'story': [f'id{n}' for n in range(count)]}, doseq=True)}")
    assert answer.status == 400
    assert f"one to {ROWS_AT_ONCE} stories" in answer.text


@pytest.mark.parametrize("also", [{}, {"category": "mna"}, {"company": "nvidia"}, {"words": '"optics"*'}])
def test_only_the_stories_asked_for_are_looked_at(desk, also):
    asked = []
    connection = sqlite3.connect(desk.path)
    connection.set_trace_callback(asked.append)
    browse.listed(connection, Wanted(stories=tuple(f"id{n}" for n in range(ROWS_AT_ONCE)), **also))
    connection.set_trace_callback(None)
    (query,) = (query for query in asked if "c.story IN" in query)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    connection.close()
    assert any("SEARCH c USING" in step and ("story=?" in step or "rowid=?" in step) for step in plan), plan


def test_a_burst_of_news_is_asked_for_a_few_times_and_all_of_it_is_shown(look, desk):
    page = look()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    stories = told(desk, "Corrib", 60)
    for story in stories:
        page.locator(f"#story-{story}").wait_for(state="attached", timeout=15_000)
    shown = page.evaluate("[...document.querySelectorAll('li.fresh')].map(row => row.dataset.story)")
    assert [story for story in shown if story in set(stories)] == stories[::-1]
    assert len([url for url in requests if "/stories/rows" in url]) < 30


REFUSALS = {
    "no connection": lambda route: route.abort(),
    "500": lambda route: route.fulfill(status=500),
    "502": lambda route: route.fulfill(status=502),
    "429": lambda route: route.fulfill(status=429),
}


def test_a_row_that_could_not_be_asked_for_is_asked_for_again_whatever_the_refusal(look, desk):
    page = look()
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    refusals, refused = iter(REFUSALS.items()), []

    def refuse_each_way(route):
        name, refuse = next(refusals, ("", None))
        if refuse is None:
            route.continue_()
        else:
            refused.append(name)
            refuse(route)

    page.clock.install()
    page.route("**/stories/rows*", refuse_each_way)
    desk.tell("Penhallow raises $61 million Series B for photonic switches")
    row = page.locator("li.fresh", has_text="Penhallow")
    pass_time_until(page, lambda: row.count() == 1)
    assert refused == list(REFUSALS)
    look.heard[:] = [said for said in look.heard if "Failed to load resource" not in said]


def test_rows_that_never_come_are_given_up_and_the_page_says_so_until_the_next_news(look, desk):
    page, refused = look(), []

    def refuse(route):
        refused.append(route.request.url)
        route.fulfill(status=500)

    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    page.clock.install()
    page.route("**/stories/rows*", refuse)
    desk.tell("Aldermoor raises $62 million Series B for photonic switches")
    pass_time_until(page, lambda: page.get_by_text("Reload: some stories could not be brought").count() == 1)
    assert 3 < len(refused) < 20
    page.unroute("**/stories/rows*")
    desk.tell("Bexmoor raises $63 million Series B for photonic switches")
    for name in ("Aldermoor", "Bexmoor"):
        row = page.locator("li.fresh", has_text=name)
        pass_time_until(page, lambda: row.count() == 1)  # noqa: B023 - asked within the same round
    pass_time_until(page, lambda: page.locator("#live").inner_text() == "Live")
    look.heard[:] = [said for said in look.heard if "Failed to load resource" not in said]


def pass_time_until(page, holds):
    """Let the page's clock run ahead until it holds."""
    gives_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < gives_up
        page.clock.run_for(1_000)


@pytest.mark.parametrize("status", [429, 503])
def test_a_page_that_was_refused_its_stream_comes_back_and_shows_what_it_missed(look, desk, status):
    page, refused = look(), []

    def refuse_once(route):
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=status)

    page.route("**/api/v1/events*", refuse_once)
    page.goto(desk.url)
    page.wait_for_selector(".live-off")
    desk.tell(f"Hartwell{status} raises $77 million Series B for photonic switches")
    page.locator("li.fresh", has_text=f"Hartwell{status}").wait_for(timeout=20_000)
    page.wait_for_selector(".live-on")
    look.heard[:] = [said for said in look.heard if str(status) not in said]
