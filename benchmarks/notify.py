"""How fast alerts are decided and sent: decisions a second, latency to 100 receivers, 10,000 alerts through faults.

.venv/bin/python benchmarks/notify.py            # about a minute
.venv/bin/python benchmarks/notify.py --full     # 10,000 alerts to each of 20 receivers: 200,000 messages, some minutes
"""

import argparse
import logging
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from dealwire.cli.terminal import track
from dealwire.errors import DeliveryError
from dealwire.model import Alert
from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide import History, Policy, Router, Silence, decide
from notifier.render.sample import sample_alerts
from notifier.send import Dispatcher
from notifier.send.redact import Redactor
from notifier.send.rehearsal import VirtualTime

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAMPLE = sample_alerts(START)[1]
TREE = {
    "receivers": {
        f"r{n}": {"group_by": ["rule"], "quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Europe/London"}}
        for n in range(20)
    },
    "routing": {
        "route": {
            "receiver": "r0",
            "routes": [{"matchers": [f"rule=rule-{n}"], "receiver": f"r{n}"} for n in range(1, 19)]
            + [{"matchers": ["category=hardware"], "receiver": "r19", "continue": True}],
        }
    },
}


def alerts(count: int) -> list[Alert]:
    """That many alerts, each on a story of its own, of twenty rules."""
    return [alert(n) for n in range(count)]


def alert(number: int) -> Alert:
    story, rule = f"story-{number}", f"rule-{number % 20}"
    view = SAMPLE.story_view.model_copy(update={"id": story})
    id_ = Alert.id_of(rule, story, 1, "new")
    return SAMPLE.model_copy(update={"id": id_, "rule": rule, "story": story, "at": START, "story_view": view})


class Taker:
    """A receiver in this process: fails while it is down, and notes how much it took, and whether in order."""

    def __init__(
        self, name: str, now: Callable[[], datetime], down: Callable[[datetime], bool] = lambda _now: False
    ) -> None:
        self.name = self.channel = name
        self.target = "benchmark"
        self.seconds_between = 0.0
        self.clean = Redactor("")
        self.count = 0
        self.in_order = True
        self.last_story = ""
        self.last_at = 0.0
        self._last_number = -1
        self._now, self.down = now, down

    def send(self, notice):
        if self.down(self._now()):
            raise DeliveryError("down")
        number = int(notice.alerts[0].story.removeprefix("story-"))
        self.in_order = self.in_order and number > self._last_number
        self.count += 1
        self._last_number, self.last_story, self.last_at = number, notice.alerts[0].story, time.perf_counter()
        return {}


def decisions(count: int) -> tuple[float, float]:
    """Decisions a CPU second, through a tree of twenty routes, with ten silences; and routing alone."""
    router = Router(Policy.model_validate(TREE))
    ends = START + timedelta(days=1)
    silences = [
        Silence.create(matchers=[f"subject=nobody {n}", "severity=low"], starts=START, ends=ends, author="bench")
        for n in range(10)
    ]
    history = History(silences=silences)
    batch = alerts(count)
    began = time.process_time()
    made = 0
    for one in batch:
        for to in router.destinations(one):
            decide(one, to, history, START, router.policy.routing)
            made += 1
    decided = made / (time.process_time() - began)
    began = time.process_time()
    for one in batch:
        router.destinations(one)
    return decided, count / (time.process_time() - began)


def latency(rounds: int) -> list[float]:
    """Milliseconds from an alert's commit to each of 100 receivers' having it, in real threads."""
    policy = {"receivers": {f"r{n}": {} for n in range(100)}}
    router = Router(Policy.model_validate(policy))
    waits = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        takers = {name: Taker(name, lambda: datetime.now(UTC)) for name in router.policy.receivers}
        with Store.open(path) as intake, Store.open(path) as sending:
            dispatcher = Dispatcher(sending, takers, router)
            dispatcher.start()
            for told in alerts(rounds):
                with intake.transaction() as connection:
                    outbox.enqueue(connection, told, router, datetime.now(UTC))
                committed = time.perf_counter()
                dispatcher.wake()
                while any(t.last_story != told.story for t in takers.values()):
                    time.sleep(0.001)
                waits.extend((t.last_at - committed) * 1000 for t in takers.values())
            dispatcher.stop()
            dispatcher.join()
    return waits


def through_faults(count: int, *, each: bool) -> dict[str, object]:
    """`count` alerts to twenty receivers, five of which fail for a while and four of which take one a second."""
    chance = Random(1)
    policy = {"receivers": {f"r{n}": {"rate": "1/s"} if n < 4 else {} for n in range(20)}}
    router = Router(Policy.model_validate(policy))
    clock = VirtualTime(START)
    takers = {name: Taker(name, clock.now) for name in router.policy.receivers}
    for number in range(2, 7):
        begin = START + timedelta(seconds=chance.randrange(300))
        takers[f"r{number}"].down = lambda now, b=begin: b <= now < b + timedelta(minutes=20)
    memory = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "bench.db") as store:
        dispatcher = Dispatcher(store, takers, router, world=clock.world())
        for first in track(range(0, count, 100), "sending", count // 100):
            with store.transaction() as connection:
                for n in range(first, first + 100):
                    sent_to = () if each else (f"r{n % 20}",)
                    outbox.enqueue(connection, alert(n).model_copy(update={"send_to": sent_to}), router, clock.now())
            dispatcher.drain(patience=timedelta(seconds=30))
            memory.append(resident_mb())
        dispatcher.drain(patience=timedelta(days=30))
        memory.append(resident_mb())
    seconds = time.perf_counter() - began
    expected = count if each else count // 20
    right = sum(taker.count == expected and taker.in_order for taker in takers.values())
    taken = sum(taker.count for taker in takers.values())
    return {
        "messages": f"{taken:,}",
        "receivers with all, once, in order": f"{right} of 20",
        "messages/s (outbox on disk, one core)": f"{taken / seconds:,.0f}",
        "resident memory after a tenth / half / all, MB": " / ".join(
            f"{memory[place]:.0f}" for place in (len(memory) // 10, len(memory) // 2, -1)
        ),
    }


def resident_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="10,000 alerts to each of 20 receivers")
    full = options.parse_args().full
    logging.getLogger("dealwire").setLevel(logging.CRITICAL)
    table = Table(title="notifier")
    for heading in ("measure", "value", "aim or baseline"):
        table.add_column(heading, overflow="fold")
    decided, routed = decisions(20_000)
    table.add_row("decisions/s, 20 routes, 10 silences", f"{decided:,.0f}", "20,000")
    table.add_row("routings/s alone", f"{routed:,.0f}", "")
    waits = sorted(latency(20))
    table.add_row(
        "alert to send, 100 receivers, p50 / p99",
        f"{statistics.median(waits):.0f} / {waits[int(len(waits) * 0.99)]:.0f} ms",
        "Alertmanager waits group_wait (30 s by default) for every first alert of a group; here only with group_by",
    )
    for measure, value in through_faults(10_000, each=full).items():
        table.add_row(measure, str(value), "20 of 20" if "order" in measure else "")
    Console().print(table)


if __name__ == "__main__":
    main()
