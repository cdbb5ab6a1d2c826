"""The signed links of messages within the whole page: no sign-in, a press before anything is done, plain refusals."""

from datetime import UTC, datetime, timedelta

import pytest
import web_desk

from dealwire.links import Action, sign
from dealwire.store import silences
from dealwire.store.database import Store
from dealwire.web.access import Access, hash_password
from dealwire.web.signed import add_signed

KEY = b"a key of sixteen bytes or more"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A page that asks strangers to sign in, and gives links to its messages."""
    folder = tmp_path_factory.mktemp("signed")
    links = (lambda app: add_signed(app, KEY, lambda: Store.open(folder / "desk.db")),)
    access = Access({"kim": hash_password("correct horse battery")}, required=True)
    with web_desk.Newsdesk(folder, deals=1, access=access, also=links) as desk:
        yield desk


def link(story, *, lasts=DAY):
    action = Action(verb="acknowledge", receiver="desk", story=story, version=1)
    return f"/act/{sign(KEY, action, datetime.now(UTC) + lasts)}"


def test_a_stranger_confirms_what_the_link_asks_for_and_gets_no_further(look, desk):
    story = desk.tell("Harrowgate raises $88 million Series B for AI chips")
    page = look()
    page.goto(desk.url + link(story))
    assert page.locator("h1").inner_text() == "Acknowledge"
    assert page.locator("nav").count() == 0
    assert silences.acknowledgement(desk.store.connection, story) is None
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("no more alerts on this story until it changes").wait_for()
    assert silences.acknowledgement(desk.store.connection, story).story_version == 1
    page.goto(f"{desk.url}/stories/{story}")
    page.get_by_role("heading", name="Sign in").wait_for()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/act/cut", "This link is not one of dealwire&#39;s, or its key was changed since."),
        ("/act/x", "This link is damaged; was it cut in two lines?"),
        (link("any", lasts=-DAY), "This link is too old;"),
    ],
    ids=["another key's", "damaged", "too old"],
)
def test_a_link_that_is_damaged_or_too_old_is_refused_with_a_sentence(desk, method, path, said):
    answer = web_desk.Visitor(desk).send(method, path, None, {})
    assert answer.status == 403
    assert "<h1>Not done</h1>" in answer.text
    assert f"<p>{said}" in answer.text
    assert "&lt;" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
