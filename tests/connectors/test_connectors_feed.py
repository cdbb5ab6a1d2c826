"""A feed over a real local server and from a file: what a visit brings, and what the next one asks for."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from connectors.feed import FeedSource, FeedState, FileSource
from connectors.source import GoneError, UnavailableError
from dealwire.errors import SourceError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>
<link rel="self" href="https://wire.example/atom"/><link rel="hub" href="https://hub.example/"/>
<entry><title type="html">AT&amp;amp;T &lt;b&gt;buys&lt;/b&gt; Example Labs</title><id>tag:wire.example,2026:1</id>
<link href="https://wire.example/deals/1?utm_source=feed"/><published>2026-11-19T08:00:00Z</published>
<updated>2026-11-19T09:00:00Z</updated>
<content type="html">
&lt;p&gt;First line.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Second.&lt;/p&gt;</content>
</entry></feed>"""


def visits(site, fetcher, path="/feed", **options):
    return FeedSource("Wire", f"{site.url}{path}", fetcher, allow_private=True, **options)


def test_an_atom_entry_becomes_an_article_with_its_text_and_times(play):
    async def scene(site, fetcher):
        site.says("/feed", ATOM, Content_Type="application/atom+xml")
        batch = await visits(site, fetcher).fetch(None, NOON)
        (article,) = batch.articles
        assert article.title == "AT&T buys Example Labs"
        assert article.body == "First line.\nSecond."
        assert article.url == "https://wire.example/deals/1"
        assert (article.source, article.feed) == ("Wire", "Wire")
        assert article.published == datetime(2026, 11, 19, 8, tzinfo=UTC)
        assert article.updated == datetime(2026, 11, 19, 9, tzinfo=UTC)
        assert article.fetched == NOON
        assert (batch.hub, batch.topic) == ("https://hub.example/", "https://wire.example/atom")

    play(scene)


def test_the_second_visit_is_conditional_and_a_304_brings_nothing(play):
    async def scene(site, fetcher):
        async def answer(request):
            if request.headers.get("If-None-Match") == '"v1"':
                return web.Response(status=304)
            return web.Response(text=ATOM, headers={"ETag": '"v1"', "Last-Modified": "Thu, 19 Nov 2026 09:00:00 GMT"})

        site.on("/feed", answer)
        source = visits(site, fetcher)
        first = await source.fetch(None, NOON)
        second = await source.fetch(first.state, NOON)
        assert (len(first.articles), len(second.articles)) == (1, 0)
        assert second.state == first.state
        assert site.asked[1].headers["If-Modified-Since"] == "Thu, 19 Nov 2026 09:00:00 GMT"

    play(scene)


def test_only_new_and_edited_items_are_brought(play, rss):
    async def scene(site, fetcher):
        source = visits(site, fetcher)
        site.says("/feed", rss(("One", "https://wire.example/1"), ("Two", "https://wire.example/2")))
        first = await source.fetch(None, NOON)
        site.says("/feed", rss(("One, corrected", "https://wire.example/1"), ("Two", "https://wire.example/2")))
        second = await source.fetch(first.state, NOON)
        assert [a.title for a in second.articles] == ["One, corrected"]
        edited = next(a for a in first.articles if a.title == "One")
        assert second.articles[0].id == edited.id
        assert second.articles[0].revision != edited.revision

    play(scene)


def test_a_state_that_cannot_be_read_costs_only_a_fresh_look(play, rss):
    async def scene(site, fetcher):
        site.says("/feed", rss(("One", "https://wire.example/1")))
        batch = await visits(site, fetcher).fetch(b"\xffnot a state", NOON)
        assert len(batch.articles) == 1

    play(scene)


def test_a_permanent_move_is_remembered_and_a_move_to_nothing_is_not(play, rss):
    async def scene(site, fetcher):
        async def moved(_request):
            return web.Response(status=301, headers={"Location": "/new"})

        site.on("/feed", moved)
        source = visits(site, fetcher)
        with pytest.raises(UnavailableError, match="answered 404"):
            await source.fetch(None, NOON)
        site.says("/new", rss(("One", "https://wire.example/1")))
        first = await source.fetch(None, NOON)
        await source.fetch(first.state, NOON)
        assert [r.path for r in site.asked] == ["/feed", "/new", "/feed", "/new", "/new"]
        assert first.notes == (f"moved for good to {site.url}/new",)

    play(scene)


def test_a_feed_that_has_left_its_new_place_is_looked_for_at_the_old_one(play, rss):
    async def scene(site, fetcher):
        async def moved(_request):
            return web.Response(status=301, headers={"Location": "/new"})

        site.on("/feed", moved)
        site.says("/new", rss(("One", "https://wire.example/1")))
        source = visits(site, fetcher)
        first = await source.fetch(None, NOON)
        site.says("/new", "", status=404)
        site.says("/feed", rss(("One", "https://wire.example/1"), ("Two", "https://wire.example/2")))
        second = await source.fetch(first.state, NOON)
        assert [a.title for a in second.articles] == ["Two"]
        await source.fetch(second.state, NOON)
        assert [r.path for r in site.asked] == ["/feed", "/new", "/new", "/feed", "/feed"]

    play(scene)


