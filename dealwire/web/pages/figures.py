"""Shell: all charts on one page."""

import sqlite3
from datetime import UTC, datetime, timedelta

from aiohttp import web

from dealwire.store import browse, sums
from dealwire.web.charts import Chart
from dealwire.web.pages.desk import DESK, Desk
from dealwire.web.pages.feed_rows import activity
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.market import alerts_by_day, articles_by_day, largest_deals, monday, money_by_week
from dealwire.web.pages.stories import list_links

DAYS = 30
WEEKS = 26
LARGEST_MAX = 15

Sides = list[list[Chart]]


async def show(request: web.Request) -> web.Response:
    """GET /figures"""
    sides = await read_charts(request.app[DESK])
    frame = frame_of(request, "figures")
    return page("figures.html.j2", frame, "Figures", sides=sides, links=list_links("/api/v1/figures"))


async def read_charts(desk: Desk) -> Sides:
    """What happened over time, and who was the largest."""
    titles = {rule.id: rule.title or rule.id for rule in desk.book.rules}
    return await desk.read(_charts, desk.now(), titles)


def _charts(connection: sqlite3.Connection, now: datetime, titles: dict[str, str]) -> Sides:
    until = min(browse.newest(connection) or now, now)
    since = _midnight(until - timedelta(days=DAYS - 1))
    first = _midnight(datetime.combine(monday(until.date()), datetime.min.time(), UTC) - timedelta(weeks=WEEKS - 1))
    counts, told, by_feed = browse.articles_by_day(connection, since.date())
    feeds = {feed: list(days.values()) for feed, days in by_feed.items()}
    over_time = [
        money_by_week(sums.money_by_week(connection, first), until.date(), WEEKS),
        alerts_by_day(sums.alerts_by_day(connection, since), titles, until.date(), DAYS),
        articles_by_day(counts, told, until.date(), DAYS),
    ]
    return [over_time, [largest_deals(browse.largest(connection, since, LARGEST_MAX), DAYS), activity(feeds, DAYS)]]


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), datetime.min.time(), UTC)
