"""Processes of the Kafka shell, for tests that start, kill and replace them."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from dealwire.broker import records
from dealwire.errors import SourceError
from dealwire.model import Alert, Reading
from streams.settings import KafkaSettings

HERE = Path(__file__).parent
WAIT_SECONDS_MAX = 60


@dataclass
class Fleet:
    """The processes of one test; whatever is left at its end is killed."""

    settings: KafkaSettings
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)
    started: int = 0

    def start_worker(self, program: str = "kafka_standin.py", *more: str) -> subprocess.Popen[bytes]:
        """A worker with state of its own; its log goes to the test's folder."""
        self.started += 1
        settings = self.settings.model_copy(update={"state_dir": self.folder / f"worker-{self.started}"})
        return self.start(str(HERE / program), settings.model_dump_json(), *more)

    def start_notifier(self) -> subprocess.Popen[bytes]:
        """A notifier with an outbox of its own; what it sends goes to `sent`."""
        self.started += 1
        settings = self.settings.model_copy(update={"state_dir": self.folder / f"notifier-{self.started}"})
        return self.start(str(HERE / "kafka_notifier.py"), settings.model_dump_json(), str(self.sent))

    @property
    def sent(self) -> Path:
        return self.folder / "sent.txt"

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        self.started += 1
        path = self.folder / f"process-{self.started}.log"
        with path.open("wb") as log:
            process = subprocess.Popen([sys.executable, *command], stdout=log, stderr=log)
        self.logs[process.pid] = path
        self.running.append(process)
        return process

    def log_of(self, process: subprocess.Popen[bytes]) -> str:
        return self.logs[process.pid].read_text()[-3_000:]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Die at once, as a machine does."""
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def stop(self, process: subprocess.Popen[bytes]) -> int:
        """Stop as an operator would; what it exits with."""
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        self.running.remove(process)
        return code

    def close(self) -> None:
        for process in self.running[:]:
            self.kill(process)

    def alerts(self) -> list[Alert]:
        """What stands on the alerts topic, repetitions included."""
        return [Alert.from_bytes(record.value) for record in self.read("alerts")]

    def committed(self) -> int:
        """How far the workers and notifiers have come, over all topics."""
        admin = KafkaAdminClient(bootstrap_servers=self.settings.server_list)
        try:
            groups = [self.settings.group(name) for name in ("worker", "notifier")]
            return sum(o.offset for g in groups for o in admin.list_group_offsets(g).get(g, {}).values())
        except KafkaError:  # no process has joined the group yet
            return 0
        finally:
            admin.close()

    def folded(self) -> set[tuple[str, str]]:
        """The article revisions whose readings the workers have folded and committed, in one go from the beginning."""
        readings = [Reading.from_bytes(record.value).article for record in self.read("events")]
        admin = KafkaAdminClient(bootstrap_servers=self.settings.server_list)
        try:
            group = self.settings.group("worker")
            offsets = admin.list_group_offsets(group).get(group, {})
        finally:
            admin.close()
        (committed,) = [o.offset for place, o in offsets.items() if place.topic == self.settings.topic("events")] or [0]
        return {(article.id, article.revision) for article in readings[:committed]}

    def outbox(self) -> list[str]:
        """The alerts that the outbox's deliveries carry, by its mirror on the topic, each as often as it is carried."""
        images = {record.key: record.value for record in self.read("outbox")}
        rows = [orjson.loads(image) for image in images.values() if image]
        return [row["alert"] for image in rows for row in image.get("delivery_alerts", ())]

    def read(self, name: str) -> list:
        return list(records(self.settings.server_list, self.settings.topic(name)))

    def wait_for(
        self,
        reached: Callable[[], bool],
        what: str,
        seconds: float = WAIT_SECONDS_MAX,
        tend: Callable[[], None] = lambda: None,
    ) -> None:
        """Wait for other processes to bring something about; a test that hopes in vain says what for."""
        give_up = time.monotonic() + seconds
        while True:
            tend()
            try:
                if reached():
                    return
            except (SourceError, KafkaError):  # the broker restarts
                pass
            if time.monotonic() > give_up:
                logs = "\n".join(p.read_text()[-2_000:] for p in sorted(self.folder.glob("process-*.log")))
                raise AssertionError(f"{what}: not within {seconds} s\n{logs}")
            time.sleep(0.2)
