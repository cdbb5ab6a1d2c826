"""Shell: the Today page, and the rows of stories that keep an open page current."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from dealwire.model import CATEGORIES
from dealwire.reference.companies import Companies
from dealwire.store import browse, catalogue, sums
from dealwire.web import filters
from dealwire.web.filters import Asked
from dealwire.web.pages import visits
from dealwire.web.pages.cards import card
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.market import WEEKS, largest_deals, monday, money_by_week
from dealwire.web.pages.rendering import render
from dealwire.web.pages.today import CONFIDENCES, DAYS, SIZES, by_day, chosen
from dealwire.web.pages.visits import Visit
from dealwire.web.pages.wording import words

EVENTS = "/api/v1/events"
LARGEST_DAYS = 30
SIDE_LARGEST_MAX = 8
ROWS_AT_ONCE = 50


async def today(request: web.Request) -> web.Response:
    """GET /: stories as they come, by the filters of the address."""
    desk, asked = request.app[DESK], Asked.of(request.query)
    now = desk.now()
    visit = visits.read_visit(request.cookies.get(visits.COOKIE, ""), now)
    data = await desk.read(_read, asked, visit, desk.companies, now)
    rules = {rule.id: rule.title or rule.id for rule in desk.book.rules}
    found = data["found"]
    cards = [card(row, visit.mark) for row in found.rows]
    response = page(
        "today.html.j2",
        frame_of(request, "today"),
        "Today",
        asked=asked,
        chosen=chosen(asked, rules),
        choices=_choices(data["companies"], data["regions"], rules),
        understood=", ".join(data["understood"]),
        days=by_day(cards, now),
        older=asked.address(cursor=found.next) if found.next else "",
        paged=bool(asked.cursor),
        since=_since(asked, visit, data["since"]),
        charts=_side_charts(data),
        events=f"{EVENTS}?after={data['place']}",
        card_query=asked.query,
        links=list_links("/api/v1/stories", asked.query),
    )
    keep_visit(response, visit, secure=request.secure)
    return response


def list_links(path: str, query: str = "") -> list[tuple[str, str]]:
    """The same list in the forms that programs read."""
    return [(name, f"{path}.{suffix}{query}") for name, suffix in (("JSON", "json"), ("CSV", "csv"), ("Atom", "atom"))]


def keep_visit(response: web.Response, visit: Visit, *, secure: bool) -> None:
    response.set_cookie(
        visits.COOKIE, visit.cookie, max_age=visits.COOKIE_SECONDS_MAX, httponly=True, samesite="Lax", secure=secure
    )


def _read(
    connection: sqlite3.Connection, asked: Asked, visit: Visit, companies: Companies, now: datetime
) -> dict[str, Any]:
    query, wanted = filters.wanted_of(connection, asked, companies, now, visit.mark)
    names, regions = browse.choices(connection)
    until = min(browse.newest(connection) or now, now)
    first = monday(until.date()) - timedelta(weeks=WEEKS - 1)
    return {
        "found": browse.listed(connection, wanted),
        "understood": query.said,
        "companies": names,
        "regions": regions,
        "since": browse.count_since(connection, visit.mark) if visit.mark else None,
        "place": catalogue.place(connection),
        "until": until,
        "money": sums.money_by_week(connection, datetime.combine(first, datetime.min.time(), UTC)),
        "largest": browse.largest(connection, until - timedelta(days=LARGEST_DAYS), SIDE_LARGEST_MAX),
    }


def _choices(companies: list[str], regions: list[str], rules: dict[str, str]) -> dict[str, Any]:
    return {
        "categories": [("", "Any"), *((category, words(category)) for category in CATEGORIES)],
        "companies": companies,
        "sizes": SIZES,
        "regions": regions,
        "rules": list(rules.items()),
        "confidences": CONFIDENCES,
        "days": DAYS,
    }


def _since(asked: Asked, visit: Visit, counts: tuple[int, int] | None) -> dict[str, Any] | None:
    if counts is None:
        return None
    return {
        "mark": visit.mark,
        "new": counts[0],
        "changed": counts[1],
        "only": bool(asked.changed),
        "only_href": asked.address(changed="1"),
        "all_href": asked.address(changed=""),
    }


def _side_charts(data: dict[str, Any]) -> list[Any]:
    until = data["until"].date()
    return [money_by_week(data["money"], until), largest_deals(data["largest"], LARGEST_DAYS)]


async def rows(request: web.Request) -> web.Response:
    """GET /stories/rows?story=…&story=…: the rows of these stories as HTML, the latest change first.

    Those that the filters of the address do not ask for are left out.
    """
    desk, asked = request.app[DESK], Asked.of(request.query)
    wanted = tuple(dict.fromkeys(request.query.getall("story", [])))
    if not 0 < len(wanted) <= ROWS_AT_ONCE:
        raise web.HTTPBadRequest(text=f"ask for one to {ROWS_AT_ONCE} stories, each as story=…")
    now = desk.now()
    visit = visits.read_visit(request.cookies.get(visits.COOKIE, ""), now)
    found = await desk.read(_read_rows, wanted, asked, visit, desk.companies, now)
    days = by_day((card(row, visit.mark or visit.last) for row in found.rows), now)
    text = render("rows.html.j2", {"days": days})
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"})


def _read_rows(
    connection: sqlite3.Connection,
    stories: Sequence[str],
    asked: Asked,
    visit: Visit,
    companies: Companies,
    now: datetime,
) -> browse.Found:
    _, wanted = filters.wanted_of(connection, asked, companies, now, visit.mark)
    return browse.listed(connection, replace(wanted, stories=tuple(stories), cursor="", limit=len(stories)))


async def mark_seen(request: web.Request) -> web.Response:
    """POST /seen: everything up to now is seen."""
    response = web.HTTPSeeOther(location="/?done=seen")
    keep_visit(response, visits.seen(request.app[DESK].now()), secure=request.secure)
    raise response
