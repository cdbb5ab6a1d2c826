"""What the Kafka processes show of themselves, as they run: ready or why not, lag by partition, what they counted."""

import json
import socket

import pytest
import yaml
from asking import ask
from kafka_processes import Fleet

from connectors.publish import Publisher
from dealwire.bootstrap.kafka import publish
from dealwire.model import Article
from dealwire.monitoring.lag import LagMetrics
from streams import topics

# kafka-python 3.0.12 leaves a socket to the garbage collector where a client closes while it still connects
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

RULES = """version: 1
receivers: {screen: {url: "terminal://"}}
rules: [{id: rounds, title: Large rounds, match: {category: funding, amount: ">= 100M USD"}}]
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>Kestrel Compute raises $500 million to build chips for language models</title>
<link>https://wire.example/kestrel</link><pubDate>Mon, 16 Feb 2026 09:00:00 GMT</pubDate></item>
<item><title>Rain is expected over the weekend</title><link>https://wire.example/rain</link></item></channel></rss>"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask_if_there(port, path):
    """The status and the body of an answer; 0 where nobody listens yet."""
    try:
        return ask(port, path)
    except OSError:
        return 0, ""


class Desk:
    """An ingest, a worker and a notifier that show themselves, each on a port of its own."""

    def __init__(self, settings, folder):
        self.fleet = Fleet(settings, folder)
        self._folder = folder
        (folder / "watchlist.yaml").write_text(RULES, encoding="utf-8")
        (folder / "wire.xml").write_text(FEED, encoding="utf-8")

    def start(self, *command):
        """The port at which this process shows itself."""
        name, port = command[0], free_port()
        kafka = self.fleet.settings.model_copy(update={"state_dir": self._folder / name})
        config = {
            "version": 1,
            "rules": "watchlist.yaml",
            "feeds": ["wire.xml"],
            "kafka": kafka.model_dump(mode="json"),
        }
        (self._folder / f"{name}.yaml").write_text(yaml.safe_dump(config))
        listen = f"127.0.0.1:{port}"
        self.fleet.start("-m", "dealwire", *command, "--config", str(self._folder / f"{name}.yaml"), "--listen", listen)
        return port

    def await_page(self, port, *series):
        """Wait until the page has each of these lines."""
        self.fleet.wait_for(
            lambda: all(f"\n{one}\n" in ask_if_there(port, "/metrics")[1] for one in series), f"{series}"
        )


@pytest.fixture
def desk(settings, tmp_path):
    topics.create(settings)
    desk = Desk(settings, tmp_path)
    yield desk
    desk.fleet.close()


@pytest.mark.timeout(180)
def test_every_process_says_whether_it_is_ready_and_what_it_did(desk, settings, tmp_path):
    worker = desk.start("worker")
    desk.fleet.wait_for(lambda: ask_if_there(worker, "/readyz")[0] == 503, "a worker that waits for rules")
    desk.fleet.wait_for(lambda: '"broker":{"ok":true}' in ask_if_there(worker, "/readyz")[1], "the broker's answer")
    checks = json.loads(ask_if_there(worker, "/readyz")[1])["checks"]
    assert checks["rules"] == {"ok": False, "why": "no rules were published yet; `dealwire rules publish` does it"}

    publish(settings, [tmp_path / "watchlist.yaml"])
    ingest, notifier = desk.start("ingest"), desk.start("notify", "run")

    for port, needs in (
        (worker, {"broker", "rules", "partitions"}),
        (ingest, {"broker", "store", "feeds"}),
        (notifier, {"broker", "store"}),
    ):
        desk.fleet.wait_for(lambda port=port: ask_if_there(port, "/readyz")[0] == 200, f"{needs} at {port}")
        assert json.loads(ask_if_there(port, "/readyz")[1])["checks"].keys() == needs
        assert ask_if_there(port, "/healthz")[0] == 200
    desk.await_page(
        ingest, 'dealwire_feed_visits_total{feed="wire.xml",outcome="changed"} 1.0',
        'dealwire_feed_articles_total{feed="wire.xml"} 2.0',
    )  # fmt: skip
    desk.await_page(
        worker, 'dealwire_articles_total{outcome="told"} 1.0', 'dealwire_events_total{category="funding"} 1.0',
        'dealwire_stories_total{decision="new"} 1.0', 'dealwire_alerts_total{kind="new",severity="info"} 1.0',
        "dealwire_rules 1.0",
    )  # fmt: skip
    desk.await_page(
        notifier, 'dealwire_delivery_attempts_total{outcome="sent",receiver="screen"} 1.0',
        'dealwire_outbox_deliveries{state="sent"} 1.0',
    )  # fmt: skip


def test_lag_is_shown_for_each_partition_of_a_stage_that_nobody_works_on(settings, now):
    topics.create(settings)
    batch = [Article.create(title=f"Story {n}", guid=str(n), fetched=now) for n in range(20)]
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(batch)
    with LagMetrics(settings, ("understanding", "notifying")) as lag:
        Fleet(settings, settings.state_dir).wait_for(lambda: not lag.why_unreachable(), "the broker's answer")
        samples = [sample for family in lag.collect() for sample in family.samples]
    behind = {(s.labels["stage"], s.labels["partition"]): s.value for s in samples}
    assert behind.keys() == {("notifying", "0"), *(("understanding", str(n)) for n in range(4))}
    assert sum(behind.values()) == 20
    assert behind["notifying", "0"] == 0
    assert {s.labels["topic"] for s in samples} == {settings.topic("articles"), settings.topic("alerts")}
