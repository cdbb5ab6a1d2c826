"""The figures of System, Feeds and Deliveries stay current while one looks, and nothing moves under the reader."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from dealwire.store import dead_letters

PATIENCE_MILLISECONDS = 60_000
PAGES = ("/system", "/feeds", "/deliveries", "/deliveries?state=pending&receiver=deals-slack")
WATCH = (
    "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
    " if (!one.hadRecentInput) window.moved += one.value }).observe({type: 'layout-shift', buffered: true})"
)


def look_again(page):
    """Let the page's clock run until it has asked the server once more."""
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.clock.fast_forward(PATIENCE_MILLISECONDS)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")


def opened(look, desk, path):
    page = look()
    page.add_init_script(WATCH)
    page.clock.install()
    page.goto(desk.url + path)
    return page


def articles(page):
    said = page.locator(".tile", has_text="Stories").inner_text()
    return int(re.search(r"([\d,]+) articles", said)[1].replace(",", ""))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_where_nothing_happened_stays_as_it_is(look, desk, path):
    page = opened(look, desk, path)
    page.evaluate("window.parts = [...document.querySelectorAll('[data-part]')]")
    assert page.evaluate("window.parts.length")
    look_again(page)
    assert page.locator("#current.live-on").inner_text().startswith("As of ")
    assert page.locator("#show-more").is_hidden()
    assert page.evaluate("window.moved") == 0


def test_figures_change_in_their_place_and_no_screen_reader_is_told(look, desk):
    page = opened(look, desk, "/system")
    before = articles(page)
    for number in range(7):
        desk.tell(f"The library opens at {number + 5} on Sundays")
    look_again(page)
    assert articles(page) == before + 7
    assert page.evaluate("window.moved") == 0
    assert page.locator("#show-more").is_hidden()
    assert page.locator("[data-part] [aria-live], [data-part] [role=status], #current[aria-live]").count() == 0


def test_what_would_move_the_page_waits_for_a_press(look, desk):
    page = opened(look, desk, "/system")
    with desk.store.transaction() as connection:
        dead_letters.bury(
            connection, b"{}", place="article a7", error=ValueError("torn at the fold"), now=datetime.now(UTC)
        )
    look_again(page)
    assert page.locator("tr", has_text="torn at the fold").count() == 0
    assert page.evaluate("window.moved") == 0
    page.get_by_role("button", name="Show what changed").click()
    page.locator("tr", has_text="torn at the fold").wait_for()
    with desk.store.transaction() as connection:
        dead_letters.drop(connection, [letter.id for letter in dead_letters.kept(connection)])


def test_nothing_is_exchanged_under_the_pointer_or_the_focus(look, desk):
    page = opened(look, desk, "/deliveries")
    page.locator("[data-part=tabs] a").first.focus()
    page.evaluate("window.tabs = document.querySelector('[data-part=tabs]')")
    desk.tell("Vellacott raises $99 million Series B for AI chips", at=datetime.now(UTC) + timedelta(seconds=1))
    look_again(page)
    assert page.evaluate("window.tabs === document.querySelector('[data-part=tabs]')")
    assert page.evaluate("document.activeElement === window.tabs.querySelector('a')")
    assert page.get_by_role("button", name="Show what changed").is_visible()


def test_a_server_that_does_not_answer_is_asked_again_less_often(look, desk):
    page, asked = opened(look, desk, "/feeds"), []
    page.route("**/feeds", lambda route: asked.append(1) or route.abort())
    page.clock.run_for(20_000)
    page.locator("#current.live-off", has_text="Connecting again").wait_for()
    page.clock.run_for(20_000)
    assert len(asked) == 1
    page.unroute("**/feeds")
    look_again(page)
    page.locator("#current.live-on", has_text="As of").wait_for()
    look.heard[:] = [said for said in look.heard if "Failed to load resource" not in said]
