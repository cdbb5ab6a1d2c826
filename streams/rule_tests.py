"""Shell: tests that rules carry. Articles go the live way, through the same core, on an empty state of their own.

A test beside its rule asks what the rule makes of the last article; a test in a file of its own asks for all alerts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dealwire.identity import digest
from dealwire.model import Alert, Article
from rules.book import Rule
from rules.schema import FileTest, OwnTest, ToldArticle
from streams.core import Core, Step
from streams.replay import History, replay

FIRST_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When the first article of a test comes that does not say; the next ones follow by the hour."""

Route = Callable[[Alert], Sequence[str]]
"""Which receivers an alert goes to."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a test went: what it expected and what came, as lines to compare; and why, where they differ."""

    rule: str
    """Empty for a test in a file of its own."""
    name: str
    file: str
    expected: tuple[str, ...]
    got: tuple[str, ...]
    why: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.expected == self.got


def run_tests(core: Core, route: Route) -> Iterator[Result]:
    """Every test of the rules that run, in the order of the files."""
    for rule in core.book.rules:
        for test in rule.tests if rule.enabled else ():
            yield run_own(core, rule, test, route)
    for placed in core.book.tests:
        yield run_file(core, placed.file, placed.test, route)


def run_own(core: Core, rule: Rule, test: OwnTest, route: Route) -> Result:
    """A test beside its rule."""
    steps = _fold(core, test.told)
    spoken = [alert for alert in _spoken(steps[-1]) if alert.rule == rule.id] if steps else []
    kinds, receivers = test.kind is not None, test.receivers is not None
    got = tuple(_line(alert, route, kind=kinds, receivers=receivers) for alert in spoken) or ("no alert",)
    expected = "no alert"
    if test.alerts:
        expected = f"{rule.id}: {test.kind if kinds else 'alert'}"
        if test.receivers is not None:
            expected += f" to {', '.join(sorted(test.receivers)) or 'nobody'}"
    why = () if got == (expected,) or not steps else tuple(_why(core, rule, steps[-1]))
    return Result(rule.id, test.told[-1].title, rule.file, (expected,), got, why)


def run_file(core: Core, file: str, test: FileTest, route: Route) -> Result:
    """A test in a file of its own: each alert that any article causes."""
    spoken = [alert for step in _fold(core, test.articles) for alert in _spoken(step)]
    asked = {expected.rule: expected.receivers is not None for expected in test.alerts}
    got = sorted(_line(alert, route, kind=True, receivers=asked.get(alert.rule, False)) for alert in spoken)
    expected = sorted(
        f"{one.rule}: {one.kind}"
        + (f" to {', '.join(sorted(one.receivers)) or 'nobody'}" if one.receivers is not None else "")
        for one in test.alerts
    )
    return Result("", test.name, file, tuple(expected), tuple(got))


def articles_of(told: Iterable[ToldArticle]) -> Iterator[Article]:
    """The articles as a feed would have brought them; without an id, each is an article of its own."""
    at = FIRST_AT
    for number, one in enumerate(told):
        at = one.published or at + timedelta(hours=1)
        yield Article.create(
            id=one.id or digest("test", number, one.title), title=one.title, body=one.body, source=one.source,
            url=one.url, published=at, updated=at, fetched=at,
        )  # fmt: skip


def _fold(core: Core, told: Iterable[ToldArticle]) -> list[Step]:
    history = History()
    steps = list(replay(articles_of(told), core, history))
    if history.failed:
        raise RuntimeError(f"a test's article failed: {'; '.join(history.failed)}")
    return steps


def _spoken(step: Step) -> list[Alert]:
    """What was said, also by experimental rules, whose tests are what they are experimented with."""
    return [*step.outcome.alerts, *(held.alert for held in step.outcome.held if held.reason == "experimental")]


def _line(alert: Alert, route: Route, *, kind: bool, receivers: bool) -> str:
    said = f"{alert.rule}: {alert.kind if kind else 'alert'}"
    return f"{said} to {', '.join(sorted(route(alert))) or 'nobody'}" if receivers else said


def _why(core: Core, rule: Rule, step: Step) -> Iterator[str]:
    """What was understood, and how each clause met it."""
    if not step.outcome.steps:
        events = len(step.reading.events)
        yield f"understood {events or 'no'} event{'s' * (events != 1)}; {step.reading.passed_over}".rstrip("; ")
    for told in step.outcome.steps:
        story = told.story
        yield f"understood {story.category}/{story.type}, {story.status}, of {story.subject or 'nobody named'}"
        yield from core.book.explain(rule.id, story, frozenset(told.record["heard"])).lines(1)
