"""EDGAR, Hacker News and GDELT, each played by a local server that speaks as they do; and a site's feeds found."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from connectors.discovery import discover
from connectors.edgar import PAUSE_SECONDS, EdgarSource
from connectors.edgar_forms import offering
from connectors.gdelt import GdeltSource
from connectors.hackernews import HackerNewsSource
from connectors.presets import presets
from connectors.source import UnavailableError
from dealwire.errors import SourceError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = "/Archives/edgar/data/1045810/000104581026000012/0001045810-26-000012"


def listed(site, *entries):
    """EDGAR's Atom list of (form, company, accession, items)."""
    made = "".join(
        f"""<entry><title>{form} - {company} (0001045810) ({role})</title>
        <link rel="alternate" type="text/html" href="{site.url}/Archives/edgar/data/1/{accession}-index.htm"/>
        <summary type="html">&lt;b&gt;Filed:&lt;/b&gt; 2026-11-19 &lt;b&gt;AccNo:&lt;/b&gt; {accession}
        {"".join(f"&lt;br&gt;Item {item}: something" for item in items)}</summary>
        <updated>2026-11-19T16:05:00-05:00</updated><id>urn:tag:sec.gov,2008:accession-number={accession}</id></entry>"""
        for form, company, role, accession, items in entries
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Latest</title>{made}</feed>'


EIGHT_K = """<SEC-DOCUMENT><DOCUMENT>
<TYPE>8-K
<TEXT><html><body><p>UNITED STATES</p><p>FORM 8-K</p><p>Item 1.01 Entry into a Material Definitive Agreement.</p>
<p>On November 18, 2026, Example Chips agreed to buy Sample Photonics for $250 million.</p><p>SIGNATURE</p>
<p>By: J. Doe</p>
</body></html></TEXT></DOCUMENT>
<DOCUMENT>
<TYPE>EX-99.1
<TEXT><p>Example Chips to acquire Sample Photonics</p></TEXT></DOCUMENT>
<DOCUMENT>
<TYPE>GRAPHIC
<TEXT>begin 644</TEXT></DOCUMENT></SEC-DOCUMENT>"""
FORM_D = """<DOCUMENT>
<TYPE>D
<TEXT><XML>
<edgarSubmission><offeringData><isEquityType>true</isEquityType>
<totalOfferingAmount>50000000</totalOfferingAmount><totalAmountSold>30000000</totalAmountSold>
<totalNumberAlreadyInvested>12</totalNumberAlreadyInvested></offeringData></edgarSubmission>
</XML></TEXT></DOCUMENT>"""


async def no_pause(_seconds):
    """Local servers ask for no politeness."""


def edgar(site, fetcher, **options):
    settings = {"forms": ("8-K", "D"), "contact": "desk@example.com", "pause": no_pause} | options
    return EdgarSource("SEC", fetcher, site=site.url, allow_private=True, **settings)


def lists(site, **by_form):
    async def answer(request):
        return web.Response(text=by_form.get(request.query["type"].replace("-", ""), listed(site)))

    site.on("/cgi-bin/browse-edgar", answer)


def test_filings_become_articles_with_what_the_form_states(play):
    async def scene(site, fetcher):
        lists(
            site,
            **{
                "8K": listed(
                    site,
                    ("8-K", "EXAMPLE CHIPS INC", "Filer", "0001045810-26-000012", ["1.01", "9.01"]),
                    ("8-K", "DULL CORP", "Filer", "0001045810-26-000013", ["5.02"]),
                ),
                "D": listed(site, ("D", "Acme Labs, Inc.", "Filer", "0001045810-26-000014", [])),
            },
        )
        site.says("/Archives/edgar/data/1/0001045810-26-000012.txt", EIGHT_K)
        site.says("/Archives/edgar/data/1/0001045810-26-000014.txt", FORM_D)
        batch = await edgar(site, fetcher).fetch(None, NOON)
        deal, offer = batch.articles
        assert deal.title == (
            "EXAMPLE CHIPS INC files Form 8-K: Entry into a Material Definitive Agreement (Item 1.01)"
        )
        assert deal.body == (
            "Item 1.01 Entry into a Material Definitive Agreement.\n"
            "On November 18, 2026, Example Chips agreed to buy Sample Photonics for $250 million.\n"
            "Example Chips to acquire Sample Photonics"
        )
        assert deal.published == datetime(2026, 11, 19, 21, 5, tzinfo=UTC)
        assert offer.body == (
            "Acme Labs, Inc. offers $50,000,000 of equity. $30,000,000 has been sold to 12 investors."
        )
        assert {r.headers["User-Agent"] for r in site.asked} == {"dealwire desk@example.com"}
        assert (await edgar(site, fetcher).fetch(batch.state, NOON)).articles == ()

    play(scene)


def test_companies_are_found_by_ticker_and_cik(play):
    async def scene(site, fetcher):
        lists(site)
        table = {"0": {"cik_str": 1045810, "ticker": "NVDA", "title": "NVIDIA CORP"}}
        site.says("/files/company_tickers.json", json.dumps(table))
        await edgar(site, fetcher, forms=("8-K",), companies=("nvda", "320193")).fetch(None, NOON)
        asked = [r.query["CIK"] for r in site.asked if "CIK" in r.query]
        assert sorted(asked) == ["0000320193", "0001045810"]
        with pytest.raises(SourceError, match="the SEC knows no company 'NOPE'"):
            await edgar(site, fetcher, companies=("NOPE",)).fetch(None, NOON)

    play(scene)


def test_a_filing_whose_text_cannot_be_had_is_taken_by_its_title(play):
    async def scene(site, fetcher):
        lists(site, **{"8K": listed(site, ("8-K", "EXAMPLE", "Filer", "0001045810-26-000012", ["2.01"]))})
        batch = await edgar(site, fetcher).fetch(None, NOON)
        assert batch.articles[0].body == ""
        assert "taken without its text" in batch.notes[0]

    play(scene)


def test_however_many_sources_ask_the_sec_its_limit_is_kept(play):
    async def scene(site, fetcher):
        lists(site)
        waits = []

        async def pause(seconds):
            waits.append(seconds)

        for _ in range(3):
            await edgar(site, fetcher, pause=pause).fetch(None, NOON)
        assert len(waits) == 6
        assert waits == sorted(waits)
        assert waits[-1] > 4 * PAUSE_SECONDS

    play(scene)


def test_the_sec_is_not_asked_without_a_contact_and_is_obeyed_when_it_is_busy(play):
    async def scene(site, fetcher):
        with pytest.raises(SourceError, match="wants a contact"):
            await edgar(site, fetcher, contact="").fetch(None, NOON)
        assert site.asked == []
        site.says("/cgi-bin/browse-edgar", "", status=429, Retry_After="600")
        with pytest.raises(UnavailableError) as caught:
            await edgar(site, fetcher).fetch(None, NOON)
        assert caught.value.retry_at == NOON + timedelta(minutes=10)

    play(scene)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("<e><totalOfferingAmount>Indefinite</totalOfferingAmount></e>", "Acme offers an indefinite amount."),
        ("<e><isDebtType>true</isDebtType></e>", "Acme offers an indefinite amount of debt."),
        ("<!DOCTYPE e [<!ENTITY a 'b'>]><e/>", ""),
        ("<e><broken", ""),
    ],
)
def test_an_offering_says_what_is_there_and_no_more(xml, said):
    assert offering("Acme", xml) == said


