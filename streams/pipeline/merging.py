"""Core: two stories that turn out to be one, with all that hangs on them."""

from streams.pipeline.settling import Settling
from streams.stories.correction import pin
from streams.stories.draft import Draft
from streams.stories.index import enter, leave, traces_of
from streams.stories.joining import join
from streams.stories.record import StoryRecord


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
