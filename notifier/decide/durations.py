"""Core: lengths of time as people write them: `30s`, `5m`, `2h`, `1d`, `1h30m`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PART = re.compile(r"(\d+)\s*([smhdw])")
DURATION_SECONDS_MAX = 3660 * 86_400
"""Ten years: whoever means longer has mistyped."""


def parse_duration(text: Any) -> timedelta:
    """The length of time that `text` says; ValueError where it says none.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not text.strip() or PART.sub("", text).strip():
        raise ValueError(f"{text!r} is not a length of time; write it like 30s, 5m, 2h, 7d")
    seconds = sum(int(number) * UNITS[unit] for number, unit in PART.findall(text))
    if seconds > DURATION_SECONDS_MAX:
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """The length as `parse_duration` reads it.

    >>> format_duration(timedelta(seconds=5400))
    '1h30m'
    """
    rest = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


def parse_rate(text: str) -> float:
    """The seconds between messages that `30/m` allows; ValueError where it says no rate.

    >>> parse_rate("30/m")
    2.0
    """
    count, _, unit = text.partition("/")
    seconds = {"s": 1.0, "m": 60.0, "h": 3600.0}.get(unit.strip())
    if seconds is None or not count.strip().isdigit() or int(count) == 0:
        raise ValueError(f"{text!r} is not a rate; write it like 1/s, 30/m or 100/h")
    return seconds / int(count)
