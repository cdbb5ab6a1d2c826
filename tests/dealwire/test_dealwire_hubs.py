"""From a feed that offers a hub to the alert of an article that the hub pushed, over a real store and real HTTP."""

import asyncio
import hashlib
import hmac

import aiohttp
from aiohttp import web

from connectors.endpoint import Endpoint, serve
from dealwire.bootstrap.push import Hubs, Intake
from dealwire.bootstrap.rules import Rules
from dealwire.cli.push import utc_now
from dealwire.config import load_settings
from dealwire.store import articles, subscriptions
from dealwire.store.database import Store

TOKEN = "a token long enough"
RULES = """version: 1
receivers: {desk: {url: "json://127.0.0.1:9/"}}
rules: [{id: rounds, title: Rounds, match: {category: funding}, send_to: [desk]}]
"""
NEWS = (
    b'<rss version="2.0"><channel><title>Wire</title><item><title>Kelvora raises $70 million in a Series B led by '
    b"Marlow Capital</title><link>https://wire.example/kelvora</link></item></channel></rss>"
)


def test_what_a_hub_pushes_is_taken_as_a_visit_to_the_feed_would_be(tmp_path):
    async def scene():
        hub = web.Application()
        asked = asyncio.get_running_loop().create_future()

        async def ask(request):
            asked.set_result(dict(await request.post()))
            return web.Response(status=202)

        hub.router.add_post("/", ask)
        hub_runner = web.AppRunner(hub)
        await hub_runner.setup()
        await web.TCPSite(hub_runner, "127.0.0.1", 0).start()
        hub_url = f"http://127.0.0.1:{hub_runner.addresses[0][1]}/"

        (tmp_path / "rules.yaml").write_text(RULES)
        config = tmp_path / "dealwire.yaml"
        config.write_text(
            "version: 1\nrules: rules.yaml\nstore: dealwire.db\nwebsub: {callback: 'https://news.example'}\n"
            "feeds: [{name: Wire, url: 'https://wire.example/feed', allow_private: true}]\n"
        )
        settings, stop = load_settings(config), asyncio.Event()
        rules = Rules.read([tmp_path / "rules.yaml"])
        with Store.open(tmp_path / "dealwire.db") as store, Intake(settings, rules, utc_now) as intake:
            subscriptions.offer(store.connection, "Wire", hub_url, "https://wire.example/feed")
            hubs = Hubs(settings, store, intake, TOKEN, utc_now)
            runner = await serve(Endpoint(intake.take, TOKEN, utc_now), "127.0.0.1", 0, hubs.callbacks())
            here = f"http://127.0.0.1:{runner.addresses[0][1]}"
            tending = asyncio.create_task(hubs.tend(stop))
            form = await asyncio.wait_for(asked, 5)
            callback = form["hub.callback"].replace("https://news.example", here)
            query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "c"}
            signature = "sha256=" + hmac.new(form["hub.secret"].encode(), NEWS, hashlib.sha256).hexdigest()
            async with aiohttp.ClientSession() as session:
                async with session.get(callback, params=query) as answer:
                    assert (answer.status, await answer.text()) == (200, "c")
                async with session.post(callback, data=NEWS, headers={"X-Hub-Signature": signature}) as answer:
                    assert answer.status == 202
            stop.set()
            await tending
            await runner.cleanup()
            await hub_runner.cleanup()
            (article,) = articles.stored(store.connection)
            assert (article.feed, article.url) == ("Wire", "https://wire.example/kelvora")
            assert store.connection.execute("SELECT count(*) FROM alerts").fetchone() == (1,)

    asyncio.run(scene())
