"""Core: when a source is visited next. It adapts to how often the source changes, within the bounds it was given."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.health import FeedRecord

QUICKER = 0.5
SLOWER = 1.25
"""A visit that brought something halves the wait, one that did not makes it a quarter longer."""

JITTER = 0.1
BACKOFF_FIRST = timedelta(minutes=1)
BACKOFF_MAX = timedelta(hours=12)
DOUBLINGS_MAX = 12


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest wait between two visits."""

    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=3)

    @classmethod
    def around(cls, every: timedelta) -> "Bounds":
        """Never more often than `every`, and at quiet sources down to an eighth of that."""
        return cls(every, max(every, min(every * 8, timedelta(hours=12))))


def next_interval(record: FeedRecord, bounds: Bounds, *, changed: bool) -> float:
    """The wait in seconds after a visit, before jitter.

    >>> next_interval(FeedRecord("a", interval_seconds=1200), Bounds.around(timedelta(minutes=10)), changed=False)
    1500.0
    """
    before = record.interval_seconds or bounds.shortest.total_seconds()
    after = before * (QUICKER if changed else SLOWER)
    return min(max(after, bounds.shortest.total_seconds()), bounds.longest.total_seconds())


def due_after_success(interval_seconds: float, asked: datetime | None, now: datetime, chance: float) -> datetime:
    """The next visit: after the interval, spread by a tenth, and not before the source `asked` to be left alone.

    `chance` is drawn evenly from [0, 1).
    """
    own = now + timedelta(seconds=interval_seconds * (1 + JITTER * chance))
    return max(own, asked) if asked else own


def due_after_failure(errors: int, asked: datetime | None, now: datetime, chance: float) -> datetime:
    """The next try after `errors` failures in a row: the wait doubles, and half of it is left to chance."""
    doublings = max(0, min(errors - 1, DOUBLINGS_MAX))
    wait = min(BACKOFF_FIRST * (1 << doublings), BACKOFF_MAX)
    own = now + wait * (0.5 + chance / 2)
    return max(own, asked) if asked else own
