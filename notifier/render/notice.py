"""Core: what a sender is given to deliver: the alerts, and what of the story this receiver was told before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dealwire.model import Alert
from notifier.decide.decision import Form


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that first told a story to a receiver: its delivery and what the receiver answered to it."""

    delivery: str
    receipt: Mapping[str, str] = field(default_factory=dict)
    form: Form = "alert"


@dataclass(frozen=True, slots=True)
class StoryLinks:
    """What a reader of the message may do about a story with a click."""

    acknowledge: str
    mute: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One delivery's content. `id` is the delivery's: the key under which a receiver may know a resend."""

    id: str
    receiver: str
    form: Form
    at: datetime
    alerts: tuple[Alert, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    """Where it only tells of changes: the messages that first told the receiver of these stories, each once."""
    title: str = ""
    """Of a notice that is dealwire's own; alerts have their own titles."""
    lines: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    """What an earlier try at this very delivery achieved."""
    links: Mapping[str, StoryLinks] = field(default_factory=dict)
    """By story, where a page serves them."""
    unsubscribe: str = ""
    """Where one click ends the receiver's messages, if a page serves that."""
    story_url: str = ""
    """Where a story's page is, `{id}` standing for its id."""
