"""Shell: history through the same core, in memory and in virtual time: what rules would have sent. No side effects."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime

from dealwire.model import Alert, Article
from streams.core import Core, Step
from streams.stories.correction import Correction


@dataclass(slots=True)
class History:
    """What a replay found so far. `failed` names the articles that the core could not take, with the cause."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    articles: int = 0

    def ordered(self) -> list[Alert]:
        """The alerts in an order that is the same from run to run: by event time, rule, id."""
        return sorted(self.alerts.values(), key=lambda a: (a.at, a.rule, a.id))


def replay(
    articles: Iterable[Article], core: Core, history: History, corrections: Iterable[Correction] = ()
) -> Iterator[Step]:
    """Fold the articles, in the order given, into `history`, one step at a time.

    What people have corrected is known from the start, and so holds from the first article that it is about.
    """
    state: dict[str, bytes] = {}
    for correction in corrections:
        _apply(state, core.correct(state, correction).writes)
    for article in articles:
        history.articles += 1
        try:
            step = core.step(state, article)
        except Exception as error:  # noqa: BLE001 - a failing record is reported by its owner and harms no other
            history.failed.append(f"article {article.id}: {type(error).__name__}: {error}")
            continue
        _apply(state, step.outcome.writes)
        history.alerts.update((alert.id, alert) for alert in step.outcome.alerts)
        yield step


def _apply(state: MutableMapping[str, bytes], writes: Mapping[str, bytes | None]) -> None:
    for key, value in writes.items():
        if value is None:
            state.pop(key, None)
        else:
            state[key] = value


def within(articles: Iterable[Article], since: datetime | None, until: datetime | None) -> Iterator[Article]:
    """The articles whose event time lies in [since, until)."""
    return (a for a in articles if (since is None or a.at >= since) and (until is None or a.at < until))
