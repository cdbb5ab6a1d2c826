"""Shell: what operators ordered about deliveries, until the outbox topic has what became of it.

A notifier that rebuilds its outbox from the topic would undo what a command wrote into the file while none ran; it
obeys these orders again. Elsewhere they are only kept until they are pruned.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from dealwire.store import outbox


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator asked for about one delivery."""

    delivery: str
    verb: Literal["retry", "drop"]
    at: datetime


def given(connection: sqlite3.Connection) -> list[Order]:
    """The orders that the outbox topic may not have yet, in the order in which they were given."""
    rows = connection.execute("SELECT delivery, verb, at FROM orders ORDER BY at, delivery")
    return [Order(delivery, verb, datetime.fromtimestamp(at, UTC)) for delivery, verb, at in rows]


def obey(connection: sqlite3.Connection, order: Order) -> None:
    """Do what an operator asked for; UsageError where the delivery is in no state for it any more."""
    if order.verb == "retry":
        outbox.retry(connection, order.delivery, order.at)
    else:
        outbox.drop(connection, order.delivery, order.at)


def forget(connection: sqlite3.Connection, deliveries: Iterable[str]) -> None:
    """Forget orders about these deliveries: the topic has what became of them."""
    connection.executemany("DELETE FROM orders WHERE delivery = ?", [(name,) for name in deliveries])
