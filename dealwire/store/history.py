"""Shell: what the decision on an alert asks of the past: read from the outbox, as a value for the core."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from dealwire.model import Alert
from dealwire.store import silences
from notifier.decide.decision import DELIVERED, History, Waiting, group_key, throttle_key
from notifier.decide.routing import Destination
from notifier.decide.settings import Inhibition

INHIBITORS_MAX = 500
"""How many recent alerts are looked at as an inhibition's source."""
MARKS = ", ".join("?" * len(DELIVERED))


def of(
    connection: sqlite3.Connection, alert: Alert, to: Destination, inhibitions: Sequence[Inhibition], now: datetime
) -> History:
    """The history of the alert at the destination."""
    settings = to.settings
    told = connection.execute(
        "SELECT delivery FROM decisions WHERE story = ? AND receiver = ? AND delivery != '' ORDER BY at, rowid LIMIT 1",
        (alert.story, to.receiver),
    ).fetchone()
    beside = connection.execute(
        "SELECT d.id, d.due_at FROM decisions c JOIN deliveries d ON d.id = c.delivery JOIN alerts a ON a.id = c.alert"
        " WHERE c.story = ? AND c.receiver = ? AND a.version = ? AND a.kind = ? AND a.at = ?"
        " AND d.form = 'alert' AND d.state = 'pending' AND d.attempts = 0 ORDER BY d.seq LIMIT 1",
        (alert.story, to.receiver, alert.version, alert.kind, alert.at.timestamp()),
    ).fetchone()
    waiting, group_sent_at = _group(connection, to.receiver, group_key(alert, settings), now)
    let_through: list[datetime] = []
    if settings.throttle:
        rows = connection.execute(
            f"SELECT min(at) FROM decisions WHERE receiver = ? AND throttle_key = ? AND at > ? AND outcome IN ({MARKS})"  # noqa: S608 - question marks only
            " GROUP BY story",
            (to.receiver, throttle_key(alert, settings) or "receiver",
             (now - settings.throttle.every).timestamp(), *DELIVERED),
        )  # fmt: skip
        let_through = [_moment(at) for (at,) in rows]
    return History(
        told=told[0] if told else "",
        beside=Waiting(beside[0], _moment(beside[1])) if beside else None,
        waiting=waiting,
        group_sent_at=group_sent_at,
        let_through=let_through,
        silences=silences.active(connection, now),
        acknowledgement=silences.acknowledgement(connection, alert.story),
        inhibitors=_recent_alerts(connection, inhibitions, now),
    )


def _group(
    connection: sqlite3.Connection, receiver: str, key: str, now: datetime
) -> tuple[Waiting | None, datetime | None]:
    if not key:
        return None, None
    last = connection.execute(
        "SELECT id, state, due_at, sent_at FROM deliveries WHERE receiver = ? AND group_key = ?"
        " ORDER BY seq DESC LIMIT 1",
        (receiver, key),
    ).fetchone()
    if last is None:
        return None, None
    name, state, due_at, sent_at = last
    if state == "pending" and due_at > now.timestamp():
        return Waiting(name, _moment(due_at)), None
    return None, _moment(sent_at or due_at)


def _recent_alerts(
    connection: sqlite3.Connection, inhibitions: Sequence[Inhibition], now: datetime
) -> tuple[Alert, ...]:
    if not inhibitions:
        return ()
    since = now - max(i.within for i in inhibitions)
    rows = connection.execute(
        "SELECT record FROM alerts WHERE received_at >= ? ORDER BY received_at DESC LIMIT ?",
        (since.timestamp(), INHIBITORS_MAX),
    )
    return tuple(Alert.from_bytes(record) for (record,) in rows)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
