"""A feed that means harm: scripts in titles, addresses that run, characters that act, words without an end."""

import json
from xml.etree.ElementTree import fromstring

import pytest
import web_desk

SCRIPT = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'
NAME = "Vexal"
BIDI = "\u202egnipaeR\u202c \u2066Harbour\u2069"
WORD = "Wolframite" * 1000


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with web_desk.Newsdesk(tmp_path_factory.mktemp("hostile"), deals=0) as desk:
        told = [
            desk.tell(f"{NAME} raises $90 million {SCRIPT}", f"{NAME} raised $90 million. {SCRIPT}", source=SCRIPT),
            desk.tell(f"Tessaly {BIDI} raises $91 million Series B", f"Tessaly raised. {BIDI}", source=f"Wire{BIDI}"),
            desk.tell(f"Quorax raises $92 million for {WORD}", f"{WORD} {WORD}", source=WORD),
            desk.tell("Mirelle raises $93 million Series A", url="javascript:alert(1)"),
        ]
        assert all(told)
        desk.stories = told
        desk.lay_out()
        yield desk


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_news_neither_runs_nor_breaks_the_page(look, desk, width):
    page = look(viewport={"width": width, "height": 844})
    addresses = ["/", *(f"/stories/{story}" for story in desk.stories), "/companies", "/feeds", "/figures", "/rules"]
    for path in addresses:
        page.goto(desk.url + path)
        assert page.title() != "owned"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("[onerror], [style], a[href^='javascript:']").count() == 0


def test_hostile_news_that_comes_in_live_does_not_run_either(look, desk):
    page = look()
    page.goto(desk.url)
    page.wait_for_selector(".live-on")
    desk.tell(f"Ostrava Chips raises $95 million {SCRIPT}")
    row = page.locator("li.fresh", has_text="Ostrava")
    row.wait_for()
    assert page.title() != "owned"
    assert row.locator("script, img").count() == 0


def test_characters_that_turn_the_line_are_on_no_page(desk):
    visitor = web_desk.Visitor(desk)
    for path in ("/", f"/stories/{desk.stories[1]}", "/companies", "/api/v1/stories.csv", "/api/v1/stories.atom"):
        text = visitor.get(path).text
        assert not set(text) & set("\u202e\u202c\u2066\u2069"), path


def test_an_address_that_runs_is_no_link(desk):
    assert "javascript:" not in web_desk.Visitor(desk).get(f"/stories/{desk.stories[3]}").text


def test_a_spreadsheet_runs_nothing_of_the_table(desk):
    desk.tell('=HYPERLINK("https://evil.example") raises $96 million Series A')
    desk.lay_out()
    for line in web_desk.Visitor(desk).get("/api/v1/stories.csv").text.splitlines():
        assert not any(cell.startswith(("=", "+", "@")) for cell in line.replace('"', "").split(","))


def test_the_atom_feed_is_well_formed_whatever_the_titles_hold(desk):
    feed = fromstring(web_desk.Visitor(desk).get("/api/v1/stories.atom").text)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) >= 4


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "*",
        "NEAR(",
        "a OR",
        "-",
        "col:x",
        "\x00",
        "(" * 200,
        "'; DROP TABLE catalogue; --",
        "AND AND",
        "é" * 300,
        "^x",
    ],
)
def test_no_text_in_the_search_box_is_an_error(desk, query):
    visitor = web_desk.Visitor(desk)
    asked = web_desk.urllib.parse.urlencode({"q": query})
    assert visitor.get(f"/?{asked}").status == 200
    assert json.loads(visitor.get(f"/api/v1/stories.json?{asked}").text)["items"] is not None


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/?min_usd=x", 422, "min_usd: &#39;x&#39; is not a number from 0 up."),
        ("/?category=all", 422, "category: unknown &#39;all&#39;; one of funding, mna, hardware."),
        ("/?cursor=zz", 422, "This page of the list is not there; start from the first one."),
        ("/?days=-1", 422, "days: &#39;-1&#39; is not a number"),
        ("/?since=soon", 422, "ISO 8601"),
        ("/?min_usd=nan", 422, "is not a number"),
        ("/stories/%00", 404, "There is no story with the id"),
        ("/stories/x", 404, "There is no story with the id"),
        ("/companies/nobody-at-all", 404, "No story names this company"),
        ("/rules/none", 404, "No rule of this id runs"),
        ("/rules/edit?file=/etc/passwd", 404, "No rules file /etc/passwd"),
        ("/static/../app.py", 404, "There is no such page"),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_with_a_page_that_says_why(desk, path, status, said):
    answer = web_desk.Visitor(desk).get(path)
    assert answer.status == status
    assert "<h1>" in answer.text
    assert said in answer.text
    assert "root:" not in answer.text
