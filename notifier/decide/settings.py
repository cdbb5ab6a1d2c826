"""Core: what people set about receivers and routes, as it stands under `receivers:` and `routing:` in the rules file.

Terms are Prometheus Alertmanager's where they fit news. Where they do not: `repeat_interval` does not exist, because a
deal does not keep firing; and a muted alert is not sent later, while quiet hours hold it until they end.
"""

from datetime import time, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from notifier.decide.durations import Duration, parse_rate
from notifier.decide.matchers import WHOLE_RECEIVER, Matcher, known_field, parse_matchers

SEVERITIES = ("info", "low", "medium", "high", "critical")
"""From the least to the most urgent."""
UNLIKE_ALERTMANAGER = {
    "repeat_interval": "a deal does not keep firing, so an alert is sent once, and again only when its story changes",
    "send_resolved": "a deal is not resolved; that it closed or fell through is a change, and is told",
    "active_time_intervals": "name in mute_time_intervals when nothing is sent, or hold alerts with quiet_hours",
}
"""What people who know Alertmanager look for, and why it is not there."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Severity = Literal["info", "low", "medium", "high", "critical"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}; write it like Europe/London") from error
    return name


def _clock_time(text: Any) -> time:
    if isinstance(text, time):
        return text
    if isinstance(text, int):  # YAML 1.1 reads an unquoted 07:30 as 450, sixty to the hour
        raise ValueError(f"an unquoted time is read as the number {text}; put it in quotes, like '07:30'")  # noqa: TRY004 - pydantic reports ValueErrors
    try:
        hour, minute = str(text).split(":")
        if int(hour) == 24 and int(minute) == 0:
            return time.max
        return time(int(hour), int(minute))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time of day; write it like '07:30'") from error


def format_clock(at: time) -> str:
    """The time of day as people write it, and as it is read: "07:30", and "24:00" for a day's end."""
    return "24:00" if at == time.max else f"{at:%H:%M}"


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | time) else value


def _unless_off(value: Any) -> Any:
    return None if value is False else value  # YAML 1.1 reads a bare `off` so


def _readable_rate(text: str) -> str:
    if text:
        parse_rate(text)
    return text


