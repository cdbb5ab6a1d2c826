"""Shell: the Kafka worker put together: the core on both sides of the events topic, counted as it answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dealwire.bootstrap.kafka import CoreHalves, kafka_settings
from dealwire.bootstrap.monitoring import shown_on_kafka
from dealwire.config import Settings
from dealwire.errors import DealwireError
from dealwire.model import Article, Reading
from dealwire.monitoring.pipeline import PipelineMetrics
from streams.pipeline import Outcome
from streams.worker import build_app, run_worker
from streams.worker.rulebook import RulesFile

STAGES = ("understanding", "folding")
UNASSIGNED = "partitions are being assigned, or the stories read from their changelog"


def work(settings: Settings) -> None:
    """Run a worker until a signal stops it."""
    kafka = kafka_settings(settings)
    with shown_on_kafka(kafka, STAGES, settings.metrics.listen) as monitor:
        rules = RulesInUse(monitor.pipeline)
        app = build_app(kafka, rules.take)
        app.task(monitor.heartbeat.keep)
        monitor.health.add("rules", rules.why_missing)
        monitor.health.add("partitions", lambda: "" if app.flow_control.is_active() else UNASSIGNED)
        monitor.health.complete()
        run_worker(app)


@dataclass(slots=True)
class RulesInUse:
    """Makes the halves of the core for each set of rules that is published, and remembers whether any could be used."""

    metrics: PipelineMetrics
    used: bool = False

    def take(self, files: Sequence[RulesFile]) -> "CountedHalves":
        try:
            halves = CoreHalves.of(files)
        except DealwireError:
            self.metrics.reject_rules()
            raise
        self.metrics.use_rules(len(halves.core.book.rules))
        self.used = True
        return CountedHalves(halves, self.metrics)

    def why_missing(self) -> str:
        return "" if self.used else "no rules were published yet; `dealwire rules publish` does it"


@dataclass(frozen=True, slots=True)
class CountedHalves:
    """The halves of the core, with what they answer counted."""

    halves: CoreHalves
    metrics: PipelineMetrics

    def understand(self, article: Article) -> Reading:
        reading = self.halves.understand(article)
        self.metrics.observe_reading(reading, datetime.now(UTC))
        return reading

    def fold(self, state: Mapping[str, bytes], reading: Reading) -> Outcome:
        return self._counted(self.halves.fold(state, reading))

    def correct(self, state: Mapping[str, bytes], correction: bytes) -> Outcome:
        return self._counted(self.halves.correct(state, correction))

    def indexes(self, state: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes | None]:
        return self.halves.indexes(state)

    def _counted(self, outcome: Outcome) -> Outcome:
        self.metrics.observe_outcome(outcome)
        return outcome
