"""Shell: the stories of a store, for people to look at."""

from dealwire.errors import UsageError
from dealwire.model import Story
from dealwire.store.database import Store
from streams.stories.record import StoryRecord, decode, story_key
from streams.stories.view import story_of


def find_story(store: Store, story: str) -> Story:
    """The story of this id, or of the only one that begins so; UsageError where there is none."""
    return story_of(find_record(store, story))


def find_record(store: Store, story: str) -> StoryRecord:
    """As `find_story`, with all that the fold holds of it."""
    query = "SELECT value FROM stories WHERE key >= ? AND key < ? LIMIT 2"
    found = store.connection.execute(query, (story_key(story), story_key(story) + "\uffff")).fetchall()
    if not found or not story:
        raise UsageError(f"no story {story!r} in {store.path}; it may have expired")
    if len(found) > 1:
        raise UsageError(f"several stories begin with {story!r}; give more of the id")
    return decode(found[0][0])
