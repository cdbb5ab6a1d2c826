"""The outbox with decisions in it: groups, digests, quiet hours, silences; its image on a topic and back."""

from datetime import timedelta

import pytest
from notifier_desk import START, make_alert, make_story

from dealwire.errors import RecordError, UsageError
from dealwire.store import journal, mirror, outbox, receipts, silences
from notifier.decide.silences import Acknowledgement, Silence
from notifier.render.plain import plain
from notifier.render.view import title

GROUPED = {"receivers": {"desk": {"group_by": ["rule"], "group_wait": "30s", "group_interval": "5m"}}}


def test_a_group_waits_goes_out_together_and_keeps_its_interval(desk):
    office = desk(GROUPED)
    office.take(make_alert(1), make_alert(2), make_alert(3, rule="other"))
    office.drain()
    office.take(make_alert(4))
    office.drain()
    assert office["desk"].stories == [["story-1", "story-2"], ["story-3"], ["story-4"]]
    moments = [at - START for at, _ in office["desk"].tried]
    assert moments == [timedelta(seconds=30), timedelta(seconds=30), timedelta(minutes=5, seconds=30)]


def test_a_digest_gathers_what_came_since_the_last(desk):
    office = desk({"receivers": {"desk": {"digest": {"at": "17:00"}}}})
    office.take(make_alert(1))
    office.clock.moment += timedelta(hours=2)
    office.take(make_alert(2))
    office.drain()
    office.take(make_alert(3))
    office.drain()
    assert office["desk"].stories == [["story-1", "story-2"], ["story-3"]]
    assert [f"{at:%d %H:%M}" for at, _ in office["desk"].tried] == ["02 17:00", "03 17:00"]


def test_quiet_hours_hold_and_the_urgent_breaks_through(desk):
    office = desk({"receivers": {"desk": {"quiet_hours": {"from": "08:00", "to": "18:00", "break_through": "high"}}}})
    office.take(make_alert(1), make_alert(2, severity="high"))
    office.drain()
    assert [(f"{at:%H:%M}") for at, _ in office["desk"].tried] == ["09:00", "18:00"]
    assert office["desk"].stories == [["story-2"], ["story-1"]]


def test_a_message_that_fails_into_the_quiet_hours_waits_for_their_end_and_holds_up_nothing_urgent(desk):
    office = desk({"receivers": {"desk": {"quiet_hours": {"from": "09:05", "to": "18:00"}}}})
    office["desk"].down = lambda now: now < START + timedelta(minutes=6)
    office.take(make_alert(1))
    office.drain(patience=timedelta(minutes=10))
    office.take(make_alert(2, severity="critical"))
    office.drain()
    assert office["desk"].stories == [["story-2"], ["story-1"]]
    assert [at.hour for at, _ in office["desk"].tried[-2:]] == [9, 18]
    receipt = receipts.find(office.store.connection, make_alert(1).id)
    assert [d.outcome for d in receipt.decisions] == ["send", "hold"]


def test_two_rules_that_tell_the_same_news_make_one_message_with_both_reasons(desk):
    office = desk({"receivers": {"desk": {}}})
    office.take(make_alert(1), make_alert(1, rule="cheques", rule_title="Large cheques"))
    office.drain()
    office.take(make_alert(1, rule="late", rule_title="Late to the news"))
    office.drain()
    both, late = office["desk"].taken
    assert [alert.rule for alert in both.alerts] == ["rounds", "cheques"]
    assert title(both) == "Orbital Silicon · $500M · Series B"
    assert "Why: Big rounds and Large cheques: amount >= 100M USD ($500M)" in plain(both)
    assert [alert.rule for alert in late.alerts] == ["late"]


def test_a_silence_made_while_a_message_waits_is_heeded_and_recorded(desk):
    office = desk(GROUPED)
    office.take(make_alert(1), make_alert(2, story_view=make_story("story-2", subject="Vela")))
    with office.store.transaction() as connection:
        silences.add(connection, Silence.create(
            matchers=["subject=Vela"], starts=START, ends=START + timedelta(hours=1), author="ann"))  # fmt: skip
    office.drain()
    assert office["desk"].stories == [["story-1"]]
    receipt = receipts.find(office.store.connection, make_alert(2).id)
    assert [d.outcome for d in receipt.decisions] == ["group", "silenced"]


