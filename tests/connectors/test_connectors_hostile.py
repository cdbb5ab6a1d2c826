"""Hostile documents, each with its outcome: the titles that come out, or the reason why none does, in a second."""

import gzip
import json
import re
import time
from datetime import UTC, datetime

import pytest

from connectors.articles import Origin
from connectors.feed import FeedState, read_batch
from connectors.text import clean
from dealwire.errors import SourceError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS_MAX = 1.0
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def rss(inner, head='<?xml version="1.0"?>', prolog=""):
    return f'{head}{prolog}<rss version="2.0"><channel><title>Wire</title>{inner}</channel></rss>'.encode()


def item(title="Fine", body="", link="https://wire.example/1", extra=""):
    return f"<item><title>{title}</title><link>{link}</link><description>{body}</description>{extra}</item>"


def atom(inner):
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{inner}</feed>'.encode()


def json_feed(*items, **feed):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **feed}).encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
REFUSED = {
    # entities: growth, outside files, parameters
    "billion laughs": (
        rss(item("&l9;"), prolog=f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>'),
        "entities",
    ),
    "quadratic blow-up": (
        rss(item("&a;" * 5_000), prolog=f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'),
        "entities that grow",
    ),
    "three hundred entities": (
        rss(item(), prolog="<!DOCTYPE rss [" + "".join(f'<!ENTITY e{n} "x">' for n in range(400)) + "]>"),
        "entities that grow",
    ),
    "billion laughs in UTF-16": (
        rss(item("&l9;"), head="", prolog=f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>').decode().encode("utf-16"),
        "entities",
    ),
    "a base of a megabyte": (
        rss(item(link="r") * 900).replace(b"<rss", b'<rss xml:base="http://x/' + b"a/" * 500_000 + b'"'),
        "a base that grows",
    ),
    "an attribute of a megabyte that is taken for a base": (
        rss(item("&bogus;")).replace(b"<rss", b"<rss\nbase = '" + b"a/" * 500_000 + b"'"),
        "a base that grows",
    ),
    "bases within bases": (
        rss(f'<a xml:base="{"a/" * 900}">' * 500 + item("&bogus;")),
        "a base that grows",
    ),
    "twenty thousand attributes in broken XML": (
        rss(item(extra="<x " + " ".join(f'a{n}="1"' for n in range(20_000)) + "><y></x>")),
        "more than 200 attributes",
    ),
    # documents that are no feeds
    "nothing": (b"", "empty"),
    "white space": (b" \n\t " * 1000, "empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "empty"),
    "a challenge page": (b"<!DOCTYPE html><html><body>Checking your browser</body></html>", "a web page"),
    "a login page in capitals": (b"<HTML><HEAD></HEAD></HTML>", "a web page"),
    "random bytes": (bytes(range(256)) * 50, "not a feed"),
    "zeros": (b"\0" * 100_000, "not a feed"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "not a feed"),
    "a zip file": (b"PK\x03\x04" + b"\0" * 500, "not a feed"),
    "a gzip file within": (gzip.compress(rss(item()), mtime=0), "not a feed"),
    "plain words": (b"the feed has moved", "not a feed"),
    "a million angle brackets": (b"<" * 1_000_000, "not a feed"),
    "a million open tags": (b"<a>" * 300_000, "not a feed"),
    "an endless comment": (b"<!--" + b"x" * 1_000_000, "not a feed"),
    "a list": (b"[1, 2, 3]", "no items"),
    "a JSON number": (b"{}", "no items"),
    "JSON without items": (b'{"version": "https://jsonfeed.org/version/1"}', "no items"),
    "JSON with items that are none": (b'{"items": 7}', "no items"),
    "JSON cut off": (b'{"items": [{"title": "Fi', "broken JSON"),
    "JSON a hundred thousand deep": (b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "broken JSON"),
    "JSON with a lone surrogate": (b'{"items": [{"title": "\\ud800"}]}', "broken JSON"),
    "JSON that is no UTF-8": (b'{"items": [{"title": "\xff"}]}', "broken JSON"),
    "an answer that is SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not a feed"),
}

READ = {
    # entities and DTDs that do no harm, and the files they ask for are never opened
    "external entity": (
        rss(item("Fine &x;"), prolog='<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        [re.compile(r"Fine( &x;)?")],
    ),
    "external DTD": (rss(item(), prolog='<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">'), ["Fine"]),
    "parameter entity": (
        rss(item(), prolog='<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]>'),
        ["Fine"],
    ),
    "undeclared HTML entity": (rss(item("Caf&eacute; &nbsp;deal")), ["Café deal"]),
    "bare ampersand": (rss(item("AT&T buys R&D Labs")), ["AT&T buys R&D Labs"]),
    "entity escaped twice": (rss(item("AT&amp;amp;T buys")), ["AT&T buys"]),
    # things that run
    "script in a title": (rss(item("Fine&lt;script&gt;alert(1)&lt;/script&gt;")), ["Fine"]),
    "script in a CDATA title": (rss(item("<![CDATA[Fine<script>alert(1)</script>]]>")), ["Fine"]),
    "handler in a title": (rss(item("&lt;img src=x onerror=alert(1)&gt;Fine")), ["Fine"]),
    "script in a body": (rss(item(body="&lt;script&gt;alert(1)&lt;/script&gt;words")), ["Fine"]),
    "javascript link": (rss(item(link="javascript:alert(1)")), ["Fine"]),
    "data link": (rss(item(link="data:text/html;base64,PHNjcmlwdD4=")), ["Fine"]),
    "vbscript link in odd case": (rss(item(link="VbScRiPt:x")), ["Fine"]),
    "link with a newline": (rss(item(link="java&#10;script:alert(1)")), ["Fine"]),
    "link with credentials": (rss(item(link="https://user:pw@wire.example/")), ["Fine"]),
    "atom xhtml with script": (
        atom(
            '<entry><title>Fine</title><id>1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
            "<script>alert(1)</script>words</div></content></entry>"
        ),
        ["Fine"],
    ),
    "script in an author": (rss(item(extra="<author>&lt;script&gt;alert(1)&lt;/script&gt;</author>")), ["Fine"]),
    "script in the feed's title": (rss(item()).replace(b"Wire", b"&lt;script&gt;alert(1)&lt;/script&gt;"), ["Fine"]),
    # things that hide or repaint
    "terminal escape": (json_feed({"title": "Fi\x1b[2J\x1b[31mne"}), ["Fine"]),
    "terminal title escape": (json_feed({"title": "Fi\x1b]0;owned\x07ne"}), ["Fine"]),
    "one-byte control sequence": (json_feed({"title": "Fi\x9b31mne"}), ["Fine"]),
    "right-to-left override": (rss(item("Fi\u202ene")), ["Fine"]),
    "zero-width spaces": (rss(item("F\u200bi\u200bn\u200be")), ["Fine"]),
    "tag characters": (rss(item("Fine\U000e0041\U000e0042")), ["Fine"]),
    "null bytes": (json_feed({"title": "Fi\x00ne"}), ["Fine"]),
    "line breaks in a title": (rss(item("Fi&#13;&#10;Bcc: x")), ["Fi Bcc: x"]),
    "control characters in XML": (rss(item("Fi\x01\x02ne")), ["Fine"]),
    # charsets
    "undeclared Latin-1": (rss(item("Caf\u00e9")).decode().encode("latin-1"), ["Café"]),
    "declared wrongly": (rss(item("Caf\u00e9"), head='<?xml version="1.0" encoding="us-ascii"?>'), ["Café"]),
    "unknown charset": (rss(item(), head='<?xml version="1.0" encoding="x-nonsense"?>'), ["Fine"]),
    "UTF-16": (rss(item("Café"), head="").decode().encode("utf-16"), ["Café"]),
    "UTF-8 read as Windows-1252": (rss(item("Caf\u00c3\u00a9 Labs")), ["Café Labs"]),
    # broken XML
    "cut within an item": (rss(item() + item("Gone", link="https://wire.example/2"))[:-120], [re.compile("Fine")]),
    "tags crossed": (b"<rss><channel><item><title>Fine</item></title></channel></rss>", []),
    "no end": (b"<rss><channel><item><title>Fine</title>", ["Fine"]),
    "white space before the declaration": (b"\n\n " + rss(item()), ["Fine"]),
    "two roots": (rss(item()) + rss(item("Other", link="https://wire.example/2")), ["Fine", "Other"]),
    "words before the root": (b"Warning: PHP " + rss(item()), ["Fine"]),
    "five thousand deep": (rss(item() + "<a>" * 5_000 + "</a>" * 5_000), ["Fine"]),
    "three hundred thousand open tags": (rss(item() + "<a>" * 300_000), ["Fine"]),
    "script among too many tags": (
        rss(item(body="&lt;b&gt;" * 5_000 + "&lt;script&gt;alert(1)&lt;/script&gt;words")),
        ["Fine"],
    ),
    "deep markup in a body": (rss(item(body="&lt;div&gt;" * 20_000 + "words")), ["Fine"]),
    "an unknown entity before a million sections without end": (
        rss(item("Fine &eacute;") + "<![CDATA[" * 1_000_000),
        ["Fine é"],
    ),
    # sizes
    "a title of a megabyte": (rss(item("x" * 1_000_000)), ["x" * 1_000]),
    "a body of five megabytes": (rss(item(body="word " * 1_000_000)), ["Fine"]),
    "twenty thousand items": (rss("".join(item(f"T{n}", link=f"https://w.example/{n}") for n in range(20_000))), 1_000),
    "a guid of a megabyte": (rss(item(link="", extra=f"<guid>{'g' * 1_000_000}</guid>")), ["Fine"]),
    "a link of a megabyte": (rss(item(link="https://wire.example/" + "a" * 1_000_000)), ["Fine"]),
    "twenty thousand attributes": (
        rss(item(extra="<x " + " ".join(f'a{n}="1"' for n in range(20_000)) + "/>")),
        ["Fine"],
    ),
    # dates
    "year 9999": (rss(item(extra="<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>")), ["Fine"]),
    "year 0": (rss(item(extra="<pubDate>0000-00-00T00:00:00Z</pubDate>")), ["Fine"]),
    "a date of digits": (rss(item(extra=f"<pubDate>{'9' * 90}</pubDate>")), ["Fine"]),
    "a date of a megabyte": (rss(item(extra=f"<pubDate>{'1 Jan ' * 100_000}</pubDate>")), ["Fine"]),
    # items
    "an empty item": (rss("<item/>" + item()), ["Fine"]),
    "items without anything": (rss("<item></item>" * 500), []),
    "the same item a thousand times": (rss(item() * 1_000), ["Fine"]),
    "JSON items of every wrong kind": (
        json_feed(None, 1, "x", [], {"title": {}}, {"title": "Fine", "url": 7}),
        ["Fine"],
    ),
    "ttl of minus one": (rss(f"<ttl>-1</ttl>{item()}"), ["Fine"]),
    "ttl that is no number": (rss(f"<ttl>{'9' * 5000}</ttl>{item()}"), ["Fine"]),
    "skipHours of nonsense": (rss(f"<skipHours><hour>25</hour><hour>x</hour></skipHours>{item()}"), ["Fine"]),
    "a hub that is a script": (
        rss(f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="javascript:x"/>{item()}'),
        ["Fine"],
    ),
}


def read(body):
    return read_batch(body, "", Origin("Wire", url="https://wire.example/feed"), FeedState(), NOON)


def test_the_table_is_long_enough():
    assert len(REFUSED) + len(READ) >= 60


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_is_no_feed_or_an_attack_is_refused_with_its_reason(name):
    body, why = REFUSED[name]
    started = time.process_time()
    with pytest.raises(SourceError, match=why) as caught:
        read(body)
    assert time.process_time() - started < SECONDS_MAX
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", READ)
def test_a_hostile_feed_gives_what_is_good_in_it(name):
    body, titles = READ[name]
    started = time.process_time()
    batch = read(body)
    assert time.process_time() - started < SECONDS_MAX
    found = [article.title for article in batch.articles]
    if isinstance(titles, int):
        assert len(found) == titles
    elif titles is not None:
        assert len(found) == len(titles)
        assert all(w.fullmatch(t) if isinstance(w, re.Pattern) else w == t for w, t in zip(titles, found, strict=True))
    for article in batch.articles:
        said = article.title + article.body
        assert not UNSEEN.search(said)
        assert clean(said) == said
        assert "alert(1)" not in said
        assert "root:" not in said
        assert article.url == "" or article.url.startswith(("https://", "http://"))
        assert len(article.body) <= 200_000
