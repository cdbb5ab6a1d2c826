"""Core: what is known of a source's visits: when it last answered, how often it changes, whether it has gone quiet.

Every function answers with a new record. The shell keeps it with the articles of the visit, in one transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from connectors.source import Batch

GAPS_KEPT = 30
GAPS_MIN = 5
"""With fewer intervals seen, nothing is said of what is usual."""

SILENCE_PROBABILITY = 0.001
"""A feed is silent where, by its own past, a gap this long comes once in a thousand gaps."""
SILENCE_OVER_LONGEST = 1.5
"""…and it is this much longer than any gap seen: nights and weekends are among those."""

LATE = timedelta(minutes=5)
"""A visit that has been due for so long is late."""

ERROR_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """One source: the state it left, when it is due, and how its visits went."""

    name: str
    state: bytes | None = None
    due: datetime | None = None
    """None: at once, or never where `gone`."""
    interval_seconds: float = 0.0
    """The wait that its changes so far ask for; 0 before the first visit."""
    visits: int = 0
    errors_in_a_row: int = 0
    error: str = ""
    last_visit: datetime | None = None
    last_success: datetime | None = None
    last_change: datetime | None = None
    gaps_seconds: tuple[float, ...] = ()
    """The latest intervals between visits that brought something new."""
    items: int = 0
    events: int = 0
    gone: bool = False

    @property
    def usual_gap(self) -> timedelta | None:
        """The median interval between changes, None while too few were seen."""
        return timedelta(seconds=median(self.gaps_seconds)) if len(self.gaps_seconds) >= GAPS_MIN else None

    def silence_limit(self) -> timedelta | None:
        """How long this source may bring nothing before that is out of its ordinary; None while too little is known.

        Gaps are taken as exponential with a rate learnt from n of them; the chance that the next is longer than t is
        then (1 + t / total)^-n (the posterior predictive, a Lomax distribution), solved here for t.
        """
        n = len(self.gaps_seconds)
        if n < GAPS_MIN:
            return None
        rare = sum(self.gaps_seconds) * (SILENCE_PROBABILITY ** (-1 / n) - 1)
        return timedelta(seconds=max(rare, SILENCE_OVER_LONGEST * max(self.gaps_seconds)))

    def is_silent(self, now: datetime) -> bool:
        limit = self.silence_limit()
        return bool(limit and self.last_change and not self.gone and now - self.last_change > limit)

    def is_late(self, now: datetime) -> bool:
        """Whether its visit is due for longer than a process that keeps up lets it wait."""
        return bool(self.due and not self.gone and now - self.due > LATE)

    def condition(self, now: datetime) -> str:
        """In one word: new, gone, failing, silent or well."""
        if self.gone:
            return "gone"
        if not self.visits:
            return "new"
        if self.errors_in_a_row:
            return "failing"
        return "silent" if self.is_silent(now) else "well"


def after_success(record: FeedRecord, batch: Batch, now: datetime) -> FeedRecord:
    """The record after a visit that brought `batch`, which may be empty."""
    changed = bool(batch.articles)
    gaps = record.gaps_seconds
    if changed and record.last_change:
        gaps = (*gaps, (now - record.last_change).total_seconds())[-GAPS_KEPT:]
    return replace(
        record,
        state=batch.state,
        visits=record.visits + 1,
        errors_in_a_row=0,
        error="",
        last_visit=now,
        last_success=now,
        last_change=now if changed else record.last_change,
        gaps_seconds=gaps,
        items=record.items + len(batch.articles),
        gone=False,
    )


def after_failure(record: FeedRecord, error: str, now: datetime, *, gone: bool = False) -> FeedRecord:
    """The record after a visit that failed; its state stays as it was."""
    return replace(
        record,
        visits=record.visits + 1,
        errors_in_a_row=record.errors_in_a_row + 1,
        error=error[:ERROR_LENGTH_MAX],
        last_visit=now,
        gone=gone,
    )
