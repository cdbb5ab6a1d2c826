"""Whatever bytes arrive: parse, understand and fold them without a crash, none in more than a second."""

import time
from datetime import UTC, datetime
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.articles import Origin
from connectors.feed import FeedState, read_batch
from connectors.mailbox import Mailbox, MailboxSource
from dealwire.errors import SourceError
from dealwire.reference.companies import bundled_companies
from rules.load import Source, load
from streams.core import Core

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS_MAX = 1.0
RULES = "version: 1\nrules:\n  - {id: all, title: All, match: {category: [funding, mna, hardware]}}\n"

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><ttl>5</ttl><item>
<title>Acme Labs raises $5 million in Series A</title><link>https://wire.example/1</link><guid>1</guid>
<pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate><description>&lt;p&gt;Led by Big Fund.&lt;/p&gt;</description>
</item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title><entry><id>1</id>
<title type="html">Example Corp to acquire Sample Inc for \xe2\x82\xac2bn</title><updated>2026-11-19T08:00:00Z</updated>
<link href="https://w.example/1"/><content>Both boards agreed.</content></entry></feed>"""
LETTER = b"""From: Deal Letter <desk@wire.example>
Subject: =?utf-8?q?Acme_raises_=2450m?=
Date: Thu, 19 Nov 2026 08:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Led by =E2=80=9CBig=E2=80=9D.</p>
--b--
"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Nvidia unveils a chip",
"content_html": "<p>3 GW of capacity", "date_published": "2026-11-19T08:00:00Z", "url": "https://w.example/2"}]}"""
SEEDS = (RSS, ATOM, JSON)
PIECES = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"&a;", b"<item>", b"</item>",
    b"<title>", b"\0", b"\xff\xfe", b"\x1b[31m", b"\xe2\x80\xae", b"$", b"9" * 400, b"million " * 50, b"-1", b"1e999",
    b"{", b"}", b'"', b"<script>", b"xml:base='http://[::1'", b" and " * 100, b"Nvidia " * 80, b"$5bn " * 80,
    b"(" * 200,
)  # fmt: skip

edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["insert", "cut", "repeat", "replace"]),
        st.sampled_from(PIECES) | st.binary(max_size=20),
    ),
    max_size=8,
)


def broken(seed, changes):
    """A seed document with pieces put in, cut out, repeated or replaced."""
    body = bytearray(seed)
    for share, change, piece in changes:
        at = int(share * len(body))
        if change == "insert":
            body[at:at] = piece
        elif change == "cut":
            del body[at : at + len(piece)]
        elif change == "replace":
            body[at : at + len(piece)] = piece
        else:
            body[at:at] = body[at : at + 200] * 20
    return bytes(body)


@cache
def core():
    """The core is made once: its gazetteer takes longer than a document."""
    return Core.of(load([Source("all.yaml", RULES)]), bundled_companies())


def through(body):
    """Parse, understand and fold; how many articles there were."""
    try:
        batch = read_batch(body, "", Origin("Wire", url="https://wire.example/feed"), FeedState(), NOON)
    except SourceError:
        return 0
    state = {}
    for article in batch.articles[:20]:
        for key, value in core().step(state, article).outcome.writes.items():
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
    return len(batch.articles)


def test_the_seeds_themselves_go_through():
    assert [through(seed) for seed in SEEDS] == [1, 1, 1]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), edits)
def test_no_broken_document_crashes_or_takes_a_second(seed, changes):
    core()
    started = time.process_time()
    through(broken(seed, changes))
    assert time.process_time() - started < SECONDS_MAX


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2_000))
def test_no_bytes_at_all_crash_or_take_a_second(body):
    started = time.process_time()
    through(body)
    assert time.process_time() - started < SECONDS_MAX


HEADERS = (
    b"=?utf-8?b?", b"?=", b"@", b";", b'"', b"\n ", b"filename*0*=", b"charset=", b"<>", b":", b"\n\n", b"=C3",
)  # fmt: skip
headers_edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["insert", "cut", "replace"]),
        st.sampled_from(HEADERS) | st.binary(max_size=20),
    ),
    max_size=8,
)


@cache
def letters():
    return MailboxSource("Letters", Mailbox("mail.example", 993, "desk", "INBOX"), "")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(headers_edits)
def test_no_broken_message_crashes_or_takes_a_second(changes):
    started = time.process_time()
    try:
        article = letters()._article(broken(LETTER, changes), NOON)
        said = article.title
    except ValueError as reason:
        said = str(reason)
    assert said == " ".join(said.split())
    assert time.process_time() - started < SECONDS_MAX


def test_the_message_itself_goes_through():
    article = letters()._article(LETTER, NOON)
    assert (article.title, article.body, article.source) == ("Acme raises $50m", "Led by “Big”.", "Deal Letter")
