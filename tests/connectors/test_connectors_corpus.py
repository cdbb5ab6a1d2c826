"""Thousands of real, malformed and hostile feed files, where they are: every one gives articles or a clear reason."""

import io
import tarfile
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from connectors.articles import Memory, Origin, read_articles
from connectors.document import NotAFeedError
from connectors.item import Declined
from connectors.loose import read_loosely
from connectors.reading import read_document
from connectors.strict import read_strictly

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "feeds.tar.gz"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS_MAX = 5.0
"""The largest of the files is a podcast of some megabytes; machines that run these tests are shared."""

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS.name} is not beside this checkout"),
]


@pytest.fixture(scope="module")
def documents():
    with tarfile.open(CORPUS) as archive:
        members = [m for m in archive if m.isfile() and m.name.endswith((".xml", ".rss", ".atom", ".rdf"))]
        return {member.name: archive.extractfile(member).read() for member in members}


def articles(document):
    return read_articles(document, Origin("Wire", url="https://wire.example/feed"), NOON, Memory())[0]


def outcome_of(body):
    """The articles of a document, or the reason why it has none."""
    try:
        return articles(read_document(body))
    except NotAFeedError as reason:
        return str(reason)


def test_every_file_gives_articles_or_a_reason_in_time(documents):
    for name, body in documents.items():
        started = time.process_time()
        outcome = outcome_of(body)
        assert isinstance(outcome, list) or (outcome and "\n" not in outcome), name
        assert time.process_time() - started < SECONDS_MAX, name


def test_no_fewer_files_are_read_than_feedparser_reads(documents):
    ours = theirs = 0
    for name, body in documents.items():
        if "defusedxml" in name:
            continue  # attacks, which are to be refused
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        theirs += bool(parsed.get("version") or parsed.entries)
        try:
            read_document(body)
            ours += 1
        except NotAFeedError:
            pass
    assert ours >= theirs


def test_the_quick_reader_and_feedparser_make_the_same_articles(documents):
    compared = 0
    for name, body in documents.items():
        try:
            quick = read_strictly(body)
        except Declined:
            continue
        tolerant = read_loosely(body)
        if any("too much" in note for note in tolerant.notes):
            continue
        compared += 1
        assert articles(quick) == articles(tolerant), name
        for field in ("ttl_minutes", "skip_hours", "skip_days", "hub", "topic"):
            assert getattr(quick, field) == getattr(tolerant, field), (name, field)
    assert compared > 500
