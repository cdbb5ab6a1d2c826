"""Shell: the dead letters of either shell behind the same three verbs."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from dealwire.bootstrap.rules import Rules
from dealwire.config import Settings, load_settings
from dealwire.model import Alert, Article, DeadLetter
from dealwire.store import dead_letters, outbox
from dealwire.store.database import Store
from streams import dead_letters as kafka_letters
from streams.core import Step
from streams.embedded import Embedded
from streams.settings import KafkaSettings


class LetterBox(Protocol):
    """Where dead letters are kept until somebody deals with them."""

    def kept(self) -> tuple[DeadLetter, ...]: ...

    def retry(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]: ...

    def drop(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]: ...


@contextmanager
def letter_box(config: Path, *, on_kafka: bool) -> Iterator[LetterBox]:
    """The dead letters on Kafka, or in the store of `dealwire run`."""
    settings = load_settings(config)
    if on_kafka:
        yield KafkaBox(settings.kafka)
        return
    with Store.open(settings.place(settings.store)) as store:
        yield StoreBox(settings, store)


@dataclass(frozen=True, slots=True)
class KafkaBox:
    """Dead letters on their topic; a retry puts the record onto the topic that it came from."""

    settings: KafkaSettings

    def kept(self) -> tuple[DeadLetter, ...]:
        return kafka_letters.kept(self.settings)

    def retry(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        return kafka_letters.retry(self.settings, ids)

    def drop(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        return kafka_letters.drop(self.settings, ids)


@dataclass(frozen=True, slots=True)
class StoreBox:
    """Dead letters in SQLite; a retry takes the article through the core at once."""

    settings: Settings
    store: Store

    def kept(self) -> tuple[DeadLetter, ...]:
        return dead_letters.kept(self.store.connection)

    def retry(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        rules = Rules.read([self.settings.place(path) for path in self.settings.rules])
        letters = dead_letters.chosen(self.kept(), ids)

        def enqueue(connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
            outbox.enqueue(connection, alert, rules.router, now)

        embedded = Embedded(self.store, rules.core, enqueue, lambda: datetime.now(UTC))
        for letter in letters:
            embedded.take([Article.from_bytes(letter.original)], _forgetting(letter), again=True)
        return letters

    def drop(self, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
        with self.store.transaction() as connection:
            return dead_letters.drop(connection, ids)


def _forgetting(letter: DeadLetter) -> Callable[[sqlite3.Connection, Sequence[Step]], None]:
    """Forgets the letter in the transaction that takes its article; one that fails again stays buried."""

    def commit(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
        if steps:
            dead_letters.drop(connection, [letter.id])

    return commit
