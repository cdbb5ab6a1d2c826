"""Shell: the outbox: alerts, what was decided about each, and every message on its way to a receiver, in SQLite.

    enqueue(connection, alert, router, now) ─▶ deliveries: pending ─▶ sending ─▶ sent
                                                              ▲          ├─▶ failed (waits for its next try)
                                                              └──────────┘─▶ dead    (visible, can be retried)

Everything takes the caller's connection and stands in the caller's transaction. Ids come from content, so enqueueing
an alert again changes nothing. One outbox serves the embedded shell and the Kafka notifier; `dealwire.store.claims`
says which message is next, and `dealwire.store.journal` carries each change to the outbox topic.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from dealwire.errors import UsageError
from dealwire.identity import digest
from dealwire.model import Alert
from dealwire.store import history, journal, silences
from notifier.decide.decision import Decision, Form, decide, group_key, throttle_key
from notifier.decide.routing import Destination, Router

State = Literal["pending", "sending", "sent", "failed", "dead", "dropped"]
STATES: tuple[State, ...] = ("pending", "sending", "sent", "failed", "dead", "dropped")
IS_OPEN = "state IN ('pending', 'sending', 'failed')"
"""The states from which a message may still go out."""

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS alerts (
        id TEXT PRIMARY KEY, rule TEXT NOT NULL, story TEXT NOT NULL, version INTEGER NOT NULL,
        kind TEXT NOT NULL, severity TEXT NOT NULL, at REAL NOT NULL, received_at REAL NOT NULL, record BLOB NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS alerts_received ON alerts (received_at)",
    "CREATE INDEX IF NOT EXISTS alerts_story ON alerts (story)",
    """CREATE TABLE IF NOT EXISTS decisions (
        alert TEXT NOT NULL, receiver TEXT NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
        path TEXT NOT NULL, story TEXT NOT NULL, throttle_key TEXT NOT NULL, delivery TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS decisions_alert ON decisions (alert, receiver)",
    "CREATE INDEX IF NOT EXISTS decisions_story ON decisions (story, receiver)",
    "CREATE INDEX IF NOT EXISTS decisions_throttle ON decisions (receiver, throttle_key, at) WHERE throttle_key != ''",
    """CREATE TABLE IF NOT EXISTS deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, receiver TEXT NOT NULL, form TEXT NOT NULL,
        state TEXT NOT NULL, group_key TEXT NOT NULL, created_at REAL NOT NULL, due_at REAL NOT NULL,
        deadline_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, sent_at REAL, error TEXT NOT NULL DEFAULT '',
        receipt TEXT NOT NULL DEFAULT '{}', notice TEXT NOT NULL DEFAULT ''
    )""",
    f"CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (receiver, seq) WHERE {IS_OPEN}",
    f"CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (receiver, due_at, seq) WHERE {IS_OPEN}",
    f"CREATE INDEX IF NOT EXISTS deliveries_tried ON deliveries (receiver, seq) WHERE {IS_OPEN} AND attempts > 0",
    "CREATE INDEX IF NOT EXISTS deliveries_group ON deliveries (receiver, group_key, seq) WHERE group_key != ''",
    """CREATE TABLE IF NOT EXISTS delivery_alerts (
        delivery TEXT NOT NULL, position INTEGER NOT NULL, alert TEXT NOT NULL, PRIMARY KEY (delivery, position)
    ) WITHOUT ROWID""",
    # what operators asked for and the outbox topic may not have yet: a notifier that rebuilds obeys it again
    "CREATE TABLE IF NOT EXISTS orders (delivery TEXT PRIMARY KEY, verb TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one receiver, and how it fared. `receipt` is what the receiver answered: its message's name."""

    seq: int
    id: str
    receiver: str
    form: Form
    state: State
    group_key: str
    created_at: datetime
    due_at: datetime
    deadline_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str
    receipt: Mapping[str, str]
    notice: str

    def to_dict(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in self.__slots__}
        moments = {name: value.isoformat() for name, value in shown.items() if isinstance(value, datetime)}
        return {**shown, **moments, "receipt": dict(self.receipt)}


COLUMNS = ", ".join(Delivery.__slots__)


def enqueue(connection: sqlite3.Connection, alert: Alert, router: Router, now: datetime) -> tuple[Decision, ...]:
    """Record the alert, decide for each of its receivers, and put what is to be sent into the outbox.

    One that is known already changes nothing: its decisions are then all `duplicate`.
    """
    known = connection.execute("SELECT 1 FROM alerts WHERE id = ?", (alert.id,)).fetchone()
    if not known:
        connection.execute(
            "INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (alert.id, alert.rule, alert.story, alert.version, alert.kind, alert.severity, alert.at.timestamp(),
             now.timestamp(), alert.to_bytes()),
        )  # fmt: skip
    decisions = tuple(_enqueue_for(connection, alert, to, router, now) for to in router.destinations(alert))
    journal.touch(connection, f"alert/{alert.id}")
    return decisions


