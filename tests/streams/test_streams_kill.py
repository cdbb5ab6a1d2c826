"""`kill -9` at any moment of the embedded process: every alert of an undisturbed run is in the outbox exactly once, and
sent; only what was in flight at the kill may be sent again, under the same id.
"""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import archive
import pytest
import yaml

PARTS = 12
KILLS = int(os.environ.get("DEALWIRE_KILLS", "3"))
"""More in `make soak`."""
START_SECONDS = 0.4
"""Before this a process has done nothing worth killing."""
SEED = int(os.environ.get("DEALWIRE_SEED", "1"))


@pytest.fixture(scope="module")
def desk():
    """A real HTTP server that takes the messages; it lists the idempotency key of each."""
    received = []

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.headers["Dealwire-Delivery"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/desk", received
        server.shutdown()


@pytest.fixture(scope="module")
def place(tmp_path_factory, desk):
    """The archive in parts, each a feed and so a transaction of its own, and a configuration that reads them."""
    root = tmp_path_factory.mktemp("kill")
    whole = archive.write(root / "whole.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    size = -(-len(whole) // PARTS)
    for n in range(PARTS):
        (root / f"part{n:02}.jsonl").write_text("".join(whole[n * size : (n + 1) * size]), encoding="utf-8")
    rules = yaml.safe_load(archive.RULES.read_text(encoding="utf-8"))
    rules["receivers"] = {name: {"url": desk[0]} for name in rules["receivers"]}
    (root / "watchlist.yaml").write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")
    feeds = [{"name": f"part {n}", "path": f"part{n:02}.jsonl"} for n in range(PARTS)]
    config = {"version": 1, "rules": "watchlist.yaml", "feeds": feeds}
    (root / "dealwire.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return root


def start(place, store):
    command = [sys.executable, "-m", "dealwire", "run", "--once", "-q", "-c", place / "dealwire.yaml", "--store", store]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(place, store):
    process = start(place, store)
    _, said = process.communicate(timeout=90)
    assert process.returncode == 0, said.decode()


def outbox(store):
    """Every alert, and each delivery of one with its receiver and state, as often as it stands there."""
    connection = sqlite3.connect(store)
    try:
        alerts = sorted(connection.execute("SELECT id FROM alerts"))
        query = "SELECT receiver, alert, state, d.id FROM delivery_alerts JOIN deliveries d ON d.id = delivery"
        return alerts, sorted(connection.execute(query))
    finally:
        connection.close()


@pytest.fixture(scope="module")
def undisturbed(place):
    """What a run that nobody disturbs leaves, and how long it took."""
    began = time.monotonic()
    finish(place, place / "undisturbed.db")
    return outbox(place / "undisturbed.db"), time.monotonic() - began


@pytest.mark.timeout(120 + 20 * KILLS)
def test_an_embedded_process_killed_at_random_moments_loses_and_doubles_nothing(place, desk, undisturbed):
    (alerts, deliveries), lasted = undisturbed
    assert len(alerts) >= 100
    assert {state for _, _, state, _ in deliveries} == {"sent"}
    _, received = desk
    received.clear()
    moments, store = random.Random(SEED), place / "killed.db"
    for _ in range(KILLS):
        process = start(place, store)
        time.sleep(moments.uniform(START_SECONDS, max(lasted, START_SECONDS * 2)))
        process.kill()
        process.communicate()
    finish(place, store)
    assert outbox(store) == (alerts, deliveries)
    assert set(received) == {name for *_, name in deliveries}
    assert len(received) - len(set(received)) <= KILLS
