"""Core: what becomes of one alert at one receiver: a pure function of alert, settings, history and `now`.

Every outcome has a name and says its reason; both are recorded, and shown by `dealwire alerts why`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dealwire.model import Alert
from notifier.decide.calendar import any_within, next_due, quiet_until
from notifier.decide.durations import format_duration
from notifier.decide.matchers import all_match, key_of
from notifier.decide.routing import Destination
from notifier.decide.settings import SEVERITIES, ReceiverSettings, Routing
from notifier.decide.silences import Acknowledgement, Silence

Outcome = Literal[
    "send", "update", "hold", "group", "digest",
    "duplicate", "experimental", "below_severity", "acknowledged", "silenced", "muted", "inhibited", "throttled",
]  # fmt: skip
DELIVERED: frozenset[Outcome] = frozenset({"send", "update", "hold", "group", "digest"})
"""The outcomes that put a message into the outbox."""

Form = Literal["alert", "group", "digest", "notice"]
"""What a delivery is: one alert, several of one group, a digest, or dealwire speaking of itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group's or digest's delivery that is not sent yet, and can still be joined."""

    delivery: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What the store knows of this alert, its story, group and throttle key at this receiver."""

    delivery: str = ""
    """The delivery that carries this very alert already."""
    told: str = ""
    """The delivery that first told this story here."""
    beside: Waiting | None = None
    """A message, not sent yet, with another rule's alert on the same news of the story."""
    waiting: Waiting | None = None
    group_sent_at: datetime | None = None
    let_through: Sequence[datetime] = ()
    """When new stories of the throttle's key were let through."""
    silences: Sequence[Silence] = ()
    acknowledgement: Acknowledgement | None = None
    inhibitors: Sequence[Alert] = ()
    """Recent alerts, any of which may be an inhibition's source."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, its reason in a sentence, and for those that are sent: when, as what, and joining which delivery."""

    outcome: Outcome
    reason: str
    due_at: datetime | None = None
    form: Form = "alert"
    joins: str = ""

    @property
    def delivered(self) -> bool:
        return self.outcome in DELIVERED


def decide(
    alert: Alert, destination: Destination, history: History, now: datetime, routing: Routing | None = None
) -> Decision:
    """What becomes of the alert at the destination."""
    settings = destination.settings
    if history.delivery:
        return Decision("duplicate", f"delivery {history.delivery} carries this alert already")
    if alert.experimental:
        return Decision("experimental", f"rule {alert.rule} is experimental: recorded, not sent")
    if urgency(alert.severity) < urgency(settings.severity_min):
        return Decision("below_severity", f"{alert.severity} is below this receiver's {settings.severity_min}")
    refused = refuse(alert, destination, history, now, routing)
    if refused:
        return refused
    if routing:
        inhibited = _inhibited(alert, history, now, routing)
        if inhibited:
            return inhibited
    throttled = _throttled(alert, settings, history, now)
    return throttled or _schedule(alert, settings, history, now)


def refuse(
    alert: Alert, destination: Destination, history: History, now: datetime, routing: Routing | None = None
) -> Decision | None:
    """Why the alert may not be sent now, if so; asked again when a message that waited is due."""
    seen = history.acknowledgement
    if seen and seen.covers(alert):
        return Decision("acknowledged", f"{seen.author} acknowledged the story at version {seen.story_version}")
    for silence in history.silences:
        if silence.silences(alert, destination.receiver, now):
            said = f": {silence.comment}" if silence.comment else ""
            until = f"{silence.ends:%Y-%m-%d %H:%M} UTC"
            return Decision("silenced", f"silence {silence.id} by {silence.author} until {until}{said}")
    if routing:
        for name in destination.settings.mute_time_intervals:
            if any_within(routing.time_intervals.get(name, ()), now):
                return Decision("muted", f"time interval {name} is now")
    return None


