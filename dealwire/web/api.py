"""Shell: what programs read: every list as JSON, CSV and Atom, one story whole, and a description of it all.

GET /api/v1/<list>.json|csv|atom     <list>: stories, companies, suggestions, alerts, rules, feeds, deliveries,
                                             dead-letters
GET /api/v1/stories/<id>.json        one story with its articles' titles, versions, alerts
GET /api/v1/stories/<id>.csv|atom    its versions
GET /api/v1/figures.json|csv|atom    every chart's table
GET /api/v1/events                   stories as they change (dealwire.web.live)
GET /api/v1/openapi.json             all of this as OpenAPI 3.1
"""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from aiohttp import web

from dealwire.errors import UsageError
from dealwire.model import Story, Version
from dealwire.store import browse, dead_letters, outbox
from dealwire.store import feeds as feed_store
from dealwire.web import filters, naming
from dealwire.web.filters import Asked
from dealwire.web.openapi import describe
from dealwire.web.pages import figures, visits
from dealwire.web.pages.cards import story_path, title_of
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.wording import visible

ROOT = "/api/v1"
ATOM = "http://www.w3.org/2005/Atom"
LIMIT = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet would run."""

Row = Mapping[str, Any]
Read = Callable[[web.Request], Awaitable[tuple[Sequence[Row], str]]]


def add_api(app: web.Application) -> None:
    for name, read in LISTS.items():
        app.router.add_get(f"{ROOT}/{name}.{{form:json|csv|atom}}", _handler(name, read))
    app.router.add_get(f"{ROOT}/figures.{{form:json|csv|atom}}", _figures)
    app.router.add_get(f"{ROOT}/stories/{{id}}.{{form:json|csv|atom}}", _story)
    app.router.add_get(f"{ROOT}/openapi.json", _openapi)


def _handler(name: str, read: Read) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        rows, cursor = await read(request)
        return written(request, name, rows, cursor)

    return handle


def written(request: web.Request, name: str, rows: Sequence[Row], cursor: str = "") -> web.Response:
    """The rows in the form that the address asks for; further ones are linked."""
    links = {"Link": f'<{request.rel_url.update_query(cursor=cursor)}>; rel="next"'} if cursor else {}
    form = request.match_info["form"]
    if form == "csv":
        return web.Response(text=to_csv(rows), content_type="text/csv", charset="utf-8", headers=links)
    if form == "atom":
        base = f"{request.scheme}://{request.host}"
        return web.Response(
            text=to_atom(name, rows, base), content_type="application/atom+xml", charset="utf-8", headers=links
        )
    body = orjson.dumps({"items": rows, "next": cursor or None}, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(body=body, content_type="application/json", headers=links)


def to_csv(rows: Sequence[Row]) -> str:
    """A table with a head; lists in one cell, and nothing that a spreadsheet takes for a formula."""
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[_cell(row.get(name)) for name in columns] for row in rows])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return _cell("; ".join(_cell(one) for one in value))
    if isinstance(value, dict):
        return _cell("; ".join(f"{name} {_cell(one)}" for name, one in value.items()))
    if isinstance(value, datetime):
        return value.isoformat()
    text = visible(str(value)).replace("\n", " ")
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def to_atom(name: str, rows: Sequence[Row], base: str) -> str:
    """An Atom feed (RFC 4287), an entry for each row."""
    feed = Element("feed", xmlns=ATOM)
    SubElement(feed, "title").text = f"dealwire: {name}"
    SubElement(feed, "id").text = f"{base}{ROOT}/{name}.atom"
    SubElement(feed, "updated").text = max((_stamp(row) for row in rows), default="1970-01-01T00:00:00+00:00")
    SubElement(SubElement(feed, "author"), "name").text = "dealwire"
    for row in rows:
        entry = SubElement(feed, "entry")
        SubElement(entry, "title").text = visible(str(row.get("title") or row.get("name") or row["id"]))
        SubElement(entry, "id").text = f"urn:dealwire:{name}:{row['id']}"
        SubElement(entry, "updated").text = _stamp(row)
        SubElement(entry, "link", href=f"{base}{row.get('page', '/')}")
        said = "\n".join(f"{key}: {_cell(value)}" for key, value in row.items() if value not in (None, "", [], ()))
        SubElement(entry, "content", type="text").text = said
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _stamp(row: Row) -> str:
    at = row.get("at")
    return at.isoformat() if isinstance(at, datetime) else "1970-01-01T00:00:00+00:00"


# What each list holds


async def _stories(request: web.Request) -> tuple[Sequence[Row], str]:
    desk, asked = request.app[DESK], Asked.of(request.query)
    mark = visits.read_visit(request.cookies.get(visits.COOKIE, ""), desk.now()).mark

    def read(connection: Any) -> browse.Found:
        _, wanted = filters.wanted_of(connection, asked, desk.companies, desk.now(), mark)
        return browse.listed(connection, wanted)

    found = await desk.read(read)
    return [story_row(row) for row in found.rows], found.next


def story_row(row: browse.Row) -> Row:
    """A story in one flat row."""
    story, amount = row.story, row.story.amount
    return {
        "id": story.id,
        "at": row.at,
        "title": title_of(story),
        "page": story_path(story.id),
        "category": story.category,
        "type": story.type,
        "status": story.status,
        "subject": story.subject,
        "amount": amount.best.value if amount else None,
        "currency": amount.best.currency if amount else None,
        "usd": amount.best.usd if amount else None,
        "low": amount.low if amount else None,
        "high": amount.high if amount else None,
        "participants": [f"{party.role}: {party.name}" for party in story.participants],
        "regions": list(story.regions),
        "confidence": story.confidence,
        "version": story.version,
        "sources": story.source_count,
        "rules": [one.rule for one in row.fired],
        "first_at": story.first_at,
        "arrived": row.arrived,
        "retracted": story.retracted,
        "acknowledged": row.acknowledged,
        "url": next((telling.url for telling in story.tellings if telling.url), ""),
    }


async def _companies(request: web.Request) -> tuple[Sequence[Row], str]:
    desk, name = request.app[DESK], request.query.get("name", "").strip()[: filters.TEXT_LENGTH_MAX]
    found = await desk.read(naming.called, name, desk.companies)
    return [
        {
            "id": one.key,
            "name": one.name,
            "page": f"/companies/{one.key}",
            "stories": one.stories,
            "money_in": one.money_in,
            "money_out": one.money_out,
            "at": one.last,
        }
        for one in found
    ], ""


async def _suggestions(request: web.Request) -> tuple[Sequence[Row], str]:
    desk, text = request.app[DESK], request.query.get("text", "")[: filters.TEXT_LENGTH_MAX]
    sentence = bool(request.query.get("sentence"))
    found = await desk.read(lambda c: naming.suggested(c, text, desk.companies, sentence=sentence))
    return [
        {
            "id": one.key,
            "name": visible(one.name),
            "known_as": visible(one.known_as),
            "typed": one.typed,
            "stories": one.stories,
            "page": f"/companies/{one.key}",
        }
        for one in found
    ], ""


async def _alerts(request: web.Request) -> tuple[Sequence[Row], str]:
    found = await request.app[DESK].read(browse.alerts, request.query.get("rule", ""), _limit(request))
    return [
        {
            "id": one.id,
            "at": one.at,
            "title": title_of(one.story_view) if one.story_view else one.story,
            "rule": one.rule,
            "severity": one.severity,
            "kind": one.kind,
            "story": one.story,
            "version": one.version,
            "page": story_path(one.story),
            "reasons": [f"{r.clause} [{r.met_by}]" for r in one.reasons],
        }
        for one in found
    ], ""


async def _rules(request: web.Request) -> tuple[Sequence[Row], str]:
    desk = request.app[DESK]
    last = await desk.read(browse.last_fired, [rule.id for rule in desk.book.rules])
    return [
        {
            "id": rule.id,
            "title": rule.title or rule.id,
            "severity": rule.severity,
            "enabled": rule.enabled,
            "experimental": rule.experimental,
            "at": last.get(rule.id),
            "page": f"/rules/{rule.id}",
            "file": rule.file,
            "line": rule.line,
            "send_to": list(rule.send_to),
        }
        for rule in desk.book.rules
    ], ""


async def _feeds(request: web.Request) -> tuple[Sequence[Row], str]:
    desk = request.app[DESK]
    found = await desk.read(feed_store.load)
    return [
        {
            "id": one.name,
            "name": one.name,
            "condition": one.condition(desk.now()),
            "at": one.last_change,
            "last_visit": one.last_visit,
            "items": one.items,
            "events": one.events,
            "errors_in_a_row": one.errors_in_a_row,
            "error": one.error,
            "page": "/feeds",
        }
        for one in found.values()
    ], ""


async def _deliveries(request: web.Request) -> tuple[Sequence[Row], str]:
    state = request.query.get("state", "")
    if state and state not in outbox.STATES:
        raise UsageError(f"state: unknown {state!r}; one of {', '.join(outbox.STATES)}")
    states = [known for known in outbox.STATES if known == state]
    receiver, limit = request.query.get("receiver", ""), _limit(request)
    found = await request.app[DESK].read(lambda c: list(outbox.listed(c, states, receiver, limit)))
    return [
        {
            **one.to_dict(),
            "at": one.sent_at or one.created_at,
            "title": f"{one.state} to {one.receiver}",
            "page": "/deliveries",
        }
        for one in found
    ], ""


async def _dead_letters(request: web.Request) -> tuple[Sequence[Row], str]:
    found = await request.app[DESK].read(dead_letters.kept)
    return [
        {
            "id": one.id,
            "at": one.at,
            "title": one.place,
            "reason": one.reason,
            "octets": len(one.original),
            "page": "/system",
        }
        for one in found
    ], ""


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", "")
    return min(int(text), filters.LIMIT_MAX) if text.isascii() and text.isdigit() and 0 < len(text) < 6 else LIMIT


LISTS: Mapping[str, Read] = {
    "stories": _stories,
    "companies": _companies,
    "suggestions": _suggestions,
    "alerts": _alerts,
    "rules": _rules,
    "feeds": _feeds,
    "deliveries": _deliveries,
    "dead-letters": _dead_letters,
}


async def _figures(request: web.Request) -> web.Response:
    """Every chart's table: one row for each of its cells."""
    sides = await figures.read_charts(request.app[DESK])
    at = request.app[DESK].now()
    rows = [
        {
            "id": f"{chart.title}/{line[0]}/{name}",
            "at": at,
            "title": f"{chart.title}: {line[0]}, {name}: {value}",
            "page": "/figures",
            "chart": chart.title,
            "row": line[0],
            "column": name,
            "value": value,
        }
        for side in sides
        for chart in side
        for line in chart.table.rows
        for name, value in zip(chart.table.head[1:], line[1:], strict=True)
    ]
    return written(request, "figures", rows)


async def _story(request: web.Request) -> web.Response:
    """One story whole."""
    desk = request.app[DESK]
    try:
        story, _ = await desk.read(browse.find, request.match_info["id"])
    except UsageError as error:
        raise web.HTTPNotFound(text=str(error)) from error
    receipts = await desk.read(browse.receipts_of, story.id)
    if request.match_info["form"] != "json":
        return written(
            request, f"story:{story.id}", [version_row(story, version) for version in reversed(story.versions)]
        )
    body = {
        "story": story.model_dump(mode="json", by_alias=True, exclude_none=True),
        "alerts": [receipt.to_dict() for receipt in receipts],
    }
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def version_row(story: Story, version: Version) -> Row:
    """A version of a story in one flat row."""
    return {
        "id": f"{story.id}:{version.number}",
        "at": version.at,
        "title": f"{title_of(story)}, version {version.number}",
        "page": story_path(story.id),
        "version": version.number,
        "article": version.article,
        "changes": [f"{c.kind}: {c.before} → {c.after}" for c in version.changes],
    }


async def _openapi(_: web.Request) -> web.Response:
    return web.Response(body=orjson.dumps(describe(tuple(LISTS))), content_type="application/json")
