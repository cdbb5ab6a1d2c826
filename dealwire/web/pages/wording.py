"""Core: values as the pages say them: sums, moments, waits, types; and text from feeds made safe to show."""

import re
import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import cache

from dealwire.web.charts.scale import dollars
from notifier.render.escape import JOINERS, UNSEEN
from notifier.render.view import ROLE_NAMES, type_name

KEPT = JOINERS | {"\n", "\t"}
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))
SIZES = (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10))
LONG_ID = re.compile(r"\b([0-9a-f]{10})[0-9a-f]{6,}\b")
SHORT_CATEGORIES = {"funding": "Funding", "mna": "M&A", "hardware": "Hardware"}


@cache
def _acting() -> re.Pattern[str]:
    """Characters that are not shown but act: controls, bidi overrides, separators of lines, half surrogates."""
    points = (p for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p)) in UNSEEN and chr(p) not in KEPT)
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return re.compile("[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]")


def visible(text: str) -> str:
    r"""The text without characters that act unseen; its lines stay.

    >>> visible("pay\u202etxt\x1b[31m\nnext")
    'paytxt[31m\nnext'
    """
    return text if text.isascii() and text.isprintable() else _acting().sub("", text)


def words(name: str) -> str:
    """A name of the model in words.

    >>> words("in_talks"), words("series_b"), words("lead_investor"), words("mna")
    ('In talks', 'Series B', 'Lead investor', 'M&A')
    """
    if name in ROLE_NAMES:
        return name.replace("_", " ").capitalize()
    return SHORT_CATEGORIES.get(name) or type_name(name)


def usd(value: float | None) -> str:
    """US dollars, short: "$4.3B"; a dash where nothing is known."""
    return dollars(value) if value else "–"


def day(moment: date) -> str:
    """The day: "Mon 2 Mar 2026".

    >>> day(date(2026, 3, 2))
    'Mon 2 Mar 2026'
    """
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M}"


def stamp(moment: datetime | None) -> str:
    """Day and time.

    >>> stamp(datetime(2026, 3, 2, 7, 5, tzinfo=UTC))
    '2 Mar 2026, 07:05 UTC'
    """
    if moment is None:
        return "never"
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def span(wait: timedelta | float | None) -> str:
    """A wait as a person says it.

    >>> span(timedelta(minutes=95)), span(3.2), span(None)
    ('2 h', '3 s', '–')
    """
    if wait is None:
        return "–"
    seconds = max(wait.total_seconds() if isinstance(wait, timedelta) else wait, 0)
    for unit, size in UNITS:
        if seconds >= size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds:.0f} s"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long it has been.

    >>> ago(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    '2 d ago'
    """
    return f"{span(now - moment)} ago" if moment else "never"


def size(octets: int) -> str:
    """Octets as a person says them.

    >>> size(1_300_000), size(12)
    ('1.2 MB', '12 B')
    """
    for unit, one in SIZES:
        if octets >= one:
            return f"{octets / one:.1f} {unit}"
    return f"{octets} B"


def sentence(said: str) -> str:
    """A cause as a sentence; what begins with an address or the name of a field or file keeps its first letter.

    >>> sentence("choose a file"), sentence("min_usd: not a number"), sentence("")
    ('Choose a file.', 'min_usd: not a number.', '')
    """
    first = said.partition(" ")[0]
    begun = f"{said[:1].upper()}{said[1:]}" if first.rstrip(",").replace("'", "").isalpha() else said
    return begun if not said or said.endswith((".", "!", "?")) else f"{begun}."


def short_ids(text: str) -> str:
    """The text with the ids in it as short as tables have them.

    >>> short_ids("told by delivery d18bb31bcb8fd6e036b0")
    'told by delivery d18bb31bcb'
    """
    return LONG_ID.sub(r"\1", text)


def percent(share: float) -> str:
    return f"{share:.0%}"


def number(count: int) -> str:
    """A count with its thousands apart.

    >>> number(1200)
    '1,200'
    """
    return f"{count:,}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "story", "stories"), counted(1200, "alert")
    ('1 story', '1,200 alerts')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
