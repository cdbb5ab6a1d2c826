"""Links in messages: only dealwire makes them, a fetch does nothing, a click does what it says, once."""

import asyncio
import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from notifier_desk import START, make_alert

from dealwire.errors import UsageError
from dealwire.links import Action, read, sign
from dealwire.store import silences
from dealwire.store.database import Store
from dealwire.web.signed import add_signed
from notifier.decide import ReceiverSettings
from notifier.render.html import html
from notifier.render.markdown import markdown
from notifier.render.notice import Notice, StoryLinks
from notifier.render.plain import plain
from notifier.render.slack import blocks
from notifier.send import Linker, build_sender

KEY = b"a key of sixteen bytes or more"
LATER = START + timedelta(days=30)
ACTIONS = st.builds(
    Action, verb=st.sampled_from(["acknowledge", "mute", "unsubscribe"]), receiver=st.text(max_size=20),
    story=st.text(max_size=20), version=st.integers(0, 999),
)  # fmt: skip


@given(ACTIONS)
def test_a_token_is_read_as_it_was_signed_and_stands_in_an_address_as_it_is(action):
    token = sign(KEY, action, LATER)
    assert read(KEY, token, START) == action
    assert token.replace("-", "").replace("_", "").isalnum()


@given(ACTIONS, st.integers(0, 10_000), st.characters(codec="ascii"))
def test_a_token_with_any_sign_changed_is_refused(action, place, sign_of_it):
    token = sign(KEY, action, LATER)
    place %= len(token) - 1  # the last sign may hold bits that are not used
    forged = token[:place] + sign_of_it + token[place + 1 :]
    if forged != token:
        with pytest.raises(UsageError):
            read(KEY, forged, START)


@pytest.mark.parametrize(
    ("key", "now", "said"),
    [(b"another key of sixteen bytes", START, "not one of dealwire's"), (KEY, LATER, "too old")],
)
def test_another_key_and_another_time_are_refused(key, now, said):
    with pytest.raises(UsageError, match=said):
        read(key, sign(KEY, Action(verb="mute", receiver="desk"), LATER), now)


@pytest.mark.parametrize("token", ["", "x", "=", "a" * 5_000, "ä", "AAAA" * 20])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(UsageError, match="link"):
        read(KEY, token, START)


def test_a_short_key_signs_nothing():
    with pytest.raises(UsageError, match="16 or more"):
        sign(b"short", Action(verb="mute", receiver="desk"), LATER)


def notice(**more):
    links = {"story-1": StoryLinks("https://d.example/act/ack", "https://d.example/act/mute")}
    given = {"links": links, "unsubscribe": "https://d.example/act/off"} | more
    return Notice(id="d1", receiver="desk", form="alert", at=START, alerts=(make_alert(),), **given)


def test_every_medium_shows_the_links_and_none_without_them():
    drawn = (plain, markdown, html, lambda one: str(blocks(one)))
    for draw in drawn:
        assert "https://d.example/act/ack" in draw(notice())
        assert "https://d.example/act/mute" in draw(notice())
        assert "/act/" not in draw(notice(links={}, unsubscribe=""))


@pytest.mark.parametrize(
    ("recipients", "link", "headers"),
    [
        ("a@news.example", "https://d.example/act/off", ("<https://d.example/act/off>", "List-Unsubscribe=One-Click")),
        ("a@news.example", "http://d.example/act/off", ("<http://d.example/act/off>", None)),
        ("a@news.example,b@news.example", "https://d.example/act/off", (None, None)),
        ("a@news.example", "", (None, None)),
    ],
)
def test_an_email_to_one_person_can_be_ended_by_one_click(mail, recipients, link, headers):
    url = f"mailto://127.0.0.1:{mail.port}?from=deals@dealwire.example&to={recipients}"
    build_sender("desk", url, ReceiverSettings(timeout="1s")).send(notice(unsubscribe=link))
    message = email.message_from_string(mail.contents[0], policy=email.policy.default)
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == headers
    assert ("Unsubscribe" in message.get_body(("html",)).get_content()) is bool(headers[0])


