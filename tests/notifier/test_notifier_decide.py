"""The decision: each outcome with its reason, routing as in Alertmanager, and wall-clock time right on every day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifier_desk import START, make_alert, make_story
from pydantic import ValidationError

from notifier.decide import Destination, History, Policy, ReceiverSettings, Router, Routing, decide
from notifier.decide.calendar import next_due, quiet_until, within
from notifier.decide.decision import Waiting
from notifier.decide.durations import format_duration, parse_duration, parse_rate
from notifier.decide.matchers import parse_matcher
from notifier.decide.settings import Digest, QuietHours, TimeInterval
from notifier.decide.silences import Acknowledgement, Silence

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]
)
CLOCKS = st.times().map(lambda t: f"{t:%H:%M}")


def to(**settings):
    return Destination("desk", ReceiverSettings.model_validate(settings), ("send_to",))


def silence(hours=1, start=START, **more):
    given = {"matchers": ["rule=rounds"], "starts": start, "ends": start + timedelta(hours=hours), "author": "ann"}
    return Silence.create(**given | more)


WAITING = Waiting("d9", START + timedelta(minutes=1))
NIGHT = {"from": "22:00", "to": "07:00", "timezone": "Europe/London"}


@pytest.mark.parametrize(
    ("alert", "settings", "history", "outcome", "reason"),
    [
        ({}, {}, {}, "send", "rule rounds"),
        ({}, {}, {"delivery": "d1"}, "duplicate", "delivery d1 carries this alert already"),
        ({"experimental": True}, {}, {}, "experimental", "rule rounds is experimental: recorded, not sent"),
        ({}, {"severity_min": "high"}, {}, "below_severity", "info is below this receiver's high"),
        ({}, {}, {"silences": (silence(comment="enough"),)}, "silenced", "by ann until 2026-03-02 10:00 UTC: enough"),
        ({}, {}, {"silences": (silence(receivers=["other"]),)}, "send", "rule rounds"),
        ({}, {}, {"acknowledgement": Acknowledgement(story="story-1", story_version=1, author="bo", at=START)},
         "acknowledged", "bo acknowledged the story at version 1"),
        ({"version": 2, "kind": "changed"}, {},
         {"acknowledgement": Acknowledgement(story="story-1", story_version=1, author="bo", at=START), "told": "d1"},
         "update", "updates the story told by delivery d1"),
        ({}, {"throttle": {"by": "subject", "every": "1h"}}, {"let_through": (START - timedelta(minutes=5),)},
         "throttled", "subject=orbital silicon had its 1 in 1h"),
        ({}, {"throttle": {"every": "1h", "most": 2}}, {"let_through": (START - timedelta(minutes=5),)},
         "send", "rule rounds"),
        ({"version": 2, "kind": "changed"}, {"throttle": {"every": "1h"}},
         {"let_through": (START,), "told": "d1"}, "update", "updates the story told by delivery d1"),
        ({}, {"group_by": "rule"}, {}, "group", "waits 30s for others of its group"),
        ({}, {"group_by": "rule"}, {"group_sent_at": START - timedelta(minutes=1)},
         "group", "its group was sent less than 5m ago"),
        ({}, {"group_by": "rule"}, {"waiting": WAITING}, "group", "joins group d9, due 2026-03-02 09:01:00 UTC"),
        ({}, {}, {"beside": Waiting("d3", START)}, "group", "joins delivery d3, which tells this by another rule"),
        ({"severity": "critical"}, {"quiet_hours": {"from": "08:00", "to": "18:00"}},
         {"beside": Waiting("d3", START + timedelta(hours=9))}, "send", "rule rounds"),
        ({}, {"digest": {"at": "07:30"}}, {}, "digest", "digest of 2026-03-03 07:30 UTC"),
        ({"severity": "critical"}, {"digest": {"at": "07:30", "break_through": "high"}}, {}, "send", "rule rounds"),
        ({}, {"quiet_hours": {"from": "08:00", "to": "18:00"}}, {}, "hold", "quiet hours until 2026-03-02 18:00 UTC"),
        ({"severity": "critical"}, {"quiet_hours": {"from": "08:00", "to": "18:00"}}, {}, "send", "rule rounds"),
        ({"severity": "critical"}, {"quiet_hours": {"from": "08:00", "to": "18:00"}, "group_by": "rule"},
         {"waiting": Waiting("d9", START + timedelta(hours=9))}, "send", "critical does not wait for the quiet hours"),
        ({"severity": "critical"}, {"quiet_hours": {"from": "08:00", "to": "18:00"}, "group_by": "rule"},
         {"waiting": WAITING}, "group", "joins group d9"),
    ],
)  # fmt: skip
def test_each_outcome_has_its_reason(alert, settings, history, outcome, reason):
    decision = decide(make_alert(**alert), to(**settings), History(**history), START)
    assert decision.outcome == outcome
    assert reason in decision.reason


def test_a_muted_interval_mutes_and_names_itself():
    routing = Routing.model_validate({"time_intervals": {"holidays": [{"dates": ["03-02"]}]}})
    decision = decide(make_alert(), to(mute_time_intervals="holidays"), History(), START, routing)
    assert (decision.outcome, decision.reason) == ("muted", "time interval holidays is now")


def test_a_greater_alert_inhibits_a_lesser_on_the_same_subject_only():
    routing = Routing.model_validate(
        {"inhibit": [{"source": "severity=high", "target": "severity=info", "equal": ["subject"]}]}
    )
    high = make_alert(2, severity="high", rule="mega")
    other = make_alert(3, severity="high", rule="mega", story_view=make_story("story-3", subject="Vela"))
    history = History(inhibitors=(high,))
    assert decide(make_alert(), to(), history, START, routing).outcome == "inhibited"
    assert decide(make_alert(), to(), History(inhibitors=(other,)), START, routing).outcome == "send"
    late = START + timedelta(hours=25)
    assert decide(make_alert(), to(), history, late, routing).outcome == "send"


TREE = {
    "receivers": {"all": {}, "chips": {}, "deals": {}, "audit": {}, "ops": {"operator": True}},
    "routing": {
        "route": {
            "receiver": "all", "group_by": ["rule"],
            "routes": [
                {"matchers": ["severity=high"], "receiver": "audit", "continue": True},
                {"matchers": ["category=hardware"], "receiver": "chips",
                 "routes": [{"matchers": ["labels.desk=mna"], "receiver": "deals"}]},
                {"matchers": ["subject=~orbital.*"], "receiver": "deals", "group_by": ["subject"]},
            ],
        }
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("alert", "receivers"),
    [
        (make_alert(), ["deals"]),
        (make_alert(severity="high"), ["audit", "deals"]),
        (make_alert(story_view=make_story(category="hardware")), ["chips"]),
        (make_alert(story_view=make_story(category="hardware"), labels={"desk": "mna"}), ["deals"]),
        (make_alert(story_view=make_story(subject="Vela")), ["all"]),
        (make_alert(send_to=("chips", "chips")), ["chips"]),
    ],
)
def test_the_tree_routes_children_first_and_goes_on_where_told(alert, receivers):
    router = Router(Policy.model_validate(TREE))
    assert [d.receiver for d in router.destinations(alert)] == receivers
    assert [name for step in router.explain(alert) for name in dict.fromkeys(step.receivers)] == receivers


def test_children_inherit_their_parents_settings_unless_they_say_otherwise():
    router = Router(Policy.model_validate(TREE))
    (deals,) = router.destinations(make_alert())
    (chips,) = router.destinations(make_alert(story_view=make_story(category="hardware")))
    assert (deals.settings.group_by, chips.settings.group_by) == (("subject",), ("rule",))


def test_without_tree_and_send_to_all_but_operators_are_told():
    router = Router(Policy.model_validate({"receivers": TREE["receivers"]}))
    assert [d.receiver for d in router.destinations(make_alert())] == ["all", "chips", "deals", "audit"]


def test_the_tree_can_be_drawn():
    drawn = list(Router(Policy.model_validate(TREE)).draw())
    assert drawn[0] == (0, "everything → all · grouped by rule")
    assert drawn[3] == (2, "labels.desk=mna → deals · grouped by rule")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"receivers": {"a": {"fallback": "b"}}}, "unknown fallback 'b'"),
        ({"receivers": {"a": {"fallback": "b"}, "b": {"fallback": "a"}}}, "lead back to 'a'"),
        ({"receivers": {"a": {"digest": {"at": 450}}}}, "put it in quotes"),
        ({"receivers": {"a": {"digest": {"at": "25:00"}}}}, "not a time of day"),
        ({"receivers": {"a": {"digest": {"at": "07:30", "timezone": "Europe/Londn"}}}}, "unknown time zone"),
        ({"receivers": {"a": {"group_by": "subjct"}}}, "unknown field 'subjct'"),
        ({"receivers": {"a": {"rate": "fast"}}}, "not a rate"),
        ({"receivers": {"a": {"group_wait": "soon"}}}, "not a length of time"),
        ({"receivers": {"a": {"colour": "red"}}}, "Extra inputs"),
        ({"receivers": {"a": {"mute_time_intervals": "x"}}}, "unknown time interval 'x'"),
        ({"receivers": {"a": {"repeat_interval": "4h"}}}, "there is no repeat_interval: a deal does not keep firing"),
        ({"receivers": {}, "routing": {"route": {"send_resolved": True}}}, "there is no send_resolved"),
        ({"receivers": {}, "routing": {"page": "deals.example.org"}}, "page"),
        ({"receivers": {}, "routing": {"route": {"receiver": "x"}}}, "unknown receiver 'x'"),
        ({"receivers": {}, "routing": {"route": {"matchers": ["what"]}}}, "not a matcher"),
        ({"receivers": {}, "routing": {"route": {"matchers": ["subject=~("]}}}, "not a regular expression"),
    ],
)
def test_a_mistake_in_the_settings_is_named(policy, said):
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate(policy)


@pytest.mark.parametrize(
    ("matcher", "holds"),
    [
        ("subject=orbital silicon", True), ("subject='Orbital Silicon'", True), ("subject=Orbital", False),
        ("subject=~Orbital.*", True), ("subject=~rbital", False), ("company=Harbour Capital", True),
        ("company!=Harbour Capital", False), ("region=", True), ("region!=US", True), ("labels.team=", True),
        ("labels.team!~x", True), ("severity!=info", False),
    ],
)  # fmt: skip
def test_matchers_match_as_alertmanagers_do(matcher, holds):
    assert parse_matcher(matcher).matches(make_alert()) is holds


def test_an_alert_without_a_story_is_matched_by_what_it_has():
    bare = make_alert().model_copy(update={"story_view": None})
    assert parse_matcher("rule=rounds").matches(bare)
    assert not parse_matcher("subject=Orbital Silicon").matches(bare)


@pytest.mark.parametrize("change", ["", "nothing", {}])
def test_a_silence_needs_to_say_something(change):
    with pytest.raises(ValueError, match="silence"):
        silence(**({"author": ""} if change == "" else {"matchers": []} if change == "nothing" else {"hours": -1}))


def test_a_recurring_silence_is_active_at_its_times_only():
    weekly = silence(
        hours=24 * 60,
        recurring=TimeInterval.model_validate({"days": "mon", "times": [{"from": "09:00", "to": "10:00"}]}),
    )
    assert weekly.active(START + timedelta(days=7, minutes=30))
    assert not weekly.active(START + timedelta(days=7, hours=1))
    assert not weekly.active(START + timedelta(days=8))


@given(CLOCKS, st.one_of(CLOCKS, st.just("24:00")), st.sets(st.sampled_from(["mon", "sun"])), ZONES)
def test_a_recurring_silence_is_kept_as_it_was_made(start, end, days, zone):
    interval = {"times": [{"from": start, "to": end}], "days": tuple(sorted(days)), "timezone": zone}
    made = silence(recurring=TimeInterval.model_validate(interval))
    assert Silence.from_bytes(made.to_bytes()) == made


def test_the_end_of_a_long_silence_is_warned_of_a_day_ahead():
    long = silence(hours=24 * 7)
    assert not long.expires_soon(START + timedelta(days=5))
    assert long.expires_soon(START + timedelta(days=6, hours=1))
    assert not silence(hours=2).expires_soon(START)


@given(MOMENTS, st.lists(st.tuples(st.integers(-48, 48), st.integers(1, 48)), max_size=6))
def test_an_alert_is_silenced_exactly_while_any_of_overlapping_silences_runs(now, spans):
    silences = [silence(hours, now + timedelta(hours=start)) for start, hours in spans]
    decision = decide(make_alert(), to(), History(silences=silences), now)
    running = any(start <= 0 < start + hours for start, hours in spans)
    assert (decision.outcome == "silenced") is running


@given(MOMENTS, ZONES, CLOCKS)
def test_a_digest_is_due_once_a_local_day_whatever_the_clocks_do(now, zone, at):
    digest = Digest(at=at, timezone=zone)
    due = [next_due(digest, now)]
    for _ in range(4):
        due.append(next_due(digest, due[-1]))
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in due]
    assert due[0] > now
    assert due[0] - now <= timedelta(hours=49)  # Apia and others have skipped a day; a day may have 25 hours
    assert days == sorted(set(days))


@given(MOMENTS, ZONES, CLOCKS, CLOCKS)
def test_quiet_hours_end_after_now_and_are_over_then(now, zone, start, end):
    quiet = QuietHours.model_validate({"from": start, "to": end, "timezone": zone})
    until = quiet_until(quiet, now)
    if until is None:
        return
    assert now < until <= now + timedelta(hours=26)
    if start != end:
        assert quiet_until(quiet, until) is None


@pytest.mark.parametrize(
    ("day", "at", "utc_hour"),
    [(date(2026, 3, 28), "01:30", "01:30"), (date(2026, 3, 29), "01:30", "01:30"),
     (date(2026, 3, 30), "01:30", "00:30"), (date(2026, 10, 25), "01:30", "00:30"),
     (date(2026, 10, 26), "01:30", "01:30")],
)  # fmt: skip
def test_londons_half_past_one_on_the_days_the_clocks_change(day, at, utc_hour):
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/London")) - timedelta(minutes=1)
    due = next_due(Digest(at=at, timezone="Europe/London"), midnight.astimezone(UTC))
    assert f"{due:%Y-%m-%d %H:%M}" == f"{day} {utc_hour}"


def test_digests_keep_to_their_days_and_times():
    digest = Digest(at=("17:00", "07:30"), days=("mon", "fri"))
    due = START
    seen = []
    for _ in range(4):
        due = next_due(digest, due)
        seen.append(f"{due:%a %H:%M}")
    assert seen == ["Mon 17:00", "Fri 07:30", "Fri 17:00", "Mon 07:30"]


@pytest.mark.parametrize(
    ("interval", "inside"),
    [({"times": [{"from": "08:00", "to": "24:00"}]}, True), ({"times": [{"from": "22:00", "to": "09:01"}]}, True),
     ({"times": [{"from": "22:00", "to": "09:00"}]}, False), ({"days": ["sat", "sun"]}, False),
     ({"dates": ["2026-03-02"]}, True),
     ({"times": [{"from": "09:00", "to": "10:00"}], "timezone": "Asia/Tokyo"}, False)],
)  # fmt: skip
def test_intervals_include_their_start_and_not_their_end(interval, inside):
    assert within(TimeInterval.model_validate(interval), START) is inside


@given(st.integers(1, 366 * 86_400))
def test_a_length_of_time_reads_as_it_is_written(seconds):
    length = timedelta(seconds=seconds)
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize("text", ["", "5", "-1h", "1y", "1h nonsense", None, 5, "999999999d"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match=r"length of time|longer than ten years"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "1", "0/s", "x/s", "1/d"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match="not a rate"):
        parse_rate(text)
