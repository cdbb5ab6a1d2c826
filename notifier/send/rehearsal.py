"""Shell: what would have gone where and when: history's alerts through the real outbox, in virtual time.

Nothing leaves the process: the store is in memory, and the receivers only take note.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ParamSpec, TypeVar

from dealwire.model import Alert
from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide.routing import Router
from notifier.render.notice import Notice
from notifier.render.view import title
from notifier.send.dispatcher import Dispatcher, World
from notifier.send.redact import Redactor
from notifier.send.sender import Receipt

P = ParamSpec("P")
T = TypeVar("T")

LAST_WAIT = timedelta(days=8)
"""How long after the last alert digests and quiet hours are still waited for: a weekly digest falls within."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message that would have been sent."""

    at: datetime
    receiver: str
    form: str
    title: str
    alerts: tuple[str, ...]

    def contract(self) -> dict[str, Any]:
        """The line that `dealwire replay --as-if-sent` writes."""
        return {
            "at": self.at.isoformat(),
            "receiver": self.receiver,
            "form": self.form,
            "title": self.title,
            "alerts": list(self.alerts),
        }


class Inline(Executor):
    """Makes each call at once, in the caller's thread."""

    def __init__(self, _room: int = 1) -> None:
        """Room is not needed: there is one at a time."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        made: Future[T] = Future()
        try:
            made.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - as every executor: the future has it
            made.set_exception(error)
        return made


@dataclass(slots=True)
class VirtualTime:
    """Stands still until somebody waits; then that much has passed."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def wait(self, woken: threading.Event, seconds: float) -> None:
        if not woken.is_set():
            self.moment += timedelta(seconds=seconds)

    def world(self, seed: int = 0) -> World:
        """A world in this time, the same from run to run."""
        return World(now=self.now, wait=self.wait, random=Random(seed), threads=Inline)  # noqa: S311 - jitter


@dataclass(slots=True)
class NoteTaker:
    """A receiver that only takes note."""

    name: str
    time: VirtualTime
    notes: list[Sending] = field(default_factory=list)
    target: str = "rehearsal"
    channel: str = ""
    seconds_between: float = 0.0

    @property
    def clean(self) -> Redactor:
        return Redactor("")

    def send(self, notice: Notice) -> Receipt:
        alerts = tuple(alert.id for alert in notice.alerts)
        self.notes.append(Sending(self.time.now(), self.name, notice.form, title(notice), alerts))
        return {}


def rehearse(alerts: Iterable[Alert], router: Router) -> Iterator[Sending]:
    """The messages that these alerts, in order of time, would have made, in the order of sending."""
    time = VirtualTime(datetime.min.replace(tzinfo=UTC))
    notes: list[Sending] = []
    takers = {name: NoteTaker(name, time, notes, channel=name) for name in router.policy.receivers}
    with Store.open(":memory:") as store:
        dispatcher = Dispatcher(store, takers, router, world=time.world())
        for alert in alerts:
            if time.moment.year > 1 and alert.at > time.moment:
                dispatcher.drain(patience=alert.at - time.moment)
                yield from _taken(notes)
            time.moment = max(time.moment, alert.at)
            with store.transaction() as connection:
                outbox.enqueue(connection, alert, router, time.moment)
        if time.moment.year > 1:
            dispatcher.drain(patience=LAST_WAIT)
        yield from _taken(notes)


def _taken(notes: list[Sending]) -> list[Sending]:
    taken = list(notes)
    notes.clear()
    return taken
