"""Companies suggested while one types, from the JSON API, in a real browser: by name, by alias, within a sentence."""

import json
import re
import time
from urllib.parse import urlencode

import pytest
import web_desk
from axe_playwright_python.sync_playwright import Axe

ADDRESS = "/api/v1/suggestions.json"
OPTIONS = ".suggestions [role=option]"
SERIOUS = {"serious", "critical"}


def suggested(page):
    return page.locator(OPTIONS).all_inner_texts()


def option(page, text):
    return page.locator(OPTIONS, has_text=re.compile(f"^{re.escape(text)}$"))


def answer_to(text):
    """Of a response: whether it is the one to this text."""
    return lambda answer: ADDRESS in answer.url and f"text={text}" in answer.url.replace("+", " ")


def type_in(page, field, text):
    with page.expect_response(answer_to(text)):
        page.locator(field).press_sequentially(text)


@pytest.fixture(scope="module")
def named(desk):
    desk.tell("Brackenfold raises $90 million Series B for AI chips")
    desk.tell("Meta to acquire Farrowmoor for $700 million")
    desk.tell("Wetherlow raises $95 million Series B for AI chips")
    desk.tell("Quillon Bramblewick raises $44 million Series A")
    desk.lay_out()
    return desk


@pytest.mark.parametrize(("path", "field"), [("/", "#seek"), ("/", "#f-company"), ("/companies", "#name")])
def test_what_is_typed_is_completed_with_the_keyboard(look, named, path, field):
    page = look()
    page.goto(named.url + path)
    type_in(page, field, "bracke")
    option(page, "Brackenfold").wait_for()
    box = page.locator(field)
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert (active.inner_text(), active.get_attribute("aria-selected")) == ("Brackenfold", "true")
    page.keyboard.press("Enter")
    assert box.input_value() == "Brackenfold"
    assert box.get_attribute("aria-expanded") == "false"
    assert box.get_attribute("aria-activedescendant") is None
    assert page.url == named.url + path
    page.keyboard.press("Enter")
    page.wait_for_url("**Brackenfold**")
    assert "Brackenfold" in page.locator("main").inner_text()


@pytest.mark.parametrize("field", ["#seek", "#f-company"])
def test_a_company_is_found_by_another_name_and_the_list_says_which(look, named, field):
    page = look()
    page.goto(named.url)
    type_in(page, field, "faceb")
    page.locator(OPTIONS).first.wait_for()
    (found,) = [one for one in suggested(page) if one.startswith("Meta")]
    assert "also Facebook" in found
    option(page, found).click()
    assert page.locator(field).input_value() == found.split(" also ")[0]
    assert page.evaluate("document.activeElement.id") == field[1:]
    page.keyboard.press("Enter")
    page.locator(".who-is", has_text="Farrowmoor").wait_for()


def test_companies_are_listed_by_another_name_too(look, named):
    page = look()
    page.goto(f"{named.url}/companies?name=facebook")
    assert page.locator("tbody th").all_inner_texts()[0].startswith("Meta")


def test_in_a_sentence_the_word_at_the_caret_is_completed_and_the_rest_stays(look, named):
    page = look()
    page.goto(named.url)
    box = page.locator("#seek")
    box.fill("everything on  over $50M")
    box.evaluate("box => box.setSelectionRange(14, 14)")
    page.keyboard.type("bracken")
    option(page, "Brackenfold").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == "everything on Brackenfold over $50M"
    assert box.evaluate("box => box.selectionEnd") == len("everything on Brackenfold")
    page.keyboard.press("Enter")
    page.get_by_text("Understood as: $50M or more, company Brackenfold").wait_for()


def test_nothing_is_suggested_for_the_words_between_names(look, named):
    page = look()
    page.goto(named.url)
    for text in ("everything on", "everything on "):
        with page.expect_response(lambda answer: ADDRESS in answer.url):
            page.locator("#seek").fill(text)
        assert suggested(page) == []


def test_answers_that_come_out_of_order_do_not_put_the_earlier_text_s_names_there(look, named):
    page, held = look(), []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(f"**{ADDRESS}*", hold_the_first)
    page.goto(named.url)
    with page.expect_request(lambda request: ADDRESS in request.url):
        page.locator("#seek").fill("bracken")
    page.locator("#seek").fill("wetherl")
    option(page, "Wetherlow").wait_for()
    held[0].fulfill(json={"items": [{"name": "Too late", "known_as": "", "typed": "bracken"}], "next": None})
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    assert suggested(page) == ["Wetherlow"]


