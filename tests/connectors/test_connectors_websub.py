"""WebSub against a real hub on this machine: it verifies intent, pushes signed content, denies, and forgets."""

import asyncio
import contextlib
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from conftest import NOON, Clock, rss, serving

from connectors.articles import Origin
from connectors.endpoint import Endpoint, serve
from connectors.feed import FeedSource
from connectors.fetch import Fetcher, Limits
from connectors.websub import ASKED_AGAIN_AFTER, DENIED_FOR, Keys, Subscriber, Subscription, answer_hub, is_signed
from connectors.websub_endpoint import Callbacks
from dealwire.errors import StoreError

TOKEN = "a token long enough"
TOPIC = "https://wire.example/feed"
NEWS = rss(("MatX raises $500 million", "https://wire.example/matx"))


class Hub:
    """A hub: it answers 202, asks the subscriber whether it meant it, and keeps who did."""

    def __init__(self, lease_seconds=3600, answer=202):
        self.lease_seconds = lease_seconds
        self.answer = answer
        self.asked = []
        self.subscribers = {}
        self.url = ""

    async def handle(self, request):
        form = dict(await request.post())
        self.asked.append(form)
        return web.Response(status=self.answer)

    async def verify(self, form, **changes):
        """Ask the subscriber as WebSub §5.3 says; what it answered."""
        query = {name: form[name] for name in ("hub.mode", "hub.topic")}
        query |= {"hub.challenge": "x7!", "hub.lease_seconds": str(self.lease_seconds)} | changes
        async with aiohttp.ClientSession() as session:
            async with session.get(form["hub.callback"], params=query) as answer:
                confirmed = answer.status == 200 and await answer.text() == "x7!"
        if confirmed:
            self.subscribers[form["hub.topic"]] = form
        return confirmed

    async def push(self, body, *, secret=None, algorithm="sha256"):
        form = self.subscribers[TOPIC]
        raw = body.encode()
        signature = hmac.new((secret or form["hub.secret"]).encode(), raw, getattr(hashlib, algorithm)).hexdigest()
        headers = {"X-Hub-Signature": f"{algorithm}={signature}", "Content-Type": "application/rss+xml"}
        async with aiohttp.ClientSession() as session:
            async with session.post(form["hub.callback"], data=raw, headers=headers) as answer:
                return answer.status


class Kept(dict):
    """Subscriptions in memory."""

    def load(self):
        return dict(self)

    def save(self, subscription):
        self[subscription.feed] = subscription

    def forget(self, feed):
        self.pop(feed, None)


class Desk:
    def __init__(self):
        self.taken = []
        self.error = None

    async def __call__(self, feed, articles):
        if self.error:
            raise self.error
        self.taken += [(feed, article.title) for article in articles]


class Scene:
    """One hub, one endpoint, one subscriber."""

    def __init__(self, hub, kept, subscriber, desk, clock, callback):
        self.hub, self.kept, self.subscriber, self.desk, self.clock = hub, kept, subscriber, desk, clock
        self.callback = callback

    async def subscribe(self):
        await self.subscriber.tend()
        assert await self.hub.verify(self.hub.asked[-1])


@contextlib.asynccontextmanager
async def staged(hub, *, wanted=None):
    kept, desk, clock = Kept(), Desk(), Clock()
    async with serving() as site, Fetcher(Limits()) as fetcher:
        site.on("/hub", hub.handle)
        hub.url = f"{site.url}/hub"
        kept.save(Subscription("Wire", hub.url, TOPIC))
        keys = Keys(TOKEN, "")
        origins = {"Wire": Origin("Wire", url=TOPIC)}
        callbacks = Callbacks(kept, keys, origins.get, lambda _: None, desk, clock.now)
        runner = await serve(Endpoint(desk, TOKEN, clock.now), "127.0.0.1", 0, callbacks)
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        wanted = {"Wire": True} if wanted is None else wanted
        keys_told = Keys(TOKEN, base)
        try:
            yield Scene(hub, kept, Subscriber(kept, keys_told, fetcher, wanted, clock.now), desk, clock, base)
        finally:
            await runner.cleanup()