def test_a_delivery_carries_the_same_links_at_each_try(desk):
    office = desk({"receivers": {"desk": {}}, "routing": {"page": "https://d.example/"}})
    office["desk"].faults = [RuntimeError("a surprise")]
    office.restart(linker=Linker("https://d.example/", KEY))
    office.take(make_alert())
    sent, usual = [], office["desk"].send
    office["desk"].send = lambda one: (sent.append((one.links, one.unsubscribe, one.story_url)), usual(one))[1]
    office.drain()
    assert len(sent) == 2
    assert sent[0] == sent[1]
    links, unsubscribe, story_url = sent[0]
    assert story_url == "https://d.example/stories/{id}"
    asked = read(KEY, links["story-1"].acknowledge.rpartition("/")[2], START)
    assert asked == Action(verb="acknowledge", receiver="desk", story="story-1", version=1)
    assert read(KEY, unsubscribe.rpartition("/")[2], START).verb == "unsubscribe"


def test_who_makes_links_shows_no_key():
    assert "sixteen" not in repr(Linker("https://d.example", KEY))


@pytest.fixture
def clicked(desk, store):
    """Gets and posts to the link for an action, on a desk that has told story 1: the statuses and pages."""
    office = desk({"receivers": {"desk": {}, "other": {}}})
    office.take(make_alert(1))
    office.drain()

    def click(action, *methods, key=KEY, **data):
        token = sign(key, action, datetime.now(UTC) + timedelta(days=1))

        async def run():
            app = web.Application()
            add_signed(app, KEY, lambda: Store.open(store.path))
            async with TestClient(TestServer(app)) as client:
                for method in methods:
                    answer = await client.request(method, f"/act/{token}", data=data or None)
                    pages.append((answer.status, await answer.text(), answer.headers))
            return pages

        pages = []
        return asyncio.run(run())

    return click


def test_a_fetch_asks_and_does_nothing(clicked, store):
    ((status, page, headers),) = clicked(Action(verb="mute", receiver="desk", story="story-1", version=1), "GET")
    assert status == 200
    assert "Mute “Orbital Silicon · $500M · Series B” for 7 days" in page
    assert '<form method="post">' in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert list(silences.listed(store.connection, datetime.now(UTC))) == []


def test_a_click_mutes_the_story_for_that_receiver_and_twice_is_once(clicked, store):
    action = Action(verb="mute", receiver="desk", story="story-1", version=1)
    assert [status for status, _, _ in clicked(action, "POST", "POST")] == [200, 200]
    (made,) = silences.listed(store.connection, datetime.now(UTC))
    now = datetime.now(UTC)
    assert made.silences(make_alert(1), "desk", now)
    assert not made.silences(make_alert(1), "other", now)
    assert not made.silences(make_alert(2), "desk", now)


def test_a_click_acknowledges_the_version_that_was_told_and_never_a_lesser(clicked, store):
    for version in (3, 1):
        clicked(Action(verb="acknowledge", receiver="desk", story="story-1", version=version), "POST")
    assert silences.acknowledgement(store.connection, "story-1").story_version == 3


def test_one_click_ends_all_messages_to_the_receiver(clicked, store):
    one_click = {"List-Unsubscribe": "One-Click"}
    ((status, page, _),) = clicked(Action(verb="unsubscribe", receiver="desk"), "POST", **one_click)
    assert (status, "no more alerts to desk" in page) == (200, True)
    (made,) = silences.listed(store.connection, datetime.now(UTC))
    assert made.silences(make_alert(9), "desk", datetime.now(UTC) + timedelta(days=3000))
    assert not made.silences(make_alert(9), "other", datetime.now(UTC))


def test_a_forged_link_is_refused_and_does_nothing(clicked, store):
    forged = b"a forgers key of sixteen bytes"
    for status, page, _ in clicked(Action(verb="unsubscribe", receiver="<b>desk"), "GET", "POST", key=forged):
        assert (status, "not one of dealwire" in page, "<b>" in page) == (403, True, False)
    assert list(silences.listed(store.connection, datetime.now(UTC))) == []
