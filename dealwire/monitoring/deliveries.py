"""Shell: tries at deliveries as metrics. A receiver's name is a label: there are as many as the rules files name."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from notifier.send.verdict import Verdict

BUCKETS_SECONDS = (0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1_800.0, 3 * 3_600.0)


class DeliveryMetrics:
    """Counts what came of each try to send; `observe` each verdict once it is recorded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "dealwire_delivery_attempts",
            "Tries to send a message: sent, retry (failed, will be tried again), dead (given up).",
            ["receiver", "outcome"],
            registry=registry,
        )
        self._delay = Histogram(
            "dealwire_delivery_delay_seconds",
            "From the moment a message was due to its being sent.",
            buckets=BUCKETS_SECONDS,
            registry=registry,
        )

    def observe(self, verdict: Verdict, now: datetime) -> None:
        self._attempts.labels(verdict.delivery.receiver, verdict.kind).inc()
        if verdict.kind == "sent":
            self._delay.observe(max(0.0, (now - verdict.delivery.due_at).total_seconds()))
