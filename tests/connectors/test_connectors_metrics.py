"""Metrics: what visits did, under names that Prometheus' own lint accepts."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from connectors.health import FeedRecord, after_failure, after_success
from connectors.metrics import VisitMetrics, add_metrics
from connectors.poll import Visit
from connectors.source import Batch
from dealwire.model import Article

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE_UNITS = ("_seconds", "_bytes", "_ratio", "_info")
FOREIGN_UNITS = re.compile(r"(milliseconds|minutes|hours|days|kilobytes|megabytes|percent)")


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

    def value(name, **labels):
        return registry.get_sample_value(name, labels)

    outcomes = [value("dealwire_feed_visits_total", feed="wire", outcome=o) for o in ("changed", "unchanged", "failed")]
    assert outcomes == [1, 1, 1]
    assert value("dealwire_feed_articles_total", feed="wire") == 1
    assert value("dealwire_feed_errors_in_a_row", feed="wire") == 1
    assert value("dealwire_feed_last_success_timestamp_seconds", feed="wire") == NOON.timestamp()
    assert value("dealwire_feed_silent", feed="wire") == 0
    assert registry.get_sample_value("dealwire_feed_visit_duration_seconds_sum") == 0.2 + 0.1 + 3.0


def test_a_feed_that_went_silent_says_so():
    registry = CollectorRegistry()
    record = replace(FeedRecord("wire"), last_change=datetime(2026, 1, 1, tzinfo=UTC), gaps_seconds=(3600.0,) * 9)
    VisitMetrics(registry).observe(Visit(Batch(), record), NOON)
    assert registry.get_sample_value("dealwire_feed_silent", {"feed": "wire"}) == 1


def test_names_keep_the_conventions_and_the_page_can_be_read():
    """The rules of `promtool check metrics`: help, base units, `_total` for counters and for nothing else."""

    async def scene():
        app = web.Application()
        add_metrics(app, observed())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/metrics"
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return await answer.text()
        finally:
            await runner.cleanup()

    families = list(text_string_to_metric_families(asyncio.run(scene())))
    assert len(families) >= 7
    for family in families:
        if family.name.endswith("_created"):
            continue  # the client's own
        assert re.fullmatch(r"dealwire_[a-z][a-z_]*[a-z]", family.name)
        assert family.documentation.endswith(".")
        assert not FOREIGN_UNITS.search(family.name)
        assert (family.type == "counter") == any(s.name.endswith("_total") for s in family.samples)
        if family.type == "histogram" or "timestamp" in family.name:
            assert family.name.endswith(BASE_UNITS)