def play(scene, hub=None, **options):
    async def whole():
        async with staged(hub or Hub(), **options) as stage:
            await scene(stage)

    asyncio.run(whole())


def test_a_feed_that_offers_a_hub_is_subscribed_and_pushed_to():
    async def scene(stage):
        await stage.subscribe()
        form = stage.hub.asked[0]
        assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
        assert form["hub.callback"].startswith(f"{stage.callback}/websub/")
        assert len(form["hub.secret"]) < 200
        kept = stage.kept["Wire"]
        assert (kept.state, kept.until) == ("active", NOON + timedelta(hours=1))
        assert await stage.hub.push(NEWS) == 202
        assert stage.desk.taken == [("Wire", "MatX raises $500 million")]

    play(scene)


def test_the_callback_and_the_secret_are_told_to_the_hub_alone():
    first, second = Keys(TOKEN, "https://a.example"), Keys("another token of ours", "https://a.example")
    assert first.address("Wire") != first.address("Other") != second.address("Other")
    assert first.secret("Wire") not in first.address("Wire")
    assert TOKEN not in first.address("Wire") + first.secret("Wire")


def test_a_push_with_a_wrong_signature_is_answered_and_not_taken():
    async def scene(stage):
        await stage.subscribe()
        assert await stage.hub.push(NEWS, secret="guessed") == 202
        assert await stage.hub.push(NEWS, algorithm="md5") == 202
        async with aiohttp.ClientSession() as session:
            async with session.post(stage.hub.asked[0]["hub.callback"], data=NEWS) as unsigned:
                assert unsigned.status == 202
        assert stage.desk.taken == []
        assert await stage.hub.push(NEWS, algorithm="sha1") == 202
        assert len(stage.desk.taken) == 1

    play(scene)


def test_a_verification_that_nobody_asked_for_is_refused():
    async def scene(stage):
        await stage.subscriber.tend()
        form = stage.hub.asked[0]
        assert not await stage.hub.verify(form, **{"hub.topic": "https://other.example/"})
        assert not await stage.hub.verify(form, **{"hub.mode": "unsubscribe"})
        assert not await stage.hub.verify(form | {"hub.callback": f"{stage.callback}/websub/{'0' * 40}"})
        assert stage.kept["Wire"].state == "asked"
        assert await stage.hub.verify(form)

    play(scene)


def test_a_lease_is_renewed_before_it_runs_out_and_stays_active_meanwhile():
    async def scene(stage):
        await stage.subscribe()
        stage.clock.pass_by(timedelta(hours=5))
        await stage.subscriber.tend()
        assert len(stage.hub.asked) == 1
        stage.clock.pass_by(timedelta(hours=3))
        await stage.subscriber.tend()
        assert [form["hub.mode"] for form in stage.hub.asked] == ["subscribe", "subscribe"]
        assert stage.kept["Wire"].state == "active"
        assert await stage.hub.push(NEWS) == 202
        await stage.hub.verify(stage.hub.asked[-1])
        assert stage.kept["Wire"].until == stage.clock.now() + timedelta(hours=10)

    play(scene, Hub(lease_seconds=36_000))


def test_a_hub_that_refuses_or_is_silent_is_asked_again_later_and_polling_goes_on():
    async def scene(stage):
        await stage.subscriber.tend()
        await stage.subscriber.tend()
        assert len(stage.hub.asked) == 1
        assert "answered 500" in stage.kept["Wire"].said
        stage.clock.pass_by(ASKED_AGAIN_AFTER)
        await stage.subscriber.tend()
        assert len(stage.hub.asked) == 2

    play(scene, Hub(answer=500))


