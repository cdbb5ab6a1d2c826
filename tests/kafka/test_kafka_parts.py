"""The Kafka shell's own small mechanisms, without a broker."""

import asyncio
import os
import subprocess
import sys

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata
from faust.types import TP

from dealwire.bootstrap.kafka import FeedLease
from dealwire.errors import StoreError
from dealwire.store.database import Store
from streams.settings import KafkaSettings
from streams.worker.outlet import BATCH_BYTES_MAX, Outlet
from streams.worker.ownership import Pulse
from streams.worker.table import State
from streams.worker.transport import GaplessConsumer

PLACE = TP("events", 0)


class ScriptedTable:
    """A table's store and changelog, as far as State uses them."""

    changelog_topic_name = "state"

    def __init__(self):
        self.data = {}

    def apply_changelog_batch(self, batch):
        for change in batch:
            assert change.message is change
            self.data[change.key] = change.value


class ScriptedOutlet:
    """Acknowledges what it is given, after what `meanwhile` does."""

    def __init__(self, meanwhile=lambda: None):
        self.meanwhile = meanwhile

    async def append(self, topic, groups):
        self.meanwhile()
        return list(enumerate(write for group in groups for write in group))


def test_a_write_is_read_at_once_and_reaches_the_table_when_it_is_acknowledged():
    table = ScriptedTable()
    state = State(table, ScriptedOutlet(lambda: seen.append(dict(table.data))))
    seen = []
    writes = {"story/1": b"a", "story/2": None}

    state.lay(writes)

    assert state["story/1"] == b"a"
    assert "story/2" not in state
    asyncio.run(state.store([writes]))
    assert seen == [{}]
    assert table.data == {b"story/1": b"a", b"story/2": None}
    assert state["story/1"] == b"a"


def test_a_later_write_stays_in_sight_while_an_earlier_one_is_stored():
    table = ScriptedTable()
    first, second = {"story/1": b"a"}, {"story/1": b"b"}
    state = State(table, ScriptedOutlet(lambda: state.lay(second)))
    state.lay(first)

    asyncio.run(state.store([first]))

    assert table.data == {b"story/1": b"a"}
    assert state["story/1"] == b"b"


def test_what_is_derived_is_read_and_never_stored():
    table = ScriptedTable()
    state = State(table, ScriptedOutlet())

    state.derive({"index/name/acme": b"1"})

    assert state["index/name/acme"] == b"1"
    state.derive({"index/name/acme": None})
    assert "index/name/acme" not in state
    assert table.data == {}


class ScriptedProducer:
    """Collects the batches that it is sent, each one append of the broker's."""

    def __init__(self):
        self.batches = []

    def create_batch(self):
        return BatchBuilder(BATCH_BYTES_MAX, 0)

    async def send_batch(self, batch, topic, *, partition):
        offset = sum(self.batches)
        self.batches.append(batch.record_count())
        acknowledged = asyncio.get_running_loop().create_future()
        acknowledged.set_result(RecordMetadata(topic, partition, None, offset, 0, 0, 0))
        return acknowledged


def append(groups):
    outlet = Outlet(KafkaSettings())
    outlet._producer = producer = ScriptedProducer()
    return asyncio.run(outlet.append("state", groups)), producer.batches


def test_writes_of_one_event_stand_in_one_append():
    large = b"x" * (BATCH_BYTES_MAX // 5)
    groups = [[(b"%d/%d" % (n, m), large) for m in range(3)] for n in range(3)]

    appended, batches = append(groups)

    assert batches == [3, 3, 3]
    assert [offset for offset, _ in appended] == list(range(9))
    assert [key for _, (key, _) in appended] == [key for group in groups for key, _ in group]


def test_small_events_share_an_append_and_one_too_large_for_any_keeps_its_order():
    large = b"x" * (BATCH_BYTES_MAX // 2)

    assert append([[(b"a", b"1")], [(b"b", None)]])[1] == [2]
    appended, batches = append([[(b"a", b"1")], [(b"b", large), (b"c", large), (b"d", large)]])
    assert sum(batches) == len(appended) == 4
    assert [key for _, (key, _) in appended] == [b"a", b"b", b"c", b"d"]


class LeapingConsumer:
    """The consumer's own state, as far as the guard against leaps uses it."""

    def __init__(self, last, earliest=0):
        self._read_offset = {PLACE: last}
        self._leaps = {}
        self.sought = []
        self._earliest = earliest

    async def earliest_offsets(self, place):
        return {place: self._earliest}

    async def seek(self, place, offset):
        self.sought.append(offset)


def leapt(consumer, offset):
    return asyncio.run(GaplessConsumer._leapt(consumer, PLACE, offset))


@pytest.mark.parametrize(("last", "offset"), [(10, 10), (10, 11), (10, 3), (None, 0)])
def test_a_record_that_follows_is_taken(last, offset):
    consumer = LeapingConsumer(last)
    assert not leapt(consumer, offset)
    assert consumer.sought == []


@pytest.mark.parametrize(("last", "offset", "sought"), [(10, 12, 10), (395, 503, 395), (None, 2000, 0)])
def test_a_record_that_leaps_is_left_and_those_before_it_are_sought(last, offset, sought):
    consumer = LeapingConsumer(last)
    assert leapt(consumer, offset)
    assert consumer.sought == [sought]


def test_a_leap_that_shows_again_after_the_seek_is_a_real_gap():
    consumer = LeapingConsumer(10)
    assert leapt(consumer, 50)
    assert not leapt(consumer, 50)


def test_a_lease_of_a_process_that_died_is_taken_at_once_and_that_of_a_living_one_is_not(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Store.open(tmp_path / "ingest.db") as store:
        ours, theirs = FeedLease(store), FeedLease(store)
        theirs.holder = ours.holder.replace(str(os.getpid()), str(process.pid))
        assert theirs.take()
        assert not ours.take()

        process.communicate(b"\n")

        assert ours.take()


def test_a_process_that_stood_still_for_a_session_knows_even_before_its_next_beat():
    now = [100.0]
    pulse = Pulse(10.0, 60.0, lambda: now[0])
    pulse._last = now[0]
    now[0] += 9.9
    pulse.check()
    now[0] += 0.2
    with pytest.raises(StoreError, match=r"stood still for 10\.1 s and may have been replaced"):
        pulse.check()


def test_a_loop_that_stands_still_is_noticed_and_one_that_has_ended_is_not():
    now = [100.0]
    pulse = Pulse(10.0, 60.0, lambda: now[0])
    pulse.check_loop()

    async def scene():
        turning = asyncio.create_task(pulse.turn())
        await asyncio.sleep(0)
        now[0] += 60.0
        pulse.check_loop()
        now[0] += 0.5
        with pytest.raises(StoreError, match=r"the event loop has stood still for 60\.5 s"):
            pulse.check_loop()
        turning.cancel()
        await asyncio.gather(turning, return_exceptions=True)
        pulse.check_loop()

    asyncio.run(scene())


def test_topic_names_carry_prefix_and_version():
    settings = KafkaSettings(prefix="desk.eu", servers="a:1, b:2")
    assert settings.topic("events") == "desk.eu.events.v1"
    assert settings.server_list == ["a:1", "b:2"]
