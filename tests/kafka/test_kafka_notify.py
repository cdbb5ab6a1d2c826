"""The notifier's state on a real broker: it moves with the partition, and what operators asked for is not forgotten."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

import orjson
import pytest

from connectors.publish import Publisher
from dealwire.bootstrap.kafka import publish
from dealwire.bootstrap.notifier import Chores, coverage_on_kafka
from dealwire.bootstrap.rules import Rules
from dealwire.broker import records, writing
from dealwire.config import Settings
from dealwire.model import Alert, Article, Story, Telling
from dealwire.store import orders, outbox, silences
from dealwire.store.database import Store
from notifier.consumer import Desk
from notifier.decide import Acknowledgement, Policy, Router, Silence
from notifier.decide.calendar import last_due
from notifier.send import Dispatcher, World
from notifier.send.redact import Redactor
from streams import topics
from streams.lag import lags
from streams.settings import KafkaSettings

START = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""The evening before London's clocks go forward."""
POLICY = {
    "receivers": {
        "plain": {},
        "grouped": {"group_by": ["rule"], "group_wait": "30m", "group_interval": "2h"},
        "daily": {"digest": {"at": "07:30", "timezone": "Europe/London"}},
        "calm": {"throttle": {"by": ["rule"], "every": "3h"}},
        "night": {"quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Europe/London"}},
    }
}


@dataclass(frozen=True)
class Taken:
    """A Kafka record as the desk looks at one."""

    value: bytes


@dataclass
class Receiver:
    """Takes note of what it is sent and when."""

    name: str
    clock: "Clock"
    taken: list = field(default_factory=list)
    seconds_between: float = 0.0
    target: str = "test"
    clean: Redactor = field(default_factory=lambda: Redactor(""))

    @property
    def channel(self):
        return self.name

    def send(self, notice):
        self.taken.append((self.clock.moment, notice.form, tuple(sorted(a.story for a in notice.alerts))))
        return {}


@dataclass
class Clock:
    """Stands where the test puts it."""

    moment: datetime = START

    def now(self):
        return self.moment


def alert(number, version=1, rule="rounds"):
    kind = "changed" if version > 1 else "new"
    story = f"story-{number}"
    told = Telling(article="a", revision="r", title="A round", source="The Wire", at=START)
    view = Story(
        id=story, category="funding", type="series_b", status="announced", subject=f"Company {number}",
        first_at=START, last_at=START, version=version, tellings=(told,),
    )  # fmt: skip
    return Alert(
        id=Alert.id_of(rule, story, version, kind), rule=rule, story=story, version=version, kind=kind, at=START,
        articles=("a",), story_view=view,
    )  # fmt: skip


@dataclass
class Owners:
    """The desk of one owner after another; `moving`, each leaves it to one with an empty outbox file."""

    settings: KafkaSettings
    folder: object
    moving: bool
    clock: Clock = field(default_factory=Clock)
    router: Router = field(default_factory=lambda: Router(Policy.model_validate(POLICY)))
    files: int = 0

    def __post_init__(self):
        self.receivers = {name: Receiver(name, self.clock) for name in POLICY["receivers"]}

    @property
    def path(self):
        return self.folder / f"outbox-{self.files}.db"

    @contextmanager
    def desk(self):
        """A desk whose dispatcher is asked by hand, so that the test says when what is sent."""
        dispatchers = []

        def make(store, tell):
            dispatcher = Dispatcher(store, self.receivers, self.router, on_change=tell, world=self.world())
            dispatchers.append(dispatcher)
            return Idle(dispatcher)

        desk = Desk(self.settings, self.path, self.router, make, self.clock.now)
        try:
            yield desk, dispatchers[0]
        finally:
            desk.close()
            self.files += self.moving

    def world(self):
        return World(now=self.clock.now, wait=lambda woken, seconds: woken.wait(min(seconds, 1.0)))


class Idle:
    """A dispatcher that does nothing by itself."""

    running = True

    def __init__(self, dispatcher):
        self.wake = dispatcher.wake

    def start(self):
        pass

    stop = join = start


