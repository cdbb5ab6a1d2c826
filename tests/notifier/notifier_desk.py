"""A virtual clock, scripted receivers, alerts to send them, and a desk that puts them together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dealwire.errors import DeliveryError
from dealwire.model import Alert, Change, Figure, Money, Party, Quote, Reason, Story, Telling
from dealwire.store import outbox
from notifier.decide import Policy, Router
from notifier.render.notice import Notice
from notifier.send import Dispatcher
from notifier.send.redact import Redactor
from notifier.send.rehearsal import VirtualTime

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class VirtualClock(VirtualTime):
    """Virtual time from START on."""

    def __init__(self):
        super().__init__(START)


@dataclass
class ScriptedReceiver:
    """Takes what it is sent, after the faults it was scripted with, in order."""

    name: str
    clock: Callable[[], datetime]
    faults: list[BaseException | None] = field(default_factory=list)
    taken: list[Notice] = field(default_factory=list)
    tried: list[tuple[datetime, str]] = field(default_factory=list)
    target: str = "scripted"
    channel: str = ""
    seconds_between: float = 0.0
    down: Callable[[datetime], bool] = lambda _now: False

    def __post_init__(self):
        self.channel = self.channel or self.name
        self.clean = Redactor("scripted://")

    def send(self, notice):
        self.tried.append((self.clock(), notice.id))
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault
        if self.down(self.clock()):
            raise DeliveryError("scripted: it is down")
        self.taken.append(notice)
        return {"ts": str(len(self.taken)), "channel": "C1"}

    @property
    def stories(self):
        return [[alert.story for alert in notice.alerts] for notice in self.taken]


def make_alert(number=1, **changes):
    """An alert on a story of its own."""
    story = changes.pop("story", f"story-{number}")
    version = changes.pop("version", 1)
    kind = changes.pop("kind", "new")
    rule = changes.pop("rule", "rounds")
    title = changes.pop("rule_title", "Big rounds")
    at = changes.pop("at", START)
    view = changes.pop("story_view", None) or make_story(story, version, at)
    return Alert(
        id=Alert.id_of(rule, story, version, kind), rule=rule, rule_title=title, story=story, version=version,
        kind=kind, at=at, articles=("a1",), story_view=view,
        reasons=(Reason(clause="amount >= 100M USD", field="amount", met_by="$500M"),),
        changes=(Change(kind="amount", before="$500M", after="$525M"),) if kind == "changed" else (),
        **changes,
    )  # fmt: skip


def make_story(story="story-1", version=1, at=START, **changes):
    """A round that one outlet told."""
    return Story(
        **{
            "id": story, "category": "funding", "type": "series_b", "status": "announced", "subject": "Orbital Silicon",
            "participants": (
                Party(name="Orbital Silicon", role="recipient"),
                Party(name="Harbour Capital", role="lead_investor"),
            ),
            "amount": Figure(best=Money(value=500_000_000, currency="USD", usd=500_000_000), low=5e8, high=5e8),
            "confidence": 0.93, "first_at": at, "last_at": at, "version": version,
            "tellings": (
                Telling(
                    article="a1", revision="r", title="Orbital Silicon raises $500 million", source="The Wire",
                    url="https://wire.example/orbital", at=at,
                ),
            ),
            "quotes": (Quote(article="a1", fact="trigger", place="title", start=0, end=35,
                             quote="Orbital Silicon raises $500 million"),),
            **changes,
        }
    )  # fmt: skip


class Desk:
    """A store with an outbox, some receivers and a dispatcher, in virtual time."""

    def __init__(self, store, policy, clock, **receivers):
        self.store = store
        self.clock = clock
        self.router = Router(Policy.model_validate(policy))
        self.receivers = {name: ScriptedReceiver(name, clock.now) for name in self.router.policy.receivers} | receivers
        self.restart()

    def restart(self, **options):
        self.dispatcher = Dispatcher(self.store, self.receivers, self.router, world=self.clock.world(), **options)

    def take(self, *alerts):
        with self.store.transaction() as connection:
            return [outbox.enqueue(connection, alert, self.router, self.clock.now()) for alert in alerts]

    def drain(self, patience=timedelta(days=3)):
        self.dispatcher.drain(patience=patience)

    def states(self):
        return [delivery.state for delivery in outbox.listed(self.store.connection)][::-1]

    def __getitem__(self, receiver):
        return self.receivers[receiver]
