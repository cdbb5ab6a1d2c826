"""Core: how each feed does, as rows of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from connectors.health import FeedRecord
from connectors.registry import FeedSpec
from dealwire.store import browse
from dealwire.web.charts import Entry, ranking, spark
from dealwire.web.charts.chart import Chart
from dealwire.web.pages.wording import counted, span
from notifier.render.escape import one_line
from notifier.render.view import web_link

CSS = {"well": "good", "failing": "bad", "gone": "bad", "silent": "warn", "new": ""}
ORDER = ("gone", "failing", "silent", "new", "well")
"""What wants a look comes first."""
BUSIEST_MAX = 10


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One feed."""

    name: str
    location: str
    condition: str
    css: str
    error: str
    last_visit: datetime | None
    last_change: datetime | None
    usually: str
    items: int
    events: int
    spark: Markup
    items_last: tuple[Item, ...]


def feed_rows(
    specs: Sequence[FeedSpec],
    records: Mapping[str, FeedRecord],
    daily: Mapping[str, Sequence[int]],
    last: Mapping[str, Sequence[browse.Item]],
    now: datetime,
) -> list[Row]:
    """A row for each feed of the configuration, and for those that only the store remembers."""
    located = {spec.title: spec.location for spec in specs}
    names = dict.fromkeys([*located, *records])
    rows = [_row(records.get(name) or FeedRecord(name), located.get(name, ""), daily, last, now) for name in names]
    return sorted(rows, key=lambda row: (ORDER.index(row.condition), row.name.casefold()))


def _row(
    record: FeedRecord,
    location: str,
    daily: Mapping[str, Sequence[int]],
    last: Mapping[str, Sequence[browse.Item]],
    now: datetime,
) -> Row:
    condition = record.condition(now)
    days = daily.get(record.name, ())
    return Row(
        name=one_line(record.name),
        location=one_line(location),
        condition=condition,
        css=CSS[condition],
        error=one_line(record.error),
        last_visit=record.last_visit,
        last_change=record.last_change,
        usually=f"every {span(record.usual_gap)}" if record.usual_gap else "",
        items=record.items,
        events=record.events,
        spark=spark(days, f"{counted(sum(days), 'article')} in {counted(len(days), 'day')}") if days else Markup(),
        items_last=tuple(Item(one_line(a.title), web_link(a.url), a.at) for a in last.get(record.name, ())),
    )


def activity(daily: Mapping[str, Sequence[int]], days: int) -> Chart:
    """Which feeds brought most."""
    totals = sorted(((sum(counts), name) for name, counts in daily.items()), reverse=True)[:BUSIEST_MAX]
    entries = [Entry(one_line(name), total) for total, name in totals if total]
    return ranking(f"Articles by feed, {days} days", "Feed", entries)
