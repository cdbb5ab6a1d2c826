"""Whether a process lives and can do its job: what it answers, with which status, and why not."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from asking import ask

from connectors.health import FeedRecord
from connectors.registry import FeedSpec
from dealwire.bootstrap.monitoring import feeds_read, shown
from dealwire.errors import StoreError, UsageError
from dealwire.monitoring import health
from dealwire.monitoring.health import BEAT_SECONDS_MAX, Health, Heartbeat, feeds_answer, store_writable
from dealwire.monitoring.lag import ANSWER_SECONDS_MAX, LagMetrics
from dealwire.monitoring.listener import Listener
from dealwire.monitoring.monitor import Monitor
from dealwire.monitoring.web import add_monitoring
from dealwire.store import feeds
from dealwire.store.database import Store
from streams.lag import Place
from streams.settings import KafkaSettings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WAIT_SECONDS_MAX = 90
"""On a machine that is busy with the rest of the suite a process takes its time to begin."""


@dataclass
class Clock:
    """Stands where the test puts it."""

    seconds: float = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def served():
    """A monitor whose clock the test holds, and the port that it is served on."""
    monitor, clock = Monitor(), Clock()
    monitor.heartbeat = Heartbeat(clock)
    with Listener(monitor, "127.0.0.1:0") as listener:
        yield monitor, clock, listener.port


def test_a_process_whose_loop_turns_is_alive_and_one_whose_loop_stands_is_not(served):
    monitor, clock, port = served
    assert ask(port, "/healthz") == (200, '{"alive":true,"seconds_since_beat":0.0}')
    clock.seconds = BEAT_SECONDS_MAX + 1
    status, body = ask(port, "/healthz")
    assert (status, json.loads(body)) == (503, {"alive": False, "seconds_since_beat": BEAT_SECONDS_MAX + 1})
    monitor.heartbeat.beat()
    assert ask(port, "/healthz")[0] == 200


def test_readiness_names_what_is_wrong_and_why_and_what_is_not(served):
    monitor, _, port = served
    starting = {"ready": False, "checks": {"start": {"ok": False, "why": "the process is starting"}}}
    status, body = ask(port, "/readyz")
    assert (status, json.loads(body)) == (503, starting)
    monitor.health.complete()
    assert ask(port, "/readyz") == (200, '{"ready":true,"checks":{}}')
    monitor.health.add("rules", lambda: "")
    monitor.health.add("store", lambda: "dealwire.db: disk is full")
    status, body = ask(port, "/readyz")
    assert status == 503
    assert json.loads(body) == {
        "ready": False,
        "checks": {"rules": {"ok": True}, "store": {"ok": False, "why": "dealwire.db: disk is full"}},
    }
    page = ask(port, "/metrics")[1]
    assert 'dealwire_ready{check="rules"} 1.0' in page
    assert 'dealwire_ready{check="store"} 0.0' in page


def test_who_may_not_know_why_is_told_only_which_check_fails():
    monitor = Monitor()
    monitor.health.add("store", lambda: "/srv/desk/dealwire.db: disk is full")
    monitor.health.complete()

    async def scene():
        app = web.Application()
        add_monitoring(app, monitor, lambda request: "token" in request.query)
        async with TestClient(TestServer(app)) as client:
            return [await (await client.get(path)).json() for path in ("/readyz", "/readyz?token")]

    stranger, operator = asyncio.run(scene())
    assert stranger == {"ready": False, "checks": {"store": {"ok": False}}}
    assert operator["checks"]["store"]["why"] == "/srv/desk/dealwire.db: disk is full"


def test_a_check_that_fails_itself_is_a_finding_and_the_others_are_still_made():
    def unreadable():
        raise StoreError("dealwire.db: file is not a database")

    def broken():
        raise KeyError("feeds")

    checks = Health()
    checks.add("store", unreadable)
    checks.add("feeds", broken)
    checks.add("rules", lambda: "")
    checks.complete()
    assert [(f.check, f.why_not) for f in checks.look()] == [
        ("store", "dealwire.db: file is not a database"),
        ("feeds", "the check failed: KeyError: 'feeds'"),
        ("rules", ""),
    ]


def test_asking_often_costs_no_more_than_asking_now_and_then():
    clock, asked = Clock(), []
    checks = Health(clock)
    checks.add("store", lambda: asked.append(1) or "")
    for _ in range(50):
        checks.look()
    assert len(asked) == 1
    clock.seconds = health.FINDINGS_SECONDS
    checks.look()
    assert len(asked) == 2


def test_a_store_is_writable_or_said_not_to_be(tmp_path, monkeypatch):
    path = tmp_path / "a store #1?.db"
    Store.open(path).close()
    check = store_writable(path)
    assert check() == ""
    Store.open(path).close()  # its version is what it was

    monkeypatch.setattr(health, "BUSY_SECONDS_MAX", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert check() == f"{path}: database is locked"
    assert store_writable(tmp_path / "missing.db")() == f"{tmp_path / 'missing.db'}: unable to open database file"
    assert not (tmp_path / "missing.db").exists()
    path.write_bytes(b"no database at all" * 100)
    assert "file is not a database" in check()


def record(name="Wire", *, success=None, wait=0.0, errors=0, gone=False):
    return FeedRecord(name, last_success=success, interval_seconds=wait, errors_in_a_row=errors, gone=gone)


@pytest.mark.parametrize(
    ("records", "why_not"),
    [
        ([], ""),
        ([record(success=NOON - HOUR / 3)], ""),
        ([record(success=NOON - HOUR, wait=1500)], ""),
        ([record(success=NOON - 2 * HOUR, wait=1500)], "no feed has answered since 2026-11-20 10:00 UTC"),
        ([record(success=NOON - 2 * HOUR, wait=600), record("Slow", success=NOON)], ""),
        ([record(success=NOON - HOUR, wait=600), record("Slow", wait=9000)], "longer than 0:30:00 ago"),
        ([record(errors=3), record("Slow")], "no feed has answered yet; 1 of 2 failed"),
        ([record(gone=True)], ""),
    ],
)
def test_feeds_are_read_while_any_of_them_has_answered_lately(records, why_not):
    said = feeds_answer(records, NOON)
    assert said.endswith(why_not) if why_not.startswith("longer") else said.startswith(why_not)
    assert bool(said) == bool(why_not)


def test_feeds_of_the_configuration_count_and_those_that_were_taken_out_of_it_do_not(tmp_path):
    specs = [FeedSpec(name="Wire", url="wire.xml")]
    with Store.open(tmp_path / "dealwire.db") as store, store.transaction() as connection:
        feeds.save(connection, record("Former", success=NOON))
    check = feeds_read(lambda: specs, tmp_path / "dealwire.db", lambda: NOON)
    assert check() == "no feed has answered yet; 0 of 1 failed"
    specs.append(FeedSpec(name="Former", url="former.xml"))
    assert check() == ""


def test_a_broker_that_falls_silent_is_away_and_its_lags_are_no_longer_shown():
    clock = Clock()
    lag = LagMetrics(KafkaSettings(servers="kafka:9092"), ("folding",), clock)
    assert lag.why_unreachable() == "kafka kafka:9092 has not answered yet"

    lag._lags, lag._answered_at = {Place("folding", "dealwire.events.v1", 0): 7}, clock()
    assert lag.why_unreachable() == ""
    assert [s.value for family in lag.collect() for s in family.samples] == [7]
    clock.seconds = ANSWER_SECONDS_MAX + 1
    assert lag.why_unreachable() == "kafka kafka:9092 has not answered for 36 s"
    assert [s.value for family in lag.collect() for s in family.samples] == []


@pytest.mark.parametrize("address", ["9464", "localhost:", "localhost:http", ""])
def test_an_address_that_is_none_is_said_so(address):
    with pytest.raises(UsageError, match="metrics: host:port is wanted"):
        Listener(Monitor(), address)


def test_an_address_that_is_taken_is_said_so():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"metrics: cannot listen on {address}: "), shown(Monitor(), address):
            pass


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><title>Rain is expected</title>
<link>https://wire.example/rain</link><pubDate>Mon, 16 Feb 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(reached, process):
    """What `reached` answers, once it answers anything; the process has to live until then."""
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if answer := reached():
                return answer
        except OSError:  # it does not listen yet
            pass
        time.sleep(0.05)  # another process: there is nothing to wait on
    raise AssertionError(f"ended with {process.poll()}" if process.poll() is not None else "not in time")


@pytest.fixture
def place(tmp_path):
    """A configuration with one feed, one rule and no address."""
    (tmp_path / "wire.xml").write_text(FEED, encoding="utf-8")
    (tmp_path / "watchlist.yaml").write_text(
        'version: 1\nreceivers: {screen: {url: "terminal://"}}\n'
        "rules: [{id: rounds, title: Rounds, match: {category: funding}}]\n"
    )
    (tmp_path / "dealwire.yaml").write_text(
        'version: 1\nstore: dealwire.db\nrules: watchlist.yaml\nfeeds: [wire.xml]\nweb: {listen: ""}\n'
    )
    return tmp_path


@contextmanager
def running(place, *command, environment=None):
    """A process of dealwire's, which has to end well when it is told to."""
    variables = os.environ | (environment or {})
    with subprocess.Popen([sys.executable, "-m", "dealwire", *command], cwd=place, stderr=-3, env=variables) as process:
        try:
            yield process
        finally:
            process.terminate()
        assert process.wait(WAIT_SECONDS_MAX) == 0


