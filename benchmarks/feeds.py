"""How fast feeds are read, and how a round of 2,000 of them goes: `python benchmarks/feeds.py [parse|round]`.

`parse` reads the corpus of real feed files beside this checkout, cleaning included, and sets it beside feedparser as it
comes. `round` serves 2,000 feeds from a second process (500 hosts of the loopback net, latency 50–500 ms, 5 % failing,
1 % hanging) and takes them through the embedded shell on one core, twice; the second time every feed answers 304.
"""

import asyncio
import io
import logging
import multiprocessing
import os
import random
import resource
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
from aiohttp import web

from connectors.articles import Memory, Origin, read_articles
from connectors.document import NotAFeedError
from connectors.fetch import Fetcher
from connectors.item import Declined
from connectors.loose import read_loosely
from connectors.poll import Poller
from connectors.reading import read_document
from connectors.registry import plan
from connectors.strict import read_strictly
from dealwire.bootstrap import core_from
from dealwire.store import feeds
from dealwire.store.database import Store
from rules.load import Source
from streams.embedded import Embedded

CORPUS = Path(__file__).parents[2] / "shared" / "data" / "feeds.tar.gz"
FEEDS = 2_000
HOSTS = 500
ITEMS_PER_FEED = 10
FAILING, HANGING = 0.05, 0.01
SEED = 7
SYLLABLES = [first + last for first in "bcdfglmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "el", "ir", "or")]
RULES = "version: 1\nrules:\n  - {id: funding, title: Funding, match: {category: funding}}\n"


def parse() -> None:
    with tarfile.open(CORPUS) as archive:
        names = (".xml", ".rss", ".atom", ".rdf")
        bodies = [archive.extractfile(m).read() for m in archive if m.isfile() and m.name.endswith(names)]
    bodies = [b for b in bodies if b"<!ENTITY" not in b]  # the attacks, which dealwire refuses and feedparser chews
    print(f"{len(bodies)} feed files, {sum(map(len, bodies)) / 1e6:.1f} MB\n")
    print(f"{'':44}{'entries':>8}{'seconds':>9}{'entries/s':>11}")
    theirs = _timed("feedparser as it comes", bodies, lambda b: feedparser.parse(io.BytesIO(b)).entries)
    plain = {"sanitize_html": False, "resolve_relative_uris": False}
    _timed("feedparser without sanitiser and links", bodies, lambda b: feedparser.parse(io.BytesIO(b), **plain).entries)
    _timed("dealwire, feedparser's reader only", bodies, lambda b: _articles(read_loosely, b))
    ours = _timed("dealwire: articles, cleaned and dated", bodies, lambda b: _articles(read_document, b))
    quick = [b for b in bodies if _is_quick(b)]
    share = len(quick) / len(bodies)
    _timed(f"  the {share:.0%} of files that the quick reader takes", quick, lambda b: _articles(read_strictly, b))
    print(f"\ndealwire / feedparser as it comes: {ours / theirs:.1f}× (bar: 3×)")


def _articles(read, body):
    try:
        document = read(body)
    except NotAFeedError:
        return []
    read_articles(document, Origin("b", url="https://b.example/"), datetime.now(UTC), Memory())
    return document.entries


def _is_quick(body):
    try:
        read_strictly(body)
    except Declined:
        return False
    return True


def _timed(what, bodies, read):
    entries, started = 0, time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for body in bodies:
            entries += len(read(body))
    seconds = time.process_time() - started
    print(f"{what:44}{entries:8}{seconds:9.2f}{entries / seconds:11.0f}")
    return entries / seconds


def _company(chance: random.Random) -> str:
    """A name that nobody has, so that each deal is one of its own."""
    return "".join(chance.choice(SYLLABLES) for _ in range(4)).title()


def _document(number: int) -> bytes:
    chance = random.Random(number)
    items = []
    for item in range(ITEMS_PER_FEED):
        name = _company(chance)
        said = chance.choice(
            [
                f"{name} raises ${chance.randrange(1, 400)} million in Series B led by {_company(chance)} Capital",
                f"{name} acquires {_company(chance)} for ${chance.randrange(1, 90)} million",
                *[f"{name} opens an office in town {chance.randrange(10**6)}"] * 8,
            ]
        )
        body = f"&lt;p&gt;{said}, it said on Thursday.&lt;/p&gt;" * 3
        items.append(
            f"<item><title>{said}</title><link>https://feed{number}.example/{item}</link><description>{body}</description>"
            f"<pubDate>Thu, 19 Nov 2026 {item:02}:00:00 GMT</pubDate></item>"
        )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'.encode()


def _serve(port, most) -> None:
    """The second process: every feed of every host, and the most connections that any host had at once."""
    documents = [_document(number) for number in range(FEEDS)]
    chance, open_now = random.Random(SEED), Counter()
    fate = [chance.random() for _ in range(FEEDS)]

    async def answer(request):
        number, host = int(request.match_info["number"]), request.host
        open_now[host] += 1
        most.value = max(most.value, open_now[host])
        try:
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            if fate[number] < HANGING:
                await asyncio.sleep(3600)
            if fate[number] < HANGING + FAILING:
                return web.Response(status=500)
            if request.headers.get("If-None-Match") == '"1"':
                return web.Response(status=304)
            return web.Response(body=documents[number], headers={"ETag": '"1"'}, content_type="application/rss+xml")
        finally:
            open_now[host] -= 1

    async def run():
        app = web.Application()
        app.router.add_get("/{number}", answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "0.0.0.0", 0, backlog=4096)
        await site.start()
        port.value = runner.addresses[0][1]
        await asyncio.Event().wait()

    asyncio.run(run())


def rounds() -> None:
    port, most = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=_serve, args=(port, most), daemon=True)
    server.start()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    os.sched_setaffinity(server.pid, cores[-1:])
    while not port.value:
        time.sleep(0.05)
    specs = []
    for number in range(FEEDS):
        host = f"127.1.{number % HOSTS // 250}.{number % 250 + 1}:{port.value}"
        specs.append({"name": f"feed {number}", "url": f"http://{host}/{number}", "allow_private": True})
    try:
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "dealwire.db") as store:
            asyncio.run(_rounds(specs, store, most))
    finally:
        server.terminate()


