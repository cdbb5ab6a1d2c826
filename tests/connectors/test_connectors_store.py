"""What the store keeps of feeds: records as they were, and one holder of the lease at a time."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors.health import FeedRecord
from connectors.websub import Subscription
from dealwire.store import feeds, subscriptions
from dealwire.store.database import Store
from dealwire.store.feeds import LeaseLostError
from dealwire.store.subscriptions import KeptSubscriptions

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)


def opened(path):
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    for statement in feeds.SCHEMA:
        connection.execute(statement)
    return connection


@pytest.fixture
def connection(tmp_path):
    made = opened(tmp_path / "feeds.db")
    yield made
    made.close()


def test_a_record_is_kept_as_it_was(connection):
    record = FeedRecord(
        "wire", b"state", NOON, 600.0, 3, 1, "away", NOON, NOON, None, (60.0, 90.5), items=7, events=0, gone=True
    )
    feeds.save(connection, record)
    feeds.save(connection, FeedRecord("new"))
    assert feeds.load(connection) == {"new": FeedRecord("new"), "wire": record}


def test_events_counted_meanwhile_stay_counted(connection):
    record = FeedRecord("wire", items=5)
    feeds.save(connection, record)
    feeds.count_events(connection, "wire", 2)
    feeds.save(connection, record)
    assert feeds.load(connection)["wire"].events == 2


def test_forgotten_feeds_are_gone(connection):
    feeds.save(connection, FeedRecord("wire"))
    assert feeds.forget(connection, ["wire", "never there"]) == 1
    assert feeds.load(connection) == {}


def test_the_lease_has_one_holder_until_it_ends_or_is_given_up(connection):
    assert feeds.take_lease(connection, "one", NOON, HALF_MINUTE)
    assert not feeds.take_lease(connection, "two", NOON + timedelta(seconds=29), HALF_MINUTE)
    assert feeds.take_lease(connection, "one", NOON + timedelta(seconds=29), HALF_MINUTE)
    assert not feeds.take_lease(connection, "two", NOON + timedelta(seconds=31), HALF_MINUTE)
    assert feeds.take_lease(connection, "two", NOON + timedelta(seconds=60), HALF_MINUTE)
    feeds.release_lease(connection, "one")
    feeds.require_lease(connection, "two")
    feeds.release_lease(connection, "two")
    assert feeds.take_lease(connection, "one", NOON + timedelta(seconds=61), HALF_MINUTE)


def test_a_late_holder_keeps_nothing(connection):
    feeds.take_lease(connection, "one", NOON, HALF_MINUTE)
    feeds.take_lease(connection, "two", NOON + HALF_MINUTE, HALF_MINUTE)
    with pytest.raises(LeaseLostError, match="visited by two now, not by one"):
        feeds.require_lease(connection, "one")


def test_of_many_that_try_at_once_one_gets_it(tmp_path):
    got = []
    start = threading.Barrier(8)

    def attempt(name):
        connection = opened(tmp_path / "feeds.db")
        start.wait()
        if feeds.take_lease(connection, name, NOON, HALF_MINUTE):
            got.append(name)
        connection.close()

    opened(tmp_path / "feeds.db").close()
    threads = [threading.Thread(target=attempt, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_hub_is_noted_once_and_another_one_is_asked_anew(tmp_path):
    with Store.open(tmp_path / "dealwire.db") as store:
        kept = KeptSubscriptions(store)
        subscriptions.offer(store.connection, "wire", "https://hub.example/", "https://wire.example/feed")
        active = Subscription(
            "wire", "https://hub.example/", "https://wire.example/feed", "active", NOON, NOON, NOON + HALF_MINUTE, "why"
        )
        kept.save(active)
        subscriptions.offer(store.connection, "wire", active.hub, active.topic)
        assert kept.load() == {"wire": active}
        subscriptions.offer(store.connection, "wire", "https://other.example/", active.topic)
        assert kept.load()["wire"] == Subscription("wire", "https://other.example/", active.topic)
        kept.forget("wire")
        assert kept.load() == {}
