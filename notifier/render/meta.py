"""Core: what dealwire says of itself to its operators, one notice for each thing that goes wrong.

`key` names the occasion: a notice of a key that a receiver has had is not sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifier.decide.durations import format_duration
from notifier.decide.silences import Silence

ROWS_MAX = 10


@dataclass(frozen=True, slots=True)
class Meta:
    """One message of dealwire's own."""

    key: str
    title: str
    lines: tuple[str, ...] = ()


def receiver_failing(receiver: str, error: str, now: datetime) -> Meta:
    said = f"{error}. Its alerts wait and are tried again until their deadline."
    return Meta(f"failing {receiver} {now.isoformat()}", f"Receiver {receiver} is failing", (said,))


def receiver_recovered(receiver: str, now: datetime) -> Meta:
    title = f"Receiver {receiver} works again"
    return Meta(f"recovered {receiver} {now.isoformat()}", title, ("What waited for it is being sent.",))


def delivery_dead(receiver: str, delivery: str, error: str, now: datetime) -> Meta:
    """At most one an hour for a receiver: the rest stands in the outbox."""
    said = (
        f"{error}. `dealwire outbox list --state dead` lists such; `dealwire outbox retry {delivery}` sends it again."
    )
    return Meta(f"dead {receiver} {now:%Y-%m-%dT%H}", f"A message to {receiver} could not be delivered", (said,))


def silence_ends(silence: Silence) -> Meta:
    said = f"It ends at {silence.ends:%Y-%m-%d %H:%M} UTC; {silence.author} made it{_comment(silence)}."
    return Meta(
        f"silence {silence.id} {silence.ends.isoformat()}", f"Silence ends soon: {' '.join(silence.matchers)}", (said,)
    )


def feed_silent(feed: str, since: datetime, usual: timedelta) -> Meta:
    said = f"Its last item came at {since:%Y-%m-%d %H:%M} UTC; it usually brings one every {format_duration(usual)}."
    return Meta(f"silent {feed} {since.isoformat()}", f"Feed {feed} is silent for longer than usual", (said,))


def rules_rejected(problems: Sequence[str], now: datetime) -> Meta:
    lines = (*problems[:ROWS_MAX], "The rules that ran before go on running.")
    return Meta(f"rules {now.isoformat()}", "A rules file was rejected", lines)


def lag_growing(what: str, waiting: int, now: datetime) -> Meta:
    """At most one an hour for each stage: `what` is "understanding", "sending" and the like."""
    said = f"{waiting:,} wait for it, and they become more."
    return Meta(f"lag {what} {now:%Y-%m-%dT%H}", f"{what.capitalize()} falls behind", (said,))


def counted(counts: Mapping[str, int]) -> str:
    """The counts in words, the greatest first: "deals 9, rounds 5"."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    more = f" and {len(ordered) - ROWS_MAX} more" if len(ordered) > ROWS_MAX else ""
    return ", ".join(f"{name} {count:,}" for name, count in ordered[:ROWS_MAX]) + more


def _comment(silence: Silence) -> str:
    return f": {silence.comment}" if silence.comment else ""
