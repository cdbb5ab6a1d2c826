"""Metrics: what a process counts, under names that Prometheus' own lint accepts, in series whose number is bounded."""

import ast
import asyncio
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from metrics_lint import lint, series
from prometheus_client import CollectorRegistry, generate_latest

from connectors.health import FeedRecord, after_failure, after_success
from connectors.poll import Visit
from connectors.source import Batch
from dealwire.bootstrap.embedded import Service
from dealwire.bootstrap.rules import Rules
from dealwire.config import load_settings
from dealwire.log import configure, logger
from dealwire.model import Alert, Article
from dealwire.monitoring.errors import EVENT, OTHER
from dealwire.monitoring.monitor import Monitor
from dealwire.monitoring.visits import VisitMetrics
from dealwire.monitoring.web import add_monitoring
from dealwire.store import dead_letters
from dealwire.store.database import Store

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULES = """version: 1
receivers: {screen: {url: "terminal://"}}
rules:
  - {id: rounds, title: Large rounds, severity: high, match: {category: funding, amount: ">= 100M USD"}}
  - {id: tried, title: All rounds, status: experimental, match: {category: funding}}
"""
CONFIG = """version: 1
store: dealwire.db
rules: watchlist.yaml
feeds: [{name: Wire, url: wire.xml}, {name: Nowhere, url: gone.xml}]
"""
ITEMS = (
    "Kestrel Compute raises $500 million to build chips for language models",
    "Kestrel Compute closes $500 million round for chips",
    "Orrery Systems acquires Tessellate Networks for $2 billion",
    "Rain is expected over the weekend",
    "Der Chiphersteller hat eine neue Fabrik bei Dresden und sagt das auch so",
)


def feed(titles):
    items = "".join(
        f"<item><title>{title}</title><link>https://wire.example/{n}?token=a{n}</link>"
        "<pubDate>Mon, 16 Feb 2026 09:00:00 GMT</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'


def served(folder, titles):
    """The page of a process that has read these titles, and its monitor."""
    folder.mkdir(exist_ok=True)
    (folder / "wire.xml").write_text(feed(titles), encoding="utf-8")
    (folder / "watchlist.yaml").write_text(RULES, encoding="utf-8")
    (folder / "dealwire.yaml").write_text(CONFIG, encoding="utf-8")
    settings = load_settings(folder / "dealwire.yaml")
    monitor = Monitor()
    service = Service(settings, Rules.read([folder / "watchlist.yaml"]), lambda *_: None, monitor=monitor)
    asyncio.run(service.run(asyncio.Event(), once=True))
    monitor.watch_store(settings.place(settings.store))
    return generate_latest(monitor.registry).decode(), monitor


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return served(tmp_path_factory.mktemp("metrics"), ITEMS)[0]


def value(page, name, **labels):
    """The value of the one series of this name and these labels."""
    wanted = tuple(sorted(labels.items()))
    (line,) = [line for line in page.splitlines() if line.startswith(name) and _labels(line, name) == wanted]
    return float(line.rpartition(" ")[2])


def _labels(line, name):
    rest = line.removeprefix(name).rpartition(" ")[0]
    return tuple(sorted(re.findall(r'(\w+)="([^"]*)"', rest))) if not rest or rest[0] == "{" else None


def test_fetches_articles_events_stories_alerts_deliveries_lag_and_errors_are_counted(page):
    assert value(page, "dealwire_feed_visits_total", feed="Wire", outcome="changed") == 1
    assert value(page, "dealwire_feed_visits_total", feed="Nowhere", outcome="failed") == 1
    assert value(page, "dealwire_feed_articles_total", feed="Wire") == 5
    assert value(page, "dealwire_articles_total", outcome="told") == 3
    assert value(page, "dealwire_articles_total", outcome="quiet") == 1
    assert value(page, "dealwire_articles_total", outcome="passed_over") == 1
    assert value(page, "dealwire_events_total", category="funding") == 2
    assert value(page, "dealwire_events_total", category="mna") == 1
    assert value(page, "dealwire_stories_total", decision="new") == 2
    assert value(page, "dealwire_alerts_total", kind="new", severity="high") == 1
    assert value(page, "dealwire_alerts_held_total", reason="experimental") >= 1
    assert value(page, "dealwire_delivery_attempts_total", receiver="screen", outcome="sent") >= 1
    assert value(page, "dealwire_outbox_lag_seconds") == 0
    assert value(page, "dealwire_outbox_deliveries", state="sent") >= 1
    assert value(page, "dealwire_errors_total", part="connectors", event="feed_unavailable", level="warning") == 1
    assert value(page, "dealwire_article_delay_seconds_count") == 5
    assert value(page, "dealwire_take_duration_seconds_count") == 1
    assert value(page, "dealwire_rules") == 2
    assert value(page, "dealwire_store_size_bytes") > 0
    assert value(page, "dealwire_ready", check="store") == 1


def test_the_page_has_nothing_that_the_lint_of_prometheus_minds(page):
    assert lint(page) == []


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("# TYPE dealwire_x gauge\ndealwire_x 1", "no help text"),
        ("# HELP dealwire_x An x.\n# TYPE dealwire_x counter\ndealwire_x 1", "end in _total"),
        ("# HELP dealwire_x_total An x.\n# TYPE dealwire_x_total gauge\ndealwire_x_total 1", "end in _total"),
        ("# HELP dealwire_x_count An x.\n# TYPE dealwire_x_count gauge\ndealwire_x_count 1", "only a histogram"),
        ('# HELP dealwire_x An x.\n# TYPE dealwire_x gauge\ndealwire_x{le="1"} 1', '"le"'),
        ("# HELP dealwire_x An x.\ndealwire_x 1", "no type"),
        ("# HELP dealwire_x_gauge An x.\n# TYPE dealwire_x_gauge gauge\ndealwire_x_gauge 1", "says the type"),
        ("# HELP dealwireX An x.\n# TYPE dealwireX gauge\ndealwireX 1", "snake_case"),
        ('# HELP dealwire_x An x.\n# TYPE dealwire_x gauge\ndealwire_x{feedName="a"} 1', "feedName"),
        ("# HELP dealwire_x_milliseconds An x.\n# TYPE dealwire_x_milliseconds gauge\ndealwire_x_milliseconds 1",
         "use seconds"),
        ("# HELP dealwire_x_minutes An x.\n# TYPE dealwire_x_minutes gauge\ndealwire_x_minutes 1", "use seconds"),
        ("# HELP dealwire_x_ms An x.\n# TYPE dealwire_x_ms gauge\ndealwire_x_ms 1", "abbreviates"),
        ("# HELP dealwire_seconds_x An x.\n# TYPE dealwire_seconds_x gauge\ndealwire_seconds_x 1", "stands last"),
        ("# HELP dealwire_x An x.\n# TYPE dealwire_x gauge\n# TYPE dealwire_x gauge\ndealwire_x 1", "declared twice"),
    ],
)  # fmt: skip
def test_the_lint_finds_each_kind_of_mistake(metric, said):
    assert any(said in problem for problem in lint(metric + "\n"))


