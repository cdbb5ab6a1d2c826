"""Core: a story as the state holds it: plain data, one value under `story/<id>`.

Beside the tellings, from which all facts follow, it holds what cannot be worked out again: its versions, what each
rule has fired for it, and the alerts of each reading, verbatim, so that a reading that comes again sends the same.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import orjson

from dealwire.errors import RecordError
from streams.stories.told import Telling, Told

FORM = 2
"""Form 1 kept neither mentions nor what a retracted story had been told by."""
TELLINGS_MAX = 200
"""A story keeps this many tellings; later ones that bring nothing new only move its clock."""
MENTIONS_MAX = 100
KNOWN_MAX = 16
"""Revisions of one article that are remembered; who edits more often finds older ones passed over."""
LOGGED_MAX = 64
"""Readings whose alerts a story keeps, at least as many days back as LOGGED_DAYS."""
LOGGED_DAYS = 30
"""The redelivery horizon: for so long in event time an old reading that comes again still sends its alerts again."""


class Fired(TypedDict):
    """What a rule has done about a story."""

    version: int
    """The story's version when the rule last looked at it as one that it had alerted on."""
    ended: bool
    """The story matched once and does no longer."""
    held: str
    """Why the first alert was held back; empty where it was not."""
    held_at: int
    """The version at which it was held back."""


class Logged(TypedDict):
    """The alerts that one reading produced, without the story's view, which they share."""

    article: str
    revision: str
    at: float
    alerts: list[dict[str, Any]]
    view: dict[str, Any]


class StoryRecord(TypedDict):
    """A story's whole value."""

    v: int
    id: str
    founded: float
    """Event time of the telling that founded it: of two stories that turn out to be one, the older survives."""
    tellings: list[Told]
    """In order of event time."""
    mentions: list[Telling]
    """Articles that tell of it though no event of theirs that does is claimed (streams.stories.mention)."""
    withdrawn: list[Told]
    """What a story that was retracted had been told by, for the alert that says so."""
    told_count: int
    """How many tellings came, kept or not."""
    facts: dict[str, Any]
    """The merged facts at the last version, against which the next change is measured (change.Facts)."""
    versions: list[dict[str, Any]]
    fired: dict[str, Fired]
    logged: list[Logged]
    heard: list[str]
    pinned: dict[str, Any]
    """Facts that a person has set; they outrank every telling."""
    merged_into: str
    retracted: bool


def found(id: str, at: float) -> StoryRecord:  # noqa: A002 - the wire's own name
    """A story that nothing has told yet."""
    return {
        "v": FORM,
        "id": id,
        "founded": at,
        "tellings": [],
        "mentions": [],
        "withdrawn": [],
        "told_count": 0,
        "facts": {},
        "versions": [],
        "fired": {},
        "logged": [],
        "heard": [],
        "pinned": {},
        "merged_into": "",
        "retracted": False,
    }


def opened(record: StoryRecord) -> StoryRecord:
    """A copy whose own lists may be changed; what stands in them is shared, and replaced rather than changed."""
    return {
        **record,
        "tellings": [*record["tellings"]],
        "mentions": [*record["mentions"]],
        "versions": [*record["versions"]],
        "fired": {**record["fired"]},
        "logged": [*record["logged"]],
    }


def place_of(t: Told) -> tuple[float, str, str]:
    """Where a telling stands among others: by event time, whatever the order in which they came."""
    return t["at"], t["article"], t["event"]


def story_key(story: str) -> str:
    return f"story/{story}"


def encode(record: Mapping[str, Any]) -> bytes:
    return orjson.dumps(record)


def decode(raw: bytes) -> StoryRecord:
    """The record; RecordError where a newer dealwire made it."""
    return in_this_form(orjson.loads(raw))


def in_this_form(record: StoryRecord) -> StoryRecord:
    """The record as this dealwire writes it, whichever older one did; RecordError where a newer one did."""
    if record["v"] == FORM:
        return record
    if record["v"] > FORM:
        raise RecordError(f"story {record['id']}: form {record['v']} is newer than this dealwire ({FORM})")
    return {**record, "v": FORM, "mentions": [], "withdrawn": [], "tellings": sorted(record["tellings"], key=place_of)}


def articles_of(record: StoryRecord) -> set[str]:
    """The articles that tell of the story, or mention it."""
    return {t["article"] for t in (*record["tellings"], *record["mentions"])}


def last_at(record: StoryRecord) -> float:
    """Event time of the newest telling."""
    return max((t["at"] for t in record["tellings"]), default=record["founded"])


class ArticleRecord(TypedDict):
    """What the fold knows of an article, under `article/<id>`: its newest revision, and which stories each told."""

    order: list[float]
    revision: str
    stories: list[str]
    """Those that the newest revision tells."""
    known: dict[str, list[str]]
    """Each of the last KNOWN_MAX revisions taken → the stories that may hold alerts of it."""
    extractor: str
    """The version of the understanding that read the newest one."""
    at: float


def article_key(article: str) -> str:
    return f"article/{article}"
