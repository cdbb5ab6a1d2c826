"""Shell: the page of one story, and what readers do about it."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from dealwire.errors import UsageError
from dealwire.model import Article, Story
from dealwire.store import browse, corrections, revisions, silences
from dealwire.store.corrections import Request
from dealwire.store.receipts import Receipt
from dealwire.web.pages import acting
from dealwire.web.pages.acting import Filled
from dealwire.web.pages.cards import story_path, title_of
from dealwire.web.pages.desk import DESK, Desk
from dealwire.web.pages.diffs import edits
from dealwire.web.pages.dossier import TELLINGS_MAX, Dossier, Entry, anchor_of
from dealwire.web.pages.frame import AUTHOR_COOKIE, frame_of, page
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.wording import sentence, words
from notifier.decide.silences import Acknowledgement, Silence
from rules.book import RuleBook
from streams.stories.correction import FACTS

NEAR_MAX = 20
AUTHOR_SECONDS_MAX = 400 * 86_400
STATE_CSS = {"taken": "good", "waiting": "warn", "refused": "bad", "undone": ""}


@dataclass(frozen=True, slots=True)
class Known:
    """All that the store holds about a story."""

    story: Story
    heard: frozenset[str]
    articles: Mapping[str, Article]
    receipts: tuple[Receipt, ...]
    corrections: tuple[Request, ...]
    acknowledgement: Acknowledgement | None
    silences: tuple[Silence, ...]
    revisions: Mapping[str, Sequence[Article]]
    """What was said before an edit, by article."""
    near: tuple[Story, ...]
    """Other stories of the same companies: candidates for a merge."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Those that fired, with their titles."""


def read_known(connection: sqlite3.Connection, story_id: str, now: Any) -> Known:
    """Everything for the page; UsageError where the store has no such story."""
    story, heard = browse.find(connection, story_id)
    told = tuple(browse.receipts_of(connection, story.id))
    rules = {receipt.alert.rule: receipt.alert.rule_title or receipt.alert.rule for receipt in told}
    mine = {telling.article for telling in story.tellings}
    asked = tuple(
        one for one in corrections.listed(connection) if mine & {*one.correction.articles, *one.correction.others}
    )
    muted = tuple(one for one in silences.listed(connection, now) if acting.applies(one, story, rules))
    return Known(
        story=story,
        heard=heard,
        articles=browse.articles_of(connection, story),
        receipts=told,
        corrections=asked,
        acknowledgement=silences.acknowledgement(connection, story.id),
        silences=muted,
        revisions=revisions.before(connection, mine),
        near=browse.near(connection, story, NEAR_MAX),
        rules=rules,
    )


async def show(request: web.Request) -> web.Response:
    """GET /stories/{id}"""
    try:
        return await _answer(request)
    except UsageError as error:
        raise web.HTTPNotFound(text=str(error)) from error


async def _answer(request: web.Request, refused: str = "") -> web.Response:
    desk = request.app[DESK]
    known = await desk.read(read_known, request.match_info["id"], desk.now())
    story, dossier = known.story, Dossier(known.story, known.articles)
    explain = request.query.get("explain", "")
    notes = [("bad", sentence(refused))] if refused else []
    return page(
        "story.html.j2",
        frame_of(request, "today", notes),
        title_of(story),
        status=422 if refused else 200,
        story=story,
        path=story_path(story.id),
        links=list_links(f"/api/v1/stories/{story.id}"),
        facts=dossier.facts(),
        timeline=dossier.timeline([receipt.alert for receipt in known.receipts], map(_entry, _taken(known))),
        tellings_hidden=max(0, len(story.tellings) - TELLINGS_MAX),
        texts=dossier.texts(),
        diffs={
            article: edits(earlier, known.articles[article])
            for article, earlier in known.revisions.items()
            if article in known.articles
        },
        anchor=anchor_of,
        all_rules=[(rule.id, rule.title or rule.id) for rule in desk.book.rules],
        explain=explain,
        explained=_explained(desk.book, known, explain),
        acknowledgement=known.acknowledgement,
        silences=known.silences,
        mutable=acting.mutable(story, known.rules),
        correctable=FACTS,
        near=[{"id": other.id, "title": title_of(other)} for other in known.near],
        tellings=story.tellings[-TELLINGS_MAX:],
        corrections=[_correction(one) for one in known.corrections],
        receipts=known.receipts,
    )


