"""A notifier for tests; its one receiver appends each message's id to a file: `kafka_notifier.py SETTINGS OUT`."""

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dealwire import log
from notifier.consumer import Desk, Notifier
from notifier.decide.routing import Router
from notifier.decide.settings import Policy, ReceiverSettings
from notifier.send.dispatcher import Dispatcher
from streams.settings import KafkaSettings


class Appender:
    """Writes what it is sent as lines of a file."""

    name = target = channel = "file"
    seconds_between = 0.0

    def __init__(self, path):
        self._path = path

    def clean(self, text):
        return str(text)

    def send(self, notice):
        with self._path.open("a") as out:
            out.write(f"{notice.id} {' '.join(alert.id for alert in notice.alerts)}\n")
        return {}

    def close(self):
        pass


def clock():
    return datetime.now(UTC)


def run(settings, path, out):
    router = Router(Policy(receivers={"file": ReceiverSettings()}))

    def open_desk():
        return Desk(
            settings, path, router, lambda store, tell: Dispatcher(store, senders, router, on_change=tell), clock
        )

    senders = {"file": Appender(out)}
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Notifier(settings, open_desk, lambda: False, clock, timedelta(days=30)).run(stop)


if __name__ == "__main__":
    log.configure("json")
    settings = KafkaSettings.model_validate_json(sys.argv[1])
    run(settings, settings.state_dir / "notifier.db", Path(sys.argv[2]))
