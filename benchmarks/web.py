"""How long the page's lists, stories and searches take over a large store while news comes in, and whether live
listeners miss any of it.

    python benchmarks/web.py [--scale 0.1] [--store world.db]

The store holds 1,000,000 articles, 100,000 stories and 50,000 alerts (× scale); one that is there is used again. The
server runs in a process of its own, as `dealwire run` does: page and ingestion together. Bars: 95 in 100 answers of
each page under 100 ms, of each search under 200 ms, the process under 300 MB; no listener misses an event.
"""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
RULES = HERE.parent / "tests" / "data" / "archive" / "watchlist.yaml"
PAGE_MS, SEARCH_MS, RSS_MB = 100.0, 200.0, 300.0
ASKED_EACH = 40
BROWSED_AT, BROWSED_DEALS = 100, 2
"""Articles a second that come in while pages are measured, and of how many one tells of a deal."""
LIVE_AT, LIVE_DEALS = 500, 10
WARM_SECONDS = 30.0
"""The server reads its lists through in this time; pages are measured from then on."""
LISTENERS = 200
BROWSERS = 2
LIVE_SECONDS = 30
CUT_EVERY_SECONDS = 7.0
PIECE = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rate", type=int, help="serve the store with so many articles a second coming in")
    parser.add_argument("--deal-every", type=int, default=BROWSED_DEALS, help="one in so many tells of a deal")
    asked = parser.parse_args()
    if asked.rate is not None:
        asyncio.run(_serve(asked.store, asked.rate, asked.deal_every))
        return
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        path = asked.store or Path(folder) / "world.db"
        if not path.exists():
            _make(path, asked.scale, console)
        with _server(path, BROWSED_AT, BROWSED_DEALS) as server:
            time.sleep(WARM_SECONDS)
            console.print(_table(server))
        console.print(f"memory of page and ingestion together, at most: {server.peak_mb():.0f} MB (bar {RSS_MB:.0f})")
        with _server(path, LIVE_AT, LIVE_DEALS) as server:
            said = _listen_all(server)
        rate = f"{server.taken:,} articles in {server.seconds:.0f} s, one in {LIVE_DEALS} of a deal"
        console.print(*said, f"{rate}: {server.taken / server.seconds:.0f} a second (bar {LIVE_AT})", sep="\n")
        console.print(f"memory, at most: {server.peak_mb():.0f} MB")


def _make(path: Path, scale: float, console: Console) -> None:
    from web_world import Size, lay_out, make  # noqa: PLC0415 - not where the store is there

    from dealwire.bootstrap.rules import Rules  # noqa: PLC0415 - as above

    size = Size(int(1_000_000 * scale), int(100_000 * scale), int(50_000 * scale))
    began = time.perf_counter()
    make(path, Rules.read([RULES]), size)
    console.print(f"{size}: made in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
    began = time.perf_counter()
    count = lay_out(path)
    console.print(f"catalogue of {count:,} stories laid out in {time.perf_counter() - began:.0f} s")


# The process under test


async def _serve(path: Path, rate: int, deal_every: int) -> None:
    """The page over the store, and articles coming in, until a signal says enough."""
    from web_world import headlines  # noqa: PLC0415 - only in the server

    from dealwire.bootstrap.rules import Rules  # noqa: PLC0415 - as above
    from dealwire.bootstrap.web import page  # noqa: PLC0415 - as above
    from dealwire.cli.collector import relax_collector  # noqa: PLC0415 - as above
    from dealwire.config import Settings  # noqa: PLC0415 - as above
    from dealwire.monitoring.monitor import Monitor  # noqa: PLC0415 - as above

    relax_collector()
    rules = Rules.read([RULES])
    settings = Settings.model_validate({"version": 1, "rules": str(RULES), "web": {"listen": "127.0.0.1:0"}})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ending = threading.Event()
    taken = [0]
    news = headlines(int(time.time()), deal_every)
    intake = threading.Thread(target=_take_in, args=(path, rules, rate, news, ending, taken))
    async with page(settings, path, rules, Monitor(), lambda: None) as address:
        print(json.dumps({"address": address}), flush=True)
        began = time.monotonic()
        intake.start()
        await stop.wait()
        ending.set()
        await asyncio.to_thread(intake.join)
        seconds = time.monotonic() - began
        await asyncio.sleep(1)  # the last changes reach the listeners
    print(json.dumps({"taken": taken[0], "seconds": seconds}), flush=True)


def _take_in(path: Path, rules: Any, rate: int, news: Iterator[Any], ending: threading.Event, taken: list[int]) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    from dealwire.store import outbox  # noqa: PLC0415 - as above
    from dealwire.store.database import Store  # noqa: PLC0415 - as above
    from streams.embedded import Embedded  # noqa: PLC0415 - as above

    with Store.open(path) as store:
        embedded = Embedded(
            store, rules.core, lambda c, a, n: outbox.enqueue(c, a, rules.router, n) and None, lambda: datetime.now(UTC)
        )
        began = time.monotonic()
        while not ending.is_set():
            embedded.take([next(news) for _ in range(PIECE)])
            taken[0] += PIECE
            ending.wait(max(0.0, began + taken[0] / rate - time.monotonic()))


@dataclass(slots=True)
class Server:
    """The process under test, from outside."""

    process: "subprocess.Popen[str]"
    path: Path
    address: str
    taken: int = 0
    seconds: float = 0.0
    """For so long articles came in."""
    _peak_kb: int = 0

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=60) as answer:
            found: bytes = answer.read()
            return found

    def items(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.get(f"/api/v1/{name}"))["items"]
        return found

    def look(self) -> None:
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        self._peak_kb = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM"))

    def peak_mb(self) -> float:
        return self._peak_kb / 1024


