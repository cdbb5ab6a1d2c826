"""Shell: the callbacks that hubs ask and push to, beside POST /articles on the same server.

GET answers a hub's challenge, POST takes what it pushes. An address that is not ours is 404, as any other; a push whose
signature is wrong is answered as if it had been taken (WebSub §7.1), so that nobody learns by trying.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from connectors.articles import Origin
from connectors.feed import FeedState, read_batch
from connectors.websub import Keys, Subscription, Subscriptions, answer_hub, feed_at, is_signed
from dealwire.errors import DealwireError
from dealwire.log import logger
from dealwire.model import Article

log = logger("connectors")

Take = Callable[[str, Sequence[Article]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Callbacks:
    """One address for each subscribed feed. `state_of` is the feed's own state, by which its items keep their ids."""

    kept: Subscriptions
    keys: Keys
    origins: Callable[[str], Origin | None]
    state_of: Callable[[str], bytes | None]
    take: Take
    clock: Callable[[], datetime]

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/websub/{key}", self._asked)
        app.router.add_post("/websub/{key}", self._pushed)

    def _subscription(self, request: web.Request) -> Subscription | None:
        kept = self.kept.load()
        feed = feed_at(request.path, self.keys, kept)
        return kept[feed] if feed is not None else None

    async def _asked(self, request: web.Request) -> web.Response:
        subscription = self._subscription(request)
        if subscription is None:
            return web.Response(status=404)
        answer, after = answer_hub(request.query, subscription, self.clock())
        if answer is None:
            log.warning("hub_not_asked", feed=subscription.feed, mode=request.query.get("hub.mode", "")[:20])
            return web.Response(status=404)
        if after is None:
            self.kept.forget(subscription.feed)
        else:
            self.kept.save(after)
        log.info("hub_answered", feed=subscription.feed, state=after.state if after else "ended")
        return web.Response(text=answer, content_type="text/plain")

    async def _pushed(self, request: web.Request) -> web.Response:
        subscription = self._subscription(request)
        if subscription is None:
            return web.Response(status=404)
        if subscription.state == "ending":
            return web.Response(status=410)
        body = await request.read()
        if not is_signed(body, request.headers.get("X-Hub-Signature", ""), self.keys.secret(subscription.feed)):
            log.warning("hub_push_not_signed", feed=subscription.feed)
            return web.Response(status=202)
        origin = self.origins(subscription.feed)
        if origin is None:
            return web.Response(status=410)
        try:
            state = FeedState.from_bytes(self.state_of(subscription.feed))
            kind = request.headers.get("Content-Type", "")
            batch = await asyncio.to_thread(read_batch, body, kind, origin, state, self.clock())
        except DealwireError as error:
            log.warning("hub_push_not_read", feed=subscription.feed, error=str(error))
            return web.Response(status=202)
        try:
            await self.take(subscription.feed, batch.articles)
        except DealwireError as error:
            log.warning("hub_push_not_taken", feed=subscription.feed, error=str(error))
            return web.Response(status=503, headers={"Retry-After": "30"})
        log.info("hub_push_taken", feed=subscription.feed, articles=len(batch.articles))
        return web.Response(status=202)
