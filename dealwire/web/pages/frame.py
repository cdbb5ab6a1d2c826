"""Shell: what stands around every page, and the answer made of a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any

from aiohttp import web

from dealwire.web.pages.acting import AUTHOR_LENGTH_MAX
from dealwire.web.pages.rendering import render

PLACES = (
    ("today", "/", "Today"),
    ("figures", "/figures", "Figures"),
    ("companies", "/companies", "Companies"),
    ("rules", "/rules", "Rules"),
    ("feeds", "/feeds", "Feeds"),
    ("deliveries", "/deliveries", "Deliveries"),
    ("system", "/system", "System"),
)
FORM_TOKEN = web.RequestKey("form_token", str)
"""What forms carry, so that no other site can send them."""
USER = web.RequestKey("user", str)
"""Who signed in; empty where nobody has to."""
AUTHOR_COOKIE = "dealwire_author"
QUERY_LENGTH_MAX = 300
DONE: Mapping[str, str] = {
    "asked": "Your correction is recorded; it takes effect within a second or two, with the alerts that it causes.",
    "acknowledged": "Acknowledged: no further alert on this story until it changes.",
    "muted": "Muted.",
    "unmuted": "No longer muted.",
    "unacknowledged": "No longer acknowledged.",
    "saved": "Saved. The rules run as soon as dealwire looks at its files again, within a second or two.",
    "added": "Added.",
    "retried": "It will be tried again at once.",
    "dropped": "Dropped.",
    "seen": "Everything is marked as seen.",
}
"""What a redirect after an action may say: the address names the key, so that it cannot put words on the page."""


@cache
def version_of(package: str) -> str:
    """The version that is installed; looking it up reads files."""
    return metadata.version(package)


@dataclass(frozen=True, slots=True)
class Frame:
    """The header, the footer and the notes of a page."""

    here: str
    now: datetime
    csrf: str = ""
    user: str = ""
    author: str = ""
    """Who signed the reader's last correction, to save them typing."""
    query: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    """Without navigation: for those who are not signed in."""
    places: tuple[tuple[str, str, str], ...] = PLACES

    @property
    def version(self) -> str:
        return version_of("dealwire")


def frame_of(request: web.Request, here: str, notes: Sequence[tuple[str, str]] = ()) -> Frame:
    """The frame of a page for this reader."""
    return Frame(
        here=here,
        now=datetime.now(UTC),
        csrf=request.get(FORM_TOKEN, ""),
        user=request.get(USER, ""),
        author=request.cookies.get(AUTHOR_COOKIE, "")[:AUTHOR_LENGTH_MAX] or request.get(USER, ""),
        query=request.query.get("q", "")[:QUERY_LENGTH_MAX],
        notes=(*notes, *done_notes(request)),
    )


def bare_frame(request: web.Request) -> Frame:
    """The frame for somebody who is not signed in: no navigation."""
    return Frame(here="", now=datetime.now(UTC), csrf=request.get(FORM_TOKEN, ""), bare=True)


def done_notes(request: web.Request) -> tuple[tuple[str, str], ...]:
    """What the action before this page did."""
    said = DONE.get(request.query.get("done", ""))
    return (("good", said),) if said else ()


def page(template: str, frame: Frame, title: str, *, status: int = 200, **values: Any) -> web.Response:
    """The page as an answer."""
    text = render(template, {"frame": frame, "title": title, "status": status, **values})
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