@contextmanager
def _server(path: Path, rate: int, deal_every: int) -> Iterator[Server]:
    command = [sys.executable, __file__, "--store", str(path), "--rate", str(rate), "--deal-every", str(deal_every)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = Server(process, path, json.loads(process.stdout.readline())["address"].rstrip("/"))
        try:
            yield server
            server.look()
        finally:
            process.send_signal(signal.SIGTERM)
            for line in process.stdout:
                told = json.loads(line)
                server.taken, server.seconds = told["taken"], told["seconds"]


# Pages and lists


def _asked(server: Server) -> dict[str, list[str]]:
    """Each kind of page with the addresses that are asked for in turn."""
    stories = server.items("stories.json?limit=200")
    companies = server.items("companies.json")[:20]
    rules = server.items("rules.json")
    names = [story["subject"] for story in stories if story["subject"]][:20]
    ids = [story["id"] for story in stories]
    following = json.loads(server.get("/api/v1/stories.json?limit=200"))["next"]
    kinds = {
        "Today": ["/"],
        "Today, filtered": [
            *(f"/?category={c}&min_usd=50000000" for c in ("funding", "mna", "hardware")),
            "/?region=JP", "/?confidence=0.8&days=30", "/?region=SA&category=mna&min_usd=500000000",
            *(f"/?rule={rule['id']}" for rule in rules),
        ],
        "Today, the next page": [f"/?cursor={following}"],
        "a story": [f"/stories/{story}" for story in ids],
        "Companies": ["/companies", "/companies?name=cor"],
        "a company": [f"/companies/{quote(one['id'])}" for one in companies],
        "Rules": ["/rules"],
        "a rule": [f"/rules/{rule['id']}" for rule in rules],
        "Feeds": ["/feeds"],
        "Deliveries": ["/deliveries", "/deliveries?state=dead"],
        "Figures": ["/figures"],
        "System": ["/system"],
        "API: stories": ["/api/v1/stories.json", "/api/v1/stories.csv", "/api/v1/stories.atom"],
        "API: a story": [f"/api/v1/stories/{story}.json" for story in ids[:50]],
        "API: the other lists": [
            f"/api/v1/{name}.json" for name in ("companies", "alerts", "rules", "feeds", "deliveries", "dead-letters")
        ],
        "suggestions": [
            f"/api/v1/suggestions.json?sentence=1&text={quote(text)}"
            for name in names
            for text in (name[:3], f"everything on {name[:4]}", "all that was said of zzzz")
        ],
    }  # fmt: skip
    searches = [
        *(f"everything on {name} since Friday" for name in names), "over $500M last month", "raises warehouse robots",
        "mergers in March", "capital", '"optical links" from Capital under $20M', "zzzz nothing like it",
    ]  # fmt: skip
    return kinds | {"search": [f"/?q={quote(text)}" for text in searches]}


def _table(server: Server) -> Table:
    table = Table("page", "p50 ms", "p95 ms", "bar", "", title=f"{server.path.name}, {BROWSED_AT} articles/s coming in")
    for name, addresses in _asked(server).items():
        spent = []
        for n in range(max(ASKED_EACH, len(addresses))):
            began = time.perf_counter()
            server.get(addresses[n % len(addresses)])
            spent.append((time.perf_counter() - began) * 1e3)
        p95 = statistics.quantiles(spent, n=20)[-1]
        bar = SEARCH_MS if name == "search" else PAGE_MS
        table.add_row(
            name, f"{statistics.median(spent):.0f}", f"{p95:.0f}", f"{bar:.0f}", "held" if p95 < bar else "MISSED"
        )
    return table


# Live listeners


@dataclass(slots=True)
class Listener:
    """A program that listens, is cut off now and then, and comes back with the last id it saw."""

    number: int
    first: int = -1
    """The id at which it began."""
    last: int = -1
    seen: list[int] = field(default_factory=list)
    resets: int = 0
    cuts: int = 0

    async def listen(self, session: Any, address: str, until: float) -> None:
        while time.monotonic() < until:
            wait = min(CUT_EVERY_SECONDS * (0.5 + self.number % 10 / 10), until - time.monotonic())
            try:
                async with asyncio.timeout(max(wait, 0.1)):
                    await self._hear(session, address)
            except (TimeoutError, OSError):
                self.cuts += 1

    async def _hear(self, session: Any, address: str) -> None:
        headers = {"Last-Event-ID": str(self.last)} if self.last >= 0 else {}
        async with session.get(f"{address}/api/v1/events", headers=headers) as answer:
            held, told = -1, False
            async for raw in answer.content:
                line = raw.decode().rstrip()
                if line.startswith("id: "):
                    held = int(line[4:])
                elif line.startswith("event: "):
                    told = line == "event: story"
                    self.resets += line == "event: reset"
                elif not line and held >= 0:
                    if self.first < 0:
                        self.first = held
                    if told:
                        self.seen.append(held)
                    self.last, held, told = held, -1, False


class _Mute:
    """One that listens and never reads."""

    async def listen(self, address: str, until: float) -> None:
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1_024)
        writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asyncio.sleep(until - time.monotonic())
        writer.close()
        del reader


