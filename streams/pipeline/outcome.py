"""Core: what a reading came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from dealwire.model import Alert, Change, Story
from streams.stories.record import StoryRecord
from streams.stories.view import story_of

Decision = Literal["new", "changed", "repeat", "background", "retracted", "merged", "split", "corrected", "known"]


@dataclass(frozen=True)
class StoryStep:
    """What the reading did to one story, and why it was taken to be this one."""

    record: StoryRecord = field(repr=False)
    decision: Decision
    changes: tuple[Change, ...] = ()
    reason: str = ""
    tells: bool = False
    """The article reports this story; one that only mentions it, or was withdrawn from it, does not."""

    @property
    def id(self) -> str:
        return self.record["id"]

    @cached_property
    def story(self) -> Story:
        """The story as it stands after the reading; put together when asked for."""
        return story_of(self.record)


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that was not sent, and the named reason: "throttled: …" or "experimental"."""

    alert: Alert
    reason: str

    @property
    def rule(self) -> str:
        return self.alert.rule

    @property
    def story(self) -> str:
        return self.alert.story


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from one reading. `passed_over` says why a reading changed nothing at all."""

    writes: Mapping[str, bytes | None]
    alerts: tuple[Alert, ...] = ()
    steps: tuple[StoryStep, ...] = ()
    held: tuple[Held, ...] = ()
    passed_over: str = ""


def said_of(outcome: Outcome) -> str:
    """What became of which story, in a line for people."""
    said = []
    for step in outcome.steps:
        changed = "; ".join(f"{c.kind}: {c.before or 'none'} → {c.after or 'none'}" for c in step.changes)
        said.append(f"story {step.id}: {step.reason or step.decision}{f' ({changed})' if changed else ''}")
    alerts = len(outcome.alerts)
    return ", ".join([*said, f"{alerts} alert{'' if alerts == 1 else 's'}"]) if said else "no known story is concerned"