def test_more_news_makes_no_more_series(page, tmp_path):
    """No label holds anything of an article, story, alert or rule: their number grows without end."""
    titles = [
        f"{name} raises ${n}00 million to build chips" for n, name in enumerate(("Aldine", "Borough", "Calder"), 1)
    ]
    longer, _ = served(tmp_path / "more", (*ITEMS, *titles))
    grown = {name for name, _ in series(longer) - series(page)}
    assert grown <= {"dealwire_alerts_total", "dealwire_stories_total"}
    text = "\n".join(line for line in longer.splitlines() if line.startswith("dealwire"))
    for never in ("Kestrel", "Borough", "wire.example", "rounds", "token", "://"):
        assert never not in text


def test_labels_take_few_names_and_none_that_could_hold_an_address(page):
    names = {label for _, labels in series(page) for label, _ in labels}
    assert names <= {
        "feed", "receiver", "outcome", "category", "kind", "severity", "decision", "reason", "state", "check",
        "part", "event", "level", "version", "le",
        "generation", "implementation", "major", "minor", "patchlevel",
    }  # fmt: skip


def test_every_event_that_is_logged_is_a_name_in_the_code():
    """They are label values: a text put together at run time would make series without end."""
    calls = [
        (path, node)
        for package in ("dealwire", "connectors", "streams", "notifier", "rules")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"warning", "error"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
    ]
    assert len(calls) > 20
    for path, call in calls:
        event = call.args[0]
        known = isinstance(event, ast.Name) or (isinstance(event, ast.Constant) and EVENT.fullmatch(event.value))
        assert known, f"{path}:{call.lineno}"


