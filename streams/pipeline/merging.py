"""Core: two stories that turn out to be one, or tellings that turn out to be another's, with all that hangs on them."""

from collections.abc import Sequence

from streams.pipeline.expiry import keep_until
from streams.pipeline.settling import Settling
from streams.stories.clock import schedule
from streams.stories.correction import pin
from streams.stories.draft import Draft
from streams.stories.index import enter, leave, traces_of
from streams.stories.joining import join
from streams.stories.record import StoryRecord, article_key, place_of, story_key
from streams.stories.told import Told


def merge_stories(draft: Draft, settling: Settling, one: StoryRecord, two: StoryRecord) -> StoryRecord:
    """The story that survives: the older by event time of its founding, or by id where that is the same."""
    older, younger = map(draft.opened, sorted((one, two), key=lambda r: (r["founded"], r["id"])))
    settling.touch(older, "")
    leave(draft, younger)
    join(older, younger)
    if older["pinned"] or younger["pinned"]:
        pin(draft, older)
    for t in older["tellings"]:
        if not t["background"]:
            enter(draft, older["id"], traces_of(t))
    draft.keep(younger)
    settling.joined(older, younger)
    return older


def move_tellings(
    draft: Draft, settling: Settling, moved: Sequence[Told], source: StoryRecord, target: StoryRecord, reason: str
) -> None:
    """Take these tellings from the one opened story to the other."""
    leave(draft, source)
    source["tellings"] = [t for t in source["tellings"] if t not in moved]
    target["tellings"] = sorted([*target["tellings"], *moved], key=place_of)
    target["told_count"] += len(moved)
    for part in (source, target):
        pin(draft, part)
        for t in part["tellings"]:
            if not t["background"]:
                enter(draft, part["id"], traces_of(t))
        settling.touch(part, reason)
    schedule(draft, story_key(target["id"]), keep_until(target))
    for article in sorted({t["article"] for t in moved}):
        take_from(draft, article, source["id"], target["id"])


def take_from(draft: Draft, article: str, story: str, other: str = "") -> None:
    """Note that the article tells the story no longer, but perhaps the other."""
    known = draft.article(article)
    if known is not None:
        stories = sorted({*(s for s in known["stories"] if s != story), *([other] if other else ())})
        draft.put_value(article_key(article), {**known, "stories": stories})
