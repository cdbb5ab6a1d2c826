"""Core: lengths of time as rules write them: `7d`, `12h`, `1d12h`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

PATTERN = r"^(\d+[smhdw])+$"
DAYS_MAX = 10 * 366

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d+)([smhdw])")


def parse_duration(text: Any) -> timedelta:
    """The length that `text` says; ValueError where it says none.

    >>> parse_duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not re.match(PATTERN, text.strip()):
        raise ValueError(f"{text!r} is no length of time; expected as in 30m, 12h, 7d")
    seconds = sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(text))
    if seconds == 0:
        raise ValueError(f"{text!r} is no time at all; expected as in 30m, 12h, 7d")
    if seconds > DAYS_MAX * 86_400:
        raise ValueError(f"{text!r} is longer than ten years; expected as in 30m, 12h, 7d")
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """The length as parse_duration reads it, in as few units as it needs.

    >>> format_duration(timedelta(days=1, hours=12))
    '1d12h'
    """
    rest, said = int(length.total_seconds()), ""
    for unit in "dhms":
        count, rest = divmod(rest, _SECONDS[unit])
        said += f"{count}{unit}" if count else ""
    return said


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["12h", "7d"]}),
]
"""A positive length of time."""