def test_stories_of_hacker_news_are_brought_once(play):
    async def scene(site, fetcher):
        hits = [
            {
                "objectID": "1",
                "title": "Example Labs raises $5M",
                "url": "https://example.com/a",
                "created_at_i": 1795000000,
            },
            {"objectID": "2", "title": "Ask HN: chips?", "story_text": "<p>Which?", "created_at_i": 1795000100},
        ]
        site.says("/api/v1/search_by_date", json.dumps({"hits": hits}))
        source = HackerNewsSource("HN", fetcher, query="raises", site=site.url, allow_private=True)
        batch = await source.fetch(None, NOON)
        assert [(a.title, a.url, a.body) for a in batch.articles] == [
            ("Example Labs raises $5M", "https://example.com/a", ""),
            ("Ask HN: chips?", "https://news.ycombinator.com/item?id=2", "Which?"),
        ]
        assert site.asked[0].query["query"] == "raises"
        assert (await source.fetch(batch.state, NOON)).articles == ()

    play(scene)


@pytest.mark.parametrize("body", ["{}", "[]", "broken", '{"hits": [{"objectID": 1, "title": "x"}]}', '{"hits": 7}'])
def test_an_answer_that_hacker_news_never_promised_is_one_line(body, play):
    async def scene(site, fetcher):
        site.says("/api/v1/search_by_date", body)
        with pytest.raises(SourceError, match="not what its API promises"):
            await HackerNewsSource("HN", fetcher, site=site.url, allow_private=True).fetch(None, NOON)

    play(scene)


