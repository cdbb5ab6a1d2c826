"""The page in a real browser: every page, live news, every action, phone and desk, light and dark, keyboard alone."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from connectors.discovery import Found
from dealwire.store import dead_letters

PAGES = ("/", "/figures", "/companies", "/rules", "/rules/rounds", "/feeds", "/deliveries", "/system", "/nothing-here")
SERIOUS = {"serious", "critical"}


def first_story(page, desk):
    page.goto(desk.url)
    return page.locator(".who-is a").first.get_attribute("href")


def every_page(page, desk):
    story = first_story(page, desk)
    company = page.locator(".facts a").first.get_attribute("href")
    edit = f"/rules/edit?file={desk.rules_file}"
    return (*PAGES, story, company, edit, f"{story}?explain=mergers")


def found_by_axe(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found if one["impact"] in SERIOUS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_sound_for_screen_readers_and_eyes(look, desk, scheme):
    page = look(color_scheme=scheme)
    story = first_story(page, desk)
    for path in every_page(page, desk) if scheme == "light" else ("/", "/rules", "/deliveries", story):
        page.goto(desk.url + path)
        assert found_by_axe(page) == [], path
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path
    look.heard[:] = [said for said in look.heard if "404" not in said]


@pytest.mark.parametrize("width", [390, 1800])
def test_no_page_is_wider_than_its_screen(look, desk, width):
    page = look(viewport={"width": width, "height": 844})
    for path in every_page(page, desk):
        page.goto(desk.url + path)
        for summary in page.locator("main summary:visible").all()[:6]:
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    look.heard[:] = [said for said in look.heard if "404" not in said]


@pytest.mark.parametrize("width", [320, 390, 768, 900, 1089, 1280])
def test_every_place_is_in_sight_however_wide_the_screen(look, desk, width):
    page = look(viewport={"width": width, "height": 844})
    page.goto(f"{desk.url}/system")
    for link in page.locator("nav.places a").all():
        box = link.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width, link.inner_text()
    assert (
        page.evaluate(
            "document.querySelector('nav.places').scrollWidth - document.querySelector('nav.places').clientWidth"
        )
        <= 0
    )


def test_a_phone_s_pages_are_sound_too(look, desk):
    page = look(viewport={"width": 390, "height": 844})
    for path in ("/", "/rules", first_story(page, desk)):
        page.goto(desk.url + path)
        assert found_by_axe(page) == [], path


def test_news_comes_in_while_one_looks_and_the_announcement_says_so(look, desk):
    page = look()
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    desk.tell("Quillvane raises $340 million Series C to build inference chips")
    row = page.locator("li.fresh", has_text="Quillvane")
    row.wait_for()
    assert "$340M" in row.inner_text()
    assert page.locator("#announce").inner_text().startswith("New: Quillvane")
    assert page.locator("ol.cards > li").first.inner_text().count("Quillvane")


def test_news_waits_for_a_press_while_one_reads_further_down(look, desk):
    page = look(viewport={"width": 800, "height": 500})
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    page.locator("footer").scroll_into_view_if_needed()
    assert page.evaluate("window.scrollY") > 400
    before = page.evaluate("document.querySelector('ol.cards > li').textContent")
    desk.tell("Fennmarch raises $75 million Series A for photonic interconnects")
    page.get_by_role("button", name="1 new or changed story").click()
    page.locator("li.fresh", has_text="Fennmarch").wait_for()
    assert page.evaluate("window.scrollY") == 0
    assert "Fennmarch" not in before


def test_only_what_the_filters_ask_for_comes_in(look, desk):
    page = look()
    page.goto(f"{desk.url}/?category=mna")
    page.wait_for_selector(".live-on")
    desk.tell("Hollowgate raises $210 million Series D")
    desk.tell("Corvane to acquire Brightmoor for $900 million")
    page.locator("li.fresh", has_text="Brightmoor").wait_for()
    assert page.locator("li", has_text="Hollowgate").count() == 0


def test_after_the_server_was_killed_the_page_catches_up_by_itself(look, desk):
    page = look()
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    port = desk.served.port
    desk.served.close()
    page.wait_for_selector(".live-off")
    desk.tell("Tarnmouth raises $130 million Series B for AI chips")
    desk.served = type(desk.served)(desk.app(), port)
    page.locator("li.fresh", has_text="Tarnmouth").wait_for(timeout=15_000)
    look.heard[:] = [said for said in look.heard if "ERR_" not in said]


def test_search_understands_companies_sums_and_days(look, desk):
    desk.tell("Cerebras raises $1 billion Series H at a valuation of $23 billion")
    page = look()
    page.goto(desk.url)
    page.get_by_label("Search stories").fill("everything on Cerebras over $100M since Monday")
    page.keyboard.press("Enter")
    page.get_by_text("Understood as: company Cerebras").wait_for()
    assert page.locator(".who-is").all_inner_texts() == ["Cerebras"]


def test_filters_narrow_the_list_and_can_be_taken_off(look, desk):
    page = look()
    page.goto(desk.url)
    page.get_by_label("Category").select_option("mna")
    page.get_by_role("button", name="Apply").click()
    kinds = set(page.locator(".kind").all_inner_texts())
    assert kinds == {"M&A"}
    page.get_by_role("link", name="Remove filter M&A").click()
    assert page.locator(".chosen").count() == 0


def test_what_changed_since_the_last_visit_is_marked_until_it_is_seen(look, desk):
    page = look()
    yesterday = int(page.evaluate("Date.now() / 1000 - 86400"))
    page.context.add_cookies([{"name": "dealwire_visit", "value": f"0.{yesterday}", "url": desk.url}])
    page.goto(desk.url)
    assert page.locator(".since").inner_text().startswith("Since your last visit")
    assert page.locator(".badge.new").count() > 3
    page.get_by_role("button", name="Mark all as seen").click()
    page.get_by_text("Everything is marked as seen").wait_for()
    assert page.locator(".badge.new").count() == 0


def sign(form, author="kim", reason="the filing says so"):
    form.locator("input[name=author]").fill(author)
    form.locator("input[name=reason]").fill(reason)


def open_form(page, name):
    page.locator("summary", has_text=name).first.click()
    return page.locator("details[open] form").last


def correct_amount(page, value):
    form = open_form(page, "Correct a fact")
    form.get_by_label("Right value").fill(value)
    sign(form)
    form.get_by_role("button", name="Correct").click()


def test_a_fact_is_corrected_and_the_correction_is_taken_back(look, desk):
    story = desk.tell("Ironmere raises $60 million Series A")
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    correct_amount(page, "90M USD")
    page.get_by_text("Your correction is recorded").wait_for()
    assert desk.embedded.correct() == 1
    page.goto(f"{desk.url}/stories/{story}")
    assert "$90M" in page.locator(".facts-table").inner_text()
    assert "kim: the filing says so" in page.locator(".timeline").inner_text()
    form = open_form(page, "Undo")
    assert form.locator("input[name=author]").input_value() == "kim"
    sign(form, reason="misread")
    form.get_by_role("button", name="Undo").click()
    page.get_by_text("Your correction is recorded").wait_for()
    desk.embedded.correct()
    page.goto(f"{desk.url}/stories/{story}")
    assert "$60M" in page.locator(".facts-table").inner_text()


def test_a_correction_that_makes_no_sense_is_answered_with_a_sentence(look, desk):
    story = desk.tell("Saltfen raises $44 million Series A")
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    correct_amount(page, "a lot")
    assert "is no sum; write it as '100M USD'" in page.locator(".note.bad").inner_text()
    look.heard[:] = [said for said in look.heard if "422" not in said]


def test_two_stories_are_merged_and_one_is_split(look, desk):
    one, other = desk.tell("Oakhaven raises $31 million"), desk.tell("Wexcombe raises $77 million")
    page = look()
    page.goto(f"{desk.url}/stories/{one}")
    form = open_form(page, "Merge with another story")
    form.get_by_label("The other story").fill(f"{desk.url}/stories/{other}")
    sign(form, reason="a new name")
    form.get_by_role("button", name="Merge").click()
    page.get_by_text("Your correction is recorded").wait_for()
    desk.embedded.correct()
    page.goto(f"{desk.url}/stories/{one}")
    form = open_form(page, "Split articles off")
    form.get_by_role("checkbox").first.check()
    sign(form, reason="two deals after all")
    form.get_by_role("button", name="Split off").click()
    page.get_by_text("Your correction is recorded").wait_for()
    assert desk.embedded.correct() == 1


def test_a_story_is_acknowledged_and_muted_and_both_are_undone(look, desk):
    story = desk.tell("Larkbridge raises $88 million Series B for AI chips")
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    for name, button, said in (("Acknowledge", "Acknowledge", "Acknowledged by kim"), ("Mute", "Mute", "Muted")):
        form = open_form(page, name)
        sign(form)
        form.get_by_role("button", name=button).click()
        page.locator(".badge", has_text=said).first.wait_for()
    for _ in range(2):
        page.locator("#quiet ~ .panel-body").get_by_role("button", name="Undo").first.click()
        page.locator(".note.good").wait_for()
    assert page.locator("#quiet").count() == 0


def test_explain_says_of_any_rule_why_it_does_not_hold(look, desk):
    story = desk.tell("Pinemarch raises $61 million Series B")
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    page.get_by_label("Explain").select_option("mergers")
    page.get_by_role("button", name="Show").click()
    assert "does not hold now" in page.locator("#why").locator("..").locator("..").inner_text()


def test_a_fact_leads_to_its_words_in_the_article(look, desk):
    story = desk.tell("Dunwick raises $93 million Series B", "Dunwick said on Monday that it has raised $93 million.")
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    page.locator("tr", has_text="Amount").locator(".proof a").first.click()
    assert page.locator("mark:target").inner_text() == "$93 million"


def test_an_edit_of_an_article_shows_what_it_changed(look, desk):
    address = "https://wire.example/brackwell"
    story = desk.tell("Brackwell raises $52 million Series A", url=address)
    desk.tell("Brackwell raises $58 million Series A", url=address, at=datetime.now(UTC) + timedelta(minutes=1))
    page = look()
    page.goto(f"{desk.url}/stories/{story}")
    page.locator("summary", has_text="Edited").click()
    assert page.locator(".diff del").all_inner_texts() == ["$52"]
    assert page.locator(".diff ins").all_inner_texts() == ["$58"]


def test_the_whole_page_can_be_used_with_the_keyboard_alone(look, desk):
    page = look()
    page.goto(desk.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        reached.add(page.evaluate("document.activeElement.tagName"))
        if page.evaluate("document.activeElement.closest('.who-is') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/stories/"))
    assert {"SELECT", "INPUT", "BUTTON", "A"} <= reached


def test_nothing_moves_while_a_page_loads(look, desk):
    page = look()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
        " if (!one.hadRecentInput) window.moved += one.value }).observe({type: 'layout-shift', buffered: true})"
    )
    for path in ("/", "/rules", "/figures"):
        page.goto(desk.url + path)
        page.wait_for_load_state("load")
        assert page.evaluate("window.moved") < 0.02, path


def test_without_scripts_everything_but_live_news_works(browser, desk):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.url)
    page.locator("#f-category").select_option("funding")
    page.get_by_role("button", name="Apply").click()
    assert set(page.locator(".kind").all_inner_texts()) == {"Funding"}
    page.locator(".who-is a").first.click()
    page.locator("summary", has_text="Acknowledge").click()
    sign(page.locator("details[open] form").last)
    page.get_by_role("button", name="Acknowledge").click()
    assert "Acknowledged: no further alert" in page.locator(".note.good").inner_text()
    with suppress(Exception):
        context.close()


def test_deliveries_can_be_dropped_and_tried_again(look, desk):
    page = look()
    page.goto(f"{desk.url}/deliveries?state=pending")
    page.get_by_role("button", name=re.compile("^Drop")).first.click()
    page.get_by_text("Dropped.").wait_for()
    page.goto(f"{desk.url}/deliveries?state=dropped")
    page.get_by_role("button", name=re.compile("^Retry")).first.click()
    page.get_by_text("It will be tried again at once.").wait_for()


OPML = """<opml version="2.0"><body><outline text="Chips">
<outline type="rss" text="Wafer Weekly" xmlUrl="https://wafer.example/feed.xml"/>
<outline type="rss" text="Term Sheet" xmlUrl="https://terms.example/rss"/></outline></body></opml>"""


def test_the_feeds_of_an_opml_file_are_added_and_the_file_s_comments_stay(look, desk):
    page = look()
    page.goto(f"{desk.url}/feeds")
    page.get_by_label("File as every feed reader exports it").set_input_files(
        {"name": "reader.opml", "mimeType": "text/xml", "buffer": OPML.encode()}
    )
    page.get_by_role("button", name="Import").click()
    page.get_by_text("2 feeds of 2 added").wait_for()
    assert "Wafer Weekly" in page.locator("main").inner_text()
    written = desk.configuration.read_text()
    assert "# kept" in written
    assert "https://terms.example/rss" in written


def test_a_feed_is_found_at_an_address_and_added_once(look, desk, monkeypatch):
    async def discover(address, _fetcher):
        return [Found(f"https://{address}/feed.xml", "Silicon Gazette", 12, "")]

    monkeypatch.setattr("dealwire.web.pages.feeds.discover", discover)
    page = look()
    for said in ("Added.", "Silicon Gazette is there already."):
        page.goto(f"{desk.url}/feeds")
        page.get_by_label("Address of a feed").fill("gazette.example")
        page.get_by_role("button", name="Find and add").click()
        page.locator(".note", has_text=said).wait_for()
    assert desk.configuration.read_text().count("gazette.example") == 1
    look.heard[:] = [text for text in look.heard if "422" not in text]


MISTAKES = {
    "feeds: [torn": "cannot be changed while it has mistakes",
    "feeds: [{name: A, url: 'ftp://a.example/'}]": "names a feed that cannot be",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_configuration_with_a_mistake_costs_the_feeds_page_its_forms_and_nothing_else(look, desk, mistake):
    sound, warning = desk.configuration.read_text(), f".note.warn:has-text('{MISTAKES[mistake]}')"
    page = look()
    page.goto(f"{desk.url}/feeds")
    try:
        desk.configuration.write_text(f"version: 1\nrules: watchlist.yaml\n{mistake}\n")
        page.get_by_label("Address of a feed").fill("gazette.example")
        page.get_by_role("button", name="Find and add").click()
        page.locator(warning).wait_for()
        page.goto(f"{desk.url}/feeds")
        page.locator(warning).wait_for()
        assert page.get_by_role("button", name="Find and add").count() == 0
        assert page.get_by_text("Articles by feed").count()
    finally:
        desk.configuration.write_text(sound)
    look.heard[:] = [text for text in look.heard if "422" not in text]


def test_an_address_inside_the_network_is_refused(look, desk):
    page = look()
    page.goto(f"{desk.url}/feeds")
    page.get_by_label("Address of a feed").fill(f"{desk.url}/api/v1/stories.atom")
    page.get_by_role("button", name="Find and add").click()
    page.locator(".note.bad").wait_for()
    assert "stories.atom" not in desk.configuration.read_text()
    look.heard[:] = [text for text in look.heard if "422" not in text]


def test_a_dead_letter_is_shown_with_its_cause_and_dropped(look, desk):
    with desk.store.transaction() as connection:
        dead_letters.bury(
            connection,
            b'{"title": "torn"}',
            place="article a1",
            error=ValueError("torn in the middle"),
            now=datetime.now(UTC),
        )
    page = look()
    page.goto(f"{desk.url}/system")
    row = page.locator("tr", has_text="torn in the middle")
    row.get_by_role("button", name=re.compile("^Drop")).click()
    page.get_by_text("Dropped.").wait_for()
    page.get_by_text("None. Everything that came was taken.").wait_for()
