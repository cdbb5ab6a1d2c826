"""Shell: the web application put together. Start reading at `build`.

guards      who may come in, how often, from where; headers, forms' tokens, errors as pages or JSON
live        events for pages that are open
pages, api  what people look at, and what programs read
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from dealwire.web import api, live
from dealwire.web.access import Access
from dealwire.web.desk import StoreDesk
from dealwire.web.guards import ACCESS, guards
from dealwire.web.live import Newsroom
from dealwire.web.login import add_login
from dealwire.web.pages import add_pages
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.editor import EDITING, Editing
from dealwire.web.pages.rendering import compile_all
from dealwire.web.pages.stories import EVENTS

BODY_OCTETS_MAX = 4_000_000
NEWSROOM = web.AppKey("newsroom", Newsroom)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of."""

    desk: StoreDesk
    editing: Editing
    access: Access = field(default_factory=Access)
    hosts: frozenset[str] = frozenset()
    """Host names under which the page may be asked for, besides this machine's own; empty: any, where one signs in."""
    also: tuple[Callable[[web.Application], None], ...] = ()
    """What else is to be served: metrics and health, signed links."""


def build(parts: Parts) -> web.Application:
    """The application. It keeps the catalogue up while it runs, and closes its desk at the end."""
    app = web.Application(client_max_size=BODY_OCTETS_MAX, middlewares=guards(parts.hosts))
    app[DESK], app[EDITING], app[ACCESS] = parts.desk, parts.editing, parts.access
    newsroom = app[NEWSROOM] = Newsroom(parts.desk)
    app.router.add_get(EVENTS, live.handler(newsroom))
    add_login(app)
    add_pages(app)
    api.add_api(app)
    for add in parts.also:
        add(app)
    app.cleanup_ctx.append(_running)
    app.on_shutdown.append(_let_go)
    return app


async def _running(app: web.Application) -> AsyncIterator[None]:
    await asyncio.to_thread(compile_all)
    await app[NEWSROOM].begin()
    desk = app[DESK]
    following = asyncio.create_task(app[NEWSROOM].follow())
    warming = asyncio.create_task(desk.warm()) if isinstance(desk, StoreDesk) else None
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    if isinstance(desk, StoreDesk):
        await asyncio.to_thread(desk.close)
    if warming:
        await warming


async def _let_go(app: web.Application) -> None:
    """Listeners would else hold up the end."""
    app[NEWSROOM].close()
