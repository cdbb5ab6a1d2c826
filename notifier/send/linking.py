"""Shell's arithmetic, pure: the links of a message, where a page that is open to its readers serves them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from dealwire.links import Action, Verb, sign
from dealwire.model import Alert
from dealwire.store.outbox import Delivery
from notifier.render.notice import StoryLinks

LASTING = timedelta(days=30)
"""How long the links of a message work."""
LASTING_UNSUBSCRIBE = timedelta(days=365)
"""Long after a message was sent people must be able to end such messages (RFC 8058 has no end at all)."""
PATH = "/act/"


@dataclass(frozen=True, slots=True)
class Linker:
    """Makes links. A delivery's are the same each time it is tried."""

    base: str
    """Where readers reach dealwire's page: https://deals.example.org."""
    key: bytes = field(repr=False)

    def stories(self, delivery: Delivery, alerts: Sequence[Alert]) -> dict[str, StoryLinks]:
        """For each story of the delivery: how to acknowledge it, and how to mute it."""
        return {
            alert.story: StoryLinks(
                acknowledge=self._url(delivery, "acknowledge", alert.story, alert.version),
                mute=self._url(delivery, "mute", alert.story, alert.version),
            )
            for alert in sorted(alerts, key=lambda alert: alert.version)
        }

    def unsubscribe(self, delivery: Delivery) -> str:
        return self._url(delivery, "unsubscribe")

    def _url(self, delivery: Delivery, verb: Verb, story: str = "", version: int = 0) -> str:
        action = Action(verb=verb, receiver=delivery.receiver, story=story, version=version)
        lasting = LASTING_UNSUBSCRIBE if verb == "unsubscribe" else LASTING
        return self.base.rstrip("/") + PATH + sign(self.key, action, delivery.created_at + lasting)