def _enqueue_for(
    connection: sqlite3.Connection, alert: Alert, to: Destination, router: Router, now: datetime
) -> Decision:
    before = connection.execute(
        "SELECT outcome, reason, delivery FROM decisions WHERE alert = ? AND receiver = ? ORDER BY rowid LIMIT 1",
        (alert.id, to.receiver),
    ).fetchone()
    if before:
        carried = f"delivery {before[2]} carries this alert already" if before[2] else f"decided already: {before[0]}"
        return Decision("duplicate", carried)
    decision = decide(
        alert, to, history.of(connection, alert, to, router.policy.routing.inhibit, now), now, router.policy.routing
    )
    delivery = _deliver(connection, alert, to, decision, now) if decision.delivered else ""
    record_decision(connection, alert, to, decision, delivery, now)
    return decision


def record_decision(
    connection: sqlite3.Connection, alert: Alert, to: Destination, decision: Decision, delivery: str, now: datetime
) -> None:
    key = throttle_key(alert, to.settings) or "receiver" if to.settings.throttle else ""
    connection.execute(
        "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (alert.id, to.receiver, now.timestamp(), decision.outcome, decision.reason, " / ".join(to.path), alert.story,
         key, delivery),
    )  # fmt: skip


def _deliver(connection: sqlite3.Connection, alert: Alert, to: Destination, decision: Decision, now: datetime) -> str:
    due_at = decision.due_at or now
    name = decision.joins or digest("delivery", to.receiver, alert.id)
    if not decision.joins:
        key = group_key(alert, to.settings) if decision.form in {"group", "digest"} else ""
        _insert(connection, Draft(name, to.receiver, decision.form, due_at, due_at + to.settings.deadline, key), now)
    connection.execute(
        "INSERT INTO delivery_alerts"
        " SELECT ?, coalesce(max(position) + 1, 0), ? FROM delivery_alerts WHERE delivery = ?",
        (name, alert.id, name),
    )
    journal.touch(connection, f"delivery/{name}")
    return name


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery that is to be put into the outbox."""

    id: str
    receiver: str
    form: Form
    due_at: datetime
    deadline_at: datetime
    group_key: str = ""
    notice: str = ""


def _insert(connection: sqlite3.Connection, draft: Draft, now: datetime) -> bool:
    added = connection.execute(
        "INSERT OR IGNORE INTO deliveries"
        " (id, receiver, form, state, group_key, created_at, due_at, deadline_at, notice)"
        " VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?)",
        (draft.id, draft.receiver, draft.form, draft.group_key, now.timestamp(), draft.due_at.timestamp(),
         draft.deadline_at.timestamp(), draft.notice),
    )  # fmt: skip
    return added.rowcount == 1


def enqueue_notice(  # noqa: PLR0913 - a notice is an envelope and two texts
    connection: sqlite3.Connection,
    receiver: str,
    *,
    key: str,
    title: str,
    lines: Iterable[str],
    now: datetime,
    deadline: timedelta = timedelta(days=1),
) -> str:
    """Put a message of dealwire's own into the outbox, once for each (receiver, key); its delivery id."""
    name = _notice_id(receiver, key)
    body = json.dumps({"title": title, "lines": list(lines)})
    if _insert(connection, Draft(name, receiver, "notice", now, now + deadline, notice=body), now):
        journal.touch(connection, f"delivery/{name}")
    return name


def has_notice(connection: sqlite3.Connection, receiver: str, key: str) -> bool:
    """Whether the receiver's notice of this key is in the outbox, sent or not."""
    return get(connection, _notice_id(receiver, key)) is not None


