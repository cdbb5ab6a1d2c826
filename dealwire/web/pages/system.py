"""Shell: how the machine does: what it reads and how late, what waits, which versions run, what it could not take."""

import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from connectors.health import FeedRecord
from dealwire.model import DeadLetter
from dealwire.store import articles, browse, dead_letters, outbox, sums, tally
from dealwire.store import feeds as feed_store
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.frame import frame_of, page, version_of
from dealwire.web.pages.market import articles_by_day
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.wording import ago, counted, size, span
from streams.understand import EXTRACTOR_VERSION

DAYS = 30
LETTERS_SHOWN = 100
RECORD_SHOWN = 2_000
PACKAGES = ("dealwire", "aiohttp", "faust-streaming", "feedparser", "pydantic", "apprise")


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that wants a look, or that all is well."""

    css: str
    name: str
    said: str
    href: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /system"""
    desk = request.app[DESK]
    now = desk.now()
    data = await desk.read(_read, now)
    return page(
        "system.html.j2",
        frame_of(request, "system"),
        "System",
        checks=checks(data["feeds"], data["waiting"], len(data["letters"]), now),
        tiles=_tiles(data, now),
        charts=[articles_by_day(data["articles"][0], data["articles"][1], data["until"].date(), DAYS)],
        versions=_versions(desk.book.hash, data["schema"]),
        letters=[_letter(letter) for letter in data["letters"][:LETTERS_SHOWN]],
        links=list_links("/api/v1/dead-letters"),
    )


def _read(connection: sqlite3.Connection, now: datetime) -> dict[str, Any]:
    newest = articles.newest(connection)
    until = min(newest or now, now)
    counts, told, _ = browse.articles_by_day(connection, (until - timedelta(days=DAYS - 1)).date())
    pages, page_size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return {
        "feeds": feed_store.load(connection),
        "newest": newest,
        "until": until,
        "articles": (counts, told),
        "hour": tally.counted(connection, now - timedelta(hours=1), now),
        "day": tally.counted(connection, now - timedelta(days=1), now),
        "waiting": outbox.counts(connection),
        "letters": dead_letters.kept(connection)[::-1],
        "octets": pages * page_size,
        "schema": connection.execute("PRAGMA user_version").fetchone()[0],
        "held": sums.held(connection),
    }


def checks(
    feeds: Mapping[str, FeedRecord], waiting: Mapping[tuple[str, str], int], letters: int, now: datetime
) -> list[Check]:
    """What wants a look; one line that all is well where nothing does."""
    conditions = [record.condition(now) for record in feeds.values()]
    bad = sum(condition in {"failing", "gone"} for condition in conditions)
    late = sum(record.is_late(now) for record in feeds.values())
    dead = sum(number for (_, state), number in waiting.items() if state == "dead")
    found = [
        (bad, Check("warn", "Feeds", f"{counted(bad, 'feed')} cannot be read.", "/feeds")),
        (late, Check("warn", "Lag", f"{counted(late, 'feed')} should have been visited already.", "/feeds")),
        (dead, Check("bad", "Deliveries", f"{counted(dead, 'message')} did not arrive.", "/deliveries?state=dead")),
        (letters, Check("warn", "Dead letters", f"{counted(letters, 'record')} could not be taken.", "#dead")),
    ]
    return [check for number, check in found if number] or [
        Check("good", "All is well.", "Feeds answer, messages arrive, nothing was left aside.")
    ]


def _tiles(data: Mapping[str, Any], now: datetime) -> list[Tile]:
    waiting = sum(number for (_, state), number in data["waiting"].items() if state in {"pending", "sending", "failed"})
    due = [record.due for record in data["feeds"].values() if record.due and not record.gone]
    lag = max((now - moment for moment in due), default=timedelta())
    held, hour, day = data["held"], data["hour"], data["day"]
    return [
        Tile("Visiting lag", span(lag), "the feed that waits longest"),
        Tile("Newest article", ago(data["newest"], now)),
        Tile("Read in the last hour", f"{hour.get(tally.READ, 0):,}", f"{hour.get(tally.TOLD, 0):,} of deals"),
        Tile("Read in the last day", f"{day.get(tally.READ, 0):,}", f"{day.get(tally.TOLD, 0):,} of deals"),
        Tile("Messages waiting", f"{waiting:,}"),
        Tile("Stories", f"{held['stories']:,}", f"{held['articles']:,} articles, {held['alerts']:,} alerts"),
        Tile("Store", size(data["octets"])),
        Tile("Dead letters", f"{len(data['letters']):,}"),
    ]


def _versions(rules_hash: str, schema: int) -> list[tuple[str, str]]:
    return [
        *((package, version_of(package)) for package in PACKAGES),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("Store's schema", str(schema)),
        ("Understanding", EXTRACTOR_VERSION),
        ("Rules", rules_hash[:12]),
    ]


def _letter(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": letter.at.astimezone(UTC),
        "place": letter.place,
        "reason": letter.reason,
        "size": len(letter.original),
        "start": letter.original[:RECORD_SHOWN].decode(errors="replace"),
    }


async def act(request: web.Request) -> web.Response:
    """POST /system/dead-letters/{id}: retry it or drop it."""
    desk, form = request.app[DESK], await request.post()
    ids = [request.match_info["id"]]
    if form.get("do") == "retry":
        await desk.retry_letters(ids)
        raise web.HTTPSeeOther(location="/system?done=retried")
    if form.get("do") != "drop":
        raise web.HTTPBadRequest(text="a dead letter can be retried or dropped")
    await desk.drop_letters(ids)
    raise web.HTTPSeeOther(location="/system?done=dropped")
