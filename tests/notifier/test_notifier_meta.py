"""What dealwire says of itself: once for each occasion, to operators only."""

from datetime import timedelta

from notifier_desk import START

from dealwire.store import silences
from notifier.decide.silences import Silence
from notifier.render.meta import feed_silent, lag_growing, rules_rejected
from notifier.send.verdict import tell_operators

OPS = {"receivers": {"desk": {}, "ops": {"operator": True}}}


def test_operators_hear_of_an_occasion_once(desk):
    office = desk(OPS)
    silent = feed_silent("The Wire", START - timedelta(days=2), timedelta(hours=3))
    for _ in range(2):
        with office.store.transaction() as connection:
            tell_operators(connection, office.router.policy, silent, START)
        office.drain()
    assert [(n.title, n.lines) for n in office["ops"].taken] == [
        ("Feed The Wire is silent for longer than usual",
         ("Its last item came at 2026-02-28 09:00 UTC; it usually brings one every 3h.",)),
    ]  # fmt: skip
    assert office["desk"].taken == []


def test_the_end_of_a_silence_is_warned_of(desk):
    office = desk(OPS)
    with office.store.transaction() as connection:
        starts, ends = START - timedelta(days=6), START + timedelta(hours=5)
        silences.add(connection, Silence.create(matchers=["rule=x"], starts=starts, ends=ends, author="ann"))
    office.drain()
    office.clock.moment += timedelta(minutes=5)
    office.drain()
    assert [n.title for n in office["ops"].taken] == ["Silence ends soon: rule=x"]


def test_rejected_rules_are_told_with_their_places():
    told = rules_rejected(["watchlist.yaml:3:5: unknown field 'ammount'"], START)
    assert told.lines[0] == "watchlist.yaml:3:5: unknown field 'ammount'"


def test_a_growing_lag_is_told_once_an_hour():
    assert lag_growing("worker", 5000, START).key == lag_growing("worker", 9000, START + timedelta(minutes=59)).key
    assert lag_growing("worker", 5000, START).key != lag_growing("worker", 5000, START + timedelta(hours=1)).key
