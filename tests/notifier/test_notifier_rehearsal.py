"""Rehearsal: history's alerts through the real outbox in virtual time, with nothing sent."""

from datetime import timedelta

from notifier_desk import START, make_alert

from notifier.decide import Policy, Router
from notifier.send.rehearsal import rehearse

POLICY = {"receivers": {"desk": {}, "daily": {"digest": {"at": "17:00"}}}}


def alerts():
    return [make_alert(n, at=START + timedelta(hours=5 * n)) for n in range(4)]


def test_a_rehearsal_says_what_would_have_gone_where_and_when():
    sendings = list(rehearse(alerts(), Router(Policy.model_validate(POLICY))))
    told = [(f"{s.at:%d %H:%M}", s.receiver, len(s.alerts)) for s in sendings]
    assert told == [
        ("02 09:00", "desk", 1), ("02 14:00", "desk", 1), ("02 17:00", "daily", 2), ("02 19:00", "desk", 1),
        ("03 00:00", "desk", 1), ("03 17:00", "daily", 2),
    ]  # fmt: skip
    assert sendings[2].title == "Digest: Orbital Silicon · $500M · Series B, and 1 more story"


def test_a_rehearsal_is_the_same_from_run_to_run():
    router = Router(Policy.model_validate(POLICY))
    assert [s.contract() for s in rehearse(alerts(), router)] == [s.contract() for s in rehearse(alerts(), router)]


def test_a_rehearsal_of_nothing_is_nothing():
    assert list(rehearse([], Router(Policy.model_validate(POLICY)))) == []
