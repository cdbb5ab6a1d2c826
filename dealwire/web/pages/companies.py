"""Shell: the companies that stories name, and the page of each: its stories, its money over time, its names."""

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from dealwire.reference.companies import Company
from dealwire.reference.names import fold_name
from dealwire.store import browse
from dealwire.store.browse import Row, Stake, Wanted
from dealwire.web.filters import Asked
from dealwire.web.pages.cards import card, company_path
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.market import money_of, quarter_of, quarters_between
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.today import by_day
from dealwire.web.pages.wording import counted
from rules.book import RuleBook

KNOWN_FROM = "From dealwire's gazetteer, the watchlists and the articles."
NAME_LENGTH_MAX = 120
STORIES_SHOWN = 30
PARTNERS_MAX = 12
QUARTERS_MAX = 12


async def listed(request: web.Request) -> web.Response:
    """GET /companies"""
    desk, name = request.app[DESK], request.query.get("name", "").strip()[:NAME_LENGTH_MAX]
    found = await desk.read(browse.companies, fold_name(name))
    rows = [{"name": one.name, "href": company_path(one.key), "stories": one.stories, "money_in": one.money_in,
             "money_out": one.money_out, "last": one.last} for one in found]  # fmt: skip
    query = f"?{urlencode({'name': name})}" if name else ""
    return page("companies.html.j2", frame_of(request, "companies"), "Companies", rows=rows, name=name,
                links=list_links("/api/v1/companies", query))  # fmt: skip


async def show(request: web.Request) -> web.Response:
    """GET /companies/{key}"""
    desk, key = request.app[DESK], request.match_info["key"]
    stakes, rows, partners = await desk.read(_read, key)
    known = next((one for one in desk.companies if one.id == key), None)
    if not stakes and known is None:
        raise web.HTTPNotFound(text="no story names this company, and the gazetteer does not know it")
    name = known.name if known else stakes[-1].name
    return page(
        "company.html.j2",
        frame_of(request, "companies"),
        name,
        company=_about(stakes, partners, key, known, desk.book),
        chart=money_of(flows_of(stakes)),
        cards=rows,
        days=by_day([card(row) for row in rows], desk.now()),
        older=Asked(company=key).address() if len(stakes) > STORIES_SHOWN else "",
        links=list_links("/api/v1/stories", Asked(company=key).query),
    )


def _read(
    connection: sqlite3.Connection, key: str
) -> tuple[Sequence[Stake], Sequence[Row], Sequence[tuple[str, str, int]]]:
    rows = browse.listed(connection, Wanted(company=key, limit=STORIES_SHOWN)).rows
    return browse.stakes(connection, key), rows, browse.partners(connection, key, PARTNERS_MAX)


def flows_of(stakes: Sequence[Stake]) -> list[tuple[str, float, float]]:
    """(quarter, in, out) in US dollars, from the first story's quarter to the last's, the latest QUARTERS_MAX."""
    if not stakes:
        return []
    sums: dict[str, tuple[float, float]] = {}
    for stake in stakes:
        into, out = sums.get(quarter_of(stake.day), (0.0, 0.0))
        sums[quarter_of(stake.day)] = (into + stake.money_in, out + stake.money_out)
    days = [stake.day for stake in stakes]
    quarters = list(quarters_between(min(days), max(days)))[-QUARTERS_MAX:]
    return [(quarter, *sums.get(quarter, (0.0, 0.0))) for quarter in quarters]


def _about(
    stakes: Sequence[Stake], partners: Sequence[tuple[str, str, int]], key: str, known: Company | None, book: RuleBook
) -> dict[str, Any]:
    days = [stake.day for stake in stakes]
    spelled = dict.fromkeys(stake.name for stake in stakes)
    aliases = dict.fromkeys([*(known.aliases if known else ()), *book.aliases.get(key, ())])
    return {
        "stories": len(stakes),
        "span": " to ".join(dict.fromkeys(f"{day:%b %Y}" for day in (min(days), max(days)))) if days else "none now",
        "money_in": sum(stake.money_in for stake in stakes),
        "money_out": sum(stake.money_out for stake in stakes),
        "ticker": known.ticker if known else "",
        "place": known.country if known else "",
        "about": ", ".join(filter(None, (known.kind, known.country, *known.sectors[:3]))) if known else "",
        "names": list(dict.fromkeys([*spelled, *aliases])),
        "origin": KNOWN_FROM if known else "As the articles write it; the gazetteer does not know it.",
        "partners": [
            {"name": name, "href": company_path(other), "detail": counted(times, "story", "stories")}
            for other, name, times in partners
        ],
        "watched_by": [name for name, members in book.watchlists.items() if key in members],
    }