STEPS = (
    (0, [alert(1), alert(2)]),
    (10, [alert(3, rule="deals")]),
    (45, [alert(1, version=2), alert(4)]),
    (150, [alert(5)]),
    (300, [alert(6), alert(2)]),
    (700, [alert(7, rule="deals"), alert(4, version=2)]),
    (2100, []),
)
"""What comes when, in minutes after START: through group waits, quiet hours, a throttle, a digest, a short night."""


def play(owners):
    """Each step at an owner of its own: alerts come, an operator silences and acknowledges, what is due goes out."""
    for number, (minute, batch) in enumerate(STEPS):
        owners.clock.moment = START + timedelta(minutes=minute)
        with owners.desk() as (desk, dispatcher):
            if number == 1:
                operate(owners)
            desk.take([Taken(one.to_bytes()) for one in batch])
            dispatcher.drain(until_empty=False)
            desk.publish()
    return {name: receiver.taken for name, receiver in owners.receivers.items()}


def operate(owners):
    """What a command does beside a running notifier."""
    now = owners.clock.now()
    with Store.open(owners.path) as store, store.transaction() as connection:
        silences.add(connection, Silence.create(
            matchers=["subject=Company 5"], starts=now, ends=now + timedelta(days=1), author="ann"))  # fmt: skip
        silences.acknowledge(connection, Acknowledgement(story="story-2", story_version=1, author="bo", at=now))


def test_decisions_groups_throttles_digests_and_silences_move_with_the_partition(settings, tmp_path):
    topics.create(settings)
    (tmp_path / "still").mkdir()
    (tmp_path / "moved").mkdir()
    other = settings.model_copy(update={"prefix": f"{settings.prefix}x"})
    topics.create(other)
    still = play(Owners(settings, tmp_path / "still", moving=False))
    moved = play(Owners(other, tmp_path / "moved", moving=True))
    assert moved == still
    assert [story for _, _, stories in still["plain"] for story in stories] == [
        "story-1", "story-2", "story-3", "story-1", "story-4", "story-6", "story-7", "story-4",
    ]  # fmt: skip
    assert [form for _, form, _ in still["daily"]] == ["digest", "digest"]
    assert still["grouped"][0][1:] == ("group", ("story-1",))
    assert len(still["calm"]) < len(still["plain"])


def test_what_an_operator_asked_for_while_no_notifier_ran_is_done_after_the_rebuild(settings, tmp_path):
    topics.create(settings)
    owners = Owners(settings, tmp_path, moving=False)
    with owners.desk() as (desk, _):
        desk.take([Taken(alert(n).to_bytes()) for n in (1, 2)])
    with Store.open(owners.path) as store, store.transaction() as connection:
        waiting = {d.receiver: d.id for d in outbox.listed(connection) if d.receiver == "plain"}
        outbox.drop(connection, waiting["plain"], START)
    with owners.desk() as (desk, _):
        desk.publish()
    images = {record.key: record.value for record in records(settings.server_list, settings.topic("outbox"))}
    assert b'"dropped"' in images[f"delivery/{waiting['plain']}".encode()]
    owners.files = 1
    with owners.desk(), Store.open(owners.path) as store:
        assert outbox.get(store.connection, waiting["plain"]).state == "dropped"
        assert orders.given(store.connection) == []


class DeathError(Exception):
    """The process is no more."""


def dies_after(desk, sends):
    """The desk's process dies when so many records of what it publishes have reached the broker."""
    producer = desk._writer._producer
    send, left = producer.send, iter(range(sends))

    async def failing(*args, **kwargs):
        if next(left, None) is None:
            await producer.flush()
            raise DeathError
        return await send(*args, **kwargs)

    async def nothing():
        """The dead tell no broker to abort what they began."""

    producer.send, producer.abort_transaction = failing, nothing


def carried(settings):
    """(receiver, alert) of every delivery on the topic."""
    images = {record.key: record.value for record in records(settings.server_list, settings.topic("outbox"))}
    rows = [orjson.loads(image) for key, image in images.items() if key.startswith(b"delivery/")]
    return sorted((row["deliveries"][0]["receiver"], m["alert"]) for row in rows for m in row["delivery_alerts"])


