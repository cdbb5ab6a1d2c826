"""The quick reader and feedparser make the same articles of one document, or the quick one leaves it to feedparser."""

from datetime import UTC, datetime

import pytest

from connectors.articles import Memory, Origin, read_articles
from connectors.item import Declined
from connectors.loose import read_loosely
from connectors.strict import read_strictly

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:psc="http://podlove.org/simple-chapters" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:odd="https://odd.example/ns" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
LINK = "<link>https://wire.example/1</link>"
SHORT, LONG = "<description>Few words.</description>", "Many words, all about one deal, to the last of them."


def rss(inner, channel="", root=""):
    head = f'<rss version="2.0" {SPACES} {root}><channel><title>Wire</title>{channel}'
    return f"{head}<item>{inner}</item></channel></rss>".encode()


def atom(inner, feed="", space="http://www.w3.org/2005/Atom"):
    return f'<feed xmlns="{space}" {SPACES}><title>Wire</title>{feed}<entry>{inner}</entry></feed>'.encode()


AGREED = {
    "a teaser and a text": rss(f"<title>T</title>{LINK}{SHORT}<content:encoded>{LONG}</content:encoded>"),
    "a text and then a teaser": rss(f"<title>T</title><content:encoded>{LONG}</content:encoded>{SHORT}{LINK}"),
    "two teasers": rss(f"<title>T</title>{LINK}{SHORT}<itunes:summary>{LONG} &amp;amp; more</itunes:summary>"),
    "three teasers": rss(
        f"<title>T</title>{LINK}{SHORT}<itunes:summary>x</itunes:summary><description>{LONG}</description>"
    ),
    "a teaser in the place of another": rss(
        f"<title>T</title>{LINK}<content:encoded>x</content:encoded>{SHORT}<itunes:summary>{LONG}</itunes:summary>"
    ),
    "a picture's words": rss(
        f"<title>T</title>{LINK}<media:group><media:title>Of a picture</media:title>"
        f"<media:description>{LONG}</media:description></media:group>"
    ),
    "a picture's title before the item's": rss(
        f"<media:content><media:title>P</media:title></media:content><title>T</title>{LINK}"
    ),
    "a title of Dublin Core alone": rss(f"<dc:title>T &amp;amp; U</dc:title>{LINK}"),
    "a title of Dublin Core beside": rss(f"<title>T</title><dc:title>Another</dc:title>{LINK}"),
    "dates of two kinds": rss(
        f"<title>T</title>{LINK}<pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate><dc:date>2026-11-19T09:00:00Z</dc:date>"
    ),
    "chapters": rss(f'<title>T</title>{LINK}<psc:chapters><psc:chapter start="0" title="No"/></psc:chapters>'),
    "an owner at the channel": rss(
        f"<title>T</title>{LINK}",
        "<itunes:owner><itunes:name>N</itunes:name></itunes:owner><itunes:summary>S</itunes:summary>",
    ),
    "elements nobody knows": rss(
        f"<title>T</title>{LINK}<odd:description>No</odd:description><byline>Nor this</byline>"
    ),
    "entities of HTML": rss(
        f"<title>Caf&eacute; &amp; bar &ndash; &lt;b&gt;</title>{LINK}<description><![CDATA[&eacute;]]></description>"
    ),
    "a guid for a link": rss("<title>T</title><guid>https://wire.example/g</guid>"),
    "a guid that is none": rss('<title>T</title><guid isPermaLink="false">https://wire.example/g</guid>'),
    "the address behind a proxy": rss(
        f"<title>T</title>{LINK}<feedburner:origLink>https://wire.example/o</feedburner:origLink>"
    ),
    "a base for all": rss("<title>T</title><link>deals/1</link>", root='xml:base="https://base.example/x/"'),
    "a base for words alone": atom(
        '<title>T</title><id>urn:1</id><link href="https://wire.example/1"/><content xml:base="https://b.example/">W</content>'
    ),
    "a source and its title": rss(f'<title>T</title>{LINK}<source url="https://s.example/">The Source</source>'),
    "an entry from elsewhere": atom(
        '<title>T</title><id>1</id><link href="https://wire.example/1"/><source><title>Elsewhere</title><id>9</id>'
        "<link href='https://no.example/'/><updated>2020-01-01T00:00:00Z</updated></source>"
    ),
    "links of several kinds": atom(
        '<title>T</title><id>1</id><link rel="alternate" type="application/json" href="https://no.example/"/>'
        '<link rel="enclosure" href="https://no.example/x.mp3"/><link rel="alternate" href="https://wire.example/1"/>'
    ),
    "an id for a link": atom("<title>T</title><id>https://wire.example/1</id>"),
    "Atom 0.3": atom(
        '<title mode="escaped" type="text/html">T &amp;lt;b></title><id>1</id><link href="https://wire.example/1"/>'
        "<issued>2026-11-19T08:00:00Z</issued><modified>2026-11-19T09:00:00Z</modified><created>2026-11-19T07:00:00Z</created>"
        f'<summary>s</summary><content type="text/html" mode="escaped">&lt;p>{LONG}</content>',
        "<tagline>t</tagline>",
        "http://purl.org/atom/ns#",
    ),
    "words as XHTML": atom(
        '<title>T</title><id>1</id><link href="https://wire.example/1"/><content type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>two &amp;amp; <b>three</b></p></div></content>'
    ),
    "a hub": rss(
        f"<title>T</title>{LINK}",
        '<a:link rel="hub" href="https://hub.example/"/><a:link rel="self" href="https://w.example/f"/>',
    ),
}

LEFT = {
    "two titles": rss(f"<title>T</title><title>U</title>{LINK}"),
    "a picture's title alone": rss(f"<media:title>P</media:title>{LINK}"),
    "markup where text was expected": rss(f"<title>T <b>bold</b></title>{LINK}"),
    "a base for one item, and a link on it": rss("<title>T</title><link xml:base='https://b.example/'>x</link>"),
    "words in base64": atom('<title>T</title><id>1</id><content mode="base64" type="text/plain">VA==</content>'),
    "a document type": b"<!DOCTYPE rss>" + rss(f"<title>T</title>{LINK}"),
    "an entity nobody knows": rss(f"<title>T &unheard;</title>{LINK}"),
    "no feed": b"<html/>",
    "a language for all": rss(f"<title>T</title>{LINK}", root='xml:lang="de"'),
}


def articles(document):
    return read_articles(document, Origin("Wire", url="https://wire.example/feed"), NOON, Memory())[0]


@pytest.mark.parametrize("name", AGREED)
def test_both_readers_make_the_same_of_it(name):
    quick, tolerant = read_strictly(AGREED[name]), read_loosely(AGREED[name])
    assert articles(quick) == articles(tolerant) != []
    assert (quick.hub, quick.topic) == (tolerant.hub, tolerant.topic)


@pytest.mark.parametrize("name", LEFT)
def test_the_quick_reader_leaves_it_to_the_tolerant_one(name):
    with pytest.raises(Declined):
        read_strictly(LEFT[name])


def test_of_several_texts_the_fullest_is_the_articles():
    for name in ("a teaser and a text", "a text and then a teaser", "a teaser in the place of another"):
        (article,) = articles(read_strictly(AGREED[name]))
        assert article.body == LONG
