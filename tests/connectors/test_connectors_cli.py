"""`dealwire feeds …` and `dealwire push`, run as people run them."""

import io
import json
import logging
import sys
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from connectors.listing import Listing
from connectors.opml import read_opml, write_opml
from connectors.registry import FeedSpec, render_wait
from connectors.websub import Subscription
from dealwire.cli.main import build
from dealwire.errors import SourceError, UsageError
from dealwire.store.database import Store
from dealwire.store.subscriptions import KeptSubscriptions

CONFIG = """# what our desk reads
version: 1
rules: watchlist.yaml
feeds:
  # the main wire
  - {name: Wire, url: wire.xml, every: 15m}
  - {name: Lost, url: lost.xml}
"""
RULES = """version: 1
rules:
  - id: funding
    title: Funding
    match: {category: funding}
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item>
<title>Acme Labs raises $5 million</title>
<link>https://wire.example/1</link><pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "watchlist.yaml").write_text(RULES)
    (tmp_path / "wire.xml").write_text(FEED)
    path = tmp_path / "dealwire.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(autouse=True)
def logging_as_before():
    """Commands send the log to the standard error they run with, which ends with them."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def run(*arguments, error=None):
    result = CliRunner().invoke(build(), [str(a) for a in arguments])
    if error:
        assert isinstance(result.exception, error), result.output
        return str(result.exception)
    return result


def test_listed_feeds_are_those_of_the_configuration(config):
    lines = [json.loads(line) for line in run("feeds", "list", "--json", "-c", config).stdout.splitlines()]
    assert lines == [{"name": "Wire", "url": "wire.xml", "every": "15m"}, {"name": "Lost", "url": "lost.xml"}]
    assert "15m" in run("feeds", "list", "-c", config).stdout


def test_a_test_visit_says_what_each_feed_brings_and_fails_where_one_does(config):
    result = run("feeds", "test", "--json", "-c", config)
    well, lost = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert (well["name"], well["articles"], well["newest"]) == ("Wire", 1, "2026-11-19T08:00:00+00:00")
    assert "no such file" in lost["error"]
    assert run("feeds", "test", "Wire", "-c", config).exit_code == 0
    assert "no feed 'Nobody'" in run("feeds", "test", "Nobody", "-c", config, error=UsageError)


def test_a_preset_is_added_once_and_comments_stay(config):
    first = run("feeds", "add", "--preset", "chips", "-c", config)
    assert first.exit_code == 0, first.output
    assert run("feeds", "add", "--preset", "chips", "-c", config).exit_code == 0
    text = config.read_text()
    assert text.startswith("# what our desk reads\n")
    assert "# the main wire" in text
    assert text.count("EE Times") == 1
    assert len(Listing(config).specs) == 10


def test_a_file_is_added_and_removed(config):
    run("feeds", "add", config.parent / "wire.xml", "--name", "Mine", "--every", "1h", "-c", config)
    added = next(spec for spec in Listing(config).specs if spec.title == "Mine")
    assert render_wait(added.every) == "1h"
    assert "removed Mine" in run("feeds", "remove", "Mine", "-c", config).stdout
    assert [spec.title for spec in Listing(config).specs] == ["Wire", "Lost"]
    assert "no feed 'Mine'" in run("feeds", "remove", "Mine", "-c", config, error=UsageError)


def test_presets_are_shown(config):
    listed = [json.loads(line) for line in run("feeds", "presets", "--json").stdout.splitlines()]
    assert {"ai-funding", "chips", "mergers"} <= {preset["preset"] for preset in listed}
    assert "there is no preset 'x'" in run("feeds", "presets", "x", error=UsageError)