def _listen_all(server: Server) -> list[str]:
    """Let all listen; what came of it."""
    before = _truth(server)[-1]
    browsed: dict[int, list[int]] = {}
    browsers = threading.Thread(target=_browse, args=(server, browsed))
    browsers.start()
    listeners = asyncio.run(_listen(server))
    browsers.join()
    truth = _truth(server)
    missed = sum(len(_between(truth, one.first, one.last)) - len(set(one.seen)) for one in listeners)
    twice = sum(len(one.seen) - len(set(one.seen)) for one in listeners)
    events = sum(len(one.seen) for one in listeners)
    lost = sum(len(set(_between(truth, min(seen) - 1, max(seen))) - set(seen)) for seen in browsed.values() if seen)
    cuts, resets = sum(one.cuts for one in listeners), sum(one.resets for one in listeners)
    heard = f"{events:,} events, {missed} missed, {twice} twice, {resets} told to load anew"
    return [
        f"{LIVE_AT} articles/s aimed at for {LIVE_SECONDS} s: {truth[-1] - before:,} changes of stories",
        f"{len(listeners)} listeners, cut off {cuts} times, and one more that never reads: {heard}",
        f"{len(browsed)} browsers: {sum(map(len, browsed.values())):,} events, {lost} missed",
    ]


async def _listen(server: Server) -> list[Listener]:
    from aiohttp import ClientSession, ClientTimeout, TCPConnector  # noqa: PLC0415 - only here

    until = time.monotonic() + LIVE_SECONDS
    listeners = [Listener(number) for number in range(LISTENERS)]
    async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)) as session:
        await asyncio.gather(
            _Mute().listen(server.address, until), *(one.listen(session, server.address, until) for one in listeners)
        )
    return listeners


def _browse(server: Server, heard: dict[int, list[int]]) -> None:
    """Two browsers that look at Today, and go away and come back once."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    script = """() => { window.heard = []; const source = new EventSource('/api/v1/events');
        source.addEventListener('story', event => window.heard.push(Number(event.lastEventId))); }"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        contexts = [browser.new_context() for _ in range(BROWSERS)]
        pages = [context.new_page() for context in contexts]
        for page in pages:
            page.goto(server.address, wait_until="load")
            page.evaluate(script)
        pages[0].wait_for_timeout(LIVE_SECONDS * 500)
        contexts[0].set_offline(True)
        pages[0].wait_for_timeout(2_000)
        contexts[0].set_offline(False)
        pages[0].wait_for_timeout(LIVE_SECONDS * 300)
        for number, page in enumerate(pages):
            heard[number] = page.evaluate("window.heard")
        browser.close()


def _truth(server: Server) -> list[int]:
    import sqlite3  # noqa: PLC0415 - only here
    from contextlib import closing  # noqa: PLC0415 - as above

    with closing(sqlite3.connect(server.path)) as store:
        return [seq for (seq,) in store.execute("SELECT seq FROM story_changes ORDER BY seq")]


def _between(numbers: list[int], after: int, until: int) -> list[int]:
    return [number for number in numbers if after < number <= until]


if __name__ == "__main__":
    main()
