"""The dispatcher: order, retries, deadlines, restarts, and one dead receiver that holds up nobody."""

from datetime import timedelta
from itertools import pairwise

import pytest
from notifier_desk import START, ScriptedReceiver, make_alert

from dealwire.errors import DeliveryError
from dealwire.store import outbox
from notifier.decide import Policy, Router

TWO = {"receivers": {"slack": {}, "mail": {}}}


def test_an_alert_reaches_each_of_its_receivers_once(desk):
    office = desk(TWO)
    office.take(make_alert())
    office.drain()
    office.take(make_alert())
    office.drain()
    assert office["slack"].stories == office["mail"].stories == [["story-1"]]
    assert office.states() == ["sent", "sent"]


def test_enqueueing_again_says_duplicate_and_changes_nothing(desk):
    office = desk(TWO)
    first = office.take(make_alert())[0]
    again = office.take(make_alert())[0]
    assert [d.outcome for d in first] == ["send", "send"]
    assert [d.outcome for d in again] == ["duplicate", "duplicate"]


def test_a_receiver_that_fails_holds_up_no_other_and_keeps_its_order(desk):
    office = desk(TWO)
    office["slack"].faults = [DeliveryError("down") for _ in range(7)]
    office.take(*(make_alert(n) for n in range(5)))
    office.drain()
    expected = [[f"story-{n}"] for n in range(5)]
    assert office["mail"].stories == expected
    assert office["slack"].stories == expected
    assert office["mail"].tried[-1][0] == START


def test_waits_between_tries_grow(desk):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].faults = [DeliveryError("down") for _ in range(4)]
    office.take(make_alert())
    office.drain()
    moments = [at for at, _ in office["slack"].tried]
    waits = [(b - a).total_seconds() for a, b in pairwise(moments)]
    assert waits == sorted(waits)
    assert 1 <= waits[0] <= 2
    assert 8 <= waits[3] <= 16


def test_retry_after_is_the_least_that_is_waited(desk):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].faults = [DeliveryError("busy", retry_after_seconds=90)]
    office.take(make_alert())
    office.drain()
    (first, _), (second, _) = office["slack"].tried
    assert second - first == timedelta(seconds=90)


def test_a_permanent_failure_is_dead_at_once_and_the_next_goes_on(desk):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].faults = [DeliveryError("no such channel", permanent=True)]
    office.take(make_alert(1), make_alert(2))
    office.drain()
    assert office.states() == ["dead", "sent"]


def test_what_is_not_delivered_by_its_deadline_is_dead_and_says_why(desk):
    office = desk({"receivers": {"slack": {"deadline": "1h"}}})
    office["slack"].down = lambda _now: True
    office.take(make_alert())
    office.drain()
    (delivery,) = outbox.listed(office.store.connection)
    assert delivery.state == "dead"
    assert delivery.error == "not delivered within its deadline; last: scripted: it is down"


def test_what_is_dead_goes_to_the_fallback(desk):
    office = desk({"receivers": {"slack": {"fallback": "mail"}, "mail": {"operator": True}}})
    office["slack"].faults = [DeliveryError("gone", permanent=True)]
    office.take(make_alert())
    office.drain()
    assert office["mail"].stories == [["story-1"], []]
    assert office["mail"].taken[1].title == "A message to slack could not be delivered"


def test_a_fault_that_no_sender_should_make_is_tried_three_times(desk):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].faults = [KeyError("bug")] * 9
    office.take(make_alert(1))
    office.drain()
    assert office.states() == ["dead"]
    assert len(office["slack"].tried) == 3


def test_messages_keep_to_the_rate_also_across_a_restart(desk):
    office = desk({"receivers": {"slack": {"rate": "1/s"}}})
    office.take(*(make_alert(n) for n in range(3)))
    office.drain()
    office.take(make_alert(3))
    office.restart()
    office.drain()
    moments = [at for at, _ in office["slack"].tried]
    assert [(b - a).total_seconds() for a, b in pairwise(moments)] == [1, 1, 1]


