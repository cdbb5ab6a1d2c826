"""Shell: which message of the outbox is next for each receiver, and what waits.

A receiver's messages go out one at a time, in the order in which they fell due first.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from dealwire.store import outbox
from dealwire.store.outbox import COLUMNS, IS_OPEN, Delivery, delivery_of


def claim(connection: sqlite3.Connection, receiver: str, now: datetime, past: str = "") -> Delivery | None:
    """The receiver's next message, now in state `sending`; None where none is due.

    Messages go out in the order in which they fell due first: one that waits for its next try holds up those behind
    it, so that a receiver gets them in order. Only the delivery `past` is passed over.
    """
    head = _head(connection, receiver, now, past)
    if head is None or head.due_at > now:
        return None
    outbox.mark_sending(connection, head)
    return outbox.get(connection, head.id)


def head_of(connection: sqlite3.Connection, receiver: str, now: datetime) -> Delivery | None:
    """The message that is next for the receiver, due or not."""
    return _head(connection, receiver, now, "")


def _head(connection: sqlite3.Connection, receiver: str, now: datetime, past: str) -> Delivery | None:
    """What was tried already, else the first that is due, else the earliest to come."""
    tried = "attempts > 0 ORDER BY seq"
    due = "due_at <= :now ORDER BY seq"
    to_come = "due_at > :now ORDER BY due_at, seq"
    of_receiver = f"SELECT {COLUMNS} FROM deliveries WHERE receiver = :receiver AND id != :past AND {IS_OPEN}"  # noqa: S608 - constants
    for choice in (tried, due, to_come):
        query = f"{of_receiver} AND {choice} LIMIT 1"
        row = connection.execute(query, {"receiver": receiver, "now": now.timestamp(), "past": past}).fetchone()
        if row:
            return delivery_of(row)
    return None


def next_due(connection: sqlite3.Connection, receiver: str) -> datetime | None:
    """When the receiver's next message is due; None where there is none."""
    tried = f"SELECT due_at FROM deliveries WHERE receiver = :receiver AND {IS_OPEN} AND attempts > 0"  # noqa: S608 - constants
    any_open = f"SELECT min(due_at) FROM deliveries WHERE receiver = :receiver AND {IS_OPEN}"  # noqa: S608 - constants
    query = f"SELECT coalesce(({tried} ORDER BY seq LIMIT 1), ({any_open}))"
    (due_at,) = connection.execute(query, {"receiver": receiver}).fetchone()
    return None if due_at is None else _moment(due_at)


def is_due(connection: sqlite3.Connection, receiver: str, now: datetime) -> bool:
    """Whether the receiver's next message may go out now."""
    due = next_due(connection, receiver)
    return due is not None and due <= now


def overdue(connection: sqlite3.Connection, receiver: str, now: datetime) -> list[Delivery]:
    """The receiver's open messages whose deadline has passed."""
    query = f"SELECT {COLUMNS} FROM deliveries WHERE receiver = ? AND {IS_OPEN} AND deadline_at <= ? ORDER BY seq"  # noqa: S608 - constants
    return [delivery_of(row) for row in connection.execute(query, (receiver, now.timestamp()))]


def last_sent(connection: sqlite3.Connection) -> dict[str, datetime]:
    """When each receiver last took a message."""
    # the plus keeps SQLite to the index that is in the order of receivers
    query = "SELECT receiver, max(sent_at) FROM deliveries WHERE +state = 'sent' GROUP BY receiver"
    return {receiver: _moment(at) for receiver, at in connection.execute(query)}


def waiting_receivers(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Receivers with anything on its way."""
    rows = connection.execute(
        f"SELECT DISTINCT receiver FROM deliveries WHERE {IS_OPEN} ORDER BY receiver"  # noqa: S608 - a constant
    )
    return tuple(name for (name,) in rows)


def due_count(connection: sqlite3.Connection, receivers: Sequence[str], now: datetime) -> int:
    """How many messages of these receivers are due and not sent."""
    marks = ", ".join("?" * len(receivers))
    query = f"SELECT count(*) FROM deliveries WHERE {IS_OPEN} AND due_at <= ? AND receiver IN ({marks})"  # noqa: S608 - a constant and question marks
    return int(connection.execute(query, (now.timestamp(), *receivers)).fetchone()[0])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
