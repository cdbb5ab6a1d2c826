"""The Poller with scripted sources and a clock that moves only when something sleeps: no waiting, no mocks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.health import FeedRecord, after_failure, after_success
from connectors.lease import visit_while_held
from connectors.poll import Planned, Poller
from connectors.schedule import Bounds, due_after_failure, due_after_success, next_interval
from connectors.source import Batch, GoneError, UnavailableError
from dealwire.model import Article

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEN_MINUTES = Bounds.around(timedelta(minutes=10))


def article(name):
    return Article.create(id=name, title=f"Title of {name}", fetched=NOON, published=NOON)


class Scripted:
    """A source that answers each visit with the next line of its script; the last line is answered for ever."""

    def __init__(self, name, *script):
        self.name = name
        self.seen: list[tuple[bytes | None, datetime]] = []
        self._script = list(script)

    async def fetch(self, state, now):
        self.seen.append((state, now))
        line = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(line, Exception):
            raise line
        if isinstance(line, asyncio.Event):
            await line.wait()
            return Batch()
        return line


class Desk:
    """Takes visits, and stops the poller after so many; may refuse."""

    def __init__(self, stop_after=0):
        self.visits = []
        self.stop = asyncio.Event()
        self._stop_after = stop_after

    async def __call__(self, visit):
        self.visits.append(visit)
        if len(self.visits) == self._stop_after:
            self.stop.set()

    def of(self, name):
        return [v for v in self.visits if v.record.name == name]


def poller(clock, *sources, records=None, bounds=TEN_MINUTES, hosts=None, **options):
    planned = [Planned(s, bounds, (hosts or {}).get(s.name, "")) for s in sources]
    return Poller(planned, records, clock=clock, chance=lambda: 0.0, **options)


def test_once_waits_for_no_slow_site(clock):
    async def scene():
        hanging, desk = asyncio.Event(), Desk()

        async def take(visit):
            await desk(visit)
            hanging.set()

        quick = Scripted("quick", Batch((article("1"),)))
        hosts = {"slow": "slow.example", "quick": "quick.example"}
        await poller(clock, Scripted("slow", hanging), quick, hosts=hosts).once(take)
        assert [v.record.name for v in desk.visits] == ["quick", "slow"]

    asyncio.run(scene())


def test_once_reads_files_first_and_in_the_order_of_the_plan(clock):
    async def scene():
        desk = Desk()
        sources = [Scripted(name, Batch((article(name),))) for name in ("web", "b", "a")]
        await poller(clock, *sources, hosts={"web": "web.example"}).once(desk)
        assert [v.record.name for v in desk.visits] == ["b", "a", "web"]

    asyncio.run(scene())


def test_a_long_archive_is_handed_over_part_by_part(clock):
    async def scene():
        waiting = []

        class Archive(Scripted):
            async def fetch(self, state, now):
                waiting.append(len(self.seen) - len(desk.visits))
                return await super().fetch(state, now)

        desk = Desk()
        parts = [Batch((article(str(n)),), str(n).encode(), more=n < 9) for n in range(1, 10)]
        await poller(clock, Archive("archive", *parts)).once(desk)
        assert waiting == [0] * 9

    asyncio.run(scene())


def test_a_source_that_fails_in_any_way_harms_no_other(clock):
    async def scene():
        desk = Desk()
        well = Scripted("well", Batch((article("1"),)))
        broken = Scripted("broken", ZeroDivisionError("division by zero"))
        away = Scripted("away", UnavailableError("https://away.example: answered 500"))
        await poller(clock, broken, away, well).once(desk)
        errors = {v.record.name: v.record.error for v in desk.visits}
        assert errors == {
            "broken": "ZeroDivisionError: division by zero",
            "away": "https://away.example: answered 500",
            "well": "",
        }

    asyncio.run(scene())


def test_what_was_delivered_is_the_state_of_the_next_visit(clock):
    async def scene():
        source = Scripted("wire", Batch(state=b"one"), Batch(state=b"two"), UnavailableError("away"), Batch(state=b"3"))
        desk = Desk(stop_after=4)
        await poller(clock, source).run(desk, desk.stop)
        assert [state for state, _ in source.seen][:4] == [None, b"one", b"two", b"two"]

    asyncio.run(scene())


def test_a_visit_that_was_not_taken_is_not_remembered_and_its_cause_is_raised(clock):
    async def scene():
        source = Scripted("wire", Batch(state=b"one"))

        async def refuse(_visit):
            raise RuntimeError("disk full")

        poll = poller(clock, source)
        with pytest.raises(RuntimeError, match="disk full"):
            await poll.run(refuse, asyncio.Event())
        await poll.once(Desk())
        assert [state for state, _ in source.seen] == [None, None]

    asyncio.run(scene())


def test_an_archive_is_read_to_its_end_in_one_round(clock):
    async def scene():
        parts = [Batch((article(str(n)),), str(n).encode(), more=n < 3) for n in range(1, 4)]
        desk = Desk()
        await poller(clock, Scripted("archive", *parts)).once(desk)
        assert [v.batch.state for v in desk.visits] == [b"1", b"2", b"3"]
        assert desk.visits[-1].record.items == 3

    asyncio.run(scene())


def test_a_source_that_is_not_due_is_left_alone(clock):
    async def scene():
        later = FeedRecord("later", due=NOON + timedelta(minutes=1), visits=1)
        desk = Desk()
        sources = Scripted("later", Batch()), Scripted("now", Batch())
        await poller(clock, *sources, records={"later": later}).once(desk)
        assert [v.record.name for v in desk.visits] == ["now"]

    asyncio.run(scene())


def test_a_source_that_is_gone_is_never_visited_again(clock):
    async def scene():
        gone = Scripted("gone", GoneError("gone for good (410)"))
        desk = Desk(stop_after=3)
        poll = poller(clock, gone, Scripted("well", Batch()))
        await poll.run(desk, desk.stop)
        await poll.once(desk)
        assert len(gone.seen) == 1
        assert desk.of("gone")[0].record.condition(NOON) == "gone"

    asyncio.run(scene())


def test_a_failing_source_is_tried_at_longer_and_longer_waits_and_never_before_it_asked(clock):
    async def scene():
        asked = NOON + timedelta(hours=5)
        source = Scripted("wire", *[UnavailableError("away")] * 4, UnavailableError("busy", retry_at=asked), Batch())
        desk = Desk(stop_after=6)
        await poller(clock, source).run(desk, desk.stop)
        waits = [(b - a).total_seconds() for (_, a), (_, b) in zip(source.seen, source.seen[1:], strict=False)]
        assert waits[:4] == [30.0, 60.0, 120.0, 240.0]
        assert source.seen[5][1] == asked

    asyncio.run(scene())


def test_no_host_is_visited_by_more_than_two_at_once_and_none_is_starved(clock):
    async def scene():
        running, most = {"a": 0, "b": 0}, {"a": 0, "b": 0}

        class Counting(Scripted):
            async def fetch(self, state, now):
                host = self.name[0]
                running[host] += 1
                most[host] = max(most[host], running[host])
                await asyncio.sleep(0)
                running[host] -= 1
                return await super().fetch(state, now)

        sources = [Counting(f"{host}{n}", Batch()) for n in range(20) for host in "ab"]
        desk = Desk()
        await poller(clock, *sources, hosts={s.name: s.name[0] for s in sources}).once(desk)
        assert most == {"a": 2, "b": 2}
        assert len(desk.visits) == 40

    asyncio.run(scene())


def test_run_stops_at_once_while_a_source_hangs(clock):
    async def scene():
        hanging = Scripted("hanging", asyncio.Event())
        desk = Desk(stop_after=1)
        async with asyncio.timeout(5):
            await poller(clock, hanging, Scripted("well", Batch())).run(desk, desk.stop)
        assert desk.of("hanging") == []

    asyncio.run(scene())


@given(st.lists(st.booleans(), max_size=60))
def test_the_wait_adapts_and_keeps_its_bounds(changes):
    record = FeedRecord("wire")
    for changed in changes:
        interval = next_interval(record, TEN_MINUTES, changed=changed)
        assert 600 <= interval <= 4800
        record = FeedRecord("wire", interval_seconds=interval)


def test_a_quiet_feed_is_visited_less_and_a_lively_one_more():
    assert next_interval(FeedRecord("wire", interval_seconds=1000), TEN_MINUTES, changed=False) == 1250
    assert next_interval(FeedRecord("wire", interval_seconds=2000), TEN_MINUTES, changed=True) == 1000


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_back_off_ends_at_twelve_hours(errors, chance):
    wait = due_after_failure(errors, None, NOON, chance) - NOON
    assert timedelta(seconds=30) <= wait <= timedelta(hours=12)


def test_a_wish_to_be_left_alone_outlasts_our_own_wait():
    asked = NOON + timedelta(hours=2)
    assert due_after_success(600, asked, NOON, 0.5) == asked
    assert due_after_success(600, None, NOON, 0.5) == NOON + timedelta(seconds=630)


def changing(gaps_hours):
    """The record of a feed that brought something after each of these gaps, and when it last did."""
    record, now = FeedRecord("wire"), NOON
    for hours in (0, *gaps_hours):
        now += timedelta(hours=hours)
        record = after_success(record, Batch((article("1"),)), now)
    return record, now


def test_silence_is_told_from_a_feeds_own_past():
    lively, last = changing([1, 2, 1, 1, 3, 1, 2, 1])
    slow, last_slow = changing([24, 48, 30, 24, 72, 24, 24])
    day = timedelta(days=1)
    assert not lively.is_silent(last + timedelta(hours=6))
    assert lively.is_silent(last + day)
    assert not slow.is_silent(last_slow + 5 * day)
    assert slow.is_silent(last_slow + 60 * day)


def test_nothing_is_said_of_silence_while_too_little_is_known():
    record, last = changing([1, 1, 1])
    assert record.silence_limit() is None
    assert not record.is_silent(last + timedelta(days=365))


def test_health_counts_errors_in_a_row_and_forgets_them_at_the_first_success():
    record = after_failure(after_failure(FeedRecord("wire", state=b"kept"), "one", NOON), "two", NOON)
    assert (record.errors_in_a_row, record.error, record.state, record.condition(NOON)) == (
        2,
        "two",
        b"kept",
        "failing",
    )
    well = after_success(record, Batch(state=b"new"), NOON)
    assert (well.errors_in_a_row, well.error, well.condition(NOON)) == (0, "", "well")


class Turns:
    """A lease that is granted or refused by its script."""

    def __init__(self, *grants):
        self._grants = list(grants)
        self.released = 0

    def take(self):
        return self._grants.pop(0) if len(self._grants) > 1 else self._grants[0]

    def release(self):
        self.released += 1


def test_nothing_is_visited_before_the_lease_is_ours_and_visits_end_where_it_is_lost():
    async def scene():
        stop, visits = asyncio.Event(), []

        async def visit(ending):
            visits.append("begun")
            if len(visits) == 3:
                stop.set()
            await ending.wait()
            visits.append("ended")

        lease = Turns(False, False, True, True, False, True)
        await visit_while_held(lease, visit, stop, every=timedelta(milliseconds=1))
        assert visits == ["begun", "ended", "begun", "ended"]
        assert lease.released == 2

    asyncio.run(scene())


def test_what_ends_the_visits_is_raised_and_the_lease_given_up():
    async def scene():
        async def visit(_ending):
            raise RuntimeError("disk full")

        lease = Turns(True)
        with pytest.raises(RuntimeError, match="disk full"):
            await visit_while_held(lease, visit, asyncio.Event())
        assert lease.released == 1

    asyncio.run(scene())
