"""Shell: what every receiver's sender is, and what it says of success and failure. Start reading the senders here.

A sender delivers one notice and returns a receipt, or raises DeliveryError: `permanent` where trying again cannot help,
with `retry_after_seconds` where the receiver said when to come back. No text it returns or raises holds a secret.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from rich.console import Console

from dealwire.errors import DeliveryError
from notifier.render.notice import Notice
from notifier.render.templates import BUILT_IN, Templates

Receipt = Mapping[str, str]
"""What the receiver answered, by name: Slack's channel and ts, an email's Message-ID, an HTTP status."""

RETRIED_STATUSES = frozenset({408, 409, 425, 429})
"""Beside all of 500 to 599: the request may be taken later."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outside:
    """What senders share: the time, the templates, and where a terminal's messages are printed."""

    now: Callable[[], datetime] = _utc_now
    templates: Templates = BUILT_IN
    console: Console | None = None


class PartialDeliveryError(DeliveryError):
    """Some of the receiver's targets took the message; `receipt` names them, so that the next try is for the others."""

    def __init__(self, what: str, receipt: Receipt) -> None:
        super().__init__(what)
        self.receipt = receipt


class Sender(Protocol):
    """Delivers notices to one receiver, one at a time."""

    name: str
    target: str
    """What it delivers to, as it may be shown: the service and host, never the whole address."""
    channel: str
    """An opaque id of the place it delivers to; receivers of one channel share its rate limit."""
    seconds_between: float
    """The least time from one message to the next that the service allows."""

    @property
    def clean(self) -> Callable[[object], str]:
        """Strikes this receiver's secrets out of a text."""
        ...

    def send(self, notice: Notice) -> Receipt: ...


def refused(target: str, status: int, said: str = "", retry_after_seconds: float | None = None) -> DeliveryError:
    """The error for an HTTP answer that is not a success."""
    permanent = status < 500 and status not in RETRIED_STATUSES
    detail = f": {said}" if said else ""
    return DeliveryError(
        f"{target} answered {status}{detail}", permanent=permanent, retry_after_seconds=retry_after_seconds
    )