def _notice_id(receiver: str, key: str) -> str:
    return digest("notice", receiver, key)


def hand_over(connection: sqlite3.Connection, delivery: Delivery, fallback: str, now: datetime) -> str:
    """Give what is dead at its receiver to the fallback, as a delivery of its own; its id."""
    name = digest("fallback", delivery.id, fallback)
    lived = delivery.deadline_at - delivery.due_at
    draft = Draft(name, fallback, delivery.form, now, now + lived, notice=delivery.notice)
    if _insert(connection, draft, now):
        connection.execute(
            "INSERT INTO delivery_alerts SELECT ?, position, alert FROM delivery_alerts WHERE delivery = ?",
            (name, delivery.id),
        )
        journal.touch(connection, f"delivery/{name}")
    return name


def release(connection: sqlite3.Connection) -> int:
    """Make what was being sent when the process ended due again, under the same id; how many there were."""
    names = [name for (name,) in connection.execute("SELECT id FROM deliveries WHERE state = 'sending'")]
    for name in names:
        _change(connection, name, state="failed", error="the process ended while it was being sent")
    return len(names)


def mark_sending(connection: sqlite3.Connection, delivery: Delivery) -> None:
    _change(connection, delivery.id, state="sending", attempts=delivery.attempts + 1)


def mark_sent(connection: sqlite3.Connection, name: str, receipt: Mapping[str, str], now: datetime) -> None:
    _change(connection, name, state="sent", sent_at=now.timestamp(), error="", receipt=json.dumps(dict(receipt)))


def mark_failed(
    connection: sqlite3.Connection,
    name: str,
    error: str,
    retry_at: datetime,
    receipt: Mapping[str, str] | None = None,
) -> None:
    """Try again at `retry_at`; `receipt` tells what this try achieved, where it achieved something."""
    achieved = {"receipt": json.dumps(dict(receipt))} if receipt else {}
    _change(connection, name, state="failed", error=error, due_at=retry_at.timestamp(), **achieved)


def postpone(connection: sqlite3.Connection, delivery: Delivery, until: datetime, now: datetime) -> None:
    """Let the message wait as if it had just been made, with as much time for its delivery as it had."""
    deadline_at = delivery.deadline_at + (until - now)
    _change(connection, delivery.id, state="pending", attempts=0, due_at=until.timestamp(),
            deadline_at=deadline_at.timestamp())  # fmt: skip


def mark_dead(connection: sqlite3.Connection, name: str, error: str) -> None:
    _change(connection, name, state="dead", error=error)


def mark_dropped(connection: sqlite3.Connection, name: str, why: str) -> None:
    _change(connection, name, state="dropped", error=why)


def retry(
    connection: sqlite3.Connection, name: str, now: datetime, deadline: timedelta = timedelta(days=1)
) -> Delivery:
    """Send a dead, failed or dropped message at once; UsageError where there is none such."""
    delivery = get(connection, name)
    if delivery is None or delivery.state not in {"dead", "failed", "dropped"}:
        state = f"is {delivery.state}" if delivery else "is not in the outbox"
        raise UsageError(f"delivery {name} {state}; only dead, failed and dropped ones can be retried")
    _change(connection, name, state="pending", attempts=0, due_at=now.timestamp(),
            deadline_at=(now + deadline).timestamp())  # fmt: skip
    _note_order(connection, name, "retry", now)
    return delivery


def drop(connection: sqlite3.Connection, name: str, now: datetime, why: str = "dropped by an operator") -> Delivery:
    """Never send an open or dead message; UsageError where there is none such."""
    delivery = get(connection, name)
    if delivery is None or delivery.state not in {"pending", "failed", "dead"}:
        state = f"is {delivery.state}" if delivery else "is not in the outbox"
        raise UsageError(f"delivery {name} {state}; only pending, failed and dead ones can be dropped")
    _change(connection, name, state="dropped", error=why)
    _note_order(connection, name, "drop", now)
    return delivery


def _note_order(connection: sqlite3.Connection, name: str, verb: str, now: datetime) -> None:
    connection.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?)", (name, verb, now.timestamp()))


def _change(connection: sqlite3.Connection, name: str, **values: Any) -> None:
    assignments = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE deliveries SET {assignments} WHERE id = ?", (*values.values(), name))  # noqa: S608 - our own column names
    journal.touch(connection, f"delivery/{name}")