async def _rounds(specs, store, most) -> None:
    core = core_from([Source("bench.yaml", RULES)])
    embedded = Embedded(store, core, lambda *_: None, lambda: datetime.now(UTC))
    cpus = []
    print(f"{'':14}{'seconds':>8}{'CPU s':>8}{'visited':>9}{'failed':>8}{'articles':>10}{'a host':>8}{'MB':>6}")
    async with Fetcher() as fetcher:
        for name in ("first round", "second round"):
            planned = [plan(spec, fetcher, every=timedelta(minutes=10)) for spec in specs]
            records = {key: replace(record, due=None) for key, record in feeds.load(store.connection).items()}
            seen = Counter()

            async def take(visit, seen=seen):
                seen["failed" if visit.failed else "well"] += 1
                seen["articles"] += len(visit.batch.articles)
                keep = visit.record
                await asyncio.to_thread(embedded.take, visit.batch.articles, lambda c, *_: feeds.save(c, keep))

            started, cpu = time.perf_counter(), time.process_time()
            await Poller(planned, records).once(take)
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
            cpus.append(cpu)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            visited = seen["failed"] + seen["well"]
            print(
                f"{name:14}{seconds:8.1f}{cpu:8.1f}{visited:9}{seen['failed']:8}{seen['articles']:10}"
                f"{most.value:8}{memory:6.0f}"
            )
    print(f"\nCPU of the second round: {cpus[1] / cpus[0]:.0%} of the first (bar: 10 %)")


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["parse", "round"]
    logging.disable(logging.CRITICAL)  # the failing feeds are counted in the table
    if "parse" in chosen and CORPUS.exists():
        parse()
        print()
    if "round" in chosen:
        rounds()
