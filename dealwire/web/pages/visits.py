"""Core: the reader's last visit, from two moments in a cookie: what came since then is marked.

A visit is a run of requests without a longer pause. While it lasts, the moment before it stays the mark; a press on
"Mark all as seen" moves the mark to now.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

COOKIE = "dealwire_visit"
PAUSE = timedelta(minutes=30)
"""A longer one ends a visit."""
COOKIE_SECONDS_MAX = 400 * 86_400


@dataclass(frozen=True, slots=True)
class Visit:
    """`mark`: what came later is new to this reader; None for one who was never here. `last`: the latest request."""

    mark: datetime | None
    last: datetime

    @property
    def cookie(self) -> str:
        mark = int(self.mark.timestamp()) if self.mark else 0
        return f"{mark}.{int(self.last.timestamp())}"


def read_visit(cookie: str, now: datetime) -> Visit:
    """The visit that this request belongs to.

    >>> first = read_visit("", datetime(2026, 3, 2, 9, tzinfo=UTC))
    >>> first.mark is None
    True
    >>> read_visit(first.cookie, datetime(2026, 3, 3, 9, tzinfo=UTC)).mark
    datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
    """
    mark, last = _moments(cookie)
    if last is None or last > now:
        return Visit(None, now)
    return Visit(last if now - last > PAUSE else mark, now)


def seen(now: datetime) -> Visit:
    """The visit of a reader who has seen everything up to now."""
    return Visit(now, now)


def _moments(cookie: str) -> tuple[datetime | None, datetime | None]:
    mark, _, last = cookie.partition(".")
    if not (mark.isascii() and mark.isdigit() and last.isascii() and last.isdigit() and max(len(mark), len(last)) < 12):
        return None, None
    try:
        return datetime.fromtimestamp(int(mark), UTC) if int(mark) else None, datetime.fromtimestamp(int(last), UTC)
    except (OverflowError, ValueError):
        return None, None