def gkg(*rows):
    lines = []
    for stamp, outlet, url, title in rows:
        columns = [""] * 27
        columns[1], columns[3], columns[4], columns[26] = stamp, outlet, url, f"<PAGE_TITLE>{title}</PAGE_TITLE>"
        lines.append("\t".join(columns))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.gkg.csv", "\n".join([*lines, "too\tfew\tcolumns"]))
    return packed.getvalue()


def test_gdelt_is_read_file_by_file_and_a_gap_is_caught_up_with(play):
    async def scene(site, fetcher):
        newest = "1 2 http://data.gdeltproject.org/gdeltv2/20261120120000.gkg.csv.zip"
        site.says("/gdeltv2/lastupdate.txt", newest)
        rows = [
            ("20261120114500", "example.com", "https://example.com/a", "Acme acquires Widget &amp; Co"),
            ("20261120114500", "example.com", "https://example.com/b", "A walk in the park"),
        ]
        site.says("/gdeltv2/20261120120000.gkg.csv.zip", gkg(*rows))
        source = GdeltSource("GDELT", fetcher, ("acquires",), site.url, allow_private=True)
        batch = await source.fetch(None, NOON)
        assert [(a.title, a.source, a.url) for a in batch.articles] == [
            ("Acme acquires Widget & Co", "example.com", "https://example.com/a")
        ]
        assert batch.articles[0].published == datetime(2026, 11, 20, 11, 45, tzinfo=UTC)
        assert await source.fetch(batch.state, NOON) == type(batch)(state=batch.state)
        behind = await source.fetch(b"20261120113000", NOON)
        assert (behind.notes, behind.more) == (("there is no file of 20261120114500",), True)

    play(scene)


def test_a_gdelt_file_that_is_none_is_one_line(play):
    async def scene(site, fetcher):
        site.says("/gdeltv2/lastupdate.txt", "1 2 http://x/gdeltv2/20261120120000.gkg.csv.zip")
        site.says("/gdeltv2/20261120120000.gkg.csv.zip", b"no zip")
        with pytest.raises(SourceError, match="not the zip file"):
            await GdeltSource("GDELT", fetcher, (), site.url, allow_private=True).fetch(None, NOON)
        site.says("/gdeltv2/lastupdate.txt", "maintenance")
        with pytest.raises(SourceError, match="names no GKG file"):
            await GdeltSource("GDELT", fetcher, (), site.url, allow_private=True).fetch(None, NOON)

    play(scene)


def test_a_sites_feeds_are_found_by_its_links(play, rss):
    async def scene(site, fetcher):
        site.says(
            "/",
            '<html><link rel="alternate" type="application/rss+xml" href="/news.xml">'
            '<link rel="alternate" type="application/atom+xml" href="/broken.xml">'
            '<link rel="alternate" type="text/html" href="/fr"></html>',
        )
        site.says("/news.xml", rss(("One", "https://wire.example/1")))
        site.says("/broken.xml", "<html>")
        found = await discover(site.url, fetcher, allow_private=True)
        assert [(f.url, f.title, f.items) for f in found] == [(f"{site.url}/news.xml", "Wire", 1)]

    play(scene)


def test_a_sites_feed_is_found_in_the_usual_places_or_said_not_to_be_there(play, rss):
    async def scene(site, fetcher):
        site.says("/", "<html>hello</html>")
        with pytest.raises(SourceError, match="links to no feed"):
            await discover(site.url, fetcher, allow_private=True)
        site.says("/rss.xml", rss())
        assert [f.url for f in await discover(site.url, fetcher, allow_private=True)] == [f"{site.url}/rss.xml"]

    play(scene)


def test_an_address_that_is_a_feed_is_taken_as_it_is(play, rss):
    async def scene(site, fetcher):
        site.says("/feed", rss(("One", "https://wire.example/1")))
        assert [f.url for f in await discover(f"{site.url}/feed", fetcher, allow_private=True)] == [f"{site.url}/feed"]

    play(scene)


def test_every_preset_is_a_list_of_sources_with_names_of_their_own():
    names = [spec.title for preset in presets().values() for spec in preset.feeds]
    assert len(set(names)) == len(names)
    assert {"ai-funding", "chips", "mergers"} <= set(presets())
