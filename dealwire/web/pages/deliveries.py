"""Shell: the Deliveries page: what is on its way to whom, what arrived, what did not, and the verbs for it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from dealwire.store import outbox
from dealwire.store.claims import last_sent
from dealwire.store.outbox import STATES, Delivery, State
from dealwire.web.pages.cards import story_path, title_of
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.wording import ago, counted
from notifier.render.escape import one_line
from notifier.render.view import headline

ALERTS_SHOWN = 3
ROWS = 50
ROWS_MAX = 1000
RECEIVER_LENGTH_MAX = 200
CSS: Mapping[str, str] = {"sent": "good", "dead": "bad", "failed": "warn", "dropped": ""}
NOTHING: Mapping[str, str] = {
    "": "Nothing has been sent yet. A delivery is made when a rule fires.",
    "dead": "No delivery is dead. One dies when its receiver refuses it for good, or at its deadline.",
    "failed": "No delivery waits for another try.",
    "pending": "Nothing waits to be sent.",
}


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery as the table has it."""

    id: str
    title: str
    alerts: tuple[Link, ...]
    more: int
    form: str
    receiver: str
    state: str
    css: str
    created_at: datetime
    moment: datetime
    attempts: int
    error: str
    receipt: str

    @property
    def can_retry(self) -> bool:
        return self.state in {"dead", "failed", "dropped"}

    @property
    def can_drop(self) -> bool:
        return self.state in {"pending", "failed", "dead"}


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    href: str
    count: str
    here: bool


@dataclass(frozen=True, slots=True)
class Receiver:
    name: str
    href: str
    said: str


def read_rows(connection: sqlite3.Connection, state: str, receiver: str, limit: int) -> list[Row]:
    """The newest deliveries with what they carry."""
    states = [known for known in STATES if known == state]
    return [_row(connection, delivery) for delivery in outbox.listed(connection, states, receiver, limit)]


def _row(connection: sqlite3.Connection, delivery: Delivery) -> Row:
    alerts = outbox.alerts_of(connection, delivery.id)
    stories = {alert.story: alert for alert in alerts}
    links = tuple(
        Link(title_of(a.story_view) if a.story_view else headline(a), story_path(a.story))
        for a in list(stories.values())[:ALERTS_SHOWN]
    )
    return Row(
        id=delivery.id,
        title="" if links else "a message of dealwire's own",
        alerts=links,
        more=max(0, len(stories) - ALERTS_SHOWN),
        form=delivery.form,
        receiver=delivery.receiver,
        state=delivery.state,
        css=CSS.get(delivery.state, ""),
        created_at=delivery.created_at,
        moment=delivery.sent_at or delivery.due_at,
        attempts=delivery.attempts,
        error=one_line(delivery.error),
        receipt=", ".join(f"{name} {value}" for name, value in delivery.receipt.items()),
    )


def tabs(counts: Mapping[tuple[str, State], int], state: str, receiver: str) -> list[Tab]:
    """A tab for each state that there is anything in, and one for all."""
    by_state = {
        known: sum(n for (to, s), n in counts.items() if s == known and receiver in {"", to}) for known in STATES
    }
    found = [Tab("All", _address("", receiver), f"{sum(by_state.values()):,}", not state)]
    found += [
        Tab(known.capitalize(), _address(known, receiver), f"{number:,}", known == state)
        for known, number in by_state.items()
        if number or known in {state, "dead"}
    ]
    return found


def receivers(
    counts: Mapping[tuple[str, State], int], last_sent: Mapping[str, datetime], chosen: str, now: datetime
) -> list[Receiver]:
    """Each receiver in a sentence; the chosen one leads back to all."""
    return [
        Receiver(name, _address("", "" if name == chosen else name), _said(counts, name, last_sent.get(name), now))
        for name in sorted({receiver for receiver, _ in counts})
    ]


def _said(counts: Mapping[tuple[str, State], int], name: str, last: datetime | None, now: datetime) -> str:
    held = {state: counts.get((name, state), 0) for state in STATES}
    waiting = held["pending"] + held["sending"] + held["failed"]
    parts = [f"last took a message {ago(last, now)}" if last else "has taken no message yet"]
    if waiting:
        parts.append(f"{counted(waiting, 'message')} on the way")
    if held["dead"]:
        parts.append(f"{held['dead']} dead")
    return ", ".join(parts)


def _address(state: str, receiver: str) -> str:
    asked = {name: value for name, value in (("state", state), ("receiver", receiver)) if value}
    return f"/deliveries?{urlencode(asked)}" if asked else "/deliveries"


async def show(request: web.Request) -> web.Response:
    """GET /deliveries"""
    desk = request.app[DESK]
    state = request.query.get("state", "")
    state = state if state in STATES else ""
    receiver, now = request.query.get("receiver", "")[:RECEIVER_LENGTH_MAX], desk.now()
    limit = min(max(_number(request.query.get("rows", "")), ROWS), ROWS_MAX)
    counts, last, rows = await desk.read(_read, state, receiver, limit + 1)
    asked = urlencode({"state": state, "receiver": receiver})
    more = len(rows) > limit and limit < ROWS_MAX
    return page(
        "deliveries.html.j2",
        frame_of(request, "deliveries"),
        "Deliveries",
        address=str(request.rel_url.without_query_params("done")),
        rows=rows[:limit],
        tabs=tabs(counts, state, receiver),
        receivers=receivers(counts, last, receiver, now),
        older=f"/deliveries?{asked}&rows={limit + ROWS}" if more else "",
        nothing=NOTHING.get(state, f"No delivery is {state}."),
        links=list_links("/api/v1/deliveries", f"?{asked}" if state or receiver else ""),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _read(
    connection: sqlite3.Connection, state: str, receiver: str, limit: int
) -> tuple[dict[tuple[str, State], int], dict[str, datetime], list[Row]]:
    return outbox.counts(connection), last_sent(connection), read_rows(connection, state, receiver, limit)


async def act(request: web.Request) -> web.Response:
    """POST /deliveries/{id}: retry it or drop it."""
    desk, form = request.app[DESK], await request.post()
    name = request.match_info["id"]
    if form.get("do") == "retry":
        await desk.write(outbox.retry, name, desk.now())
        raise web.HTTPSeeOther(location="/deliveries?done=retried")
    if form.get("do") == "drop":
        await desk.write(outbox.drop, name, desk.now())
        raise web.HTTPSeeOther(location="/deliveries?done=dropped")
    raise web.HTTPBadRequest(text="a delivery can be retried or dropped")
