"""Shell: what became of articles as metrics: readings, events, stories, alerts, and the rules behind them."""

from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dealwire.model import Alert, Reading
from streams.pipeline import Outcome

DELAY_BUCKETS_SECONDS = (60.0, 300.0, 900.0, 3_600.0, 3 * 3_600.0, 24 * 3_600.0, 7 * 24 * 3_600.0)
TAKE_BUCKETS_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Taken(Protocol):
    """An article on its whole way, as `streams.core.Step` has it."""

    @property
    def reading(self) -> Reading: ...

    @property
    def outcome(self) -> Outcome: ...


class PipelineMetrics:
    """Counts what the core answers, on either side of the events topic or on both at once."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._articles = Counter(
            "dealwire_articles",
            "Articles understood: told (an event), quiet (none), passed_over (not read, such as another language).",
            ["outcome"],
            registry=registry,
        )
        self._events = Counter("dealwire_events", "Events read from articles.", ["category"], registry=registry)
        self._delay = Histogram(
            "dealwire_article_delay_seconds",
            "From an article's publication to its being understood.",
            buckets=DELAY_BUCKETS_SECONDS,
            registry=registry,
        )
        self._stories = Counter(
            "dealwire_stories", "Steps of stories by what a reading did to them.", ["decision"], registry=registry
        )
        self._alerts = Counter(
            "dealwire_alerts", "Alerts that rules fired, redelivered ones included.", ["kind", "severity"],
            registry=registry,
        )  # fmt: skip
        self._held = Counter(
            "dealwire_alerts_held", "Alerts that were held back, by reason.", ["reason"], registry=registry
        )
        self._take = Histogram(
            "dealwire_take_duration_seconds",
            "From a visit's articles to their commit: understanding, folding, matching, storing.",
            buckets=TAKE_BUCKETS_SECONDS,
            registry=registry,
        )
        self._rules = Gauge("dealwire_rules", "Rules in use.", registry=registry)
        self._reloaded = Gauge(
            "dealwire_rules_last_reload_successful", "0 where the rules as they stand now were rejected.",
            registry=registry,
        )  # fmt: skip

    def observe_reading(self, reading: Reading, now: datetime) -> None:
        outcome = "passed_over" if reading.passed_over else "told" if reading.events else "quiet"
        self._articles.labels(outcome).inc()
        self._delay.observe(max(0.0, (now - reading.article.at).total_seconds()))
        for event in reading.events:
            self._events.labels(event.category).inc()

    def observe_outcome(self, outcome: Outcome) -> None:
        for step in outcome.steps:
            self._stories.labels(step.decision).inc()
        for alert in outcome.alerts:
            self.observe_alert(alert)
        for held in outcome.held:
            self._held.labels(held.reason.partition(":")[0]).inc()

    def observe_alert(self, alert: Alert) -> None:
        self._alerts.labels(alert.kind, alert.severity).inc()

    def observe_take(self, steps: tuple[Taken, ...], seconds: float, now: datetime) -> None:
        """All that one visit's articles came to."""
        self._take.observe(seconds)
        for step in steps:
            self.observe_reading(step.reading, now)
            self.observe_outcome(step.outcome)

    def use_rules(self, count: int) -> None:
        """These rules run from now on."""
        self._rules.set(count)
        self._reloaded.set(1)

    def reject_rules(self) -> None:
        """Changed rules could not be used; those that run stay."""
        self._reloaded.set(0)
