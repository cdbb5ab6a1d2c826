"""Pages behind headlines: asked for with manners, through the guarded fetcher, and never instead of what was there."""

import sys

import pytest
from aiohttp import web
from conftest import NOON, rss

from connectors.feed import FeedSource
from connectors.fulltext import PAGES_PER_VISIT_MAX, FullTextSource, main_text
from connectors.manners import BETWEEN_PAGES_SECONDS, KEPT_SECONDS, Manners, Robots, site_of
from connectors.registry import FeedSpec, build_source
from connectors.source import UnavailableError
from dealwire.errors import SourceError

STORY = "".join(
    f"<p>Kelvora, which makes chips for inference, said on Thursday that backer number {n} joined its round.</p>"
    for n in range(6)
)
PAGE = (
    "<html><head><title>Kelvora raises $70 million</title><script>alert(1)</script></head><body>"
    "<nav><a href='/'>Home</a><a href='/subscribe'>Subscribe</a></nav>"
    f"<article><h1>Kelvora raises $70 million</h1>{STORY}</article><footer>Cookies and more</footer></body></html>"
)


class Waits:
    """Sleeps and time that take no time."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def clock(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def source(site, fetcher, waits=None):
    waits = waits or Waits()
    feed = FeedSource("Wire", f"{site.url}/feed", fetcher, allow_private=True)
    return FullTextSource(feed, fetcher, allow_private=True, clock=waits.clock, sleep=waits.sleep)


def news(site, *paths):
    return rss(*((f"Kelvora raises $70 million {path}", f"{site.url}{path}") for path in paths))


def test_a_headline_gets_the_main_text_of_its_page_and_keeps_its_id(play):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/deal"))
        site.says("/deal", PAGE, content_type="text/html")
        wrapped = source(site, fetcher)
        batch = await wrapped.fetch(None, NOON)
        (bare,) = (await wrapped.inner.fetch(None, NOON)).articles
        (article,) = batch.articles
        assert wrapped.name == "Wire"
        assert article.body.splitlines()[-1].endswith("backer number 5 joined its round.")
        assert "alert" not in article.body
        assert "Subscribe" not in article.body
        assert (article.id, article.title, article.revision != bare.revision) == (bare.id, bare.title, True)
        assert (await wrapped.fetch(batch.state, NOON)).articles == ()

    play(scene)


def test_an_item_with_a_text_of_its_own_needs_no_page(play):
    async def scene(site, fetcher):
        long = "<description>" + "word " * 200 + "</description>"
        site.says("/feed", rss(f"<item><title>Long</title><link>{site.url}/deal</link>{long}</item>"))
        await source(site, fetcher).fetch(None, NOON)
        assert [request.path for request in site.asked] == ["/feed"]

    play(scene)


@pytest.mark.parametrize(
    ("robots", "status", "why"),
    [
        ("User-agent: *\nDisallow: /deal", 200, "robots.txt keeps us out"),
        ("User-agent: dealwire\nDisallow: /\n\nUser-agent: *\nAllow: /", 200, "robots.txt keeps us out"),
        ("User-agent: *\nDisallow: /*.html$\nDisallow: /d*l", 200, "robots.txt keeps us out"),
        ("User-agent: *\nCrawl-delay: 600", 200, "asks for 600 s between pages"),
        ("", 503, "robots.txt answered 503"),
    ],
)
def test_what_robots_txt_refuses_is_not_asked_for(play, robots, status, why):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/deal"))
        site.says("/robots.txt", robots, status=status)
        site.says("/deal", PAGE)
        batch = await source(site, fetcher).fetch(None, NOON)
        assert [article.body for article in batch.articles] == [""]
        assert why in batch.notes[0]
        assert [request.path for request in site.asked] == ["/feed", "/robots.txt"]

    play(scene)


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_site_without_robots_txt_may_be_read(play, status):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/deal"))
        site.says("/robots.txt", "gone", status=status)
        site.says("/deal", PAGE)
        assert (await source(site, fetcher).fetch(None, NOON)).articles[0].body

    play(scene)


def test_pages_of_one_site_are_asked_for_one_after_another_and_robots_txt_once(play):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/a", "/b", "/c"))
        site.says("/robots.txt", "User-agent: *\nCrawl-delay: 3")
        for path in ("/a", "/b", "/c"):
            site.says(path, PAGE)
        waits = Waits()
        await source(site, fetcher, waits).fetch(None, NOON)
        assert waits.slept == [0.0, 3.0, 3.0]
        assert [request.path for request in site.asked].count("/robots.txt") == 1

    play(scene)


def test_a_visit_reads_so_many_pages_and_no_more(play):
    async def scene(site, fetcher):
        paths = [f"/{n}" for n in range(PAGES_PER_VISIT_MAX + 2)]
        site.says("/feed", news(site, *paths))
        batch = await source(site, fetcher).fetch(None, NOON)
        assert len(batch.articles) == len(paths)
        assert sum("pages a visit are enough" in note for note in batch.notes) == 2
        assert len(site.asked) == 2 + PAGES_PER_VISIT_MAX

    play(scene)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("<html><body></body></html>", "no main text"),
        ("<html><body>" + "<b>" * 20_000, "more than 12,000 tags"),
        ("x" * 3_000_000, "more than 2,097,152"),
    ],
)
def test_a_page_that_gives_nothing_leaves_the_item_as_it_was(play, page, why):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/deal"))
        site.says("/deal", page)
        batch = await source(site, fetcher).fetch(None, NOON)
        assert [article.body for article in batch.articles] == [""]
        assert why in batch.notes[0]

    play(scene)


def test_a_page_at_a_private_address_is_not_asked_for(play):
    async def scene(site, fetcher):
        site.says("/feed", news(site, "/deal"))
        site.says("/deal", PAGE)
        public = FullTextSource(FeedSource("Wire", f"{site.url}/feed", fetcher, allow_private=True), fetcher)
        batch = await public.fetch(None, NOON)
        assert [request.path for request in site.asked] == ["/feed"]
        assert batch.articles[0].body == ""

    play(scene)


def test_a_page_that_leads_to_a_private_address_is_left(play):
    async def scene(site, fetcher):
        async def away(_request):
            return web.Response(status=302, headers={"Location": "file:///etc/passwd"})

        site.says("/feed", news(site, "/deal"))
        site.on("/deal", away)
        batch = await source(site, fetcher).fetch(None, NOON)
        assert "only http and https" in batch.notes[0]

    play(scene)


def test_it_is_off_unless_the_feed_says_so(play):
    async def scene(_site, fetcher):
        assert isinstance(build_source(FeedSpec(url="https://wire.example/feed"), fetcher), FeedSource)
        full = build_source(FeedSpec(url="https://wire.example/feed", full_text=True), fetcher)
        assert isinstance(full, FullTextSource)

    play(scene)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(SourceError, match=r"install dealwire\[fulltext\]"):
        main_text(PAGE.encode(), "https://wire.example/deal")
    monkeypatch.setitem(sys.modules, "protego", None)
    with pytest.raises(SourceError, match=r"install dealwire\[fulltext\]"):
        Robots.of(200, b"", 0.0)


def test_a_site_is_asked_for_robots_txt_again_after_a_day():
    manners = Manners()
    manners.learn("https://a.example", Robots.of(404, b"", 0.0))
    assert manners.robots("https://a.example", KEPT_SECONDS - 1) == Robots(until=KEPT_SECONDS)
    assert manners.robots("https://a.example", KEPT_SECONDS) is None
    assert manners.turn("https://a.example", BETWEEN_PAGES_SECONDS, 10.0) == 0.0
    assert manners.turn("https://b.example", BETWEEN_PAGES_SECONDS, 10.0) == 0.0
    assert manners.turn("https://a.example", BETWEEN_PAGES_SECONDS, 10.5) == pytest.approx(0.5)
    assert site_of("http://a.example:8080/x") == "http://a.example:8080"


def test_words_are_cleaned_as_those_of_a_feed_are():
    page = PAGE.replace("backer number 3", "backer \u202enumber\x07 3")
    assert "backer number 3" in main_text(page.encode(), "page")
    with pytest.raises(UnavailableError, match="no main text"):
        main_text(b"", "page")
