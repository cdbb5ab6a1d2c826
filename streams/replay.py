"""Shell: history through the same core, in memory and in virtual time: what rules would have sent. No side effects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dealwire.model import Alert, Article
from streams.core import Core, Step


@dataclass(slots=True)
class History:
    """What a replay found so far. `failed` names the articles that the core could not take, with the cause."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    articles: int = 0

    def ordered(self) -> list[Alert]:
        """The alerts in an order that is the same from run to run: by event time, rule, id."""
        return sorted(self.alerts.values(), key=lambda a: (a.at, a.rule, a.id))


def replay(articles: Iterable[Article], core: Core, history: History) -> Iterator[Step]:
    """Fold the articles, in the order given, into `history`, one step at a time."""
    state: dict[str, bytes] = {}
    for article in articles:
        history.articles += 1
        try:
            step = core.step(state, article)
        except Exception as error:  # noqa: BLE001 - a failing record is reported by its owner and harms no other
            history.failed.append(f"article {article.id}: {type(error).__name__}: {error}")
            continue
        for key, value in step.outcome.writes.items():
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
        history.alerts.update((alert.id, alert) for alert in step.outcome.alerts)
        yield step


def within(articles: Iterable[Article], since: datetime | None, until: datetime | None) -> Iterator[Article]:
    """The articles whose event time lies in [since, until)."""
    return (a for a in articles if (since is None or a.at >= since) and (until is None or a.at < until))
