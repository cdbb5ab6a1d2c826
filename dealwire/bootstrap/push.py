"""Shell: what takes pushed articles: the same core, store and outbox as a visit to a feed."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from dealwire.bootstrap.rules import Rules
from dealwire.config import Settings
from dealwire.model import Alert, Article
from dealwire.store import outbox
from dealwire.store.database import Store
from streams.core import Step
from streams.embedded import Embedded


class Intake:
    """Takes articles into the configuration's store, one transaction for each call; the running dealwire sends."""

    def __init__(self, settings: Settings, rules: Rules, clock: Callable[[], datetime]) -> None:
        self._store = Store.open(settings.place(settings.store))
        self._lock = threading.Lock()

        def enqueue(connection: sqlite3.Connection, alert: Alert, now: datetime) -> None:
            outbox.enqueue(connection, alert, rules.router, now)

        self._embedded = Embedded(self._store, rules.core, enqueue, clock)

    def take(self, articles: Sequence[Article]) -> tuple[Step, ...]:
        with self._lock:
            return self._embedded.take(articles)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()
