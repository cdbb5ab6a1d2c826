"""Shell: the whole way in one process on one SQLite file. Each batch is one transaction.

`Embedded.take` is what a connector's batch meets: articles that are new or edited are understood, folded and matched by
the core, and everything that follows (state, articles, alerts in the outbox, the feed's own state) commits together. A
process that dies in the middle has taken nothing of the batch, and reads it again.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from dealwire.errors import StoreError, UsageError
from dealwire.log import logger
from dealwire.model import Alert, Article
from dealwire.store import articles as article_table
from dealwire.store import corrections, dead_letters
from dealwire.store.database import Store
from dealwire.store.state import StateTable
from streams.core import Core, Step
from streams.pipeline import catch_up, said_of
from streams.stories.correction import Correction
from streams.stories.record import story_key

log = logger("embedded")

STORY = story_key("")
"""With what the keys of stories begin."""


class Embedded:
    """Takes batches of articles, one at a time, whichever thread brings them.

    `enqueue` puts an alert into the outbox within the batch's transaction; `clock` says when that is.
    """

    def __init__(
        self,
        store: Store,
        core: Core,
        enqueue: Callable[[sqlite3.Connection, Alert, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._state = StateTable(store.connection)
        self._core = core
        self._enqueue = enqueue
        self._clock = clock
        self._lock = threading.Lock()

    def use(self, core: Core) -> None:
        """Run other rules from the next batch on."""
        with self._lock:
            self._core = core

    def catch_up(self, since: datetime) -> int:
        """Let the rules that run speak of stories told since then, which they did not know; how many alerts that is."""
        with self._lock:
            try:
                with self._store.transaction() as connection:
                    self._state.begin()
                    stories = [key.removeprefix(STORY) for key in self._state if key.startswith(STORY)]
                    outcome = catch_up(self._state, stories, self._core.book, since)
                    self._state.apply(outcome.writes)
                    for alert in outcome.alerts:
                        self._enqueue(connection, alert, self._clock())
                    self._state.flush()
            except BaseException:
                self._state.discard()
                raise
            return len(outcome.alerts)

    def correct(self) -> int:
        """Take the corrections that people have asked for, each in one transaction; how many there were."""
        with self._lock:
            taken = 0
            for correction in corrections.waiting(self._store.connection):
                try:
                    with self._store.transaction() as connection:
                        self._state.begin()
                        self._correct(connection, correction)
                except BaseException:
                    self._state.discard()
                    raise
                taken += 1
            return taken

    def _correct(self, connection: sqlite3.Connection, correction: Correction) -> None:
        """One correction through the core, and what came of it on record; one that makes no sense is refused."""
        now = self._clock()
        try:
            outcome = self._core.correct(self._state, correction)
        except UsageError as error:
            corrections.settle(connection, correction.id, now, str(error), refused=True)
            return
        self._state.apply(outcome.writes)
        for alert in outcome.alerts:
            self._enqueue(connection, alert, now)
        self._state.flush()
        corrections.settle(connection, correction.id, now, said_of(outcome))

    def take(
        self,
        articles: Sequence[Article],
        commit: Callable[[sqlite3.Connection, Sequence[Step]], None] | None = None,
        *,
        again: bool = False,
    ) -> tuple[Step, ...]:
        """Take a batch in one transaction, with `commit` (the feed's own state) in it.

        Articles whose revision is known are passed over, unless they are to be taken `again`. A StoreError leaves
        everything as it was.
        """
        with self._lock:
            try:
                with self._store.transaction() as connection:
                    self._state.begin()
                    taken = tuple(self._take(connection, articles, again=again))
                    self._state.flush()
                    if commit:
                        commit(connection, taken)
            except BaseException:
                self._state.discard()
                raise
            return taken

    def _take(self, connection: sqlite3.Connection, articles: Sequence[Article], *, again: bool) -> Iterable[Step]:
        known = {} if again else article_table.known_revisions(connection, (a.id for a in articles))
        read: list[tuple[Article, int]] = []
        for article in articles:
            if known.get(article.id) == article.revision:
                continue
            known[article.id] = article.revision
            step = self._step(connection, article)
            read.append((article, len(step.reading.events) if step else 0))
            if step is None:
                continue
            self._state.apply(step.outcome.writes)
            for alert in step.outcome.alerts:
                self._enqueue(connection, alert, self._clock())
            yield step
        article_table.keep(connection, read)

    def _step(self, connection: sqlite3.Connection, article: Article) -> Step | None:
        """One article through the core; one that it cannot take becomes a dead letter and harms no other."""
        try:
            return self._core.step(self._state, article)
        except (StoreError, sqlite3.Error):
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a failing record becomes a dead letter
            place = f"article {article.id}"
            log.warning("article_failed", place=place, reason=dead_letters.say(error))
            dead_letters.bury(connection, article.to_bytes(), place=place, error=error, now=self._clock())
            return None
