"""Core: the derived part of the state, made anew from what is stored: for a shell that does not keep it."""

from collections.abc import Iterable

import orjson

from streams.pipeline.expiry import article_until, keep_until
from streams.stories.clock import DAY, schedule
from streams.stories.draft import Draft
from streams.stories.index import enter, traces_of
from streams.stories.mention import HELD, Held, enter_held, held_key, held_until
from streams.stories.record import StoryRecord, decode, story_key


def rebuild_indexes(items: Iterable[tuple[str, bytes]]) -> dict[str, bytes | None]:
    """Every `index/` key that belongs to these entries of the state, in order of the stories' founding."""
    draft = Draft({})
    stories: list[StoryRecord] = []
    held: list[Held] = []
    for key, raw in items:
        kind = key.partition("/")[0]
        if kind == "story":
            stories.append(decode(raw))
        elif kind == HELD.rstrip("/"):
            held.append(orjson.loads(raw))
        elif kind == "article":
            article = orjson.loads(raw)
            if not article["stories"]:
                schedule(draft, key, article_until(article["at"]))
        elif kind == "throttle":
            last = orjson.loads(raw)
            schedule(draft, key, int((last["at"] + last["every"]) // DAY) + 1)
    for by in sorted(held, key=lambda by: (by["at"], by["article"])):
        enter_held(draft, by)
        schedule(draft, held_key(by["article"]), held_until(by))
    for record in sorted(stories, key=lambda r: (r["founded"], r["id"])):
        for t in record["tellings"]:
            if not t["background"]:
                enter(draft, record["id"], traces_of(t))
        schedule(draft, story_key(record["id"]), keep_until(record))
    return draft.writes()
