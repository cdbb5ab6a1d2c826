"""Shell: the feeds: how each does, what it brought last, and more of them by address or OPML."""

import asyncio
import os
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from connectors.discovery import discover
from connectors.fetch import Fetcher
from connectors.listing import Listing
from connectors.opml import read_opml
from connectors.registry import FeedSpec
from dealwire.errors import DealwireError, UsageError
from dealwire.store import articles, browse
from dealwire.store import feeds as feed_store
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.feed_rows import activity, feed_rows
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.wording import counted, sentence

DAYS = 14
OPML_BYTES_MAX = 2_000_000
EVERY = frozenset({"", "5m", "15m", "1h", "6h"})
LISTING_TURN = asyncio.Lock()
"""One change of the configuration file at a time."""


async def listed(request: web.Request) -> web.Response:
    """GET /feeds"""
    return await _answer(request)


async def _answer(request: web.Request, *, refused: str = "", said: str = "", address: str = "") -> web.Response:
    desk = request.app[DESK]
    now = desk.now()
    records, newest, by_feed, last = await desk.read(_read, now)
    until = min(newest or now, now).date()
    specs, locked = configured(desk.configuration)
    daily = {feed: _days(counts, until) for feed, counts in by_feed.items()}
    notes = [("bad", sentence(refused))] if refused else [("good", said)] if said else []
    return page(
        "feeds.html.j2",
        frame_of(request, "feeds", notes),
        "Feeds",
        status=422 if refused else 200,
        rows=feed_rows(specs, records, daily, last, now),
        chart=activity(daily, DAYS),
        locked=locked,
        listing=desk.configuration.name if desk.configuration else "",
        address=address,
        links=list_links("/api/v1/feeds"),
    )


def _read(connection: sqlite3.Connection, now: datetime) -> Any:
    newest = articles.newest(connection)
    since = min(newest or now, now).date() - timedelta(days=DAYS - 1)
    *_, by_feed = browse.articles_by_day(connection, since)
    return feed_store.load(connection), newest, by_feed, browse.last_items(connection)


def _days(counts: dict[date, int], until: date) -> list[int]:
    return [counts.get(until - timedelta(days=back), 0) for back in range(DAYS - 1, -1, -1)]


def configured(configuration: Path | None) -> tuple[Sequence[FeedSpec], str]:
    """The feeds that the file names, and why none can be added to it; the reason is empty where they can."""
    if configuration is None:
        return (), "this page runs without a configuration file to add feeds to"
    try:
        specs = Listing(configuration).specs
    except DealwireError as error:  # the file is being edited, say; what the store knows of the feeds is shown
        return (), _first_line(error)
    except ValidationError as error:
        return (), f"{configuration.name} names a feed that cannot be: {_first_line(error)}; see `dealwire check`"
    if not os.access(configuration, os.W_OK) or not os.access(configuration.parent, os.W_OK):
        return specs, f"{configuration.name} or its folder is not writable for dealwire"
    return specs, ""


async def add(request: web.Request) -> web.Response:
    """POST /feeds/add: find the feed at an address and add it."""
    form = await request.post()
    address, name, every = (str(form.get(key, "")).strip() for key in ("address", "name", "every"))
    try:
        spec = await _found(address, name, every)
        added = await _add(request, [spec])
    except (DealwireError, ValidationError) as error:
        return await _answer(request, refused=_first_line(error), address=address)
    if not added:
        return await _answer(request, refused=f"{spec.title} is there already", address=address)
    raise web.HTTPSeeOther(location="/feeds?done=added")


async def _found(address: str, name: str, every: str) -> FeedSpec:
    if not address or ("://" in address and not address.startswith(("http://", "https://"))):
        raise UsageError("give the http(s) address of a feed or of a site that has one")
    async with Fetcher() as fetcher:
        found = await discover(address, fetcher)
    options: dict[str, Any] = {"every": every} if every and every in EVERY else {}
    return FeedSpec(name=name or found[0].title, url=found[0].url, **options)


async def bring(request: web.Request) -> web.Response:
    """POST /feeds/import: add the feeds of an OPML file."""
    form = await request.post()
    file = form.get("file")
    if not isinstance(file, web.FileField):
        return await _answer(request, refused="choose an OPML file to import")
    try:
        listed_ = read_opml(file.file.read(OPML_BYTES_MAX), file.filename or "OPML")
        added = await _add(request, [FeedSpec(name=name, url=url) for name, url in listed_])
    except (DealwireError, ValidationError) as error:
        return await _answer(request, refused=_first_line(error))
    return await _answer(
        request, said=f"{counted(len(added), 'feed')} of {len(listed_)} added; the others were there already."
    )


async def _add(request: web.Request, specs: Sequence[FeedSpec]) -> list[FeedSpec]:
    configuration = request.app[DESK].configuration
    _, locked = configured(configuration)
    if configuration is None or locked:
        raise UsageError(locked)

    def change() -> list[FeedSpec]:
        listing = Listing(configuration)
        added = listing.add(specs)
        if added:
            listing.save()
        return added

    async with LISTING_TURN:
        return await asyncio.to_thread(change)


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors()[0]["msg"]).lower()
    return str(error).splitlines()[0]
