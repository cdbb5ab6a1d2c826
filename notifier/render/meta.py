"""Core: what dealwire says of itself to its operators: one notice for each thing that goes wrong, and a daily report.

`key` names the occasion: a notice of a key that a receiver has had is not sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from notifier.decide.durations import format_duration
from notifier.decide.silences import Silence

ROWS_MAX = 10


@dataclass(frozen=True, slots=True)
class Meta:
    """One message of dealwire's own."""

    key: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A story that a rule would have told, but for one clause."""

    headline: str
    rule: str
    clause: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A day's work in figures. What a shell does not know is left empty, and not reported."""

    day: date
    articles: int = 0
    articles_with_events: int = 0
    alerts_by_rule: Mapping[str, int] = field(default_factory=dict)
    deliveries_by_state: Mapping[str, int] = field(default_factory=dict)
    near_misses: Sequence[NearMiss] = ()
    silent_feeds: Sequence[str] = ()
    passed_over_by_language: Mapping[str, int] = field(default_factory=dict)


def receiver_failing(receiver: str, error: str, now: datetime) -> Meta:
    said = f"{error}. Its alerts wait and are tried again until their deadline."
    return Meta(f"failing {receiver} {now.isoformat()}", f"Receiver {receiver} is failing", (said,))


def receiver_recovered(receiver: str, now: datetime) -> Meta:
    title = f"Receiver {receiver} works again"
    return Meta(f"recovered {receiver} {now.isoformat()}", title, ("What waited for it is being sent.",))


def delivery_dead(receiver: str, delivery: str, error: str, now: datetime) -> Meta:
    """At most one an hour for a receiver: the rest stands in the outbox."""
    said = (
        f"{error}. `dealwire outbox list --state dead` lists such; `dealwire outbox retry {delivery}` sends it again."
    )
    return Meta(f"dead {receiver} {now:%Y-%m-%dT%H}", f"A message to {receiver} could not be delivered", (said,))


def silence_ends(silence: Silence) -> Meta:
    said = f"It ends at {silence.ends:%Y-%m-%d %H:%M} UTC; {silence.author} made it{_comment(silence)}."
    return Meta(
        f"silence {silence.id} {silence.ends.isoformat()}", f"Silence ends soon: {' '.join(silence.matchers)}", (said,)
    )


def feed_silent(feed: str, since: datetime, usual: timedelta) -> Meta:
    said = f"Its last item came at {since:%Y-%m-%d %H:%M} UTC; it usually brings one every {format_duration(usual)}."
    return Meta(f"silent {feed} {since.isoformat()}", f"Feed {feed} is silent for longer than usual", (said,))


def rules_rejected(problems: Sequence[str], now: datetime) -> Meta:
    lines = (*problems[:ROWS_MAX], "The rules that ran before go on running.")
    return Meta(f"rules {now.isoformat()}", "A rules file was rejected", lines)


def lag_growing(what: str, records: int, now: datetime) -> Meta:
    """At most one an hour."""
    said = f"{what} is {records:,} records behind, and falls further behind."
    return Meta(f"lag {what} {now:%Y-%m-%dT%H}", f"{what} falls behind", (said,))


def coverage_report(coverage: Coverage) -> Meta:
    """What was read, what was alerted, what was nearly, and what was passed over."""
    title = f"dealwire on {coverage.day:%d %b %Y}: {sum(coverage.alerts_by_rule.values())} alerts"
    return Meta(f"coverage {coverage.day}", title, tuple(_coverage(coverage)))


def _coverage(coverage: Coverage) -> Iterator[str]:
    yield f"Read {coverage.articles:,} articles; {coverage.articles_with_events:,} of them tell of a deal or a chip."
    if coverage.alerts_by_rule:
        yield f"Alerts: {_counted(coverage.alerts_by_rule)}."
    if coverage.deliveries_by_state:
        yield f"Messages: {_counted(coverage.deliveries_by_state)}."
    for miss in coverage.near_misses[:ROWS_MAX]:
        yield f"Near miss: {miss.headline}: {miss.rule}, but for {miss.clause}"
    if coverage.silent_feeds:
        yield f"Silent for longer than usual: {', '.join(coverage.silent_feeds)}."
    if coverage.passed_over_by_language:
        yield f"Passed over, in other languages: {_counted(coverage.passed_over_by_language)}."


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f" and {len(ordered) - ROWS_MAX} more" if len(ordered) > ROWS_MAX else ""
    return ", ".join(f"{name} {count:,}" for name, count in ordered[:ROWS_MAX]) + more


def _comment(silence: Silence) -> str:
    return f": {silence.comment}" if silence.comment else ""
