"""Shell: what came of one try at a delivery, and how the store and the operators learn of it."""

import sqlite3
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from dealwire.errors import DeliveryError
from dealwire.log import EventLogger
from dealwire.store import outbox
from dealwire.store.outbox import Delivery
from notifier.decide.settings import Policy
from notifier.render import meta
from notifier.render.meta import Meta
from notifier.send.backoff import Breaker, wait_seconds
from notifier.send.sender import PartialDeliveryError, Receipt, Sender

ATTEMPTS_TO_SUSPECT = 10
"""More than an hour and a half of failures, by the waits and the breaker's pauses."""
SURPRISES_MAX = 3
"""How often a message is tried whose sender fails in a way it should not: more would hold up those behind it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One try: sent with its receipt, to be tried again at a time, or dead; and what the breaker made of it."""

    delivery: Delivery
    kind: Literal["sent", "retry", "dead"]
    receipt: Receipt | None = None
    error: str = ""
    retry_at: datetime | None = None
    opened: bool = False
    recovered: bool = False

    def tell(self, log: EventLogger) -> None:
        """Log it."""
        named = {"delivery": self.delivery.id, "receiver": self.delivery.receiver, "attempt": self.delivery.attempts}
        if self.kind == "sent":
            log.info("alert_sent", **named)
        elif self.kind == "retry":
            log.warning("delivery_failed", **named, error=self.error, retry_at=self.retry_at)
        else:
            log.error("delivery_dead", **named, error=self.error)


@dataclass(slots=True)
class Suspicion:
    """Tells a message that its receiver will never take from a receiver that takes nothing.

    A message that failed many times lets the one behind it be tried. If that is taken, the fault may be the message's
    own: it has one more try, and holds up the others no longer.
    """

    probed_at_attempts: dict[str, int] = field(default_factory=dict)
    suspect: str = ""

    def pass_over(self, head: Delivery | None) -> str:
        """The head's id where the next message is to be tried in its place, once after each try of the head."""
        if head is None or head.attempts < ATTEMPTS_TO_SUSPECT or head.id == self.suspect:
            return ""
        if self.probed_at_attempts.get(head.id) == head.attempts:
            return ""
        self.probed_at_attempts = {head.id: head.attempts}
        return head.id

    def confirm(self, verdict: Verdict) -> Verdict:
        """The verdict, made final for a suspect that failed again."""
        delivery = verdict.delivery
        if delivery.id == self.suspect:
            self.suspect = ""
            if verdict.kind == "retry":
                tries = f"failed {delivery.attempts} times with this"
                said = f"its receiver takes other messages, and {tries}: {verdict.error}"
                return replace(verdict, kind="dead", error=said, retry_at=None)
        elif verdict.kind == "sent" and self.probed_at_attempts and delivery.id not in self.probed_at_attempts:
            self.suspect = next(iter(self.probed_at_attempts))
            self.probed_at_attempts = {}
        elif verdict.kind == "sent":
            self.probed_at_attempts = {}
        return verdict


def judge(
    delivery: Delivery, outcome: "Future[Receipt]", sender: Sender, breaker: Breaker, now: datetime, random: Random
) -> Verdict:
    """The verdict on a try that ended; the breaker hears of it too."""
    error = outcome.exception()
    if error is None:
        return Verdict(delivery, "sent", receipt=outcome.result(), recovered=breaker.succeeded())
    if not isinstance(error, Exception):
        raise error
    said, permanent, wait = _read(error, delivery, sender)
    opened = breaker.failed(now) if not permanent else False
    if permanent:
        return Verdict(delivery, "dead", error=said)
    retry_at = now + timedelta(seconds=wait_seconds(delivery.attempts, random, wait))
    if retry_at >= delivery.deadline_at:
        return Verdict(delivery, "dead", error=f"not delivered within its deadline; last: {said}", opened=opened)
    receipt = error.receipt if isinstance(error, PartialDeliveryError) else None
    return Verdict(delivery, "retry", receipt, said, retry_at, opened=opened)


def _read(error: Exception, delivery: Delivery, sender: Sender) -> tuple[str, bool, float | None]:
    if isinstance(error, DeliveryError):
        return str(error), error.permanent, error.retry_after_seconds
    said = f"{sender.target}: {type(error).__name__}: {sender.clean(error)}"
    return said, delivery.attempts >= SURPRISES_MAX, None


def record(connection: sqlite3.Connection, verdict: Verdict, policy: Policy, now: datetime) -> None:
    """Put the verdict into the outbox, and what operators and the fallback receiver should have of it."""
    delivery = verdict.delivery
    if verdict.kind == "sent":
        outbox.mark_sent(connection, delivery.id, verdict.receipt or {}, now)
    elif verdict.kind == "retry" and verdict.retry_at:
        outbox.mark_failed(connection, delivery.id, verdict.error, verdict.retry_at, verdict.receipt)
    else:
        bury(connection, delivery, verdict.error, policy, now)
    if verdict.opened:
        tell_operators(connection, policy, meta.receiver_failing(delivery.receiver, verdict.error, now), now, delivery)
    if verdict.recovered:
        tell_operators(connection, policy, meta.receiver_recovered(delivery.receiver, now), now, delivery)


def bury(connection: sqlite3.Connection, delivery: Delivery, error: str, policy: Policy, now: datetime) -> None:
    """Mark a delivery dead, give it to the fallback, and tell the operators."""
    outbox.mark_dead(connection, delivery.id, error)
    fallback = policy.settings(delivery.receiver).fallback
    if fallback:
        outbox.hand_over(connection, delivery, fallback, now)
    told = meta.delivery_dead(delivery.receiver, delivery.id, error, now)
    tell_operators(connection, policy, told, now, delivery)


def tell_operators(
    connection: sqlite3.Connection, policy: Policy, told: Meta, now: datetime, about: Delivery | None = None
) -> None:
    """Put the notice into the outbox for each operator, but not for the receiver that it is about."""
    for operator in policy.operators:
        if about is None or operator != about.receiver:
            outbox.enqueue_notice(connection, operator, key=told.key, title=told.title, lines=told.lines, now=now)