def get(connection: sqlite3.Connection, name: str) -> Delivery | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM deliveries WHERE id = ?", (name,)).fetchone()  # noqa: S608 - constants
    return delivery_of(row) if row else None


def listed(
    connection: sqlite3.Connection, states: Sequence[State] = (), receiver: str = "", limit: int = 1000
) -> Iterator[Delivery]:
    """Deliveries, the newest first, of these states (all where empty) and this receiver."""
    conditions, values = ["1"], list[str]()
    if states:
        conditions.append(f"state IN ({', '.join('?' * len(states))})")
        values.extend(states)
    if receiver:
        conditions.append("receiver = ?")
        values.append(receiver)
    query = f"SELECT {COLUMNS} FROM deliveries WHERE {' AND '.join(conditions)} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants and question marks
    return (delivery_of(row) for row in connection.execute(query, (*values, limit)))


def counts(connection: sqlite3.Connection) -> dict[tuple[str, State], int]:
    """How many deliveries each receiver has in each state."""
    query = "SELECT receiver, state, deliveries FROM delivery_states WHERE deliveries > 0"
    return {(receiver, state): count for receiver, state, count in connection.execute(query)}


def alerts_of(connection: sqlite3.Connection, delivery: str) -> tuple[Alert, ...]:
    """The alerts that a delivery carries, in the order in which they joined."""
    rows = connection.execute(
        "SELECT record FROM delivery_alerts JOIN alerts ON alerts.id = alert WHERE delivery = ? ORDER BY position",
        (delivery,),
    )
    return tuple(Alert.from_bytes(record) for (record,) in rows)


def leave_out(connection: sqlite3.Connection, delivery: str, alert: str) -> None:
    """Take an alert off a delivery that is not sent yet."""
    connection.execute("DELETE FROM delivery_alerts WHERE delivery = ? AND alert = ?", (delivery, alert))
    journal.touch(connection, f"delivery/{delivery}")
    journal.touch(connection, f"alert/{alert}")


def first_told(connection: sqlite3.Connection, story: str, receiver: str, before: int) -> Delivery | None:
    """The first message that told the receiver of a story, alone or among others, ahead of delivery number `before`."""
    row = connection.execute(
        f"SELECT {', '.join('d.' + c for c in Delivery.__slots__)} FROM deliveries d"  # noqa: S608 - constants
        " JOIN delivery_alerts m ON m.delivery = d.id JOIN alerts a ON a.id = m.alert"
        " WHERE a.story = ? AND d.receiver = ? AND d.state = 'sent' AND d.seq < ?"
        " ORDER BY d.seq LIMIT 1",
        (story, receiver, before),
    ).fetchone()
    return delivery_of(row) if row else None


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget what was settled before then; how many deliveries went."""
    limit = (before.timestamp(),)
    settled = "state IN ('sent', 'dead', 'dropped') AND created_at < ?"
    journal.forget(connection, f"SELECT 'delivery/' || id FROM deliveries WHERE {settled}", limit)  # noqa: S608 - constants
    gone = connection.execute(f"DELETE FROM deliveries WHERE {settled}", limit).rowcount  # noqa: S608 - constants
    connection.execute("DELETE FROM delivery_alerts WHERE delivery NOT IN (SELECT id FROM deliveries)")
    spare = "received_at < ? AND id NOT IN (SELECT alert FROM delivery_alerts)"
    journal.forget(connection, f"SELECT 'alert/' || id FROM alerts WHERE {spare}", limit)  # noqa: S608 - constants
    connection.execute(f"DELETE FROM alerts WHERE {spare}", limit)  # noqa: S608 - constants
    connection.execute("DELETE FROM decisions WHERE alert NOT IN (SELECT id FROM alerts)")
    connection.execute("DELETE FROM orders WHERE at < ?", limit)
    silences.prune(connection, before)
    return gone


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def delivery_of(row: Sequence[Any]) -> Delivery:
    """The delivery in a row of COLUMNS."""
    values = dict(zip(Delivery.__slots__, row, strict=True))
    for name in ("created_at", "due_at", "deadline_at", "sent_at"):
        values[name] = None if values[name] is None else _moment(values[name])
    return Delivery(**{**values, "receipt": json.loads(values["receipt"])})