def test_opml_goes_out_and_comes_in(config, tmp_path):
    web = [("A & B", "https://wire.example/feed?a=1&b=2"), ("Other <one>", "https://other.example/rss")]
    file = tmp_path / "feeds.opml"
    file.write_text(write_opml(web))
    assert read_opml(file.read_bytes()) == web
    assert "added 2 of 2" in run("feeds", "import", file, "-c", config).stdout
    assert read_opml(run("feeds", "export", "-c", config).stdout.encode()) == web


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<opml><body>", "broken XML"),
        (b"<html/>", "no OPML"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "declares a DTD"),
        (b"", "broken XML"),
    ],
)
def test_what_is_no_opml_says_why(body, why):
    with pytest.raises(SourceError, match=why):
        read_opml(body)


def test_addresses_in_opml_that_may_not_be_fetched_are_left_out():
    body = b'<opml><outline text="x" xmlUrl="javascript:alert(1)"/><outline xmlUrl="file:///etc/passwd"/></opml>'
    assert read_opml(body) == []


def test_health_of_feeds_that_were_never_visited_is_new(config):
    lines = [json.loads(line) for line in run("feeds", "health", "--json", "-c", config).stdout.splitlines()]
    assert [(line["name"], line["condition"]) for line in lines] == [("Wire", "new"), ("Lost", "new")]
    assert run("feeds", "health", "-c", config).exit_code == 0


def test_health_tells_what_a_feed_brought_what_fails_and_who_pushes(config):
    now = datetime.now(UTC)
    assert run("run", "--once", "--quiet", "-c", config).exit_code == 0
    with Store.open(config.parent / "var" / "dealwire.db") as store:
        until = now + timedelta(days=1)
        KeptSubscriptions(store).save(Subscription("Wire", "https://hub.example", "t", "active", now, now, until))
    shown = run("feeds", "health", "--json", "-c", config)
    wire, lost = (json.loads(line) for line in shown.stdout.splitlines())
    assert (wire["condition"], wire["items"], wire["events"], wire["errors_in_a_row"]) == ("well", 1, 1, 0)
    assert (wire["hub"]["state"], lost["hub"]) == ("active", None)
    assert wire["last_success"] == wire["last_change"] is not None
    assert (lost["condition"], lost["errors_in_a_row"]) == ("failing", 1)
    assert "no such file" in lost["error"]
    assert shown.exit_code == 1
    assert "well, pushed" in run("feeds", "health", "-c", config).stdout


def test_pushed_articles_are_taken_once_and_bad_lines_are_named(config, monkeypatch):
    line = json.dumps(
        {
            "id": "a",
            "title": "Acme Labs raises $5 million in Series A funding led by Big Fund",
            "published": "2026-11-19T08:00:00Z",
        }
    )

    def push(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        result = CliRunner().invoke(build(), ["push", "-", "--json", "-c", str(config)], input=text)
        return result.exit_code, json.loads(result.stdout)

    assert push(f"{line}\n") == (0, {"articles": 1, "alerts": 1, "bad_lines": 0})
    assert push(f"{line}\n{{broken\n") == (1, {"articles": 1, "alerts": 0, "bad_lines": 1})


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({}, "give either a url or a path"),
        ({"url": "a", "path": "b"}, "give either a url or a path"),
        ({"url": "ftp://example.com/x"}, "read over http, https or from a file, not ftp:"),
        ({"url": "a.xml", "every": "often"}, "is no interval"),
        ({"url": "a.xml", "every": "0s"}, "greater than or equal"),
        ({"url": "a.xml", "contact": "a@b.example"}, "contact is for sources of kind edgar, not feed"),
        ({"kind": "gdelt", "senders": ["@b.example"]}, "senders is for sources of kind mailbox, not gdelt"),
        ({"url": "a.xml", "evry": "1h"}, "Extra inputs"),
    ],
)
def test_an_entry_that_is_wrong_says_how(entry, why):
    with pytest.raises(ValueError, match=why):
        FeedSpec.model_validate(entry)


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        ("https://wire.example/feed", "wire.example"),
        ({"path": "feeds/wire.xml"}, "wire.xml"),
        ({"kind": "hackernews"}, "hackernews"),
        ({"name": "Mine", "url": "x.xml"}, "Mine"),
    ],
)
def test_a_feed_without_a_name_goes_by_its_place(entry, title):
    assert FeedSpec.model_validate(entry).title == title
