"""Shell: visits to feeds as metrics. A feed's name is a label: there are as many as the configuration has."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from connectors.poll import Visit

BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)


class VisitMetrics:
    """Counts visits, what they bring and what they take; `observe` each visit after it was delivered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        feed = ["feed"]
        self._visits = Counter(
            "dealwire_feed_visits", "Visits to a feed by outcome.", [*feed, "outcome"], registry=registry
        )
        self._articles = Counter(
            "dealwire_feed_articles", "New or edited articles that a feed brought.", feed, registry=registry
        )
        self._seconds = Histogram(
            "dealwire_feed_visit_duration_seconds",
            "How long feeds took to answer.",
            buckets=BUCKETS_SECONDS,
            registry=registry,
        )
        self._errors = Gauge(
            "dealwire_feed_errors_in_a_row", "Failed visits since the last success.", feed, registry=registry
        )
        self._success = Gauge(
            "dealwire_feed_last_success_timestamp_seconds", "When a feed last answered.", feed, registry=registry
        )
        self._change = Gauge(
            "dealwire_feed_last_change_timestamp_seconds", "When a feed last brought news.", feed, registry=registry
        )
        self._silent = Gauge(
            "dealwire_feed_silent", "1 where a feed is silent for longer than usual.", feed, registry=registry
        )

    def observe(self, visit: Visit, now: datetime) -> None:
        record = visit.record
        outcome = "failed" if visit.failed else "changed" if visit.batch.articles else "unchanged"
        self._visits.labels(record.name, outcome).inc()
        self._articles.labels(record.name).inc(len(visit.batch.articles))
        self._seconds.observe(visit.seconds)
        self._errors.labels(record.name).set(record.errors_in_a_row)
        if record.last_success:
            self._success.labels(record.name).set(record.last_success.timestamp())
        if record.last_change:
            self._change.labels(record.name).set(record.last_change.timestamp())
        self._silent.labels(record.name).set(record.is_silent(now))
