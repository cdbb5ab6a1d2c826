"""Alerts over real sockets: a server that speaks like Slack and webhooks do, an SMTP server, five of twenty failing.

    .venv/bin/python benchmarks/notify_wire.py               # 2,000 alerts
    .venv/bin/python benchmarks/notify_wire.py --alerts 10000

Waiting is in virtual time, so rates and back-off are kept and cost nothing; sending is in real threads.
"""

import argparse
import json
import logging
import resource
import socket
import struct
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from random import Random

from aiosmtpd.controller import Controller
from notify import START, alerts
from rich.console import Console
from rich.table import Table

from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide import Policy, ReceiverSettings, Router
from notifier.send import Dispatcher, World, build_sender
from notifier.send.dispatcher import POLL_SECONDS
from notifier.send.rehearsal import VirtualTime

FAULTS = {
    "r1": ("500", "reset", "time-out"),
    "r2": ("429", "half"),
    "r9": ("429", "500", "time-out"),
    "r10": ("reset", "half"),
    "r17": ("greylist", "drop"),
}
"""How two webhooks, two Slack hooks and a mailbox fail, in turn."""
FAULTS_EACH = 8
"""Tries that fail in a row at each of the five, enough to open the breaker."""
TIMEOUT = timedelta(seconds=1)


class Inbox:
    """What arrived where, in order, and how often a place still fails."""

    def __init__(self) -> None:
        self.arrived: dict[str, list[str]] = defaultdict(list)
        self.moments: dict[str, list[datetime]] = defaultdict(list)
        self.failing: Counter[str] = Counter(dict.fromkeys(FAULTS, FAULTS_EACH))
        self.lock = threading.Lock()

    def fault(self, place: str) -> str:
        """How this try at the place fails; empty where it does not."""
        with self.lock:
            self.failing[place] -= 1
            left = self.failing[place]
        return FAULTS[place][left % len(FAULTS[place])] if left >= 0 else ""

    def within_rate(self, place: str) -> bool:
        """Whether tries there, failed ones too, keep to one a second, as Slack asks."""
        return all((b - a).total_seconds() >= 0.999 for a, b in pairwise(self.moments[place]))


def http_server(inbox: Inbox, now: Callable[[], datetime], closing: threading.Event) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            place = self.path.rpartition("/")[2]
            inbox.moments[place].append(now())
            fault = inbox.fault(place)
            if fault == "time-out":
                closing.wait(TIMEOUT.total_seconds() * 1.5)
                return
            if fault == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.send_response({"500": 500, "429": 429}.get(fault, 200))
            self.send_header("Retry-After", "30")
            self.send_header("Content-Length", "4" if fault == "half" else "2")
            self.end_headers()
            self.wfile.write(b"ok")
            if not fault:
                said = body["alerts"][0]["story"] if "alerts" in body else body["blocks"][-1]["elements"][0]["text"]
                inbox.arrived[place].append(
                    said.rpartition("stories/")[2].partition("|")[0] if "blocks" in body else said
                )

        def log_message(self, *_):
            pass

        def handle(self):
            try:
                super().handle()
            except (OSError, ValueError):
                self.close_connection = True

        def finish(self):
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    return Server(("127.0.0.1", 0), Handler)


class MailHandler:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - aiosmtpd calls it so
        place = envelope.rcpt_tos[0].partition("@")[0]
        fault = self.inbox.fault(place)
        if fault == "drop":
            server.transport.abort()
            return "421 gone"
        if fault:
            return "451 greylisted"
        self.inbox.arrived[place].append(envelope.content.decode().partition("stories/")[2].split()[0])
        return "250 taken"


def senders(port: int, mail_port: int) -> dict:
    """Eight webhooks, eight Slack hooks, four mailboxes."""
    made = {}
    for n in range(20):
        name = f"r{n}"
        if n < 8:
            made[name] = build_sender(
                name, f"http://127.0.0.1:{port}/{name}", ReceiverSettings(secret="benchmark", timeout=TIMEOUT)
            )
        elif n < 16:
            settings = ReceiverSettings(base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT)
            made[name] = build_sender(name, f"https://hooks.slack.com/services/T/B/{name}", settings)
        else:
            url = f"mailto://127.0.0.1:{mail_port}?from=deals@dealwire.example&to={name}@news.example"
            made[name] = build_sender(name, url, ReceiverSettings())
    return made


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--alerts", type=int, default=2000)
    count = options.parse_args().alerts
    for name in ("dealwire", "mail.log"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    inbox, clock, closing = Inbox(), VirtualTime(START), threading.Event()
    server = http_server(inbox, clock.now, closing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mail_port = free.getsockname()[1]
    mail = Controller(MailHandler(inbox), hostname="127.0.0.1", port=mail_port)
    mail.start()
    policy = {"receivers": {f"r{n}": {} for n in range(20)}, "routing": {"story_url": "http://d.example/stories/{id}"}}
    router = Router(Policy.model_validate(policy))

    def wait(woken: threading.Event, seconds: float) -> None:
        """Answers that are under way are waited for in real time, rates and back-off in virtual time."""
        if seconds == POLL_SECONDS:
            woken.wait(seconds)
        else:
            clock.wait(woken, seconds)

    world = World(now=clock.now, wait=wait, random=Random(1), threads=ThreadPoolExecutor)
    batch = [a.model_copy(update={"send_to": (f"r{n % 20}",)}) for n, a in enumerate(alerts(count))]
    memory = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "bench.db") as store:
        dispatcher = Dispatcher(store, senders(server.server_port, mail_port), router, world=world)
        for n in range(0, count, 200):
            with store.transaction() as connection:
                for alert in batch[n : n + 200]:
                    outbox.enqueue(connection, alert, router, clock.now())
            dispatcher.drain(patience=timedelta(days=1))
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        tries = store.connection.execute("SELECT sum(attempts), sum(state = 'sent') FROM deliveries").fetchone()
    seconds = time.perf_counter() - began
    mail.stop()
    closing.set()
    server.shutdown()
    right = sum(inbox.arrived[f"r{n}"] == [a.story for a in batch if a.send_to == (f"r{n}",)] for n in range(20))
    table = Table("measure", "value", title=f"{count:,} alerts to 20 receivers over real sockets, five failing")
    table.add_row("sent / tries", f"{tries[1]:,} / {tries[0]:,}")
    table.add_row("receivers with all, once, in order", f"{right} of 20")
    slack = [f"r{n}" for n in range(8, 16)]
    table.add_row("Slack hooks within one message a second", f"{sum(map(inbox.within_rate, slack))} of {len(slack)}")
    table.add_row("messages/s, servers in the same process", f"{count / seconds:,.0f}")
    table.add_row("virtual time that rates and back-off took", str(clock.now() - START).split(".")[0])
    table.add_row("memory at half / at the end, MB", f"{memory[len(memory) // 2]:.0f} / {memory[-1]:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
