"""Shell: what rules would have sent over history: how much, about whom, why, and what they only just missed.

The archive goes through the same core as live. Near misses are asked of each story as it stood at the end, by the
explanation that `dealwire explain` shows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dealwire.model import Alert, Article, Story
from rules.book import Rule
from rules.explanation import Explanation
from streams.core import Core
from streams.replay import History, replay

SAMPLES_MAX = 5
LOUDEST_MAX = 5
NEAR_MISSES_MAX = 5
FAR_OFF = frozenset({"category"})
"""A story of another category is no near miss, whatever else it meets."""
ASKED_RULES_MAX = 200
"""Near misses are asked for the first rules only: each rule is held against each story."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A story that a rule would have alerted on but for one clause."""

    rule: str
    clause: str
    met_by: str
    story: str
    title: str


@dataclass(slots=True)
class RuleReport:
    """What one rule would have sent."""

    rule: Rule
    alerts: list[Alert] = field(default_factory=list)
    held: int = 0
    near_misses: list[NearMiss] = field(default_factory=list)

    @property
    def loudest(self) -> list[tuple[str, int]]:
        """The subjects that it would have spoken of most, with how often."""
        subjects = Counter(alert.story_view.subject or "nobody named" for alert in self.alerts if alert.story_view)
        return sorted(subjects.items(), key=lambda item: (-item[1], item[0]))[:LOUDEST_MAX]

    def weekly(self, first: date, last: date) -> list[int]:
        """Alerts in each week from the first day to the last."""
        weeks = [0] * ((last - first).days // 7 + 1)
        for alert in self.alerts:
            weeks[min(max((alert.at.date() - first).days // 7, 0), len(weeks) - 1)] += 1
        return weeks

    @property
    def samples(self) -> list[Alert]:
        """Alerts spread evenly over those there are."""
        step = max(1, len(self.alerts) // SAMPLES_MAX)
        return self.alerts[::step][:SAMPLES_MAX]


@dataclass(slots=True)
class Backtest:
    """A run over history. It can be read at any moment, also when it was interrupted."""

    core: Core
    history: History = field(default_factory=History)
    first: date | None = None
    last: date | None = None
    _held: Counter[str] = field(default_factory=Counter)
    _stories: dict[str, tuple[Story, frozenset[str]]] = field(default_factory=dict)

    def run(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Take the articles one by one; each is given back when it has been taken."""
        for step in replay(articles, self.core, self.history):
            article = step.reading.article
            day = article.at.date()
            self.first, self.last = min(self.first or day, day), max(self.last or day, day)
            self._held.update(held.alert.rule for held in step.outcome.held)
            for told in step.outcome.steps:
                self._stories[told.id] = (told.story, frozenset(told.record["heard"]))
            yield article

    @property
    def days(self) -> int:
        return (self.last - self.first + timedelta(days=1)).days if self.first and self.last else 0

    def reports(self) -> list[RuleReport]:
        """One report a rule, in the order of the files."""
        reports = {rule.id: RuleReport(rule, held=self._held[rule.id]) for rule in self.core.book.rules if rule.enabled}
        for alert in self.history.ordered():
            reports[alert.rule].alerts.append(alert)
        asked = list(reports.values())[:ASKED_RULES_MAX]
        for report in asked:
            report.near_misses = self._near_misses(report)
        return list(reports.values())

    def _near_misses(self, report: RuleReport) -> list[NearMiss]:
        found: list[NearMiss] = []
        rule = report.rule
        alerted = {alert.story for alert in report.alerts}
        for story, heard in self._stories.values():
            if story.id in alerted or story.retracted or rule.correlation is not None:
                continue
            explained = self.core.book.explain(rule.id, story, heard)
            failed = list(explained.failed())
            if len(failed) == 1 and len(explained.parts) > 1 and failed[0].field not in FAR_OFF:
                found.append(NearMiss(rule.id, failed[0].clause, _met(failed[0]), story.id, headline(story)))
                if len(found) >= NEAR_MISSES_MAX:
                    break
        return found


def _met(failed: Explanation) -> str:
    """What the story had there; a `not` has it in the clause within."""
    return failed.met_by or ", ".join(part.met_by for part in failed.parts)


def headline(story: Story, article: str = "") -> str:
    """The title of this article of the story, of its first one where it has not this; its subject where it has none."""
    titles = {telling.article: telling.title for telling in reversed(story.tellings)}
    first = next(reversed(titles.values()), "")
    return titles.get(article) or first or story.subject or story.id


@dataclass(frozen=True, slots=True)
class Difference:
    """What new rules would have sent that old ones would not, and the other way round."""

    gained: tuple[Alert, ...]
    lost: tuple[Alert, ...]


def compare(new: Backtest, old: Backtest) -> Difference:
    """Alerts of two runs over the same history, told apart by rule, story and kind."""
    return Difference(_without(new.history.ordered(), old.history.ordered()),
                      _without(old.history.ordered(), new.history.ordered()))  # fmt: skip


def _without(alerts: Sequence[Alert], others: Sequence[Alert]) -> tuple[Alert, ...]:
    known = {(alert.rule, alert.story, alert.kind) for alert in others}
    return tuple(alert for alert in alerts if (alert.rule, alert.story, alert.kind) not in known)
