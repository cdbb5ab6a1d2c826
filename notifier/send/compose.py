"""Shell: a delivery's notice, read from the store at the moment it is to go out."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from dealwire.model import Alert
from dealwire.store import journal, outbox, silences
from dealwire.store.outbox import Delivery
from notifier.decide.decision import Decision, History, held_until, hold, refuse
from notifier.decide.routing import Destination, Router
from notifier.render.notice import Earlier, Notice
from notifier.send.linking import Linker


def compose(
    connection: sqlite3.Connection, delivery: Delivery, router: Router, now: datetime, linker: Linker | None = None
) -> Notice | None:
    """The notice to send; None where every alert of it was silenced, muted or acknowledged while it waited.

    What is left out is taken off the delivery, and the decision recorded.
    """
    url = router.policy.routing.story_page
    if delivery.form == "notice":
        own = json.loads(delivery.notice)
        return Notice(
            id=delivery.id, receiver=delivery.receiver, form="notice", at=delivery.created_at,
            title=own["title"], lines=tuple(own["lines"]), taken=delivery.receipt,
        )  # fmt: skip
    alerts = [
        a for a in outbox.alerts_of(connection, delivery.id) if _still_wanted(connection, delivery, a, router, now)
    ]
    if not alerts:
        return None
    return Notice(
        id=delivery.id, receiver=delivery.receiver, form=delivery.form, at=delivery.created_at, alerts=tuple(alerts),
        earlier=tuple(_earlier(connection, delivery, alerts)), taken=delivery.receipt, story_url=url,
        links=linker.stories(delivery, alerts) if linker else {},
        unsubscribe=linker.unsubscribe(delivery) if linker else "",
    )  # fmt: skip


def hold_back(connection: sqlite3.Connection, delivery: Delivery, router: Router, now: datetime) -> bool:
    """Whether quiet hours began before the message got away, and none of it is urgent: it then waits for their end."""
    if delivery.form == "notice" or router.policy.settings(delivery.receiver).quiet_hours is None:
        return False
    alerts = outbox.alerts_of(connection, delivery.id)
    ways = [(alert, _destination(delivery, alert, router)) for alert in alerts]
    ends = [held_until(alert, to.settings, now) for alert, to in ways]
    if not ends or None in ends:
        return False
    until = max(end for end in ends if end)
    for alert, to in ways:
        outbox.record_decision(connection, alert, to, hold(until), delivery.id, now)
        journal.touch(connection, f"alert/{alert.id}")
    outbox.postpone(connection, delivery, until, now)
    return True


def _earlier(connection: sqlite3.Connection, delivery: Delivery, alerts: Sequence[Alert]) -> Iterator[Earlier]:
    """The messages that this one belongs beneath: those that told its stories, where it only tells of their changes.

    A digest stands by itself: it is read for what is new, and has the changes beside their stories.
    """
    if delivery.form == "digest" or any(alert.kind == "new" for alert in alerts):
        return
    told = {a.story: outbox.first_told(connection, a.story, delivery.receiver, delivery.seq) for a in alerts}
    firsts = [first for first in told.values() if first]
    if len(firsts) == len(told):
        for first in {first.id: first for first in firsts}.values():
            yield Earlier(first.id, first.receipt, first.form)


def _still_wanted(
    connection: sqlite3.Connection, delivery: Delivery, alert: Alert, router: Router, now: datetime
) -> bool:
    refused = _refused(connection, delivery, alert, router, now)
    if refused is None:
        return True
    destination = _destination(delivery, alert, router)
    outbox.record_decision(connection, alert, destination, refused, "", now)
    outbox.leave_out(connection, delivery.id, alert.id)
    return False


def _refused(
    connection: sqlite3.Connection, delivery: Delivery, alert: Alert, router: Router, now: datetime
) -> Decision | None:
    history = History(
        silences=silences.active(connection, now), acknowledgement=silences.acknowledgement(connection, alert.story)
    )
    first_try = delivery.attempts <= 1  # a muted interval that began while a receiver was down loses nothing
    return refuse(
        alert, _destination(delivery, alert, router), history, now, router.policy.routing if first_try else None
    )


def _destination(delivery: Delivery, alert: Alert, router: Router) -> Destination:
    ways = (d for d in router.destinations(alert) if d.receiver == delivery.receiver)
    return next(ways, Destination(delivery.receiver, router.policy.settings(delivery.receiver), ("fallback",)))