def test_an_answer_that_comes_after_the_field_was_left_opens_nothing(look, named):
    page, held = look(), []

    def hold(route):
        held.append(route)

    page.route(f"**{ADDRESS}*", hold)
    page.goto(named.url)
    with page.expect_request(lambda request: ADDRESS in request.url):
        page.locator("#seek").fill("bracken")
    page.keyboard.press("Tab")
    held[0].fulfill(json={"items": [{"name": "Too late", "known_as": "", "typed": "bracken"}], "next": None})
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    assert suggested(page) == []


def test_only_the_last_text_counts_and_a_pause_is_waited_for(look, named):
    page, asked = look(), []
    page.on("request", lambda request: asked.append(request.url) if ADDRESS in request.url else None)
    page.goto(named.url)
    type_in(page, "#seek", "wetherlow")
    option(page, "Wetherlow").wait_for()
    assert suggested(page) == ["Wetherlow"]
    assert 0 < len(asked) < len("wetherlow")


@pytest.mark.parametrize("refuse", [lambda route: route.abort(), lambda route: route.fulfill(status=500)])
def test_where_the_server_does_not_answer_old_suggestions_go_and_one_types_on(look, named, refuse):
    page = look()
    page.goto(named.url)
    type_in(page, "#seek", "brack")
    option(page, "Brackenfold").wait_for()
    page.route(f"**{ADDRESS}*", refuse)
    page.keyboard.type("e")
    page.locator(OPTIONS).first.wait_for(state="detached")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=bracke")
    look.heard[:] = [said for said in look.heard if "Failed to load resource" not in said]


def test_escape_closes_the_list_and_keeps_the_text(look, named):
    page = look()
    page.goto(named.url)
    type_in(page, "#seek", "wether")
    page.locator(OPTIONS).first.wait_for()
    page.keyboard.press("Escape")
    assert suggested(page) == []
    assert page.locator("#seek").input_value() == "wether"


def test_an_empty_filter_opens_the_page_s_own_list(look, named):
    page = look()
    page.goto(named.url)
    page.locator("#f-company").focus()
    assert suggested(page) == []
    page.keyboard.press("ArrowDown")
    assert suggested(page)


def test_a_name_that_is_markup_is_suggested_as_text(look, named):
    page = look()
    name = '<img src=x onerror=alert(1)>"'
    row = {"name": name, "known_as": name, "typed": "img"}
    page.route(f"**{ADDRESS}*", lambda route: route.fulfill(json={"items": [row], "next": None}))
    page.goto(named.url)
    page.locator("#seek").fill("img")
    page.locator(OPTIONS).wait_for()
    assert suggested(page) == [f"{name} also {name}"]
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_list_is_sound_for_screen_readers_and_eyes(look, named, scheme):
    page = look(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.goto(f"{named.url}/companies")
    type_in(page, "#name", "fa")
    page.locator(OPTIONS).first.wait_for()
    page.keyboard.press("ArrowDown")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in SERIOUS or "aria" in one["id"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("text", "sentence", "names"),
    [
        ("quillon br", "", ["Quillon Bramblewick"]),
        ("bramble", "", ["Quillon Bramblewick"]),
        ("wick", "", []),
        ("everything on quillon br", "", []),
        ("everything on quillon br", "1", ["Quillon Bramblewick"]),
        ("over $20M since bramble", "1", ["Quillon Bramblewick"]),
        ("quillon ", "1", []),
        ("100%", "1", []),
        ("q", "", []),
    ],
)
def test_a_name_or_a_word_of_it_that_begins_so_is_suggested(named, text, sentence, names):
    answer = web_desk.Visitor(named).get(f"{ADDRESS}?{urlencode({'text': text, 'sentence': sentence})}")
    found = json.loads(answer.text)["items"]
    assert [one["name"] for one in found] == names
    assert all(text.endswith(one["typed"]) for one in found)


def test_suggesting_takes_a_moment_however_long_the_sentence(desk):
    reader = web_desk.Visitor(desk)
    reader.get(f"{ADDRESS}?text=a")
    began = time.process_time()
    reader.get(f"{ADDRESS}?sentence=1&text={'word%20' * 40}zz")
    assert time.process_time() - began < 0.5
