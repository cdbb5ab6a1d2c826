"""Core: rules over several stories: a number of them, or a sequence, about one company within a time.

Each story that fulfils a step is a sighting, kept under the rule and the company in state
(`correlation/<rule>/<company>`); `correlation/story/<id>` says where a story was sighted, so that it can be taken back
when it changes. Functions take the state as it is and return what to write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from dealwire.model import Reason, Story
from rules.clauses import Clause
from rules.comparison import Interval
from rules.duration import format_duration

PREFIX = "correlation/"
SIGHTINGS_MAX = 1_000
"""For one rule and company; the oldest go first."""
KEPT_WINDOWS = 2
"""Sightings are kept for so many times `within`, because news also comes late."""
NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Correlation:
    """What a rule asks of several stories. A count has one step."""

    steps: tuple[Clause, ...]
    labels: tuple[str, ...]
    """What each step is, in words."""
    by: str
    within: timedelta
    count: Interval | None = None
    """How many stories there must be; None for a sequence."""

    @property
    def said(self) -> str:
        asked = " then ".join(self.labels)
        if self.count is not None:
            asked = f"{'>' if self.count.low_open else '>='} {self.count.low:g} stories of {asked}"
        return f"{asked} by {self.by} within {format_duration(self.within)}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A story that fulfilled some steps."""

    story: str
    at: datetime
    steps: tuple[int, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Sighted:
    """A story and one rule: which steps it fulfils, and about whom."""

    rule: str
    correlation: Correlation
    steps: tuple[int, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correlated:
    """For each rule that is now fulfilled, why; and what to write."""

    reasons: Mapping[str, Reason]
    writes: Mapping[str, bytes | None]


def correlate(state: Mapping[str, bytes], story: Story, sighted: Sequence[Sighted]) -> Correlated:
    """Take a story's sightings into account in the state, and say which rules it now completes."""
    known = state.get(f"{PREFIX}story/{story.id}")
    before: dict[str, list[str]] = orjson.loads(known) if known else {}
    gone = story.retracted or story.merged_into is not None
    now = {} if gone else {one.rule: one for one in sighted if one.steps and one.groups}
    writes: dict[str, bytes | None] = {}
    found: dict[str, Reason] = {}
    for rule in sorted(before.keys() | now.keys()):
        one = now.get(rule)
        groups = one.groups if one else ()
        for group in sorted({*before.get(rule, ()), *groups}):
            key = f"{PREFIX}{rule}/{group}"
            others = [sighting for sighting in _read(state.get(key)) if sighting.story != story.id]
            if one is None or group not in groups:
                writes[key] = _write(others)
                continue
            title = story.tellings[0].title if story.tellings else story.id
            mine = Sighting(story.id, story.first_at, one.steps, title)
            kept = _prune([*others, mine], one.correlation.within)
            writes[key] = _write(kept)
            fulfilling = _fulfilling(one.correlation, kept, mine)
            if fulfilling and rule not in found:
                found[rule] = _reason(one.correlation, fulfilling)
    where = {rule: list(one.groups) for rule, one in now.items()}
    if where or before:
        writes[f"{PREFIX}story/{story.id}"] = orjson.dumps(where, option=orjson.OPT_SORT_KEYS) if where else None
    return Correlated(found, {key: value for key, value in writes.items() if state.get(key) != value})


def _fulfilling(correlation: Correlation, sightings: Sequence[Sighting], mine: Sighting) -> tuple[Sighting, ...]:
    """The sightings, `mine` among them, that together are what the rule asks for; empty where there are none."""
    if correlation.count is not None:
        return _counted(correlation.count, correlation.within, sightings, mine)
    chains = (_chain(correlation, sightings, mine, step) for step in mine.steps)
    return next((chain for chain in chains if chain), ())


def _counted(count: Interval, within: timedelta, sightings: Sequence[Sighting], mine: Sighting) -> tuple[Sighting, ...]:
    for first in sightings:
        if first.at <= mine.at <= first.at + within:
            inside = tuple(one for one in sightings if first.at <= one.at <= first.at + within)
            if len(inside) in count:
                return inside
    return ()


def _chain(correlation: Correlation, sightings: Sequence[Sighting], mine: Sighting, step: int) -> tuple[Sighting, ...]:
    """The tightest sequence in which `mine` is the given step: the latest before it, the earliest after it."""
    chain = [mine]
    for wanted in range(step - 1, -1, -1):
        before = [s for s in sightings if wanted in s.steps and s.at <= chain[0].at and s not in chain]
        if not before:
            return ()
        chain.insert(0, max(before, key=lambda s: (s.at, s.story)))
    for wanted in range(step + 1, len(correlation.steps)):
        after = [s for s in sightings if wanted in s.steps and s.at >= chain[-1].at and s not in chain]
        if not after:
            return ()
        chain.append(min(after, key=lambda s: (s.at, s.story)))
    return tuple(chain) if chain[-1].at - chain[0].at <= correlation.within else ()


def _reason(correlation: Correlation, sightings: Sequence[Sighting]) -> Reason:
    named = "; ".join(sighting.title for sighting in sightings[-NAMED_MAX:])
    field = "sequence" if correlation.count is None else "count"
    return Reason(clause=correlation.said, field=field, met_by=f"{len(sightings)} stories: {named}")


def _prune(sightings: Iterable[Sighting], within: timedelta) -> list[Sighting]:
    ordered = sorted(sightings, key=lambda s: (s.at, s.story))
    oldest = ordered[-1].at - within * KEPT_WINDOWS
    return [sighting for sighting in ordered if sighting.at >= oldest][-SIGHTINGS_MAX:]


def _read(raw: bytes | None) -> list[Sighting]:
    if raw is None:
        return []
    return [
        Sighting(story, datetime.fromisoformat(at), tuple(steps), title)
        for story, at, steps, title in orjson.loads(raw)
    ]


def _write(sightings: Sequence[Sighting]) -> bytes | None:
    if not sightings:
        return None
    return orjson.dumps([[s.story, s.at.isoformat(), list(s.steps), s.title] for s in sightings])