def test_the_breaker_asks_a_dead_receiver_rarely_and_tells_the_operators_once(desk):
    office = desk({"receivers": {"slack": {}, "ops": {"operator": True}}})
    office["slack"].down = lambda now: now < START + timedelta(hours=2)
    office.take(*(make_alert(n) for n in range(20)))
    office.drain()
    assert len(office["slack"].tried) - 20 < 25
    assert len(office["slack"].taken) == 20
    assert [n.title for n in office["ops"].taken] == ["Receiver slack is failing", "Receiver slack works again"]


def test_a_backlog_that_grows_is_told_to_the_operators_once_an_hour(desk):
    office = desk({"receivers": {"slack": {"rate": "1/m", "deadline": "7d"}, "ops": {"operator": True}}})
    for minute in range(40):
        office.take(*(make_alert(10 * minute + n, send_to=("slack",)) for n in range(10)))
        office.drain(patience=timedelta(minutes=1))
        office.clock.moment = START + timedelta(minutes=minute + 1, seconds=30)
    assert [notice.title for notice in office["ops"].taken] == ["Sending falls behind"]
    assert office["ops"].taken[0].lines[0].endswith("wait for it, and they become more.")


def test_a_receiver_that_fails_is_no_backlog_of_its_own(desk):
    office = desk({"receivers": {"slack": {"deadline": "7d"}, "ops": {"operator": True}}})
    office["slack"].down = lambda _now: True
    for minute in range(40):
        office.take(*(make_alert(10 * minute + n, send_to=("slack",)) for n in range(10)))
        office.drain(patience=timedelta(minutes=1))
        office.clock.moment = START + timedelta(minutes=minute + 1, seconds=30)
    assert [notice.title for notice in office["ops"].taken] == ["Receiver slack is failing"]


def test_an_operator_may_retry_the_dead_and_drop_the_waiting(desk):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].faults = [DeliveryError("gone", permanent=True)]
    office.take(make_alert())
    office.drain()
    (dead,) = outbox.listed(office.store.connection, states=("dead",))
    with office.store.transaction() as connection:
        outbox.retry(connection, dead.id, office.clock.now())
    office.drain()
    assert office.states() == ["sent"]


def test_a_started_dispatcher_sends_what_is_put_in_and_stops_cleanly(desk, store):
    office = desk({"receivers": {"slack": {}}})
    office.dispatcher.start()
    office.dispatcher.stop()
    office.dispatcher.join()
    assert not office.dispatcher.running


def test_other_receivers_take_over_without_a_restart(desk):
    office = desk(TWO)
    office.take(make_alert(1))
    office.drain()
    router = Router(Policy.model_validate({"receivers": {"pager": {}}}))
    pager = ScriptedReceiver("pager", office.clock.now)
    office.dispatcher.use({"pager": pager}, router)
    with office.store.transaction() as connection:
        outbox.enqueue(connection, make_alert(2), router, office.clock.now())
    office.drain()
    assert pager.stories == [["story-2"]]
    assert office["slack"].stories == [["story-1"]]


def test_a_message_that_its_receiver_never_takes_stops_holding_up_the_others(desk):
    office = desk({"receivers": {"slack": {}}})
    slack, usual = office["slack"], office["slack"].send

    def send(notice):
        if notice.alerts[0].story == "story-1":
            slack.tried.append((office.clock.now(), notice.id))
            raise DeliveryError("slack answered 500")
        return usual(notice)

    slack.send = send
    office.take(*(make_alert(n) for n in range(4)))
    office.drain()
    assert slack.stories == [["story-0"], ["story-2"], ["story-3"]]
    (dead,) = outbox.listed(office.store.connection, ("dead",))
    assert dead.error == "its receiver takes other messages, and failed 11 times with this: slack answered 500"
    assert slack.tried[-1][0] - START < timedelta(hours=3)


@pytest.mark.parametrize("hours", [1, 3, 6, 20])
def test_a_long_outage_loses_nothing_and_confuses_the_order_by_one_message_at_most(desk, hours):
    office = desk({"receivers": {"slack": {}}})
    office["slack"].down = lambda now: now < START + timedelta(hours=hours)
    office.take(*(make_alert(n) for n in range(10)))
    office.drain()
    told = [story for (story,) in office["slack"].stories]
    assert sorted(told) == [f"story-{n}" for n in range(10)]
    assert told in ([f"story-{n}" for n in range(10)], ["story-1", "story-0", *(f"story-{n}" for n in range(2, 10))])