def test_what_goes_wrong_is_counted_even_where_it_is_not_shown(capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level
    monitor = Monitor()
    try:
        configure("text", "error")
        with monitor.counting():
            logger("poll").warning("feed_unreachable", feed="x")
            logger("poll").info("feed_visited", feed="x")
            logging.getLogger("dealwire.poll").error("something put together: %s", 7)
        logger("poll").warning("feed_unreachable", feed="x")
    finally:
        root.handlers, root.level = before
    shown = capsys.readouterr().err
    assert "feed_unreachable" not in shown
    assert "something put together: 7" in shown
    page = generate_latest(monitor.registry).decode()
    assert value(page, "dealwire_errors_total", part="poll", event="feed_unreachable", level="warning") == 1
    assert value(page, "dealwire_errors_total", part="poll", event=OTHER, level="error") == 1


def observed():
    registry = CollectorRegistry()
    metrics = VisitMetrics(registry)
    article = Article.create(id="a", title="One", fetched=NOON)
    batch = Batch((article,))
    record = after_success(FeedRecord("wire"), batch, NOON)
    metrics.observe(Visit(batch, record, 0.2), NOON)
    metrics.observe(Visit(Batch(), after_success(record, Batch(), NOON), 0.1), NOON)
    metrics.observe(Visit(Batch(), after_failure(record, "away", NOON), 3.0), NOON)
    return registry


def test_visits_are_counted_by_outcome():
    registry = observed()

    def sample(name, **labels):
        return registry.get_sample_value(name, labels)

    outcomes = [
        sample("dealwire_feed_visits_total", feed="wire", outcome=o) for o in ("changed", "unchanged", "failed")
    ]
    assert outcomes == [1, 1, 1]
    assert sample("dealwire_feed_articles_total", feed="wire") == 1
    assert sample("dealwire_feed_errors_in_a_row", feed="wire") == 1
    assert sample("dealwire_feed_last_success_timestamp_seconds", feed="wire") == NOON.timestamp()
    assert sample("dealwire_feed_silent", feed="wire") == 0
    assert registry.get_sample_value("dealwire_feed_visit_duration_seconds_sum") == 0.2 + 0.1 + 3.0


def test_a_feed_that_went_silent_says_so():
    registry = CollectorRegistry()
    record = replace(FeedRecord("wire"), last_change=datetime(2026, 1, 1, tzinfo=UTC), gaps_seconds=(3600.0,) * 9)
    VisitMetrics(registry).observe(Visit(Batch(), record), NOON)
    assert registry.get_sample_value("dealwire_feed_silent", {"feed": "wire"}) == 1


def test_the_store_is_looked_up_when_it_is_asked_for(tmp_path):
    now = [NOON]
    monitor = Monitor(lambda: now[0])
    monitor.watch_store(tmp_path / "dealwire.db")
    empty = generate_latest(monitor.registry).decode()
    assert "\ndealwire_dead_letters " not in empty
    with Store.open(tmp_path / "dealwire.db") as store, store.transaction() as connection:
        dead_letters.bury(connection, b"{}", place="article a", error=ValueError("bad"), now=NOON)
        due = NOON.timestamp()
        connection.execute(
            "INSERT INTO deliveries (id, receiver, form, state, group_key, created_at, due_at, deadline_at)"
            " VALUES ('d', 'desk', 'single', 'pending', '', ?, ?, ?)", (due, due, due + 900),
        )  # fmt: skip
    now[0] = NOON + timedelta(minutes=5)
    page = generate_latest(monitor.registry).decode()
    assert value(page, "dealwire_dead_letters") == 1
    assert value(page, "dealwire_outbox_deliveries", state="pending") == 1
    assert value(page, "dealwire_outbox_lag_seconds") == 300


def test_a_store_that_cannot_be_read_leaves_the_other_metrics_standing(tmp_path):
    (tmp_path / "dealwire.db").write_text("no database at all, whatever its name says")
    monitor = Monitor()
    monitor.watch_store(tmp_path / "dealwire.db")
    with monitor.counting():
        generate_latest(monitor.registry)
    page = generate_latest(monitor.registry).decode()
    assert "\ndealwire_dead_letters " not in page
    assert value(page, "dealwire_ready", check="store") == 0
    assert value(page, "dealwire_errors_total", part="monitoring", event="store_not_measured", level="warning") == 1


def test_requests_count_by_their_route_and_never_by_the_address_asked_for():
    monitor = Monitor()

    async def story(request):
        if request.match_info["id"] == "gone":
            raise web.HTTPNotFound
        if request.match_info["id"] == "broken":
            raise ValueError("broken")
        return web.Response(text="told")

    async def events(request):
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"data: 1")
        return stream

    async def scene():
        app = web.Application()
        add_monitoring(app, monitor)
        app.router.add_get("/stories/{id}", story)
        app.router.add_get("/events", events)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with aiohttp.ClientSession() as session:
                for path in ("/stories/1", "/stories/2", "/stories/gone", "/stories/broken", "/events", "/x/1", "/x/2"):
                    async with session.get(f"{address}{path}?token=abc") as answer:
                        await answer.read()
                async with session.request("PROPFIND", f"{address}/pot") as answer:
                    assert answer.status == 404
        finally:
            await runner.cleanup()

    asyncio.run(scene())
    page = generate_latest(monitor.registry).decode()
    requests, story_route = "dealwire_http_requests_total", "/stories/{id}"
    assert value(page, requests, route=story_route, method="GET", status="200") == 2
    assert value(page, requests, route=story_route, method="GET", status="404") == 1
    assert value(page, requests, route=story_route, method="GET", status="500") == 1
    assert value(page, requests, route="none", method="GET", status="404") == 2
    assert value(page, requests, route="none", method="none", status="404") == 1
    assert value(page, requests, route="/events", method="GET", status="200") == 1
    assert value(page, "dealwire_http_request_duration_seconds_count", route=story_route) == 4
    assert 'dealwire_http_request_duration_seconds_count{route="/events"}' not in page
    assert value(page, "dealwire_http_requests_in_progress") == 0
    assert lint(page) == []


def test_an_alert_counts_by_kind_and_severity_alone():
    monitor = Monitor()
    for n in range(3):
        monitor.pipeline.observe_alert(
            Alert(id=f"a{n}", rule=f"r{n}", story=f"s{n}", version=1, kind="new", at=NOON, articles=("x",))
        )
    page = generate_latest(monitor.registry).decode()
    assert value(page, "dealwire_alerts_total", kind="new", severity="info") == 3
