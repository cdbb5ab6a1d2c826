"""Core: the moment that a feed's or archive's date says, however it is written, or None; never an invented one.

A date without a time is midnight, one without a zone is UTC. `03/04/2020` is None: nothing says whether that is March
or April. feedparser is asked for Korean, Greek and Hungarian dates alone: its other forms make something of anything.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from feedparser.datetimes.greek import _parse_date_greek
from feedparser.datetimes.hungarian import _parse_date_hungarian
from feedparser.datetimes.korean import _parse_date_nate, _parse_date_onblog

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""A date outside is a default or an overflow ("0001-01-01", the epoch, year 9999), not when something was published."""

LENGTH_MAX = 100
EPOCH_SECONDS_DIGITS = 10
LOCAL_FORMS: tuple[Callable[[str], time.struct_time | None], ...] = (
    _parse_date_onblog,
    _parse_date_nate,
    _parse_date_greek,
    _parse_date_hungarian,
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, start=1)}
ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "msk": 3, "gst": 4, "ist": 5.5, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "pt": -8,
}  # fmt: skip
"""Hours east of Greenwich of the abbreviations that feeds use (RFC 822 and press wires)."""

_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?<![\w.])(?:gmt|utc)?([+-])(\d{2}):?(\d{2})\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?[\s\-/.]+(?:of\s+)?([a-z]{3})[a-z]*[\s\-/.,]+(\d{4}|\d{2})\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    r"\b([a-z]{3})[a-z]*\.?[\s\-]+(\d{1,2})(?:st|nd|rd|th)?(?:,|\s|-)+(?:\D\S*\s+|\d{1,2}:[\d:]+\s+(?:[a-z]{2,5}\s+)?)?(\d{4})\b",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(r"^([a-z]{3})[a-z]*\.?\s+(\d{4})$", re.IGNORECASE)
_YEAR_ALONE = re.compile(r"^(\d{4})(?:-(\d{2}))?$")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PLAIN = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> datetime | None:
    """The moment in UTC that `text` states, or None where it states none that can be told for certain.

    >>> parse_moment("Mar 09 2020").isoformat(), parse_moment("1-Apr-19").date().isoformat()
    ('2020-03-09T00:00:00+00:00', '2019-04-01')
    """
    text = " ".join(text.split())
    if not text or len(text) > LENGTH_MAX:
        return None
    moment = _iso(text) or _epoch(text) or _local(text) or _written(text)
    return moment if moment and EARLIEST <= moment < LATEST else None


def _iso(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _epoch(text: str) -> datetime | None:
    if not text.isascii() or not text.isdigit() or len(text) < EPOCH_SECONDS_DIGITS:
        return None
    seconds = int(text) / 10 ** (3 * ((len(text) - EPOCH_SECONDS_DIGITS + 2) // 3))
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _written(text: str) -> datetime | None:
    day = _day(text)
    if day is None:
        return None
    clock = _CLOCK.search(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3]) if clock else (0, 0, 0)
    if clock and (half := clock[4]):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    try:
        return _in_utc(
            datetime(*day, hour, minute, min(second, 59), tzinfo=_zone(text[clock.end() :] if clock else ""))
        )
    except ValueError:
        return None


def _day(text: str) -> tuple[int, int, int] | None:
    if match := _YEAR_ALONE.search(text):
        return int(match[1]), int(match[2] or 1), 1
    if match := _YEAR_FIRST.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if (match := _NAMED.search(text)) and (month := MONTHS.get(match[2].lower())):
        return _full_year(match[3]), month, int(match[1])
    if (match := _MONTH_FIRST.search(text)) and (month := MONTHS.get(match[1].lower())):
        return int(match[3]), month, int(match[2])
    if (match := _MONTH_AND_YEAR.search(text)) and (month := MONTHS.get(match[1].lower())):
        return int(match[2]), month, 1
    if match := _PLAIN.search(text):
        first, second, year = (int(part) for part in match.groups())
        if first > 12 >= second:
            return year, second, first
        if second > 12 >= first or first == second:
            return year, first, second
    return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 70 else 1900)  # POSIX strptime's pivot, %y


def _zone(rest: str) -> timezone:
    if match := _OFFSET.search(rest):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(offset if match[1] == "+" else -offset)
    for word in re.findall(r"[a-z]+", rest.lower()):
        if word in ZONES:
            return timezone(timedelta(hours=ZONES[word]))
    return UTC


def _local(text: str) -> datetime | None:
    """Korean, Greek and Hungarian dates, by feedparser's own forms; its general ones guess, and are not asked."""
    if text.isascii():
        return None
    for read in LOCAL_FORMS:
        try:
            parts = read(text)
        except (ValueError, KeyError):
            continue
        if parts:
            year, month, day, hour, minute, second = parts[:6]
            return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return None


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
