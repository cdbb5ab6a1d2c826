"""Shell: where people's corrections are asked for: in the store of `run`, or on Kafka, whose worker takes them."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from dealwire.bootstrap.kafka import kafka_settings
from dealwire.bootstrap.rules import Rules
from dealwire.config import Settings
from dealwire.errors import StoreError, UsageError
from dealwire.model import Alert, Story
from dealwire.store import corrections, outbox
from dealwire.store.corrections import Request
from dealwire.store.database import Store
from dealwire.store.lock import sole_driver
from dealwire.store.stories import find_story
from streams.embedded import Embedded
from streams.settings import KafkaSettings
from streams.stories.correction import Correction
from streams.stories.request import Signature
from streams.worker import corrections as topic

PATIENCE_SECONDS = 5.0
"""How long a command waits for the running service to take what was asked; it looks every second."""
LOOK_SECONDS = 0.1


class CorrectionDesk(Protocol):
    """The stories there are, and the corrections of them."""

    def story(self, story: str) -> Story: ...

    def correction(self, correction: str) -> Correction: ...

    def corrections(self) -> Sequence[Request]: ...

    def signed(self, author: str, reason: str) -> Signature: ...

    def take(self, correction: Correction) -> Request: ...


@contextmanager
def store_desk(settings: Settings, path: Path) -> Iterator[CorrectionDesk]:
    """The desk of the store at `path`; UsageError where there is none yet."""
    if not path.exists():
        raise UsageError(f"{path}: there is no store yet; `dealwire run` makes it")
    with Store.open(path) as store:
        yield _StoreDesk(settings, path, store)


@contextmanager
def kafka_desk(settings: Settings) -> Iterator[CorrectionDesk]:
    """The desk of the workers on Kafka."""
    yield _KafkaDesk(kafka_settings(settings))


class _Signing:
    def signed(self, author: str, reason: str) -> Signature:
        return Signature(author, reason, datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class _StoreDesk(_Signing):
    settings: Settings
    path: Path
    store: Store

    def story(self, story: str) -> Story:
        return find_story(self.store, story)

    def correction(self, correction: str) -> Correction:
        return corrections.find(self.store.connection, correction).correction

    def corrections(self) -> Sequence[Request]:
        return corrections.listed(self.store.connection)

    def take(self, correction: Correction) -> Request:
        """Ask for it, durably, and see to it that it is taken: here, or by the service that runs on the store.

        What still waits on return is taken when the service comes round to it.
        """
        with self.store.transaction() as connection:
            corrections.request(connection, correction)
        with ExitStack() as held:
            try:
                held.enter_context(sole_driver(self.path))
            except StoreError:  # a service runs on it, and has its own turn
                self._await(correction)
            else:
                self._take_waiting(correction.at)
        return corrections.find(self.store.connection, correction.id)

    def _take_waiting(self, now: datetime) -> None:
        """Everything that waits, by the rules of the configuration, with the alerts that follow in the outbox."""
        rules = Rules.read([self.settings.place(file) for file in self.settings.rules])

        def enqueue(connection: sqlite3.Connection, alert: Alert, at: datetime) -> None:
            outbox.enqueue(connection, alert, rules.router, at)

        Embedded(self.store, rules.core, enqueue, lambda: now).correct()

    def _await(self, correction: Correction) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            if corrections.find(self.store.connection, correction.id).settled_at is not None:
                return
            time.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class _KafkaDesk(_Signing):
    settings: KafkaSettings

    def story(self, story: str) -> Story:
        return topic.find_folded_story(self.settings, story)

    def correction(self, correction: str) -> Correction:
        found = [one for one in topic.published_corrections(self.settings) if one.id.startswith(correction)]
        if len(found) != 1 or not correction:
            what = "several corrections begin with" if found else "no correction"
            raise UsageError(f"{what} {correction!r}; `dealwire story corrections --kafka` lists them")
        return found[0]

    def corrections(self) -> Sequence[Request]:
        """Those on the topic; what became of each is the folding worker's to know."""
        made = topic.published_corrections(self.settings)
        undone = {one.undoes: one.id for one in made if one.undoes}
        return [Request(one, one.at, "", refused=False, undone_by=undone.get(one.id, "")) for one in reversed(made)]

    def take(self, correction: Correction) -> Request:
        topic.publish_correction(self.settings, correction)
        return Request(correction, None, "", refused=False)