def _fields(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in WHOLE_RECEIVER and not known_field(name):
            raise ValueError(f"unknown field {name!r} to tell alerts apart by")
    return names


Zone = Annotated[str, AfterValidator(_known_zone)]
ClockTime = Annotated[time, BeforeValidator(_clock_time), PlainSerializer(format_clock, when_used="json")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
Fields = Annotated[tuple[str, ...], BeforeValidator(_one_or_many), AfterValidator(_fields)]
Matchers = Annotated[tuple[Matcher, ...], BeforeValidator(parse_matchers)]


class Setting(BaseModel):
    """A part of the settings; a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _not_of_alertmanager(cls, given: Any) -> Any:
        for name in UNLIKE_ALERTMANAGER.keys() & (given if isinstance(given, dict) else ()):
            raise ValueError(f"there is no {name}: {UNLIKE_ALERTMANAGER[name]}")
        return given


class Schedule(Setting):
    """Times of day, on days of the week, on the clocks of a zone."""

    at: Annotated[tuple[ClockTime, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
    days: Annotated[tuple[Weekday, ...], BeforeValidator(_one_or_many), Field(min_length=1)] = WEEKDAYS  # type: ignore[assignment]  # the same strings
    timezone: Zone = "UTC"


class Digest(Schedule):
    """Alerts are gathered and sent together at these times."""

    break_through: Severity | None = None
    """This urgent or more is sent at once."""


class Span(Setting):
    """Part of a day, [start, end); one that ends before it starts runs over midnight."""

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")


class QuietHours(Span):
    """Alerts that come within are held until the end, unless urgent enough."""

    days: Annotated[tuple[Weekday, ...], BeforeValidator(_one_or_many)] = WEEKDAYS  # type: ignore[assignment]  # the same strings
    """The days on which they start."""
    timezone: Zone = "UTC"
    break_through: Severity | None = "critical"


class TimeInterval(Setting):
    """When a named interval is: all that is given must hold."""

    times: tuple[Span, ...] = ()
    days: Annotated[tuple[Weekday, ...], BeforeValidator(_one_or_many)] = ()
    dates: Names = ()
    """`2026-12-25`, or every year's `12-25`."""
    timezone: Zone = "UTC"


class Throttle(Setting):
    """At most `most` messages of one key in `every`. Updates of a story already told are never throttled."""

    every: Duration
    by: Fields = ("receiver",)
    most: int = Field(1, ge=1)


class ReceiverSettings(Setting):
    """All that may be set about one receiver, beside its URL. Secrets are written `${NAME}`."""

    digest: Digest | None = None
    group_by: Fields = ()
    """Fields whose alerts share one message: `rule`, `subject`, `category`, `labels.team`; `all` for one group."""
    group_wait: Duration = timedelta(seconds=30)
    group_interval: Duration = timedelta(minutes=5)
    throttle: Throttle | None = None
    quiet_hours: QuietHours | None = None
    mute_time_intervals: Names = ()
    severity_min: Severity = "info"
    rate: Annotated[str, AfterValidator(_readable_rate)] = ""
    """The most that is sent, like `1/s`, `30/m`; a receiver's own kind has a default."""
    deadline: Duration = timedelta(days=1)
    """What is not delivered this long after it was due is dead, and stands in `dealwire outbox list`."""
    fallback: str = ""
    """The receiver that gets what is dead here."""
    updates: Literal["thread", "update", "message"] = "thread"
    """How a story's change is told: in its message's thread, in that message itself, or as a message of its own."""
    operator: bool = False
    """Gets messages about dealwire itself, and no alerts unless a rule or route names it."""
    secret: str = ""
    """Signs the webhook's messages."""
    base_url: str = ""
    """Where Slack is, for a proxy or a test."""
    unsubscribe: str = ""
    """A mailto: or https: address for List-Unsubscribe."""
    timeout: Duration = timedelta(seconds=20)


class Route(Setting):
    """A node of the routing tree. Children are asked first; `continue` goes on to the next sibling after a match."""

    receiver: Names = ()
    matchers: Matchers = ()
    go_on: bool = Field(default=False, alias="continue")
    routes: tuple["Route", ...] = ()
    group_by: Fields | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    mute_time_intervals: Names | None = None


class Inhibition(Setting):
    """While an alert that matches `source` is recent, those that match `target` with `equal` fields are not sent."""

    source: Matchers
    target: Matchers
    equal: Fields = ()
    within: Duration = timedelta(hours=24)


STORY_PATH = "/stories/{id}"
REPORT_DAILY = Schedule(at=(time(7),))


class Routing(Setting):
    """The `routing:` section."""

    route: Route | None = None
    time_intervals: dict[str, tuple[TimeInterval, ...]] = {}
    inhibit: tuple[Inhibition, ...] = ()
    report: Annotated[Schedule | None, BeforeValidator(_unless_off)] = REPORT_DAILY
    """When operators are told what was read, alerted and nearly alerted since the last time; `off` for never."""
    page: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """Where readers reach dealwire's page, like https://deals.example.org; messages then link to it."""
    link_key: str = ""
    """With it, messages also have links to acknowledge, mute and unsubscribe, which it signs."""
    story_url: str = ""
    """Where a story's page is, `{id}` standing for its id, where that is not on `page`."""
    templates: str = ""
    """A folder whose templates take the place of the built-in ones of the same name."""

    @property
    def story_page(self) -> str:
        """Where a story's page is, `{id}` standing for its id; empty where there is none."""
        return self.story_url or (self.page.rstrip("/") + STORY_PATH if self.page else "")


class Policy(Setting):
    """Everything that decides where an alert goes: the receivers' settings and the routing."""

    receivers: dict[str, ReceiverSettings] = {}
    routing: Routing = Routing()

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name, settings in self.receivers.items():
            self._know_fallbacks(name)
            self._know_intervals(f"receiver {name}", settings.mute_time_intervals)
        if self.routing.route:
            self._check_route(self.routing.route)
        return self

    def _know_fallbacks(self, name: str) -> None:
        seen = [name]
        while following := self.receivers[seen[-1]].fallback:
            if following not in self.receivers:
                raise ValueError(f"receiver {seen[-1]}: unknown fallback {following!r}")
            if following in seen:
                raise ValueError(f"receiver {name}: its fallbacks lead back to {following!r}")
            seen.append(following)

    def _check_route(self, route: Route) -> None:
        for receiver in route.receiver:
            if receiver not in self.receivers:
                raise ValueError(f"routing: unknown receiver {receiver!r}")
        self._know_intervals("routing", route.mute_time_intervals or ())
        for child in route.routes:
            self._check_route(child)

    def _know_intervals(self, place: str, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.routing.time_intervals:
                raise ValueError(f"{place}: unknown time interval {name!r}")

    def settings(self, receiver: str) -> ReceiverSettings:
        return self.receivers.get(receiver, DEFAULT)

    @property
    def operators(self) -> tuple[str, ...]:
        """Who hears about dealwire itself."""
        return tuple(name for name, settings in self.receivers.items() if settings.operator)


DEFAULT = ReceiverSettings()
