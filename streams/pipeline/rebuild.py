"""Core: the derived part of the state, made anew from the stories: for a shell that does not keep it."""

from collections.abc import Iterable

from streams.pipeline.expiry import keep_until
from streams.stories.clock import schedule
from streams.stories.draft import Draft
from streams.stories.index import enter, traces_of
from streams.stories.record import StoryRecord, decode


def rebuild_indexes(items: Iterable[tuple[str, bytes]]) -> dict[str, bytes | None]:
    """Every `index/` key that belongs to these entries of the state, in order of the stories' founding."""
    draft = Draft({})
    stories: list[StoryRecord] = [decode(raw) for key, raw in items if key.startswith("story/")]
    for record in sorted(stories, key=lambda r: (r["founded"], r["id"])):
        for t in record["tellings"]:
            if not t["background"]:
                enter(draft, record["id"], traces_of(t))
        schedule(draft, f"story/{record['id']}", keep_until(record))
    return draft.writes()