def _taken(known: Known) -> list[Request]:
    return [one for one in known.corrections if one.state in {"taken", "undone"}]


def _entry(one: Request) -> Entry:
    made = one.correction
    return Entry(made.at, "person", said(one), f"{made.author}: {made.reason}")


def _correction(one: Request) -> dict[str, Any]:
    made = one.correction
    return {
        "id": made.id,
        "said": said(one),
        "state": one.state,
        "css": STATE_CSS[one.state],
        "author": made.author,
        "reason": made.reason,
        "at": made.at,
        "outcome": one.outcome,
        "undoable": one.state == "taken" and made.kind != "undo",
    }


def said(one: Request) -> str:
    """What a correction does, in words."""
    made = one.correction
    if made.kind == "correct":
        return f"{words(made.fact)} is {made.value}"
    if made.kind == "undo":
        return "An earlier correction taken back"
    if made.kind == "merge":
        return "Merged with another story"
    return f"{len(made.articles)} of its articles split off"


def _explained(book: RuleBook, known: Known, asked: str) -> list[dict[str, Any]]:
    """The rule that is asked for, else those that fired, each clause with what met it."""
    found = book.find(asked)
    chosen = [found] if found else [rule for name in known.rules if (rule := book.find(name))]
    return [
        {
            "rule": rule.id,
            "title": rule.title or rule.id,
            "explanation": book.explain(rule.id, known.story, known.heard),
            "fired": rule.id in known.rules,
        }
        for rule in chosen
    ]


async def act(request: web.Request) -> web.Response:
    """POST /stories/{id}/{verb}: one of VERBS; then back to the page, which says what was done."""
    verb = VERBS.get(request.match_info["verb"])
    if verb is None:
        raise web.HTTPNotFound(text="a story cannot be asked for that")
    desk, form = request.app[DESK], await request.post()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    filled = Filled(texts, tuple(str(value) for value in form.getall("article", ())), desk.now())
    story, _ = await desk.read(browse.find, request.match_info["id"])
    try:
        done = await verb(desk, request.match_info["verb"], story, filled)
    except UsageError as error:
        return await _answer(request, str(error))
    response = web.HTTPSeeOther(location=f"{story_path(story.id)}?done={done}")
    if filled.author:
        response.set_cookie(
            AUTHOR_COOKIE,
            filled.author,
            max_age=AUTHOR_SECONDS_MAX,
            httponly=True,
            samesite="Lax",
            secure=request.secure,
        )
    raise response


async def _correct(desk: Desk, verb: str, story: Story, filled: Filled) -> str:
    def made(connection: sqlite3.Connection) -> Any:
        return acting.correction_of(verb, story, filled, lambda other: browse.find(connection, other)[0])

    await desk.ask(await desk.read(made))
    return "asked"


async def _undo(desk: Desk, _verb: str, _story: Story, filled: Filled) -> str:
    held = await desk.read(corrections.find, filled.value("correction"))
    await desk.ask(acting.undo_of(held.correction, filled))
    return "asked"


async def _acknowledge(desk: Desk, _verb: str, story: Story, filled: Filled) -> str:
    await desk.write(silences.acknowledge, acting.acknowledgement_of(story, filled))
    return "acknowledged"


async def _unacknowledge(desk: Desk, _verb: str, story: Story, _filled: Filled) -> str:
    await desk.write(silences.withdraw, story.id)
    return "unacknowledged"


async def _mute(desk: Desk, _verb: str, story: Story, filled: Filled) -> str:
    known = await desk.read(read_known, story.id, filled.now)
    await desk.write(silences.add, acting.silence_of(filled, dict(acting.mutable(story, known.rules))))
    return "muted"


async def _unmute(desk: Desk, _verb: str, _story: Story, filled: Filled) -> str:
    await desk.write(silences.expire, filled.value("silence"), filled.now)
    return "unmuted"


Verb = Callable[[Desk, str, Story, Filled], Awaitable[str]]
VERBS: Mapping[str, Verb] = {
    "merge": _correct, "split": _correct, "correct": _correct, "undo": _undo, "acknowledge": _acknowledge,
    "unacknowledge": _unacknowledge, "mute": _mute, "unmute": _unmute,
}  # fmt: skip
