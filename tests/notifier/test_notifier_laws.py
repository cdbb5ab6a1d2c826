"""Laws of what is sent, whatever comes in whatever order: through nights, changes of clocks, silences and restarts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notifier_desk import Desk, VirtualClock, make_alert, make_story

from dealwire.store import journal, mirror, silences
from dealwire.store.database import Store
from notifier.decide.silences import Acknowledgement, Silence

LONDON = ZoneInfo("Europe/London")
EVENINGS = (
    datetime(2026, 3, 28, 20, tzinfo=UTC),  # the clocks go forward in the night
    datetime(2026, 10, 24, 20, tzinfo=UTC),  # and back in this one
    datetime(2026, 12, 31, 22, tzinfo=UTC),
    datetime(2026, 6, 3, 9, tzinfo=UTC),
)
POLICY = {
    "receivers": {
        "plain": {},
        "grouped": {"group_by": ["rule"], "group_wait": "30s", "group_interval": "5m"},
        "daily": {"digest": {"at": ["00:00", "07:30"], "timezone": "Europe/London"}},
        "night": {"quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Europe/London"}},
        "calm": {"throttle": {"by": ["rule"], "every": "3h"}},
        "muted": {"mute_time_intervals": ["weekend"]},
    },
    "routing": {"time_intervals": {"weekend": [{"days": ["sat", "sun"], "timezone": "Europe/London"}]}},
}
COMPANIES = 4
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, COMPANIES), st.integers(1, 3)),
        st.tuples(st.just("drain"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 900), st.just(0)),
        st.tuples(st.just("silence"), st.integers(1, COMPANIES), st.integers(1, 30)),
        st.tuples(st.just("acknowledge"), st.integers(1, COMPANIES), st.integers(1, 2)),
        st.tuples(st.just("move"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("restart"), st.just(0), st.just(0)),
    ),
    max_size=14,
)
WORLDS = st.tuples(st.sampled_from(EVENINGS), STEPS)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Office:
    """A desk that takes steps. `steady`, it is neither restarted nor moved; `awake`, it sends while time passes."""

    folder: object
    start: datetime
    steady: bool = False
    awake: bool = False
    silenced: list[Silence] = field(default_factory=list)
    topic: dict = field(default_factory=dict)
    files: int = 0

    def __post_init__(self):
        self.clock = VirtualClock()
        self.clock.moment = self.start
        self.desk = Desk(Store.open(self.folder / "0.db"), POLICY, self.clock)

    def run(self, steps):
        """Take the steps, send what is left, and tell (receiver, moment, message, alerts) of each send."""
        for step, first, second in steps:
            getattr(self, step)(first, second)
        self.desk.drain()
        self.desk.store.close()
        return [
            (name, at, notice)
            for name, receiver in self.desk.receivers.items()
            for (at, _), notice in zip(receiver.tried, receiver.taken, strict=True)
        ]

    def take(self, number, version):
        view = make_story(f"story-{number}", version, subject=f"Company {number}")
        kind = "changed" if version > 1 else "new"
        self.desk.take(make_alert(number, version=version, kind=kind, story_view=view, at=self.clock.now()))

    def drain(self, minutes, _):
        self.desk.drain(patience=timedelta(minutes=minutes))

    def wait(self, minutes, _):
        """Time passes, with the process running, or without it."""
        until = self.clock.now() + timedelta(minutes=minutes)
        if self.awake:
            self.desk.drain(patience=timedelta(minutes=minutes))
        self.clock.moment = max(until, self.clock.now())

    def silence(self, number, hours):
        self.clock.moment += timedelta(seconds=1)  # what went out in the very second before was not silenced
        now = self.clock.now()
        made = Silence.create(
            matchers=[f"subject=Company {number}"], starts=now, ends=now + timedelta(hours=hours), author="ann"
        )
        self.silenced.append(made)
        with self.desk.store.transaction() as connection:
            silences.add(connection, made)

    def acknowledge(self, number, version):
        seen = Acknowledgement(story=f"story-{number}", story_version=version, author="bo", at=self.clock.now())
        with self.desk.store.transaction() as connection:
            silences.acknowledge(connection, seen)

    def restart(self, *_):
        if not self.steady:
            self.desk.restart()

    def move(self, backwards, _):
        """Hand over to an owner that knows nothing but the topic, and reads it in either order."""
        if self.steady:
            return
        with self.desk.store.transaction() as connection:
            entries = journal.unpublished(connection)
            self.topic.update({entry.key: mirror.image(connection, entry.key) for entry in entries})
            journal.mark_published(connection, entries)
        self.desk.store.close()
        self.files += 1
        self.desk.store = Store.open(self.folder / f"{self.files}.db")
        with self.desk.store.transaction() as connection:
            for key, image in sorted(self.topic.items(), reverse=bool(backwards)):
                mirror.restore(connection, key, image)
        self.desk.restart()


@QUICK
@given(world=WORLDS)
def test_a_restart_or_a_new_owner_at_any_point_gives_the_same_sends_at_the_same_moments(tmp_path_factory, world):
    start, steps = world
    disturbed = Office(tmp_path_factory.mktemp("disturbed"), start).run(steps)
    steady = Office(tmp_path_factory.mktemp("steady"), start, steady=True).run(steps)
    assert [(name, at, n.id) for name, at, n in disturbed] == [(name, at, n.id) for name, at, n in steady]


@QUICK
@given(world=WORLDS)
def test_no_alert_goes_twice_and_each_receiver_keeps_its_own_hours(tmp_path_factory, world):
    start, steps = world
    office = Office(tmp_path_factory.mktemp("office"), start, awake=True)
    sends = office.run(steps)
    told = Counter((name, alert.id) for name, _, notice in sends for alert in notice.alerts)
    assert all(count == 1 for count in told.values())
    for name, at, notice in sends:
        local = at.astimezone(LONDON)
        if name == "daily":
            assert f"{local:%H:%M}" in {"00:00", "07:30"}
        if name == "night":
            assert 7 <= local.hour < 22
        if name == "muted":
            assert local.weekday() < 5
        for silence in office.silenced:
            assert not any(silence.silences(alert, name, at) for alert in notice.alerts)


@QUICK
@given(world=WORLDS)
def test_what_was_late_does_not_wake_anybody_either(tmp_path_factory, world):
    """As above with a process that is down while time passes, so that what fell due by day is found at night."""
    start, steps = world
    for name, at, _ in Office(tmp_path_factory.mktemp("office"), start).run(steps):
        if name == "night":
            assert 7 <= at.astimezone(LONDON).hour < 22


@QUICK
@given(world=WORLDS)
def test_a_throttle_lets_one_new_story_through_in_its_time(tmp_path_factory, world):
    start, steps = world
    sends = Office(tmp_path_factory.mktemp("office"), start).run(steps)
    seen, moments = set(), []
    for name, _, notice in sends:
        if name == "calm" and notice.alerts[0].story not in seen:
            seen.add(notice.alerts[0].story)
            moments.append(notice.at)
    assert all(later - earlier >= timedelta(hours=3) for earlier, later in pairwise(moments))