def urgency(severity: str) -> int:
    """The rank of a severity; one that is not known counts as the least."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def throttle_key(alert: Alert, settings: ReceiverSettings) -> str:
    return key_of(alert, settings.throttle.by) if settings.throttle else ""


def group_key(alert: Alert, settings: ReceiverSettings) -> str:
    """What the messages that alerts of one group share are kept under; empty where each alert is its own message."""
    if settings.digest and not _breaks_through(alert, settings.digest.break_through):
        return "digest"
    return f"group {key_of(alert, settings.group_by)}".strip() if settings.group_by else ""


def _inhibited(alert: Alert, history: History, now: datetime, routing: Routing) -> Decision | None:
    for inhibition in routing.inhibit:
        if not all_match(inhibition.target, alert):
            continue
        for other in history.inhibitors:
            if (
                other.id != alert.id
                and now - other.at <= inhibition.within
                and all_match(inhibition.source, other)
                and key_of(other, inhibition.equal) == key_of(alert, inhibition.equal)
            ):
                equal = f" with the same {', '.join(inhibition.equal)}" if inhibition.equal else ""
                return Decision("inhibited", f"alert {other.id} of rule {other.rule}{equal} says more")
    return None


def _throttled(alert: Alert, settings: ReceiverSettings, history: History, now: datetime) -> Decision | None:
    throttle = settings.throttle
    if throttle is None or history.told:
        return None
    recent = [moment for moment in history.let_through if now - moment < throttle.every]
    if len(recent) < throttle.most:
        return None
    key = throttle_key(alert, settings) or "this receiver"
    limit = f"{throttle.most} in {format_duration(throttle.every)}"
    return Decision("throttled", f"{key} had its {limit}")


def held_until(alert: Alert, settings: ReceiverSettings, now: datetime) -> datetime | None:
    """When the quiet hours that hold the alert now end; None where none do, or it is urgent enough for them."""
    quiet = settings.quiet_hours
    return None if quiet is None or _breaks_through(alert, quiet.break_through) else quiet_until(quiet, now)


def _schedule(alert: Alert, settings: ReceiverSettings, history: History, now: datetime) -> Decision:
    quiet_end = held_until(alert, settings, now)
    if group_key(alert, settings) == "digest" and settings.digest:
        due_at = _after_quiet(settings, alert, next_due(settings.digest, now))
        if history.waiting:
            return _join("digest", history.waiting)
        return Decision("digest", f"digest of {due_at:%Y-%m-%d %H:%M} UTC", due_at, "digest")
    if settings.group_by:
        if history.waiting and _waits_for_morning(alert, settings, history.waiting, now):
            return Decision("send", f"{alert.severity} does not wait for the quiet hours to end", now)
        if history.waiting:
            return _join("group", history.waiting)
        due_at = now + settings.group_wait
        why = f"waits {format_duration(settings.group_wait)} for others of its group"
        if history.group_sent_at and history.group_sent_at + settings.group_interval > due_at:
            due_at = history.group_sent_at + settings.group_interval
            why = f"its group was sent less than {format_duration(settings.group_interval)} ago"
        return Decision("group", why, _after_quiet(settings, alert, due_at), "group")
    if history.beside and (quiet_end or history.beside.due_at <= now):
        reason = f"joins delivery {history.beside.delivery}, which tells this by another rule"
        return Decision("group", reason, history.beside.due_at, "alert", history.beside.delivery)
    if quiet_end:
        return hold(quiet_end)
    if history.told and alert.kind == "changed":
        return Decision("update", f"updates the story told by delivery {history.told}", now)
    return Decision("send", f"rule {alert.rule}", now)


def hold(quiet_end: datetime) -> Decision:
    """The decision on an alert that quiet hours hold until then."""
    return Decision("hold", f"quiet hours until {quiet_end:%Y-%m-%d %H:%M} UTC", quiet_end)


def _waits_for_morning(alert: Alert, settings: ReceiverSettings, waiting: Waiting, now: datetime) -> bool:
    """Whether the group that the alert would join is held by quiet hours that the alert itself breaks through."""
    quiet = settings.quiet_hours
    if quiet is None or not _breaks_through(alert, quiet.break_through):
        return False
    end = quiet_until(quiet, now)
    return end is not None and waiting.due_at >= end


def _join(form: Literal["group", "digest"], waiting: Waiting) -> Decision:
    reason = f"joins {form} {waiting.delivery}, due {waiting.due_at:%Y-%m-%d %H:%M:%S} UTC"
    return Decision(form, reason, waiting.due_at, form, waiting.delivery)


def _after_quiet(settings: ReceiverSettings, alert: Alert, due_at: datetime) -> datetime:
    quiet = settings.quiet_hours
    if quiet and _breaks_through(alert, quiet.break_through):
        return due_at
    return quiet_until(quiet, due_at) or due_at


def _breaks_through(alert: Alert, threshold: str | None) -> bool:
    return threshold is not None and urgency(alert.severity) >= urgency(threshold)
