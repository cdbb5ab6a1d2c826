"""Shell: WebSub (https://www.w3.org/TR/websub/): feeds that offer a hub are pushed by it the moment they change.

    offered ──subscribe──▶ asked ──hub's challenge──▶ active ──lease runs out──▶ asked …
                             └──hub says no──▶ denied        feed removed──▶ ending ──hub's challenge──▶ forgotten

Polling goes on at its own pace: what a hub forgets to push comes with the next visit, and an article that comes both
ways is one. Neither secrets nor callback addresses are stored: both are derived from the push token, so that only the
hub that was told them knows them.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from connectors.fetch import Fetcher, shown
from connectors.source import UnavailableError
from dealwire.log import logger

log = logger("connectors")

State = Literal["offered", "asked", "active", "denied", "ending"]
LEASE_WANTED = timedelta(days=10)
LEASE_MIN, LEASE_MAX = timedelta(minutes=5), timedelta(days=30)
"""A shorter lease would be asked for all day, a longer one outlives a hub that forgot us."""
RENEWED_AFTER = 0.75
"""Of the lease: a hub that does not answer at once is asked again before it runs out."""
ASKED_AGAIN_AFTER = timedelta(hours=1)
"""A hub that has not sent its challenge by then is asked once more."""
HUBS_ASKED_AT_ONCE = 8
"""So that one that hangs does not keep the others waiting."""
DENIED_FOR = timedelta(days=7)
CHALLENGE_LENGTH_MAX = 2_000
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
"""Of X-Hub-Signature (WebSub §7)."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is known of one feed and its hub."""

    feed: str
    hub: str
    topic: str
    state: State = "offered"
    asked_at: datetime | None = None
    active_at: datetime | None = None
    until: datetime | None = None
    """When the lease runs out."""
    said: str = ""
    """Why the hub refused, or did not answer."""

    def is_active(self, now: datetime) -> bool:
        """Whether the hub pushes it."""
        return self.state == "active" and self.until is not None and now < self.until

    def is_due(self, now: datetime) -> bool:
        """Whether the hub is to be asked for this feed now."""
        asked = now - self.asked_at if self.asked_at else None
        if asked is None or self.state == "offered":
            return True
        if self.state == "active" and self.active_at and self.until:
            renew_at = self.active_at + (self.until - self.active_at) * RENEWED_AFTER
            return now >= renew_at and asked >= min(ASKED_AGAIN_AFTER, self.until - renew_at)
        return asked >= (DENIED_FOR if self.state == "denied" else ASKED_AGAIN_AFTER)


class Subscriptions(Protocol):
    """What is kept of them between runs."""

    def load(self) -> Mapping[str, Subscription]: ...

    def save(self, subscription: Subscription) -> None: ...

    def forget(self, feed: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Keys:
    """What only the hub is told: where to push a feed to, and the secret that it signs with."""

    token: str
    callback: str
    """The public address of the endpoint, as in https://news.example.org."""

    def path(self, feed: str) -> str:
        return f"/websub/{self._derived('callback', feed)[:40]}"

    def address(self, feed: str) -> str:
        return self.callback.rstrip("/") + self.path(feed)

    def secret(self, feed: str) -> str:
        return self._derived("secret", feed)

    def _derived(self, *parts: str) -> str:
        return hmac.new(self.token.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


class Subscriber:
    """Asks hubs for the feeds that offer one. `wanted` are the configured feeds, and whether each may lead to private
    addresses: what is subscribed beside them is ended.
    """

    def __init__(
        self,
        kept: Subscriptions,
        keys: Keys,
        fetcher: Fetcher,
        wanted: Mapping[str, bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._kept = kept
        self._keys = keys
        self._fetcher = fetcher
        self._wanted = wanted
        self._clock = clock
        self._slots = asyncio.Semaphore(HUBS_ASKED_AT_ONCE)

    async def tend(self) -> None:
        """Ask for what is due: new subscriptions, renewals, and ends."""
        await asyncio.gather(*(self._tend(subscription) for subscription in self._kept.load().values()))

    async def _tend(self, subscription: Subscription) -> None:
        async with self._slots:
            if subscription.feed in self._wanted:
                if subscription.is_due(self._clock()):
                    await self._ask("subscribe", subscription)
            elif subscription.state in {"asked", "active", "ending"}:
                if subscription.state != "ending" or subscription.is_due(self._clock()):
                    await self._ask("unsubscribe", subscription)
            else:
                self._kept.forget(subscription.feed)

    async def _ask(self, mode: Literal["subscribe", "unsubscribe"], subscription: Subscription) -> None:
        now = self._clock()
        state: State = "ending" if mode == "unsubscribe" else "active" if subscription.state == "active" else "asked"
        asked = replace(subscription, state=state, asked_at=now, said="")
        self._kept.save(asked)  # first: the hub's challenge may come before its answer
        form = {
            "hub.mode": mode,
            "hub.topic": subscription.topic,
            "hub.callback": self._keys.address(subscription.feed),
            "hub.lease_seconds": str(int(LEASE_WANTED.total_seconds())),
            "hub.secret": self._keys.secret(subscription.feed),
        }
        try:
            answer = await self._fetcher.post(
                subscription.hub, form, allow_private=self._wanted.get(subscription.feed, False)
            )
            refused = "" if 200 <= answer.status < 300 else f"{shown(subscription.hub)}: answered {answer.status}"
        except UnavailableError as error:
            refused = str(error)
        if refused:
            log.warning("hub_refused", feed=subscription.feed, mode=mode, cause=refused)
            current = self._kept.load().get(subscription.feed, asked)
            self._kept.save(replace(current, said=refused))


def answer_hub(
    query: Mapping[str, str], subscription: Subscription, now: datetime
) -> tuple[str | None, Subscription | None]:
    """What to answer to a hub that asks whether we asked (None: that we did not), and the subscription then.

    WebSub §5.3: the challenge is echoed only for a topic and a mode that are pending; §5.2: a hub may deny at any time.
    """
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    challenge = query.get("hub.challenge", "")
    if topic != subscription.topic or len(challenge) > CHALLENGE_LENGTH_MAX:
        return None, subscription
    if mode == "denied":
        reason = query.get("hub.reason", "")[:200]
        return "", replace(subscription, state="denied", asked_at=now, until=None, said=reason or "denied by the hub")
    if mode == "subscribe" and subscription.state in {"asked", "active"} and challenge:
        lease = min(max(_seconds(query.get("hub.lease_seconds", "")), LEASE_MIN), LEASE_MAX)
        return challenge, replace(subscription, state="active", active_at=now, until=now + lease, said="")
    if mode == "unsubscribe" and subscription.state == "ending" and challenge:
        return challenge, None
    return None, subscription


def _seconds(said: str) -> timedelta:
    return timedelta(seconds=int(said)) if said.isdecimal() and len(said) < 10 else LEASE_WANTED


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether X-Hub-Signature shows that whoever sent the body knows the secret."""
    name, _, given = signature.strip().partition("=")
    algorithm = ALGORITHMS.get(name.lower())
    if algorithm is None:
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, algorithm).hexdigest().encode(), given.lower().encode())


def feed_at(path: str, keys: Keys, feeds: Iterable[str]) -> str | None:
    """The feed whose callback this is."""
    given = path.encode()
    return next((feed for feed in feeds if hmac.compare_digest(keys.path(feed).encode(), given)), None)
