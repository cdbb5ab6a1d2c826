"""Shell: the stories of a store: one to look at, and people's corrections of them."""

from datetime import datetime
from pathlib import Path

from dealwire.bootstrap.rules import Rules
from dealwire.config import Settings
from dealwire.errors import UsageError
from dealwire.model import Story
from dealwire.store import corrections, outbox
from dealwire.store.database import Store
from dealwire.store.lock import sole_driver
from dealwire.store.state import StateTable
from streams.pipeline import Outcome, apply_correction
from streams.stories.correction import Correction
from streams.stories.record import StoryRecord, decode, story_key
from streams.stories.view import story_of


def find_story(store: Store, story: str) -> Story:
    """The story of this id, or of the only one that begins so; UsageError where there is none."""
    return story_of(_record(store, story))


def _record(store: Store, story: str) -> StoryRecord:
    query = "SELECT value FROM state WHERE key >= ? AND key < ? LIMIT 2"
    found = store.connection.execute(query, (story_key(story), story_key(story) + "\uffff")).fetchall()
    if not found:
        raise UsageError(f"no story {story!r} in {store.path}; it may have expired")
    if len(found) > 1:
        raise UsageError(f"several stories begin with {story!r}; give more of the id")
    return decode(found[0][0])


def correct(settings: Settings, path: Path, correction: Correction, now: datetime) -> Outcome:
    """Take a correction into the store in one transaction, with the alerts it causes."""
    rules = Rules.read([settings.place(file) for file in settings.rules])
    with sole_driver(path), Store.open(path) as store:
        state = StateTable(store.connection)
        with store.transaction() as connection:
            outcome = apply_correction(state, correction, rules.core.book, rules.core.companies)
            state.apply(outcome.writes)
            state.flush()
            corrections.keep(connection, correction)
            for alert in outcome.alerts:
                outbox.enqueue(connection, alert, rules.router, now)
    return outcome
