"""A correction asked for while the service runs is taken by the service, and the next run still heeds it."""

import json
import signal
import subprocess
import sys

import pytest

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>MatX raises $500 million to build chips for language models</title>
<link>https://wire.example/matx</link><pubDate>Mon, 16 Feb 2026 09:00:00 GMT</pubDate></item></channel></rss>"""
RULES = """version: 1
receivers: {screen: {url: "terminal://"}}
rules:
  - {id: rounds, title: Large rounds, match: {category: funding, amount: ">= 100M USD"}, send_to: [screen]}
"""
CONFIG = "version: 1\nstore: dealwire.db\nrules: watchlist.yaml\nfeeds:\n  - {name: Wire, url: wire.xml}\n"
SIGNED = ("--author", "kim", "--reason", "the filing says so")


@pytest.fixture
def place(tmp_path):
    for name, text in (("wire.xml", FEED), ("watchlist.yaml", RULES), ("dealwire.yaml", CONFIG)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def dealwire(place, *arguments):
    command = [sys.executable, "-m", "dealwire", *arguments]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=60, check=True).stdout


def corrections(place):
    return [json.loads(line) for line in dealwire(place, "story", "corrections", "--json").splitlines()]


@pytest.mark.timeout(120)
def test_the_running_service_takes_what_is_asked_and_alerts_on_the_change(place):
    with subprocess.Popen(
        [sys.executable, "-m", "dealwire", "run"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            for line in running.stdout:
                if "wire.example/matx" in line:
                    break
            (alert,) = (json.loads(one) for one in dealwire(place, "alerts", "list", "--json").splitlines())
            said = dealwire(place, "story", "correct", alert["story"], "amount", "550M USD", *SIGNED)
            assert "amount: $500M → $550M" in said
            assert "1 alert" in said
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)
    assert [(one["author"], one["state"]) for one in corrections(place)] == [("kim", "taken")]
    dealwire(place, "run", "--once")
    assert "$550M" in dealwire(place, "story", alert["story"])
