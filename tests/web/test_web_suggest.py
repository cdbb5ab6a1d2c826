"""Companies suggested while one types, from the JSON API, in a real browser."""

import pytest

TYPED = {"/": "#seek", "/companies": "#name"}
WORDS = {"/": "Bracken", "/companies": "Sterling"}


def suggested(page, field):
    return page.eval_on_selector(field, "field => [...field.list.options].map(option => option.value)")


def type_in(page, field, text):
    with page.expect_response(lambda answer: "/api/v1/companies.json" in answer.url) as answered:
        page.locator(field).press_sequentially(text)
    return answered.value


@pytest.mark.parametrize("path", TYPED)
def test_what_is_typed_is_completed_from_the_list_that_programs_read(look, desk, path):
    name = f"{WORDS[path]}fold"
    desk.tell(f"{name} raises $90 million Series B for AI chips")
    desk.lay_out()
    page, field = look(), TYPED[path]
    page.goto(desk.url + path)
    type_in(page, field, name[:7].lower())
    page.wait_for_function("field => document.querySelector(field).list.options.length === 1", arg=field)
    assert suggested(page, field) == [name]


def test_the_filter_s_own_suggestions_come_back_when_it_is_emptied(look, desk):
    page, field = look(), "#f-company"
    page.goto(desk.url)
    before = suggested(page, field)
    assert before
    type_in(page, field, "zzzz")
    page.wait_for_function("field => document.querySelector(field).list.options.length === 0", arg=field)
    page.locator(field).fill("")
    assert suggested(page, field) == before


def test_only_the_last_text_counts_and_a_pause_is_waited_for(look, desk):
    desk.tell("Wetherlow raises $90 million Series B for AI chips")
    desk.lay_out()
    page, asked = look(), []
    page.on("request", lambda request: asked.append(request.url) if "companies.json" in request.url else None)
    page.goto(desk.url)
    type_in(page, "#seek", "wetherlow")
    page.wait_for_function("() => document.getElementById('seek').list.options.length > 0")
    assert suggested(page, "#seek") == ["Wetherlow"]
    assert 0 < len(asked) < len("wetherlow")


def test_a_name_that_is_markup_is_suggested_as_text(look, desk):
    page = look()
    name = '<img src=x onerror=alert(1)>"'
    page.route("**/api/v1/companies.json*", lambda route: route.fulfill(json={"items": [{"name": name}], "next": None}))
    page.goto(desk.url)
    type_in(page, "#seek", "img")
    page.wait_for_function("() => document.getElementById('seek').list.options.length === 1")
    assert suggested(page, "#seek") == [name]
    assert page.locator("img").count() == 0


def test_where_the_server_does_not_answer_one_types_on(look, desk):
    page = look()
    page.goto(desk.url)
    page.route("**/api/v1/companies.json*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator("#seek").press_sequentially("Nvidia")
    page.unroute("**/api/v1/companies.json*")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=Nvidia")
    look.heard[:] = [said for said in look.heard if "ERR_FAILED" not in said]
