"""Shell: the pages behind the signed links of messages: /act/{token}.

A GET only asks: mail readers and chat services fetch links ahead of people. The form's POST acts, and so does the
one-click POST of mail readers (RFC 8058). The token is the right to it: neither login nor form token is asked for.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from aiohttp import web

from dealwire.errors import UsageError
from dealwire.links import Action, read
from dealwire.store import links
from dealwire.store.database import Store
from dealwire.web.pages.frame import Frame
from dealwire.web.pages.rendering import render
from dealwire.web.pages.wording import sentence

OpenStore = Callable[[], AbstractContextManager[Store]]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
BUTTONS = {"acknowledge": "Acknowledge", "mute": "Mute", "unsubscribe": "Unsubscribe"}


def add_signed(app: web.Application, key: bytes, open_store: OpenStore) -> None:
    """Serve the links that this key signs; what they ask for is written to the store that `open_store` opens."""
    signed = Signed(key, open_store)
    app.router.add_get("/act/{token}", signed.ask)
    app.router.add_post("/act/{token}", signed.act)


class Signed:
    """Reads tokens and does what they ask for."""

    def __init__(self, key: bytes, open_store: OpenStore) -> None:
        self._key = key
        self._open_store = open_store

    async def ask(self, request: web.Request) -> web.Response:
        """The question, with a button."""
        try:
            action = self._action(request)
        except UsageError as error:
            return _refusal(error)
        said = await asyncio.to_thread(self._asked, action)
        return _answer(said, BUTTONS[action.verb])

    async def act(self, request: web.Request) -> web.Response:
        """Do it, and say so."""
        try:
            action = self._action(request)
        except UsageError as error:
            return _refusal(error)
        return _answer(await asyncio.to_thread(self._act, action))

    def _asked(self, action: Action) -> str:
        with self._open_store() as store:
            return links.asked(store.connection, action)

    def _act(self, action: Action) -> str:
        with self._open_store() as store, store.transaction() as connection:
            return links.act(connection, action, datetime.now(UTC))

    def _action(self, request: web.Request) -> Action:
        return read(self._key, request.match_info["token"], datetime.now(UTC))


def _refusal(error: UsageError) -> web.Response:
    page = _page("Not done", sentence(str(error)))
    return web.Response(status=403, text=page, content_type="text/html", headers=HEADERS)


def _answer(said: str, verb: str = "") -> web.Response:
    return web.Response(text=_page(verb or "Done", said, verb), content_type="text/html", headers=HEADERS)


def _page(title: str, said: str, verb: str = "") -> str:
    """What there is to say, with a button for the verb where there is something to confirm; no way further in."""
    frame = Frame(here="", now=datetime.now(UTC), bare=True)
    values = {"frame": frame, "title": title, "said": said, "verb": verb}
    return render("confirm.html.j2", values)
