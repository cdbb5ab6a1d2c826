"""Shell: drains the outbox: claims what is due, has it sent in a thread for each receiver, records what came of it.

One coordinating thread touches the store; each receiver has at most one message in flight, in a thread of its own, so
that one that hangs holds up nobody. A turn is one transaction: what came back is recorded and what is next is claimed.
Clock, waiting, randomness and threads are handed in: tests run virtual years in no time.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from dealwire.errors import StoreError
from dealwire.log import logger
from dealwire.store import claims, outbox, silences
from dealwire.store.database import Store
from dealwire.store.outbox import Delivery
from notifier.decide.backlog import Growth
from notifier.decide.durations import parse_rate
from notifier.decide.routing import Router
from notifier.render.meta import lag_growing, silence_ends
from notifier.render.notice import Notice
from notifier.send.backoff import Breaker
from notifier.send.compose import compose, hold_back
from notifier.send.linking import Linker
from notifier.send.sender import Receipt, Sender
from notifier.send.verdict import Suspicion, Verdict, bury, judge, record, tell_operators

log = logger("notifier")

POLL_SECONDS = 0.5
"""How often a running dispatcher looks for what other processes put into the outbox; `wake` makes it look at once."""
LOOK_AROUND = timedelta(minutes=1)
"""How often what no message brings about is looked for: deadlines at receivers not set up, silences that end."""
RECEIVERS_MAX = 500
"""How many receivers may have a message in flight at once; a thread is made only when one is needed."""
NEVER = datetime.min.replace(tzinfo=UTC)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _wait(woken: threading.Event, seconds: float) -> None:
    woken.wait(seconds)


def _untold(verdict: Verdict, now: datetime) -> None:
    """Nobody wants to hear of verdicts."""


@dataclass(frozen=True, slots=True)
class World:
    """What the dispatcher needs of the world around it."""

    now: Callable[[], datetime] = _utc_now
    wait: Callable[[threading.Event, float], None] = _wait
    """Waits so many seconds, or until the event is set."""
    random: Random = field(default_factory=Random)
    threads: Callable[[int], Executor] = ThreadPoolExecutor
    """Makes room for so many sends at once."""
    judged: Callable[[Verdict, datetime], None] = _untold
    """Hears of each verdict once it is recorded."""


@dataclass(slots=True)
class Lane:
    """One receiver's way: its sender, whether a message is in flight, and whether it is left alone for a while."""

    sender: Sender
    seconds_between: float
    breaker: Breaker = field(default_factory=Breaker)
    suspicion: Suspicion = field(default_factory=Suspicion)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that came back from its thread."""

    lane: Lane
    delivery: Delivery
    outcome: "Future[Receipt]"


class Dispatcher:
    """Sends what the outbox holds. One for a store: `run` until `stop`, or `drain`."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        router: Router,
        *,
        linker: Linker | None = None,
        world: World | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        """`on_change` is called after each recorded turn, before the sends it claimed: to publish the journal."""
        self._linker = linker
        self._store = store
        self._world = world or World()
        self._on_change = on_change
        self._router = router
        self._lanes: dict[str, Lane] = {}
        self._next: tuple[Mapping[str, Sender], Router, Linker | None] | None = (senders, router, linker)
        self._exchange()
        self._free_at: dict[str, datetime] = {}
        self._unrecorded: list[Verdict] = []
        self._back: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._looked_at = NEVER
        self._growth = Growth()

    def wake(self) -> None:
        """Look at the outbox now. From any thread."""
        self._woken.set()

    def use(self, senders: Mapping[str, Sender], router: Router, linker: Linker | None = None) -> None:
        """Send by these from the next turn on; what is in flight ends as it began. From any thread."""
        self._next = (senders, router, linker)
        self.wake()

    def stop(self) -> None:
        """Claim nothing more, and end when what is in flight is recorded. From any thread."""
        self._stopping = True
        self.wake()

    def start(self) -> None:
        """Run in a thread of its own; `join` waits for its end."""
        self._thread = threading.Thread(target=self._run_and_tell, name="dispatcher", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the thread's end; what ended it before its time is raised here."""
        if self._thread:
            self._thread.join()
        if self._failure:
            raise self._failure

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    def run(self) -> None:
        """Send what falls due until stopped."""
        with self._world.threads(RECEIVERS_MAX) as threads:
            self._begin()
            while (in_flight := self._turn(threads)) or not self._stopping:
                due = None if in_flight else self._next_due()
                seconds = POLL_SECONDS if due is None else (due - self._world.now()).total_seconds()
                self._rest(min(seconds, POLL_SECONDS))

    def drain(self, *, until_empty: bool = True, patience: timedelta = timedelta(0)) -> None:
        """Send what is due, then return; `until_empty` also waits for what falls due within `patience`."""
        limit = self._world.now() + patience
        with self._world.threads(RECEIVERS_MAX) as threads:
            self._begin()
            while True:
                if self._turn(threads):
                    self._rest(POLL_SECONDS)
                    continue
                due = self._next_due()
                if self._stopping or not until_empty or due is None or due > limit:
                    return
                self._rest((due - self._world.now()).total_seconds())

    def _run_and_tell(self) -> None:
        try:
            self.run()
        except BaseException as error:  # noqa: BLE001 - kept for `join`: a thread's failure must not vanish
            self._failure = error
            log.error("dispatcher_ended", error=str(error))  # noqa: TRY400 - `join` has the trace

    def _begin(self) -> None:
        """Take up what a process that ended left in flight, and keep the rate across the restart."""
        with self._store.transaction() as connection:
            released = outbox.release(connection)
            last = claims.last_sent(connection)
        if released:
            log.info("deliveries_resumed", deliveries=released)
        for name, lane in self._lanes.items():
            if name in last:
                self._pass(lane, last[name])

    def _exchange(self) -> None:
        """Take over what `use` left; a receiver that stays keeps its breaker and what is in flight."""
        taken, self._next = self._next, None
        if taken is None:
            return
        senders, self._router, self._linker = taken
        lanes = {}
        for name, sender in senders.items():
            lane = self._lanes.get(name) or Lane(sender, 0.0)
            lane.sender = sender
            lane.seconds_between = _pace(self._router.policy.settings(name).rate, sender)
            lanes[name] = lane
        self._lanes = lanes

    def _turn(self, threads: Executor) -> bool:
        """Record what came back, claim and send what is due; whether anything is in flight or not yet recorded."""
        self._woken.clear()
        self._exchange()
        now = self._world.now()
        while not self._back.empty():
            sent = self._back.get()
            sent.lane.busy = False
            verdict = judge(sent.delivery, sent.outcome, sent.lane.sender, sent.lane.breaker, now, self._world.random)
            self._unrecorded.append(sent.lane.suspicion.confirm(verdict))
        try:
            claimed = self._commit(now)
        except StoreError as error:
            log.error("outbox_unavailable", error=str(error))  # noqa: TRY400 - an expected failure, in one line
            return True
        for lane, delivery, notice in claimed:
            lane.busy = True
            self._pass(lane, now)
            threads.submit(lane.sender.send, notice).add_done_callback(partial(self._come_back, lane, delivery))
        return any(lane.busy for lane in self._lanes.values())

    def _come_back(self, lane: Lane, delivery: Delivery, outcome: "Future[Receipt]") -> None:
        self._back.put(Sent(lane, delivery, outcome))
        self._woken.set()

    def _commit(self, now: datetime) -> list[tuple[Lane, Delivery, Notice]]:
        """One transaction: the verdicts, then the claims. A StoreError leaves both to be done again."""
        connection = self._store.connection
        ready = [
            name
            for name, lane in self._lanes.items()
            if not self._stopping
            and not lane.busy
            and self._free_from(lane) <= now
            and claims.is_due(connection, name, now)
        ]
        look_around = now - self._looked_at > LOOK_AROUND
        if not (ready or self._unrecorded or look_around):
            return []
        with self._store.transaction():
            for verdict in self._unrecorded:
                record(connection, verdict, self._router.policy, now)
            claimed = [claim for name in ready for claim in self._claim(connection, name, now)]
            if look_around:
                self._look_around(connection, now)
        for verdict in self._unrecorded:
            verdict.tell(log)
            self._world.judged(verdict, now)
        self._unrecorded = []
        if self._on_change:
            self._on_change()
        return claimed

    def _claim(
        self, connection: sqlite3.Connection, name: str, now: datetime
    ) -> Iterator[tuple[Lane, Delivery, Notice]]:
        """The lane's next message that is still wanted and in time, if any."""
        lane = self._lanes[name]
        past = lane.suspicion.pass_over(claims.head_of(connection, name, now)) if lane.breaker.failures else ""
        while delivery := claims.claim(connection, name, now, past):
            if delivery.deadline_at <= now:
                cause = f"last: {delivery.error}" if delivery.error else "its receiver was held up"
                bury(connection, delivery, f"not delivered within its deadline; {cause}", self._router.policy, now)
                continue
            if hold_back(connection, delivery, self._router, now):
                continue
            notice = compose(connection, delivery, self._router, now, self._linker)
            if notice is None:
                outbox.mark_dropped(connection, delivery.id, "all of it was silenced, muted or acknowledged meanwhile")
                continue
            yield self._lanes[name], delivery, notice
            return

    def _look_around(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Bury what waited in vain for a receiver that is not set up; warn of silences that end and of a backlog."""
        self._looked_at = now
        for name in claims.waiting_receivers(connection):
            if name in self._lanes:
                continue
            log.warning("receiver_unknown", receiver=name)
            for delivery in claims.overdue(connection, name, now):
                bury(connection, delivery, "its receiver is not set up", self._router.policy, now)
        for silence in silences.active(connection, now):
            if silence.expires_soon(now):
                tell_operators(connection, self._router.policy, silence_ends(silence), now)
        working = [name for name, lane in self._lanes.items() if lane.breaker.open_until is None]
        waiting = claims.due_count(connection, working, now)  # of a receiver that fails they were told already
        if self._growth.look(waiting):
            tell_operators(connection, self._router.policy, lag_growing("sending", waiting, now), now)

    def _pass(self, lane: Lane, now: datetime) -> None:
        """Note that a message goes to the lane's channel now."""
        self._free_at[lane.sender.channel] = now + timedelta(seconds=lane.seconds_between)

    def _free_from(self, lane: Lane) -> datetime:
        """When the lane may send again, by its channel's rate and its breaker."""
        return max(self._free_at.get(lane.sender.channel, NEVER), lane.breaker.open_until or NEVER)

    def _next_due(self) -> datetime | None:
        """When there is next something to do; None where nothing waits."""
        due = (
            max(head, self._free_from(lane))
            for name, lane in self._lanes.items()
            if (head := claims.next_due(self._store.connection, name))
        )
        return min(due, default=None)

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            self._world.wait(self._woken, seconds)


def _pace(rate: str, sender: Sender) -> float:
    return parse_rate(rate) if rate else sender.seconds_between