def test_a_message_all_of_which_was_silenced_is_dropped_and_says_so(desk):
    office = desk(GROUPED)
    office.take(make_alert(1))
    with office.store.transaction() as connection:
        silences.acknowledge(connection, Acknowledgement(story="story-1", story_version=1, author="ann", at=START))
    office.drain()
    assert office.states() == ["dropped"]
    assert office["desk"].taken == []


def test_a_change_of_a_told_story_carries_the_first_messages_receipt(desk):
    office = desk({"receivers": {"desk": {}}})
    office.take(make_alert(1))
    office.drain()
    ((decision,),) = office.take(make_alert(1, version=2, kind="changed"))
    office.drain()
    assert decision.outcome == "update"
    assert office["desk"].taken[1].earlier[0].receipt == {"ts": "1", "channel": "C1"}
    assert office["desk"].taken[1].earlier[0].delivery == office["desk"].taken[0].id


def test_a_throttle_holds_new_stories_back_and_lets_updates_through(desk):
    office = desk({"receivers": {"desk": {"throttle": {"by": "rule", "every": "1h"}}}})
    office.take(make_alert(1), make_alert(2), make_alert(1, version=2, kind="changed"))
    office.drain()
    assert office["desk"].stories == [["story-1"], ["story-1"]]
    office.clock.moment += timedelta(hours=1)
    office.take(make_alert(3))
    office.drain()
    assert office["desk"].stories[-1] == ["story-3"]


def test_why_tells_each_decision_with_the_deliverys_state(desk):
    office = desk({"receivers": {"desk": {}, "quiet": {"severity_min": "high"}}})
    office.take(make_alert(1))
    office.drain()
    receipt = receipts.find(office.store.connection, make_alert(1).id)
    told = [(d.receiver, d.outcome, d.state) for d in receipt.decisions]
    assert told == [("desk", "send", "sent"), ("quiet", "below_severity", "")]


def test_alerts_are_listed_by_time_rule_and_receiver(desk):
    office = desk({"receivers": {"a": {}, "b": {}}})
    office.take(make_alert(1, send_to=("a",)), make_alert(2, rule="other", send_to=("b",)))

    def ids(**wanted):
        found = receipts.listed(office.store.connection, receipts.Wanted(**{"since": START, **wanted}))
        return [receipt.alert.story for receipt in found]

    assert sorted(ids()) == ["story-1", "story-2"]
    assert ids(rule="other") == ids(receiver="b") == ["story-2"]
    assert ids(rule="other", receiver="a") == []
    assert ids(since=START + timedelta(seconds=1)) == []


def test_a_message_that_is_on_its_way_or_sent_can_be_neither_retried_nor_dropped(desk):
    office = desk({"receivers": {"desk": {}}})
    office.take(make_alert(1))
    office.drain()
    (sent,) = outbox.listed(office.store.connection)
    for refuse in (
        lambda c: outbox.retry(c, sent.id, START),
        lambda c: outbox.drop(c, sent.id, START),
        lambda c: outbox.drop(c, "x", START),
    ):
        with pytest.raises(UsageError, match="only"), office.store.transaction() as connection:
            refuse(connection)


def test_what_was_settled_long_ago_is_forgotten_and_what_waits_is_not(desk):
    office = desk({"receivers": {"desk": {}, "later": {"digest": {"at": "08:00", "days": "sun"}}}})
    office.take(make_alert(1))
    office.drain(patience=timedelta(0))
    with office.store.transaction() as connection:
        assert outbox.prune(connection, START + timedelta(days=1)) == 1
    assert office.states() == ["pending"]
    office.drain(patience=timedelta(days=8))
    assert office["later"].stories == [["story-1"]]


@pytest.mark.parametrize(
    ("key", "image"), [("alert/a", b"{nonsense"), ("alert/a", b"[]"), ("song/a", b"{}"), ("alert/", b"{}")]
)
def test_what_is_no_image_is_refused_with_its_key(store, key, image):
    with pytest.raises(RecordError, match="outbox record"):
        mirror.restore(store.connection, key, image)


def test_a_tombstone_takes_the_record_away(store, desk):
    office = desk({"receivers": {"desk": {}}})
    office.take(make_alert(1))
    (key,) = (entry.key for entry in journal.unpublished(store.connection) if entry.key.startswith("delivery/"))
    mirror.restore(store.connection, key, None)
    assert mirror.image(store.connection, key) is None
