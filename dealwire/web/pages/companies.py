"""Shell: the companies that stories name, and the page of each: its stories, its money over time, its names."""

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from dealwire.reference.companies import Company
from dealwire.store import browse, company_sums
from dealwire.store.browse import Row, Wanted
from dealwire.store.company_sums import Quarter, Record
from dealwire.web import naming
from dealwire.web.filters import Asked
from dealwire.web.pages.cards import card, company_path
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.market import money_of, quarter_name
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.today import by_day
from dealwire.web.pages.wording import counted
from rules.book import RuleBook

KNOWN_FROM = "From dealwire's gazetteer, the watchlists and the articles."
NAME_LENGTH_MAX = 120
STORIES_SHOWN = 30
PARTNERS_MAX = 12
QUARTERS_MAX = 12
NAMES_MAX = 40


async def listed(request: web.Request) -> web.Response:
    """GET /companies"""
    desk, name = request.app[DESK], request.query.get("name", "").strip()[:NAME_LENGTH_MAX]
    found = await desk.read(naming.called, name, desk.companies)
    rows = [{"name": one.name, "href": company_path(one.key), "stories": one.stories, "money_in": one.money_in,
             "money_out": one.money_out, "last": one.last} for one in found]  # fmt: skip
    query = f"?{urlencode({'name': name})}" if name else ""
    return page("companies.html.j2", frame_of(request, "companies"), "Companies", rows=rows, name=name,
                links=list_links("/api/v1/companies", query))  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """GET /companies/{key}"""
    desk, key = request.app[DESK], request.match_info["key"]
    record, rows, partners = await desk.read(_read, key)
    known = next((one for one in desk.companies if one.id == key), None)
    if record is None and known is None:
        raise web.HTTPNotFound(text="no story names this company, and the gazetteer does not know it")
    name = known.name if known else record.name if record else key
    return page(
        "company.html.j2",
        frame_of(request, "companies"),
        name,
        company=_about(record, partners, key, known, desk.book),
        chart=money_of(flows_of(record.quarters if record else ())),
        cards=rows,
        days=by_day([card(row) for row in rows], desk.now()),
        older=Asked(company=key).address() if record and record.stories > STORIES_SHOWN else "",
        links=list_links("/api/v1/stories", Asked(company=key).query),
    )


def _read(
    connection: sqlite3.Connection, key: str
) -> tuple[Record | None, Sequence[Row], Sequence[tuple[str, str, int]]]:
    rows = browse.listed(connection, Wanted(company=key, limit=STORIES_SHOWN)).rows
    record = company_sums.find(connection, key, NAMES_MAX)
    return record, rows, company_sums.partners(connection, key, PARTNERS_MAX)


def flows_of(quarters: Sequence[Quarter]) -> list[tuple[str, float, float]]:
    """(quarter, in, out) in US dollars, from the first quarter with a story to the last, the latest QUARTERS_MAX."""
    if not quarters:
        return []
    held = {one.number: (one.money_in, one.money_out) for one in quarters}
    last = quarters[-1].number
    first = max(quarters[0].number, last - QUARTERS_MAX + 1)
    return [(quarter_name(number), *held.get(number, (0.0, 0.0))) for number in range(first, last + 1)]


def _about(
    record: Record | None,
    partners: Sequence[tuple[str, str, int]],
    key: str,
    known: Company | None,
    book: RuleBook,
) -> dict[str, Any]:
    days = (record.first, record.last) if record else ()
    aliases = dict.fromkeys([*(known.aliases if known else ()), *book.aliases.get(key, ())])
    return {
        "stories": record.stories if record else 0,
        "span": " to ".join(dict.fromkeys(f"{day:%b %Y}" for day in days)) or "none now",
        "money_in": record.money_in if record else 0.0,
        "money_out": record.money_out if record else 0.0,
        "ticker": known.ticker if known else "",
        "place": known.country if known else "",
        "about": ", ".join(filter(None, (known.kind, known.country, *known.sectors[:3]))) if known else "",
        "names": list(dict.fromkeys([*(record.names if record else ()), *aliases])),
        "origin": KNOWN_FROM if known else "As the articles write it; the gazetteer does not know it.",
        "partners": [
            {"name": name, "href": company_path(other), "detail": counted(times, "story", "stories")}
            for other, name, times in partners
        ],
        "watched_by": [name for name, members in book.watchlists.items() if key in members],
    }
