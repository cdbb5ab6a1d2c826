"""Writers of one process take turns: in order, nobody twice before another once, and nobody left out who gave up."""

import statistics
import threading

import pytest

from dealwire.store.database import Store
from dealwire.store.turns import Turns

LONG_SECONDS = 30.0


def waiting(turns):
    return len(turns._waiting)


def until(holds):
    for _ in range(30_000):
        if holds():
            return
        threading.Event().wait(0.001)
    raise TimeoutError


def test_turns_come_in_the_order_in_which_they_were_asked_for():
    turns, order, threads = Turns(), [], []

    def write(number):
        assert turns.take(LONG_SECONDS)
        order.append(number)
        turns.give()

    assert turns.take(0.0)
    for number in range(8):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        until(lambda: waiting(turns) == number + 1)  # noqa: B023 - asked within the same round
    turns.give()
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert turns.take(0.0)


def test_who_gives_up_waiting_does_not_hold_up_those_behind():
    turns, came = Turns(), []
    assert turns.take(0.0)
    assert not turns.take(0.01)
    thread = threading.Thread(target=lambda: came.append(turns.take(LONG_SECONDS)))
    thread.start()
    until(lambda: waiting(turns) == 1)
    turns.give()
    thread.join()
    assert came == [True]
    assert not turns.take(0.0)


def test_one_that_writes_all_the_time_lets_another_in_after_one_transaction(tmp_path):
    wrote, enough = [], threading.Event()

    def write_on():
        with Store.open(tmp_path / "a.db") as busy:
            while not enough.is_set():
                with busy.transaction() as connection:
                    connection.execute("INSERT INTO state VALUES (?, x'00')", (str(len(wrote)),))
                    wrote.append("busy")

    thread, between = threading.Thread(target=write_on), []
    with Store.open(tmp_path / "a.db") as store:
        thread.start()
        until(lambda: len(wrote) > 5)
        for _ in range(20):
            asked = len(wrote)
            with store.transaction():
                between.append(len(wrote) - asked)
        enough.set()
        thread.join()
    assert statistics.median(between) <= 2  # the one under way, and one before we stood in the queue


def test_a_transaction_that_fails_gives_its_turn_back(tmp_path):
    with Store.open(tmp_path / "a.db") as store, Store.open(tmp_path / "." / "a.db") as same:
        with pytest.raises(ValueError, match="no"), store.transaction():
            raise ValueError("no")
        with same.transaction() as connection:
            connection.execute("INSERT INTO state VALUES ('k', x'00')")
