"""The whole Kafka shell as its users run it, on an archive, while its processes and its broker are killed."""

import random
import signal
import subprocess
import time
from pathlib import Path

import archive
import yaml
from kafka_processes import Fleet

from connectors.archive import read
from dealwire.bootstrap.kafka import publish
from dealwire.bootstrap.rules import core_from
from rules.load import Source
from streams import topics
from streams.replay import History, replay

PARTS = 12
CALM_SECONDS_MAX = 2.0
PROGRESS_SECONDS_MAX = 8.0
"""How long to wait for progress that may not come, where all that was published is done."""
START = {
    "worker": ("worker", "--log-format", "json"),
    "notifier": ("notify", "run", "--log-format", "json"),
    "ingest": ("ingest", "--once", "--log-format", "json"),
}


class Storm:
    """Two workers, two notifiers and an ingest over an archive in parts, each part a feed."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet = fleet
        self._folder = folder
        self._count = 0
        self._rules = folder / "watchlist.yaml"
        rules = yaml.safe_load(archive.RULES.read_text(encoding="utf-8"))
        rules["receivers"] = {name: {"url": "terminal://"} for name in rules["receivers"]}
        self._rules.write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")
        lines = archive.write(folder / "whole.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        size = -(-len(lines) // PARTS)
        self._parts = [folder / f"part{n:02}.jsonl" for n in range(PARTS)]
        for n, part in enumerate(self._parts):
            part.write_text("".join(lines[n * size : (n + 1) * size]), encoding="utf-8")
        self.running: dict[str, list[subprocess.Popen[bytes]]] = {"worker": [], "notifier": [], "ingest": []}

    def expected(self) -> tuple[set[str], set[tuple[str, str]]]:
        """The alerts of a run that nobody disturbs, and the article revisions that it folds."""
        troubles: list[str] = []
        articles = [article for part in self._parts for article in read(part, troubles.append)]
        history = History()
        core = core_from([Source(self._rules.name, self._rules.read_text(encoding="utf-8"))])
        for _ in replay(articles, core, history):
            pass
        assert troubles == history.failed == []
        return set(history.alerts), {(article.id, article.revision) for article in articles}

    def begin(self) -> None:
        topics.create(self.fleet.settings)
        publish(self.fleet.settings, [self._rules])
        for kind in ("worker", "worker", "notifier", "notifier", "ingest"):
            self.start(kind)

    def start(self, kind: str) -> None:
        """A process of this kind, with a folder of its own; ingest keeps its feeds' state from life to life."""
        self._count += 1
        state = self._folder / (kind if kind == "ingest" else f"{kind}-{self._count}")
        kafka = self.fleet.settings.model_copy(update={"state_dir": state}).model_dump(mode="json")
        feeds = [{"name": part.stem, "path": part.name, "kind": "archive"} for part in self._parts]
        config = self._folder / f"{state.name}.yaml"
        config.write_text(yaml.safe_dump({"version": 1, "rules": self._rules.name, "feeds": feeds, "kafka": kafka}))
        self.running[kind].append(self.fleet.start("-m", "dealwire", *START[kind], "--config", str(config)))

    def kill(self, kind: str, chance: random.Random) -> None:
        """Kill one process of this kind and start another; an ingest that had done all starts from nothing again."""
        victim = self.running[kind].pop(chance.randrange(len(self.running[kind])))
        if kind == "ingest" and victim.poll() is not None:
            assert victim.returncode == 0, self.fleet.log_of(victim)
            for file in (self._folder / "ingest").glob("ingest.db*"):
                file.unlink()
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.fleet.running.remove(victim)
        self.start(kind)

    def tend(self) -> None:
        """Start again what ended by itself, as a supervisor does; an ingest that did all may end."""
        for kind, processes in self.running.items():
            for process in [p for p in processes if p.poll()]:
                processes.remove(process)
                self.fleet.running.remove(process)
                self.start(kind)

    def rage(self, chance: random.Random, kills: int) -> None:
        """Kill each kind so many times, at random moments, in random order."""
        order = [kind for kind in START for _ in range(kills)]
        chance.shuffle(order)
        for kind in order:
            self._let_work()
            time.sleep(chance.uniform(0, CALM_SECONDS_MAX))  # a kill is to come at any moment of the work
            self.kill(kind, chance)

    def _let_work(self) -> None:
        """Wait until anything has been committed since the last kill: who kills too fast kills only what starts."""
        before, give_up = self.fleet.committed(), time.monotonic() + PROGRESS_SECONDS_MAX
        while self.fleet.committed() == before and time.monotonic() < give_up:
            time.sleep(0.1)