def checks_when_ready(port, process):
    return json.loads(until(lambda: (found := ask(port, "/readyz"))[0] == 200 and found[1], process))["checks"].keys()


def test_run_serves_all_three_where_the_configuration_says(place):
    port = free_port()
    with (place / "dealwire.yaml").open("a") as config:
        config.write(f'metrics: {{listen: "127.0.0.1:{port}"}}\n')
    with running(place, "run", "--quiet") as process:
        assert checks_when_ready(port, process) == {"store", "rules", "feeds", "sending"}
        assert ask(port, "/healthz")[0] == 200
        assert 'dealwire_feed_visits_total{feed="wire.xml",outcome="changed"} 1.0' in ask(port, "/metrics")[1]
        assert ask(port, "/elsewhere")[0] == 404


def test_the_web_page_serves_all_three_beside_its_pages(place):
    port = free_port()
    Store.open(place / "dealwire.db").close()
    with running(place, "serve", "--listen", f"127.0.0.1:{port}") as process:
        assert checks_when_ready(port, process) == {"store"}
        assert ask(port, "/healthz")[0] == 200
        page = until(lambda: (found := ask(port, "/metrics")[1]).count('route="/healthz"') and found, process)
        assert 'dealwire_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in page


def test_push_shows_itself_at_an_address_of_its_own_and_counts_what_it_takes(place):
    port, metrics = free_port(), free_port()
    token = "a token that is long enough"
    command = ("push", "--listen", f"127.0.0.1:{port}", "--metrics", f"127.0.0.1:{metrics}")
    with running(place, *command, environment={"DEALWIRE_PUSH_TOKEN": token}) as process:
        assert checks_when_ready(metrics, process) == {"store"}
        pushed = urllib.request.Request(
            f"http://127.0.0.1:{port}/articles",
            data=b'{"id": "1", "title": "Kestrel Compute raises $500 million"}',
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(pushed, timeout=30) as answer:
            assert answer.status == 200
        assert 'dealwire_articles_total{outcome="told"} 1.0' in ask(metrics, "/metrics")[1]
        assert ask(port, "/metrics")[0] == 404
