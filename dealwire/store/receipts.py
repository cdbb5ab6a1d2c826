"""Shell: what fired and what became of it, read from the outbox: the answer to "who was told what, when, and why"."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from dealwire.model import Alert
from notifier.render.view import headline


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on an alert at a receiver, and the state of the delivery that came of it."""

    receiver: str
    at: str
    outcome: str
    reason: str
    path: str
    delivery: str
    state: str = ""
    attempts: int = 0
    sent_at: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An alert with everything that was decided and done about it."""

    alert: Alert
    decisions: tuple[Decided, ...]

    def to_dict(self) -> dict[str, Any]:
        shown = {"severity", "labels", "rule_title", "changes", "rules_hash"}
        more = self.alert.model_dump(mode="json", include=shown, exclude_none=True)
        return {**self.alert.contract(), **more, "decisions": [asdict(d) for d in self.decisions]}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts are asked for."""

    since: datetime
    rule: str = ""
    receiver: str = ""
    limit: int = 1000


def listed(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[Receipt]:
    """The alerts that came since then, the newest first."""
    conditions, values = ["received_at >= ?"], [wanted.since.timestamp(), *filter(None, (wanted.rule, wanted.receiver))]
    if wanted.rule:
        conditions.append("rule = ?")
    if wanted.receiver:
        conditions.append("id IN (SELECT alert FROM decisions WHERE receiver = ?)")
    query = f"SELECT record FROM alerts WHERE {' AND '.join(conditions)} ORDER BY received_at DESC, id LIMIT ?"  # noqa: S608 - constants
    for (record,) in connection.execute(query, (*values, wanted.limit)).fetchall():
        yield _receipt(connection, Alert.from_bytes(record), wanted.receiver)


def find(connection: sqlite3.Connection, alert: str) -> Receipt | None:
    """The alert of this id."""
    row = connection.execute("SELECT record FROM alerts WHERE id = ?", (alert,)).fetchone()
    return _receipt(connection, Alert.from_bytes(row[0])) if row else None


def counts_by_rule(connection: sqlite3.Connection, since: datetime, until: datetime) -> dict[str, int]:
    """How many alerts each rule had in [since, until)."""
    return dict(
        connection.execute(
            "SELECT rule, count(*) FROM alerts WHERE received_at >= ? AND received_at < ? GROUP BY rule",
            (since.timestamp(), until.timestamp()),
        )
    )


def counts_by_state(connection: sqlite3.Connection, since: datetime, until: datetime) -> dict[str, int]:
    """What has become of the messages that were made in [since, until)."""
    return dict(
        connection.execute(
            "SELECT state, count(*) FROM deliveries WHERE created_at >= ? AND created_at < ? AND form != 'notice'"
            " GROUP BY state",
            (since.timestamp(), until.timestamp()),
        )
    )


def headline_of(connection: sqlite3.Connection, story: str) -> str:
    """The story in a line, as its latest alert has it; empty where no alert tells of it."""
    query = "SELECT record FROM alerts WHERE story = ? ORDER BY version DESC LIMIT 1"
    row = connection.execute(query, (story,)).fetchone()
    return headline(Alert.from_bytes(row[0])) if row else ""


def rules_told(connection: sqlite3.Connection, story: str) -> frozenset[str]:
    """The rules that have alerted on the story."""
    rows = connection.execute("SELECT DISTINCT rule FROM alerts WHERE story = ?", (story,))
    return frozenset(rule for (rule,) in rows)


def latest_version(connection: sqlite3.Connection, story: str) -> int | None:
    """The newest version of the story that an alert told of."""
    row = connection.execute("SELECT max(version) FROM alerts WHERE story = ?", (story,)).fetchone()
    return None if row[0] is None else int(row[0])


def _receipt(connection: sqlite3.Connection, alert: Alert, receiver: str = "") -> Receipt:
    rows = connection.execute(
        "SELECT c.receiver, c.at, outcome, reason, path, delivery, coalesce(state, ''), coalesce(attempts, 0), sent_at,"
        " coalesce(error, '') FROM decisions c LEFT JOIN deliveries d ON d.id = c.delivery"
        " WHERE alert = ? AND (? = '' OR c.receiver = ?) ORDER BY c.rowid",
        (alert.id, receiver, receiver),
    )
    return Receipt(alert, tuple(_decided(row) for row in rows))


def _decided(row: Sequence[Any]) -> Decided:
    receiver, at, outcome, reason, path, delivery, state, attempts, sent_at, error = row
    return Decided(
        receiver, _moment(at), outcome, reason, path, delivery, state, attempts, _moment(sent_at), error
    )  # fmt: skip


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
