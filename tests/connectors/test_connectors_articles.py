"""From a feed document to articles: ids that last, texts that are clean, dates that are true."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.articles import Memory, Origin, read_articles, without_boilerplate, without_outlet
from connectors.dates import parse_moment
from connectors.document import Entry, FeedDocument, Text
from connectors.links import page_url
from connectors.text import clean, clean_title, plain_text

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WIRE = Origin("Wire", url="https://wire.example/feed")


def read(*entries, memory=None, fetched=NOON, title="Wire"):
    document = FeedDocument(title=title, home="https://wire.example/", entries=entries)
    return read_articles(document, WIRE, fetched, memory if memory is not None else Memory())[0]


def item(title="One", link="", guid="", **rest):
    return Entry(title=Text(title), link=link, guid=guid, **rest)


def test_one_page_is_one_article_however_it_is_linked():
    plain, tracked = (read(item(link=f"https://wire.example/1{tail}"))[0] for tail in ("", "/?utm_source=rss#top"))
    assert plain.id == tracked.id


def test_a_guid_that_changes_at_each_visit_makes_no_new_article():
    memory = Memory()
    assert len(read(item(guid="a1"), memory=memory)) == 1
    assert [len(read(item(guid=f"a{n}"), memory=memory)) for n in range(2, 6)] == [0, 0, 0, 0]


def test_a_guid_that_changes_while_the_page_stays_makes_no_new_article():
    memory = Memory()
    read(item(link="https://wire.example/1", guid="a1"), memory=memory)
    assert read(item(link="https://wire.example/1", guid="a2"), memory=memory) == []


def test_an_item_without_link_is_known_by_its_guid_when_it_is_edited():
    memory = Memory()
    (first,) = read(item("One", guid="a1"), memory=memory)
    (second,) = read(item("One, corrected", guid="a1"), memory=memory)
    assert first.id == second.id
    assert first.revision != second.revision


def test_items_that_all_link_to_the_home_page_stay_apart():
    found = read(item("One", "https://wire.example/"), item("Two", "https://wire.example"))
    assert len({a.id for a in found}) == 2


def test_items_that_share_a_page_stay_apart():
    found = read(item("One", "https://wire.example/live"), item("Two", "https://wire.example/live"))
    assert len({a.id for a in found}) == 2


def test_a_guid_used_again_for_another_story_on_another_page_is_another_article():
    memory = Memory()
    (first,) = read(item("One", "https://wire.example/1", guid="same"), memory=memory)
    (second,) = read(item("Two", "https://wire.example/2", guid="same"), memory=memory)
    assert first.id != second.id


def test_items_come_oldest_first_whatever_their_order_in_the_feed():
    dates = ["Fri, 20 Nov 2026 09:00:00 GMT", "Wed, 18 Nov 2026 09:00:00 GMT", "Thu, 19 Nov 2026 09:00:00 GMT"]
    found = read(*(item(f"On {d}", f"https://wire.example/{n}", published=d) for n, d in enumerate(dates)))
    assert [a.published.day for a in found] == [18, 19, 20]


def test_a_memory_that_is_trimmed_keeps_the_latest():
    memory = Memory()
    read(*(item(f"T{n}", f"https://wire.example/{n}") for n in range(10)), memory=memory)
    assert len(memory.trimmed(3).revisions) == 3
    assert list(memory.trimmed(3).revisions) == list(memory.revisions)[-3:]


@pytest.mark.parametrize(
    ("published", "event_time"),
    [
        ("2026-11-20T11:00:00Z", NOON - timedelta(hours=1)),
        ("2026-11-20T12:59:00Z", NOON + timedelta(minutes=59)),
        ("2026-11-20T14:00:00Z", NOON),
        ("9999-12-31T00:00:00Z", NOON),
        ("0001-01-01T00:00:00Z", NOON),
        ("yesterday-ish", NOON),
        ("", NOON),
    ],
)
def test_event_time_is_published_unless_that_is_missing_or_ahead(published, event_time):
    assert read(item(published=published))[0].at == event_time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mar 09 2020", "2020-03-09T00:00:00"),
        ("1-Apr-19", "2019-04-01T00:00:00"),
        ("31-Dec-99", "1999-12-31T00:00:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T10:00:00.123+02:00", "2026-03-01T08:00:00.123000"),
        ("20200309T123456Z", "2020-03-09T12:34:56"),
        ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00"),
        ("Mon, 2 Mar 26 10:00:00 EST", "2026-03-02T15:00:00"),
        ("Thu, 01 Jan 2004 19:48:21 +0530", "2004-01-01T14:18:21"),
        ("Mon Mar  9 12:00:00 2020", "2020-03-09T12:00:00"),
        ("Mon Mar 9 12:00:00 UTC 2020", "2020-03-09T12:00:00"),
        ("March 9, 2020 4:30 PM ET", "2020-03-09T21:30:00"),
        ("9th March 2020 12:05 a.m.", "2020-03-09T00:05:00"),
        ("Sept 5, 2025", "2025-09-05T00:00:00"),
        ("1583712000", "2020-03-09T00:00:00"),
        ("1583712000000", "2020-03-09T00:00:00"),
        ("13/04/2020", "2020-04-13T00:00:00"),
        ("2004-12", "2004-12-01T00:00:00"),
        ("2004년 05월 28일  01:31:15", "2004-05-27T16:31:15"),
        ("2004-05-25 오후 11:23:17", "2004-05-25T14:23:17"),
        ("03/04/2020", None),
        ("2020-02-30", None),
        ("2026-13-45T99:99:99Z", None),
        ("9999-12-31", None),
        ("0", None),
        ("now", None),
        ("x" * 5000, None),
    ],
)
def test_a_date_is_what_it_says_or_nothing(text, moment):
    assert parse_moment(text) == (datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None)


@pytest.mark.parametrize(
    ("raw", "page"),
    [
        ("https://www.google.com/url?q=https://example.com/a&sa=D", "https://example.com/a"),
        ("https://www.google.com/amp/s/m.example.com/a.amp", "https://example.com/a"),
        ("https://example-com.cdn.ampproject.org/c/s/example.com/a/amp/", "https://example.com/a"),
        (
            "https://news.google.com/rss/articles/CBMiGWh0dHBzOi8vZXhhbXBsZS5jb20vZGVhbHPSAQA?oc=5",
            "https://example.com/deals",
        ),
        ("https://example.com/a?amp=1&id=7", "https://example.com/a?id=7"),
        ("https://mobile.example.com/a?utm_medium=x", "https://example.com/a"),
        ("/a b", "https://wire.example/a%20b"),
        ("//example.com/a", "https://example.com/a"),
        ("javascript:alert(1)", ""),
        ("JaVa\tscript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("https://user:pass@example.com/", ""),
        ("https://exa\u202emple.com/a", "https://example.com/a"),
        ("http://[::1", ""),
        ("http://example.com:99999/", ""),
        ("https://example.com/" + "a" * 5000, ""),
    ],
)
def test_a_link_is_the_page_itself_or_nothing(raw, page):
    assert page_url(raw, "https://wire.example/feed") == page


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("MatX raises $500 million - Example Wire", "MatX raises $500 million"),
        ("MatX raises $500 million | examplewire.com", "MatX raises $500 million"),
        ("MatX raises $500 million - a chip record", "MatX raises $500 million - a chip record"),
        ("Acme - Example Wire", "Acme - Example Wire"),
    ],
)
def test_only_the_outlets_own_name_goes_from_behind_a_headline(raw, title):
    assert without_outlet(raw, ["Example Wire"]) == title


def test_lines_that_feeds_put_round_every_item_go():
    body = (
        "By Jane Q. Doe\nThe deal closed.\nBy then it was late.\nThe post A deal appeared first on Example Wire.\n[…]"
    )
    assert without_boilerplate(body) == "The deal closed.\nBy then it was late."


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("<p>AT&amp;T buys <b>R</b>&amp;D</p>", "AT&T buys R&D"),
        ("AT&T buys R&D", "AT&T buys R&D"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ('<img src=x onerror="alert(1)">words', "words"),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
        ("<iframe src=//evil.example></iframe>after", "after"),
        ("<svg onload=alert(1)>drawn</svg>said", "said"),
        ("<p>open <b>never <i>closed", "open never closed"),
        ("<![CDATA[words]]>", "words"),
        ("&lt;script&gt;", "<script>"),
        ("", ""),
    ],
)
def test_markup_leaves_only_its_words(raw, words):
    assert plain_text(raw) == words


def test_what_hides_or_repaints_is_gone():
    assert (
        clean("\x1b[31mred\x1b[0m\x07 \u202eevil\u202c \u200bzero\ufeff \x00nul \x1b]0;title\x07end")
        == "red evil zero nul end"
    )


def test_text_decoded_twice_is_put_right():
    assert clean("It\u00e2\u20ac\u2122s \u00c3\u00a9t\u00c3\u00a9") == "It’s été"


@given(st.text(max_size=200), st.booleans())
def test_a_title_is_one_clean_line(raw, markup):
    title = clean_title(raw, markup=markup)
    assert title == " ".join(title.split())
    assert clean(title) == title