def test_a_feed_that_is_configured_anew_is_asked_there_and_brings_nothing_twice(play, rss):
    async def scene(site, fetcher):
        for path in ("/feed", "/other"):
            site.says(path, rss(("One", "https://wire.example/1")), ETag='"1"')
        first = await visits(site, fetcher).fetch(None, NOON)
        second = await visits(site, fetcher, "/other").fetch(first.state, NOON)
        assert second.articles == ()
        assert "If-None-Match" not in site.asked[1].headers
        assert site.asked[1].path == "/other"

    play(scene)


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Fri, 20 Nov 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Fri, 20 Nov 2020 13:00:00 GMT", timedelta()),
        ("99999999", timedelta(days=2)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_honoured_within_bounds(retry_after, wait, play):
    async def scene(site, fetcher):
        site.says("/feed", "busy", status=503, Retry_After=retry_after)
        with pytest.raises(UnavailableError, match="answered 503") as caught:
            await visits(site, fetcher).fetch(None, NOON)
        assert caught.value.retry_at == (None if wait is None else NOON + wait)

    play(scene)


@pytest.mark.parametrize(
    ("channel", "headers", "wait"),
    [
        ("", {}, None),
        ("<ttl>60</ttl>", {}, timedelta(hours=1)),
        ("<ttl>99999</ttl>", {}, timedelta(days=1)),
        ("<ttl>soon</ttl>", {}, None),
        ("", {"Cache_Control": "public, max-age=1800"}, timedelta(minutes=30)),
        ("", {"Cache_Control": "max-age=1800, no-cache"}, None),
        ("", {"Cache_Control": "max-age=999999999"}, timedelta(days=1)),
        ("<ttl>15</ttl>", {"Cache_Control": "max-age=1800"}, timedelta(minutes=30)),
        ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", {}, timedelta(hours=2)),
        ("<skipDays><day>Friday</day></skipDays>", {}, timedelta(hours=12)),
        ("<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>", {}, None),
    ],
)
def test_a_feed_is_left_alone_for_as_long_as_it_asks(channel, headers, wait, play, rss):
    async def scene(site, fetcher):
        site.says("/feed", rss(("One", "https://wire.example/1"), channel=channel), **headers)
        batch = await visits(site, fetcher).fetch(None, NOON)
        assert batch.next_at == (None if wait is None else NOON + wait)
        again = await visits(site, fetcher).fetch(batch.state, NOON)
        assert again.next_at == batch.next_at

    play(scene)


def test_gone_is_gone(play):
    async def scene(site, fetcher):
        site.says("/feed", "", status=410)
        with pytest.raises(GoneError, match="gone for good"):
            await visits(site, fetcher).fetch(None, NOON)

    play(scene)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "empty"),
        ("<!doctype html><html><title>Are you human?</title></html>", "a web page, not a feed"),
        ("just words", "not a feed"),
        ('{"hello": 1}', "no items"),
        ("{broken", "broken JSON"),
        ("[]", "no items"),
    ],
)
def test_a_200_that_is_no_feed_says_what_it_is(body, why, play):
    async def scene(site, fetcher):
        site.says("/feed", body)
        with pytest.raises(SourceError, match=why):
            await visits(site, fetcher).fetch(None, NOON)

    play(scene)


def test_a_truncated_feed_gives_what_is_there_and_a_note(play, rss):
    async def scene(site, fetcher):
        whole = rss(("One", "https://wire.example/1"), ("Two", "https://wire.example/2"))
        site.says("/feed", whole[: whole.index("wire.example/2") - 20])
        batch = await visits(site, fetcher).fetch(None, NOON)
        assert batch.articles[0].title == "One"
        assert any("not well-formed" in note for note in batch.notes)

    play(scene)


def test_a_feed_of_fifty_megabytes_is_one_line(play):
    async def scene(site, fetcher):
        async def endless(request):
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"<rss><channel>")
            for _ in range(500):
                await response.write(b"<item><title>more</title></item>" * 3200)
            return response

        site.on("/feed", endless)
        with pytest.raises(UnavailableError, match="more than 10,485,760 bytes"):
            await visits(site, fetcher).fetch(None, NOON)

    play(scene, visit_seconds_max=30.0)


def test_a_json_feed_is_read_and_a_bad_item_is_noted(tmp_path):
    path = tmp_path / "feed.json"
    items = [
        {
            "id": "1",
            "url": "https://wire.example/1",
            "title": "One",
            "content_html": "<p>Body</p>",
            "language": "en-GB",
        },
        "no object",
        {"id": 7, "content_text": "Only words. No title."},
        {"id": "8"},
    ]
    path.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": items}))
    batch = asyncio.run(FileSource("Wire", path).fetch(None, NOON))
    assert [(a.title, a.body, a.language) for a in batch.articles] == [
        ("One", "Body", "en"),
        ("Only words. No title.", "", ""),
    ]
    assert batch.notes == ("item 2: not an object", "item 3: neither a title nor a text")
    assert asyncio.run(FileSource("Wire", path).fetch(batch.state, NOON)).articles == ()


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.xml: no such file or directory"):
        asyncio.run(FileSource("Wire", tmp_path / "nowhere.xml").fetch(None, NOON))


def test_a_state_is_what_it_was_after_it_was_kept():
    state = FeedState(etag='"1"', revisions={"a": "b"}, hints={"ttl": 5})
    assert FeedState.from_bytes(state.to_bytes()) == state