def test_a_hub_may_deny_with_its_reason():
    async def scene(stage):
        await stage.subscriber.tend()
        form = stage.hub.asked[0]
        await stage.hub.verify(form, **{"hub.mode": "denied", "hub.reason": "over quota"})
        assert (stage.kept["Wire"].state, stage.kept["Wire"].said) == ("denied", "over quota")
        stage.clock.pass_by(DENIED_FOR - timedelta(hours=1))
        await stage.subscriber.tend()
        assert len(stage.hub.asked) == 1

    play(scene)


def test_a_feed_that_is_no_longer_wanted_is_unsubscribed():
    async def scene(stage):
        stage.kept.save(Subscription("Gone", "https://hub.invalid/", TOPIC))
        stage.kept.save(replace(stage.kept["Wire"], state="active", asked_at=NOON, active_at=NOON, until=NOON))
        await stage.subscriber.tend()
        assert "Gone" not in stage.kept
        assert stage.kept["Wire"].state == "ending"

    play(scene, wanted={})


def test_the_hub_asks_whether_the_end_is_meant_and_then_it_is_forgotten():
    async def scene(stage):
        kept = replace(stage.kept["Wire"], state="ending", asked_at=NOON)
        answer, after = answer_hub({"hub.mode": "unsubscribe", "hub.topic": TOPIC, "hub.challenge": "c"}, kept, NOON)
        assert (answer, after) == ("c", None)
        active = replace(kept, state="active")
        unasked, unchanged = answer_hub(
            {"hub.mode": "unsubscribe", "hub.topic": TOPIC, "hub.challenge": "c"}, active, NOON
        )
        assert (unasked, unchanged) == (None, active)

    play(scene)


def test_a_push_that_is_no_feed_is_passed_over_and_one_the_store_refuses_comes_again():
    async def scene(stage):
        await stage.subscribe()
        assert await stage.hub.push("<html>sorry</html>") == 202
        stage.desk.error = StoreError("dealwire.db: database is locked")
        assert await stage.hub.push(NEWS) == 503
        stage.desk.error = None
        assert await stage.hub.push(NEWS) == 202
        assert len(stage.desk.taken) == 1

    play(scene)


def test_a_hub_at_a_private_address_is_not_asked():
    async def scene(stage):
        await stage.subscriber.tend()
        assert stage.hub.asked == []
        assert "refused to connect to loopback" in stage.kept["Wire"].said

    play(scene, wanted={"Wire": False})


def test_only_redirects_that_keep_the_form_are_followed():
    async def scene(stage):
        async with serving() as site, Fetcher() as fetcher:
            site.on("/moved", lambda _: answer(307, f"{stage.hub.url}"))
            site.on("/lost", lambda _: answer(302, f"{stage.hub.url}"))
            assert (await fetcher.post(f"{site.url}/moved", {"hub.mode": "x"}, allow_private=True)).status == 202
            assert (await fetcher.post(f"{site.url}/lost", {"hub.mode": "y"}, allow_private=True)).status == 302
        assert [form["hub.mode"] for form in stage.hub.asked] == ["x"]

    async def answer(status, where):
        return web.Response(status=status, headers={"Location": where})

    play(scene)


@pytest.mark.parametrize("signature", ["", "sha256", "sha256=", "md5=0", "sha256=é", "=", "sha256=" + "0" * 64])
def test_what_is_no_signature_is_none(signature):
    assert not is_signed(b"x", signature, "secret")


def test_a_feed_says_its_hub_and_topic_as_addresses():
    async def scene(stage):
        links = (
            '<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="/hub"/>'
            '<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="/feed?full=1"/>'
        )
        async with serving() as site, Fetcher() as fetcher:
            site.says("/feed", rss(channel=links))
            batch = await FeedSource("Wire", f"{site.url}/feed", fetcher, allow_private=True).fetch(None, NOON)
        assert urlsplit(batch.hub).path == "/hub"
        assert parse_qs(urlsplit(batch.topic).query) == {"full": ["1"]}

    play(scene)
