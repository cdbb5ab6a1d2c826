"""Core: wall-clock time: when a digest is due, when quiet hours end, whether a named interval is now.

Days with a change to or from summer time: a time of day that does not exist is taken at the moment the clocks jump
past it (02:30 becomes 03:30), one that exists twice the first time only. So a digest is due exactly once a day.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifier.decide.settings import WEEKDAYS, QuietHours, Schedule, Span, TimeInterval

DAY = timedelta(days=1)
NIGHTS_MAX = 1000
WEEK_DAYS = 8
"""Today and a week: every weekday comes up, and today's again when its times have passed."""


def instant(day: date, at: time, zone: str) -> datetime:
    """The moment, in UTC, at which the clocks of `zone` show `at` on `day`."""
    if at == time.max:
        day, at = day + DAY, time(0)
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first of the schedule's moments after `now`."""
    return min(moment for moment in _moments(schedule, now, range(-1, WEEK_DAYS)) if moment > now)


def last_due(schedule: Schedule, now: datetime) -> datetime:
    """The last of the schedule's moments up to `now`."""
    return max(moment for moment in _moments(schedule, now, range(-WEEK_DAYS, 2)) if moment <= now)


def _moments(schedule: Schedule, now: datetime, days: range) -> Iterator[datetime]:
    today = now.astimezone(ZoneInfo(schedule.timezone)).date()
    for day in (today + DAY * n for n in days):
        if WEEKDAYS[day.weekday()] in schedule.days:
            yield from (instant(day, at, schedule.timezone) for at in schedule.at)


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """When the quiet hours that `now` lies in end; None outside them."""
    if quiet is None:
        return None
    today = now.astimezone(ZoneInfo(quiet.timezone)).date()
    for day in (today - DAY, today):
        if WEEKDAYS[day.weekday()] in quiet.days:
            start, end = _night(day, quiet.start, quiet.end, quiet.timezone)
            if start <= now < end:
                return end
    return None


@lru_cache(maxsize=NIGHTS_MAX)
def _night(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """The moments between which the quiet hours that begin on `day` last."""
    return instant(day, start, zone), instant(day + DAY if end <= start else day, end, zone)


def within(interval: TimeInterval, now: datetime) -> bool:
    """Whether the interval is now."""
    local = now.astimezone(ZoneInfo(interval.timezone))
    if interval.days and WEEKDAYS[local.weekday()] not in interval.days:
        return False
    if interval.dates and not {f"{local:%Y-%m-%d}", f"{local:%m-%d}"} & set(interval.dates):
        return False
    return not interval.times or any(_shows(span, local.time()) for span in interval.times)


def any_within(intervals: Iterable[TimeInterval], now: datetime) -> bool:
    return any(within(interval, now) for interval in intervals)


def _shows(span: Span, clock: time) -> bool:
    if span.start < span.end:
        return span.start <= clock and (clock < span.end or span.end == time.max)
    return clock >= span.start or clock < span.end
