"""Shell: the outbox's records as images on a topic, and back: how a new owner of the outbox comes by its state.

An image holds the whole present state of what stands under a journal key, as JSON. Restoring images, in any order of
keys and as often as one likes, gives the tables that they were taken from.
"""

import base64
import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from dealwire.errors import RecordError

TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "alert": (("alerts", "id"), ("decisions", "alert")),
    "delivery": (("deliveries", "id"), ("delivery_alerts", "delivery")),
    "silence": (("silences", "id"),),
    "ack": (("acknowledgements", "story"),),
}
"""For each kind of key, the tables that hold its record and the column that names it; the first holds one row."""

BYTES = "base64:"


def image(connection: sqlite3.Connection, key: str) -> bytes | None:
    """The record's present state; None where it is gone, as a tombstone says."""
    kind, name = _split(key)
    rows = {table: _rows(connection, table, column, name) for table, column in TABLES[kind]}
    return orjson.dumps(rows) if rows[TABLES[kind][0][0]] else None


def restore(connection: sqlite3.Connection, key: str, image: bytes | None) -> None:
    """Put the record back as the image has it, or take it away; the journal hears nothing of it."""
    kind, name = _split(key)
    try:
        rows = orjson.loads(image) if image else {}
        for table, column in TABLES[kind]:
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))  # noqa: S608 - our own table names
            for row in rows.get(table, ()):
                _insert(connection, table, row)
    except (ValueError, AttributeError, sqlite3.OperationalError) as error:
        raise RecordError(f"outbox record {key}: not an image of one: {error}") from error


def _split(key: str) -> tuple[str, str]:
    kind, _, name = key.partition("/")
    if kind not in TABLES or not name:
        raise RecordError(f"outbox record {key!r}: unknown kind of record")
    return kind, name


def _rows(connection: sqlite3.Connection, table: str, column: str, name: str) -> list[dict[str, Any]]:
    order = "rowid" if table == "decisions" else "1, 2"
    query = f"SELECT * FROM {table} WHERE {column} = ? ORDER BY {order}"  # noqa: S608 - our own table names
    cursor = connection.execute(query, (name,))
    names = [description[0] for description in cursor.description]
    return [{n: _written(value) for n, value in zip(names, row, strict=True)} for row in cursor]


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    known = [r[1] for r in connection.execute(f"PRAGMA table_info({table})")]
    given = {n: _read(value) for n, value in row.items() if n in known}  # a newer dealwire may write more
    columns, marks = ", ".join(given), ", ".join("?" * len(given))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(given.values()))  # noqa: S608 - known columns


def _written(value: Any) -> Any:
    return BYTES + base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(BYTES):
        return base64.b64decode(value.removeprefix(BYTES))
    return value
