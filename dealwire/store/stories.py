"""Shell: a story of a store, by its id or what it begins with, for people to look at."""

from dealwire.errors import UsageError
from dealwire.model import Story
from dealwire.store.database import Store
from streams.stories.record import decode, story_key
from streams.stories.view import story_of


def find_story(store: Store, story: str) -> Story:
    """The story of this id, or of the only one that begins so; UsageError where there is none."""
    query = "SELECT value FROM state WHERE key >= ? AND key < ? LIMIT 2"
    found = store.connection.execute(query, (story_key(story), story_key(story) + "\uffff")).fetchall()
    if not found or not story:
        raise UsageError(f"no story {story!r} in {store.path}; it may have expired")
    if len(found) > 1:
        raise UsageError(f"several stories begin with {story!r}; give more of the id")
    return story_of(decode(found[0][0]))
