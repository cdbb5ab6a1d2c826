"""Writes that land whole or not at all, on a real broker that is killed, away, or taken over by a newer writer."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from dealwire import transactions
from dealwire.broker import records, writing
from dealwire.errors import FencedError, StoreError
from dealwire.model import Alert
from dealwire.store import outbox
from dealwire.store.database import Store
from dealwire.transactions import TransactionalWriter
from notifier.consumer import Desk, Notifier
from notifier.decide import Policy, Router
from notifier.send import Dispatcher
from streams import topics

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAIT_SECONDS_MAX = 30


@pytest.fixture
def topic(settings):
    topics.create(settings)
    return settings.topic("outbox")


def keys(settings, topic):
    return [record.key for record in records(settings.server_list, topic)]


def test_the_newest_writer_of_a_name_undoes_what_an_older_one_began_and_shuts_it_out(settings, topic):
    older = TransactionalWriter(settings.server_list, settings.prefix)
    older.write(topic, [(b"whole", b"1"), (b"gone", None)])
    older._result(older._producer.begin_transaction(), "test")
    older._result(older._producer.send_and_wait(topic, b"1", key=b"half"), "test")

    newer = TransactionalWriter(settings.server_list, settings.prefix)
    assert keys(settings, topic) == [b"whole", b"gone"]
    newer.write(topic, [(b"after", b"1")])
    with pytest.raises(FencedError, match="another process writes in this one's place"):
        older._result(older._producer.commit_transaction(), "test")
    with pytest.raises(FencedError, match="an earlier write failed"):
        older.write(topic, [(b"late", b"1")])

    assert keys(settings, topic) == [b"whole", b"gone", b"after"]
    older.close()
    newer.close()


def test_writers_of_two_names_do_not_disturb_each_other(settings, topic):
    one, other = (TransactionalWriter(settings.server_list, f"{settings.prefix}{n}") for n in range(2))
    for n in range(3):
        one.write(topic, [(b"one%d" % n, b"")])
        other.write(topic, [(b"other%d" % n, b"")])
    assert len(keys(settings, topic)) == 6
    one.close()
    other.close()


def test_a_write_waits_for_a_broker_that_restarts(settings, topic, broker):
    writer = TransactionalWriter(settings.server_list, settings.prefix)
    writer.write(topic, [(b"before", b"1")])
    broker.kill()
    starting = threading.Timer(1.0, broker.start)
    starting.start()
    writer.write(topic, [(b"meanwhile", b"1"), (b"with it", b"1")])
    starting.join()
    assert keys(settings, topic) == [b"before", b"meanwhile", b"with it"]
    writer.close()


def test_a_broker_that_stays_away_is_said_and_holds_up_nobody_for_ever(settings, topic, broker, monkeypatch):
    writer = TransactionalWriter(settings.server_list, settings.prefix)
    broker.kill()
    try:
        with monkeypatch.context() as hasty:
            hasty.setattr(transactions, "ACKNOWLEDGE_SECONDS_MAX", 2)
            hasty.setattr(transactions, "CLOSE_SECONDS_MAX", 1)
            with pytest.raises(StoreError, match=r"kafka 127.0.0.1:\d+: topic .*outbox.v1: TimeoutError"):
                writer.write(topic, [(b"lost", b"1")])
            with pytest.raises(StoreError, match="an earlier write failed"):
                writer.write(topic, [(b"lost", b"2")])
            with pytest.raises(StoreError, match=r"kafka 127.0.0.1:\d+: transactional id .*is a broker running"):
                TransactionalWriter(settings.server_list, settings.prefix)
            writer.close()
    finally:
        broker.start()
    newer = TransactionalWriter(settings.server_list, settings.prefix)
    assert keys(settings, topic) == []
    newer.close()


def test_a_notifier_whose_desk_was_taken_over_joins_again_and_takes_the_alert(settings, topic, tmp_path):
    router = Router(Policy.model_validate({"receivers": {"desk": {}}}))
    opened, stop = [], threading.Event()

    def open_desk():
        opened.append(
            Desk(settings, tmp_path / "outbox.db", router, lambda store, _tell: Dispatcher(store, {}, router), now)
        )
        return opened[-1]

    def now():
        return datetime.now(UTC)

    def until(reached):
        give_up = time.monotonic() + WAIT_SECONDS_MAX
        while not reached():
            assert time.monotonic() < give_up, "not in time"
            time.sleep(0.05)

    notifier = Notifier(settings, open_desk, lambda: False, now, timedelta(days=30))
    running = threading.Thread(target=notifier.run, args=(stop,))
    running.start()
    until(lambda: opened)
    stranger = TransactionalWriter(settings.server_list, settings.group("notifier"))
    alert = Alert(
        id=Alert.id_of("rounds", "story", 1, "new"), rule="rounds", story="story", version=1, kind="new", at=START,
        articles=("a",),
    )  # fmt: skip
    with writing(settings.server_list) as writer:
        writer.write(settings.topic("alerts"), [(alert.id.encode(), alert.to_bytes())])
    until(lambda: len(opened) == 2 and f"alert/{alert.id}".encode() in keys(settings, topic))
    stop.set()
    running.join()
    stranger.close()

    with Store.open(tmp_path / "outbox.db") as store:
        assert [d.receiver for d in outbox.listed(store.connection)] == ["desk"]
