"""Shell: what dealwire says while it runs: events in the past tense with fields, as text or as JSON, on standard error.

    log = logger("embedded")
    log.info("batch_taken", feed="techwire", articles=12)

Secrets that bootstrap resolved (receiver URLs, tokens) are struck out of every line, whoever wrote it.
"""

import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

LogFormat = Literal["text", "json"]

STRUCK_OUT = "[secret]"
SECRET_LENGTH_MIN = 6
"""A shorter value would strike out ordinary words."""


class EventLogger:
    """Writes named events with fields through the standard library's logging."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"dealwire.{name}")

    def debug(self, event: str, **fields: Any) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._write(logging.ERROR, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"fields": fields})


def logger(name: str) -> EventLogger:
    return EventLogger(name)


def configure(log_format: LogFormat = "text", level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Send every library's and dealwire's own lines to standard error in one form, at `level` and above."""
    handler = logging.StreamHandler(sys.stderr)
    shape = JsonLines() if log_format == "json" else TextLines()
    handler.setFormatter(Striking(shape, secrets))
    handler.setLevel(level.upper())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)  # libraries speak only of trouble
    ours = logging.getLogger("dealwire")
    ours.setLevel(min(handler.level, logging.WARNING))  # what goes wrong is counted even where it is not shown


class TextLines(logging.Formatter):
    """`2026-11-23T09:00:00Z info batch_taken feed=techwire articles=12`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {key}={_shown(value)}" for key, value in _fields(record).items())
        return f"{_moment(record)} {record.levelname.lower()} {record.getMessage()}{fields}"


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        head = {"at": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        line = {**head, "event": record.getMessage(), **_fields(record)}
        return orjson.dumps(line, default=str).decode()


class Striking(logging.Formatter):
    """Another formatter's lines without any of the secrets."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted({s for s in secrets if len(s) >= SECRET_LENGTH_MIN}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, STRUCK_OUT)
        return line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = dict(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[1]:
        fields["error"] = repr(record.exc_info[1])
    return fields


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(value: Any) -> str:
    text = str(value).replace("\n", "\\n")
    return f'"{text}"' if " " in text else text
