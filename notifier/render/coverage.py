"""Core: the coverage report: what was read and alerted in a stretch of time, what was nearly, what was passed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from notifier.decide.durations import format_duration
from notifier.render.meta import Meta, counted

NEAR_MISSES_SHOWN_MAX = 10
FEEDS_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A story that a rule would have told, but for one clause."""

    headline: str
    rule: str
    clause: str
    met_by: str
    """What the story has there."""
    nearness: float = 0.0
    """From 0 to 1."""
    worth: float = 0.0
    """In US dollars; of two as near, the bigger comes first."""
    story: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The work of [since, until) in figures. What a shell cannot know is None, and not reported."""

    since: datetime
    until: datetime
    articles: int = 0
    articles_with_events: int = 0
    alerts_by_rule: Mapping[str, int] = field(default_factory=dict)
    deliveries_by_state: Mapping[str, int] = field(default_factory=dict)
    near_misses: Sequence[NearMiss] = ()
    silent_feeds: Sequence[str] | None = None
    passed_over_by_language: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it, the nearest of the near misses only."""
        shown = asdict(self) | {"near_misses": [asdict(miss) for miss in nearest(self.near_misses)]}
        return shown | {"since": self.since.isoformat(), "until": self.until.isoformat()}


def coverage_report(coverage: Coverage) -> Meta:
    """The report as operators get it, once for each end of its time."""
    number = sum(coverage.alerts_by_rule.values())
    title = f"{coverage.until:%d %b %Y}: {coverage.articles:,} articles read, {number:,} alert{'s' * (number != 1)}"
    return Meta(report_key(coverage.until), title, tuple(_lines(coverage)))


def report_key(until: datetime) -> str:
    """The occasion's key: a report that was sent is not sent again."""
    return f"coverage {until.isoformat()}"


def nearest(misses: Sequence[NearMiss]) -> list[NearMiss]:
    """The nearest misses, each story once."""
    ordered = sorted(misses, key=lambda miss: (-miss.nearness, -miss.worth, miss.headline, miss.rule))
    stories: dict[str, NearMiss] = {}
    for miss in ordered:
        stories.setdefault(miss.story or miss.headline, miss)
    return list(stories.values())[:NEAR_MISSES_SHOWN_MAX]


def _lines(coverage: Coverage) -> Iterator[str]:
    length = format_duration(coverage.until - coverage.since)
    yield f"From {coverage.since:%d %b %H:%M} to {coverage.until:%d %b %H:%M} UTC ({length})."
    yield f"Read {coverage.articles:,} articles; {coverage.articles_with_events:,} tell of a deal or a chip."
    yield f"Alerts by rule: {counted(coverage.alerts_by_rule) or 'none'}."
    if coverage.deliveries_by_state:
        yield f"Messages: {counted(coverage.deliveries_by_state)}."
    for miss in nearest(coverage.near_misses):
        met = f"; it has {miss.met_by}" if miss.met_by else ""
        yield f"Near miss: {miss.headline}. {miss.rule} asks for {miss.clause}{met}."
    if coverage.silent_feeds:
        shown = ", ".join(coverage.silent_feeds[:FEEDS_SHOWN_MAX])
        more = len(coverage.silent_feeds) - FEEDS_SHOWN_MAX
        yield f"Feeds silent for longer than usual: {shown}{f' and {more} more' if more > 0 else ''}."
    elif coverage.silent_feeds is not None:
        yield "No feed is silent for longer than usual."
    if coverage.passed_over_by_language:
        yield f"Passed over, in other languages: {counted(coverage.passed_over_by_language)}."
