"""Core: `catch_up`, what rules that are new say of stories already known."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dealwire.model import Alert
from rules.book import RuleBook
from streams.pipeline.outcome import Held, Outcome
from streams.pipeline.settling import Settling
from streams.stories.draft import Draft
from streams.stories.record import last_at
from streams.stories.told import Occasion


def catch_up(state: Mapping[str, bytes], stories: Iterable[str], book: RuleBook, since: datetime) -> Outcome:
    """The alerts of these rules on the stories told since then; the shell names the stories."""
    draft = Draft(state)
    alerts: list[Alert] = []
    held: list[Held] = []
    for story in stories:
        known = draft.peek_itself(story)
        if known is None or known["merged_into"] or last_at(known) < since.timestamp():
            continue
        record = draft.opened(known)
        by: Occasion = {"article": f"catch-up/{book.hash}", "revision": "", "at": last_at(record)}
        settling = Settling(draft, book, by, revising=False)
        settling.touch(record, "catching up")
        outcome = settling.finish()
        alerts += outcome.alerts
        held += outcome.held
    return Outcome(draft.writes(), tuple(alerts), (), tuple(held))
