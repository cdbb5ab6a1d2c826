"""Core: when a source asks to be visited again: Retry-After, Cache-Control, ttl, skipHours, skipDays, within bounds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

RETRY_MAX = timedelta(days=2)
"""Nobody may silence a feed for longer by asking for it."""
FRESH_MAX = timedelta(days=1)
TTL_MAX = timedelta(days=1)
SKIPPED_HOURS_MAX = 24 * 7
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When Retry-After (seconds or a date, RFC 9110 §10.2.3) lets us come back; None where it does not say.

    >>> retry_at({"Retry-After": "120"}, datetime(2026, 1, 1, tzinfo=UTC)).minute
    2
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        moment = now + timedelta(seconds=int(said))
    else:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment, now), now + RETRY_MAX)


def earliest_visit(headers: Mapping[str, str], hints: Mapping[str, Any], now: datetime) -> datetime | None:
    """The first moment at which the server and the feed's own hints welcome another visit; None means any time."""
    waits = [min(timedelta(minutes=int(hints.get("ttl", 0))), TTL_MAX), _fresh_for(headers)]
    moment = now + max(waits)
    hours, days = set(hints.get("skip_hours", ())), set(hints.get("skip_days", ()))
    for _ in range(SKIPPED_HOURS_MAX):
        moment_utc = moment.astimezone(UTC)
        if moment_utc.hour not in hours and _DAYS[moment_utc.weekday()] not in days:
            break
        moment = moment_utc.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        return None  # every hour of the week is skipped: a mistake, not a wish
    return moment if moment > now else None


def _fresh_for(headers: Mapping[str, str]) -> timedelta:
    control = headers.get("Cache-Control", "")
    if re.search(r"\bno-(?:cache|store)\b", control, re.IGNORECASE):
        return timedelta()
    found = _MAX_AGE.search(control)
    return min(timedelta(seconds=int(found[1])), FRESH_MAX) if found else timedelta()
