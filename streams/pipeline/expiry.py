"""Core: how long the state keeps what, in days of event time after the last telling."""

from streams.stories.draft import Draft
from streams.stories.index import leave
from streams.stories.link import DAY, WINDOW_DAYS
from streams.stories.record import LOGGED_DAYS, StoryRecord, article_key, articles_of, last_at

ARTICLE_DAYS = 60


def keep_until(record: StoryRecord) -> int:
    """The day after which nothing can tell the story any more, nor a reading of it come again."""
    kept = max((WINDOW_DAYS[t["category"]] for t in record["tellings"]), default=LOGGED_DAYS)
    return int(last_at(record) // DAY) + kept + LOGGED_DAYS


def article_until(at: float) -> int:
    """The day after which an article that tells no story is forgotten."""
    return int(at // DAY) + ARTICLE_DAYS


def drop(draft: Draft, key: str, today: int) -> int | None:
    """End what the key holds, or say until which day it lives on."""
    kind, _, name = key.partition("/")
    if kind != "story":
        draft.put(key, None)
        return None
    record = draft.peek_itself(name)
    if record is None:
        return None
    if (until := keep_until(record)) > today:
        return until
    leave(draft, record)
    draft.forget(name)
    for article in articles_of(record):
        known = draft.article(article)
        if known is not None and all(draft.peek_itself(story) is None for story in known["stories"]):
            draft.put(article_key(article), None)
    return None
