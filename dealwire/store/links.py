"""Shell: what a signed link in a message does, in SQLite, and how it is told to who clicked."""

import sqlite3
from datetime import datetime, timedelta

from dealwire.links import Action
from dealwire.store import receipts, silences
from notifier.decide.silences import Acknowledgement, Silence

MUTED_FOR = timedelta(days=7)
UNSUBSCRIBED_FOR = timedelta(days=10 * 365)
"""As good as for ever; `dealwire silences expire` takes it back."""
AUTHOR = "a link in a message to {receiver}"


def asked(connection: sqlite3.Connection, action: Action) -> str:
    """The question that the confirming page asks."""
    story = receipts.headline_of(connection, action.story) or "this story"
    match action.verb:
        case "acknowledge":
            return f"Acknowledge “{story}”: no more alerts on it until it changes?"
        case "mute":
            return f"Mute “{story}” for {MUTED_FOR.days} days, whatever happens?"
        case _:
            return f"Send nothing more to {action.receiver}?"


def act(connection: sqlite3.Connection, action: Action, now: datetime) -> str:
    """Do what the link asks for, and say it. Asked again it changes nothing."""
    author = AUTHOR.format(receiver=action.receiver)
    if action.verb == "acknowledge":
        before = silences.acknowledgement(connection, action.story)
        if before is None or before.story_version < action.version:
            seen = Acknowledgement(story=action.story, story_version=action.version, author=author, at=now)
            silences.acknowledge(connection, seen)
        return "Acknowledged: no more alerts on this story until it changes."
    if action.verb == "mute":
        _silence(connection, action, f"story={action.story}", MUTED_FOR, now)
        return f"Muted: nothing on this story to {action.receiver} for {MUTED_FOR.days} days."
    _silence(connection, action, "rule=~.*", UNSUBSCRIBED_FOR, now)
    return f"Unsubscribed: no more alerts to {action.receiver}."


def _silence(connection: sqlite3.Connection, action: Action, matcher: str, length: timedelta, now: datetime) -> None:
    """Silence the receiver, unless such a silence runs already."""
    made = Silence.create(
        matchers=[matcher], receivers=[action.receiver], starts=now, ends=now + length,
        author=AUTHOR.format(receiver=action.receiver),
    )  # fmt: skip
    running = silences.active(connection, now)
    if not any(one.matchers == made.matchers and one.receivers == made.receivers for one in running):
        silences.add(connection, made)