@pytest.mark.parametrize("sends", range(0, 12, 2))
def test_who_dies_while_publishing_leaves_all_of_a_batch_on_the_topic_or_nothing(settings, tmp_path, sends):
    topics.create(settings)
    owners = Owners(settings, tmp_path, moving=True)
    batches = [[alert(1)], [alert(1, rule="deals"), alert(2), alert(2, rule="deals")]]
    with owners.desk() as (desk, dispatcher):
        desk.take([Taken(one.to_bytes()) for one in batches[0]])
        dies_after(desk, sends)
        with pytest.raises(DeathError):
            desk.take([Taken(one.to_bytes()) for one in batches[1]])
    with owners.desk() as (desk, dispatcher):
        dispatcher.drain(until_empty=False)
        desk.take([Taken(one.to_bytes()) for one in batches[1]])
        dispatcher.drain(until_empty=False)

    alerts = [one.id for batch in batches for one in batch]
    whole = [name for name in POLICY["receivers"] if name != "calm"]
    assert [pair for pair in carried(settings) if pair[0] in whole] == sorted(product(whole, alerts))


RULES = """
version: 1
receivers:
  desk: {url: "terminal://"}
  ops: {url: "terminal://", operator: true}
routing: {report: {at: "06:00"}}
rules:
  - {id: rounds, title: Big rounds, match: {category: funding, amount: ">= 100M USD"}}
"""


@pytest.fixture
def published(settings, tmp_path):
    """Topics, rules, three articles, and what was understood of them."""
    topics.create(settings)
    (tmp_path / "watchlist.yaml").write_text(RULES)
    publish(settings, [tmp_path / "watchlist.yaml"])
    rules = Rules.read([tmp_path / "watchlist.yaml"])
    titles = ("Vela Robotics raises $90 million in Series B funding", "A quiet day in the park",
              "Der Chiphersteller hat eine neue Fabrik bei Dresden und sagt das auch so")  # fmt: skip
    batch = [Article.create(title=title, fetched=datetime.now(UTC)) for title in titles]
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(batch)
    with writing(settings.server_list) as writer:
        readings = [rules.core.understander.understand(article) for article in batch]
        writer.write(settings.topic("events"), [(r.article.id.encode(), r.to_bytes()) for r in readings])
    return rules


def test_the_report_on_kafka_is_read_from_the_topics_alone(published, settings, tmp_path):
    now = datetime.now(UTC)
    given = Settings(version=1, rules=(tmp_path / "watchlist.yaml",), kafka=settings)
    told = coverage_on_kafka(given, now - timedelta(hours=1), now + timedelta(hours=1))
    assert (told.articles, told.articles_with_events, told.silent_feeds) == (3, 1, None)
    assert [(miss.rule, miss.met_by) for miss in told.near_misses] == [("Big rounds", "$90M")]
    assert told.passed_over_by_language == {"de": 1}
    later = coverage_on_kafka(given, now + timedelta(hours=1), now + timedelta(hours=2))
    assert (later.articles, later.near_misses) == (0, ())


def test_the_notifiers_owner_sends_the_report_once_a_day(published, settings, tmp_path):
    clock = Clock(datetime.now(UTC))
    chores = Chores(settings, lambda: published, clock.now)
    sent = Receiver("ops", clock)

    def make(store, tell):
        return Idle(Dispatcher(store, {"ops": sent}, published.router, on_change=tell))

    desk = Desk(settings, tmp_path / "outbox.db", published.router, make, clock.now)
    try:
        chores(desk)
        due = last_due(published.router.policy.routing.report, clock.moment + timedelta(days=1))
        for hours in (1, 2, 3):
            clock.moment = due + timedelta(hours=hours)
            chores(desk)
    finally:
        desk.close()
    with Store.open(tmp_path / "outbox.db") as store:
        (report,) = outbox.listed(store.connection)
    assert (report.receiver, report.form) == ("ops", "notice")
    assert "3 articles read, 0 alerts" in report.notice


def test_the_lag_of_each_stage_is_what_its_topic_holds_beyond_its_commit(published, settings):
    assert lags(settings) == {"understanding": 3, "folding": 3, "notifying": 0}
