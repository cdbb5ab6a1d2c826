"""The coverage report: what it counts, what it says, and that it goes out once a day by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifier_desk import START, make_alert

from dealwire.bootstrap.coverage import stored_coverage, topic_coverage
from dealwire.bootstrap.rules import core_from
from dealwire.model import Article, Reading
from dealwire.store import receipts, tally
from dealwire.store.state import StateTable
from notifier.decide.backlog import LOOKS, Growth
from notifier.decide.calendar import last_due, next_due
from notifier.decide.settings import REPORT_DAILY, Policy, Routing, Schedule
from notifier.render.coverage import Coverage, NearMiss, coverage_report, nearest
from notifier.send.report import DailyReport
from rules.load import Source

OPS = {"receivers": {"desk": {}, "ops": {"operator": True}}}
DAY = timedelta(days=1)
RULES = Source("watchlist.yaml", """
version: 1
rules:
  - {id: rounds, title: Big rounds, match: {category: funding, amount: ">= 100M USD"}}
  - {id: deals, match: {category: mna, price: ">= 1B USD"}}
""")  # fmt: skip
TITLES = (
    "Vela Robotics raises $90 million in Series B funding",
    "Tiny Circuits raises $3 million in seed funding",
    "Orbital Silicon raises $500 million in Series C funding",
)


def coverage(**changes):
    return Coverage(**{"since": START - DAY, "until": START, **changes})


def test_the_report_says_what_was_read_alerted_and_passed_over():
    told = coverage_report(
        coverage(
            articles=1200, articles_with_events=40, alerts_by_rule={"rounds": 5, "deals": 9},
            deliveries_by_state={"sent": 14}, silent_feeds=["The Wire"], passed_over_by_language={"de": 12},
            near_misses=[NearMiss("Vela · $90M", "Big rounds", "amount >= 100M USD", "$90M")],
        )
    )  # fmt: skip
    assert told.title == "02 Mar 2026: 1,200 articles read, 14 alerts"
    assert told.lines == (
        "From 01 Mar 09:00 to 02 Mar 09:00 UTC (1d).",
        "Read 1,200 articles; 40 tell of a deal or a chip.",
        "Alerts by rule: deals 9, rounds 5.",
        "Messages: sent 14.",
        "Near miss: Vela · $90M. Big rounds asks for amount >= 100M USD; it has $90M.",
        "Feeds silent for longer than usual: The Wire.",
        "Passed over, in other languages: de 12.",
    )


def test_what_a_shell_cannot_know_is_not_reported():
    assert not any("silent" in line for line in coverage_report(coverage()).lines)
    assert "No feed is silent for longer than usual." in coverage_report(coverage(silent_feeds=())).lines


def test_the_nearest_misses_come_first_and_each_story_once():
    misses = [
        NearMiss("Far", "r", "c", "", 0.3, 1e9, "s1"), NearMiss("Near", "r", "c", "", 0.9, 1e6, "s2"),
        NearMiss("Near", "other", "c", "", 0.5, 1e6, "s2"), NearMiss("Bigger", "r", "c", "", 0.9, 1e7, "s3"),
    ]  # fmt: skip
    assert [(miss.headline, miss.rule) for miss in nearest(misses)] == [("Bigger", "r"), ("Near", "r"), ("Far", "r")]


def articles():
    made = [Article.create(title=title, fetched=START, published=START) for title in TITLES]
    return [*made, Article.create(title="Der Chiphersteller hat eine neue Fabrik bei Dresden und sagt das auch so",
                                  fetched=START, published=START)]  # fmt: skip


def take(store, core, now):
    """What the embedded shell does with the articles, as far as the report counts it."""
    state = StateTable(store.connection)
    with store.transaction() as connection:
        for article in articles():
            step = core.step(state, article)
            state.apply(step.outcome.writes)
            tally.count(connection, [step.reading], [told.id for told in step.outcome.steps], now)
        state.flush()


def test_a_days_reading_is_counted_with_its_near_misses_and_languages(store):
    core = core_from([RULES])
    take(store, core, START)
    day = stored_coverage(store.connection, core.book, START - DAY, START + timedelta(minutes=5))
    assert (day.articles, day.articles_with_events) == (4, 3)
    assert [(miss.rule, miss.clause, miss.met_by) for miss in day.near_misses] == [
        ("Big rounds", "amount >= 100M USD", "$90M")
    ]
    assert day.passed_over_by_language == {"de": 1}
    before = stored_coverage(store.connection, core.book, START - DAY, START)
    assert (before.articles, before.near_misses) == (0, ())


def test_the_same_day_is_told_from_the_readings_alone(store):
    core = core_from([RULES])
    readings = [core.understander.understand(article) for article in articles()]
    day = topic_coverage(store.connection, readings, core, START, START + DAY)
    assert (day.articles, day.articles_with_events, day.silent_feeds) == (4, 3, None)
    assert [miss.met_by for miss in day.near_misses] == ["$90M"]
    assert day.passed_over_by_language == {"de": 1}


def test_a_rule_that_has_told_the_story_did_not_miss_it(store, desk):
    core = core_from([RULES])
    take(store, core, START)
    (near,) = stored_coverage(store.connection, core.book, START - DAY, START + DAY).near_misses
    desk(OPS).take(make_alert(1, story=near.story))
    assert stored_coverage(store.connection, core.book, START - DAY, START + DAY).near_misses == ()


def test_alerts_and_messages_are_counted_by_the_time_of_their_making(desk):
    office = desk(OPS)
    office.take(make_alert(1))
    office.drain()
    office.clock.moment += DAY
    office.take(make_alert(2), make_alert(3, rule="deals"))
    connection = office.store.connection
    assert receipts.counts_by_rule(connection, START, START + DAY) == {"rounds": 1}
    assert receipts.counts_by_state(connection, START, START + DAY) == {"sent": 1}
    assert receipts.counts_by_state(connection, START + DAY, START + 2 * DAY) == {"pending": 2}


def test_what_was_counted_long_ago_is_forgotten(store):
    with store.transaction() as connection:
        tally.count(connection, [Reading(article=articles()[0])], ["s"], START)
        tally.prune(connection, START + DAY)
    assert tally.began(store.connection) is None
    assert tally.touched(store.connection, START - DAY, START + DAY, 9) == []


def test_the_report_goes_out_once_a_day_at_its_hour_through_the_change_of_clocks(desk):
    schedule = {"report": {"at": "08:00", "timezone": "Europe/London"}}
    office = desk({**OPS, "routing": schedule})
    asked = []

    def collect(_store, since, until):
        asked.append((since, until))
        return Coverage(since, until)

    office.clock.moment = datetime(2026, 3, 28, 12, tzinfo=UTC)
    for _ in range(3 * 24 * 4):
        office.clock.moment += timedelta(minutes=15)
        daily = DailyReport(collect)  # a new process each time
        daily.look(office.store, office.router.policy, office.clock.now())
        daily.look(office.store, office.router.policy, office.clock.now())
        office.drain(patience=timedelta(0))
    assert [f"{until:%d %H:%M}" for _, until in asked] == ["28 08:00", "29 07:00", "30 07:00", "31 07:00"]
    assert [until - since for since, until in asked] == [DAY, DAY - timedelta(hours=1), DAY, DAY]
    assert len(office["ops"].taken) == 4
    assert office["desk"].taken == []


@pytest.mark.parametrize("policy", [{"receivers": {"desk": {}}}, {**OPS, "routing": {"report": False}}])
def test_without_operators_or_switched_off_there_is_no_report(desk, policy):
    office = desk(policy)
    assert not DailyReport(Coverage).look(office.store, office.router.policy, START)


def test_before_anything_was_read_there_is_nothing_to_report(desk):
    office = desk(OPS)
    assert not DailyReport(lambda *_: None).look(office.store, office.router.policy, START)
    assert office.states() == []


def test_the_report_is_daily_unless_said_otherwise():
    assert Policy().routing.report == REPORT_DAILY
    assert Routing.model_validate({"report": {"at": "18:00", "days": "fri"}}).report.days == ("fri",)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.times().map(lambda t: f"{t:%H:%M}"),
)
def test_the_last_moment_of_a_schedule_is_the_one_before_the_next(now, zone, at):
    schedule = Schedule(at=at, timezone=zone)
    last = last_due(schedule, now)
    assert last <= now < next_due(schedule, now)
    assert next_due(schedule, last) == next_due(schedule, now)
    assert last.astimezone(ZoneInfo(zone)).date() < next_due(schedule, now).astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("sizes", "grows"),
    [
        ([100 + 10 * n for n in range(LOOKS)], True),
        ([1000 - 50 * n for n in range(LOOKS)], False),
        ([500, 100] * (LOOKS // 2), False),
        (list(range(LOOKS)), False),
        ([400] * LOOKS, False),
        ([100, 200, 300], False),
    ],
)
def test_a_backlog_grows_where_its_best_later_look_is_worse_than_all_earlier(sizes, grows):
    growth = Growth()
    assert [growth.look(size) for size in sizes][-1] is grows
