"""Two ingesters on one set of feeds, as real processes: one visits, the other takes over when it is killed."""

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp import web
from conftest import rss, serving

from dealwire.store.database import Store

FEEDS = 5


@pytest.mark.timeout(90)
def test_no_feed_is_visited_twice_in_a_round_and_the_other_takes_over_after_a_kill(tmp_path):
    store = tmp_path / "ingest.db"
    Store.open(store).close()

    async def scene():
        visits, grown = [], asyncio.Condition()

        async with serving() as site:

            async def answer(request):
                async with grown:
                    visits.append((request.headers["User-Agent"], request.path))
                    grown.notify_all()
                return web.Response(text=rss(("One", "https://wire.example/1")))

            paths = [f"/{n}" for n in range(FEEDS)]
            for path in paths:
                site.on(path, answer)

            async def start(holder):
                program = Path(__file__).with_name("ingester.py")
                urls = [f"{site.url}{path}" for path in paths]
                return await asyncio.create_subprocess_exec(sys.executable, str(program), str(store), holder, *urls)

            async def seen(holder, times):
                async with asyncio.timeout(40), grown:
                    await grown.wait_for(lambda: sum(name == holder for name, _ in visits) >= times)

            first = await start("first")
            await seen("first", FEEDS)
            second = await start("second")
            try:
                await seen("first", 4 * FEEDS)
                assert {name for name, _ in visits} == {"first"}
                assert sorted(path for _, path in visits[:FEEDS]) == paths
                first.kill()
                await first.wait()
                before = len(visits)
                await seen("second", 2 * FEEDS)
                assert {name for name, _ in visits[before + FEEDS :]} == {"second"}
            finally:
                for process in (first, second):
                    if process.returncode is None:
                        process.kill()
                    await process.wait()

    asyncio.run(scene())
