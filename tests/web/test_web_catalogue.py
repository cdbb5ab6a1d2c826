"""The catalogue says what the stories say, whatever happens to them, and answers from indexes."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import web_desk

from dealwire.store import browse, catalogue, company_sums, corrections, fired, outbox, sums, warm
from dealwire.store.browse import Wanted
from dealwire.store.database import Store
from streams.stories import request
from streams.stories.record import decode
from streams.stories.request import Signature
from streams.stories.view import story_of

TABLES = (
    "catalogue_companies", "companies", "catalogue_regions", "catalogue_rules", "catalogue_rows", "company_quarters",
    "company_names", "company_partners",
)  # fmt: skip
NOW = datetime.now(UTC)


@pytest.fixture
def desk(tmp_path):
    with web_desk.Newsdesk(tmp_path, deals=10) as desk:
        yield desk


def laid_out(connection):
    """What the catalogue holds, without the numbers and moments that depend on the order of laying out."""
    stories = connection.execute(
        "SELECT story, at, first_at, category, status, usd, confidence, version, shown, retracted, subject"
        " FROM catalogue ORDER BY story"
    ).fetchall()
    companies = connection.execute(
        "SELECT c.story, f.company, f.at, f.money_in, f.money_out FROM catalogue_companies f JOIN catalogue c USING"
        " (number) ORDER BY 1, 2"
    ).fetchall()
    totals = connection.execute("SELECT company, stories FROM companies ORDER BY company").fetchall()
    weeks = connection.execute("SELECT week, category, round(usd) FROM money_weeks WHERE usd > 0.5 ORDER BY 1, 2")
    texts = connection.execute(
        "SELECT c.story, t.words FROM catalogue_text t JOIN catalogue c ON c.number = t.rowid ORDER BY 1"
    )
    records = [
        company_sums.find(connection, company, 50) for (company,) in connection.execute("SELECT company FROM companies")
    ]
    money = sorted(
        (
            r.name,
            r.stories,
            r.first,
            r.last,
            r.names,
            [(q.number, round(q.money_in), round(q.money_out)) for q in r.quarters],
        )
        for r in records
    )
    partners = connection.execute("SELECT * FROM company_partners ORDER BY 1, 2").fetchall()
    briefs = connection.execute("SELECT record FROM catalogue_rows JOIN catalogue USING (number) ORDER BY story")
    return stories, companies, totals, weeks.fetchall(), texts.fetchall(), money, partners, briefs.fetchall()


def laid_out_anew(desk, tmp_path):
    """The catalogue of a store that has the same stories and was never looked at."""
    with Store.open(tmp_path / "anew.db") as other:
        rows = desk.store.connection.execute("SELECT key, value FROM stories").fetchall()
        with other.transaction() as connection:
            connection.executemany("INSERT INTO stories VALUES (?, ?)", rows)
        while catalogue.behind(other.connection):
            with other.transaction() as connection:
                catalogue.bring_up(connection, NOW)
        return laid_out(other.connection)


def test_a_catalogue_kept_up_is_the_one_made_from_scratch_over_merges_splits_and_corrections(desk, tmp_path):
    held = [story_of(decode(v)) for (v,) in desk.store.connection.execute("SELECT value FROM stories ORDER BY key")]
    stories = [s for s in held if s.merged_into is None and s.amount]
    signed = Signature("kim", "the filing", NOW)
    one, two, three = stories[:3]
    made = [request.merge(one, two, signed), request.correct(three, "amount", "777M USD", signed)]
    with desk.store.transaction() as connection:
        for correction in made:
            corrections.request(connection, correction)
    assert desk.embedded.correct() == 2
    desk.lay_out()
    assert laid_out(desk.store.connection) == laid_out_anew(desk, tmp_path)
    shown = {row.story.id for row in browse.listed(desk.store.connection, Wanted(limit=500)).rows}
    assert len(shown & {one.id, two.id}) == 1
    assert sum(sums.money_by_week(desk.store.connection, NOW - timedelta(days=200)).values()) >= 777e6


def test_a_story_that_is_gone_leaves_nothing(desk):
    with desk.store.transaction() as connection:
        connection.execute("DELETE FROM stories")
    desk.lay_out()
    for table in ("catalogue", "catalogue_text", *TABLES):
        assert desk.store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert sums.money_by_week(desk.store.connection, NOW - timedelta(days=400)) == pytest.approx({})


def test_a_store_filled_before_there_was_a_catalogue_gets_one(desk):
    wanted = laid_out(desk.store.connection)
    with desk.store.transaction() as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL AND (name IN ('companies',"
                " 'money_weeks', 'story_changes', 'fired') OR name LIKE 'catalogue%' OR name LIKE 'company_%')"
                " AND name NOT LIKE 'catalogue_text_%'"
            ).fetchall()
        ]
        for name in names:
            connection.execute(f"DROP TABLE {name}")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("PRAGMA user_version = 5")
    with Store.open(desk.path) as again:
        while catalogue.behind(again.connection):
            with again.transaction() as connection:
                catalogue.bring_up(connection, NOW)
        assert laid_out(again.connection) == wanted


def rules_of_stories(connection):
    return {
        (rule, story)
        for rule, story in connection.execute("SELECT rule, story FROM catalogue_rules JOIN catalogue USING (number)")
    }


def told(connection):
    """What each rule told of which story how often, read from the alerts themselves."""
    return connection.execute(
        "SELECT story, rule, count(*), min(at) FROM alerts GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def test_what_fired_is_kept_beside_the_alerts_as_they_come_and_go(desk):
    connection = desk.store.connection
    held = "SELECT story, rule, times, first_at FROM fired ORDER BY 1, 2"
    shown = {story for (story,) in connection.execute("SELECT story FROM catalogue WHERE shown")}
    for _ in range(2):
        wanted = told(connection)
        assert wanted
        assert connection.execute(held).fetchall() == wanted
        assert rules_of_stories(connection) == {(rule, story) for story, rule, *_ in wanted if story in shown}
        rule = wanted[0][1]
        listed = {row.story.id for row in browse.listed(connection, Wanted(rule=rule, limit=500)).rows}
        assert listed == {story for story, of, *_ in wanted if of == rule and story in shown}
        with desk.store.transaction():
            connection.execute("DELETE FROM alerts WHERE story = ?", (wanted[0][0],))


def test_stories_near_another_are_the_latest_of_its_companies(desk):
    connection = desk.store.connection
    rows = {row.story.id: row for row in browse.listed(connection, Wanted(limit=500)).rows}
    of = {
        story: {company for (company,) in connection.execute(
            "SELECT company FROM catalogue_companies JOIN catalogue USING (number) WHERE story = ?", (story,))}
        for story in rows
    }  # fmt: skip
    beside = {story: [other for other in rows if other != story and of[story] & of[other]] for story in rows}
    story, others = max(beside.items(), key=lambda item: len(item[1]))
    assert len(others) >= 2
    latest = sorted(others, key=lambda other: rows[other].at, reverse=True)
    found = [one.id for one in browse.near(connection, rows[story].story, 2)]
    assert [rows[one].at for one in found] == [rows[one].at for one in latest[:2]]


def test_alerts_by_day_and_deliveries_by_state_are_kept_and_not_counted(desk):
    connection = desk.store.connection
    days = "SELECT CAST(at / 86400 AS INTEGER), rule, count(*) FROM alerts GROUP BY 1, 2"
    states = "SELECT receiver, state, count(*) FROM deliveries GROUP BY 1, 2"

    def counted(query):
        return sorted(count for *_, count in connection.execute(query))

    for change in (
        "UPDATE deliveries SET state = 'dead' WHERE seq % 2",
        "DELETE FROM deliveries WHERE seq % 3 = 0",
        "DELETE FROM alerts WHERE id < '8'",
    ):
        began = NOW - timedelta(days=4_000)
        assert sorted(sums.alerts_by_day(connection, began).values()) == counted(days)
        assert sum(counted(days)) == sums.held(connection)["alerts"] > 0
        assert sorted((r, s, n) for (r, s), n in outbox.counts(connection).items()) == sorted(
            connection.execute(states).fetchall()
        )
        with desk.store.transaction():
            connection.execute(change)
    assert sorted(sums.alerts_by_day(connection, began).values()) == counted(days)
    assert {state for _, state in outbox.counts(connection)} == {s for _, s, _ in connection.execute(states)}


def test_the_number_of_articles_is_kept_and_not_counted(desk):
    (count,) = desk.store.connection.execute("SELECT count(*) FROM articles").fetchone()
    assert sums.held(desk.store.connection)["articles"] == count > 0
    with desk.store.transaction() as connection:
        connection.execute("DELETE FROM articles WHERE id IN (SELECT id FROM articles LIMIT 3)")
    assert sums.held(desk.store.connection)["articles"] == count - 3


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(category="mna"),
        Wanted(company="nvidia"),
        Wanted(region="US"),
        Wanted(cursor="1.5_x"),
        Wanted(since=NOW),
        Wanted(changed_since=NOW, category="funding"),
        Wanted(company="nvidia", region="US"),
    ],
)
def test_lists_walk_an_index_in_their_own_order(desk, wanted):
    asked = []
    connection = sqlite3.connect(desk.path)
    connection.set_trace_callback(asked.append)
    browse.listed(connection, wanted)
    connection.set_trace_callback(None)
    (query,) = (query for query in asked if "ORDER BY" in query and "LIMIT" in query and "c.story" in query)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    connection.close()
    first = plan[0]
    assert "INDEX" in first or "PRIMARY KEY" in first, plan
    if not wanted.changed_since:  # moments that are equal are put in the order of ids, and only those
        assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan), plan


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: browse.count_since(c, NOW),
        browse.choices,
        browse.newest,
        lambda c: browse.largest(c, NOW - timedelta(days=30), 5),
        lambda c: sums.alerts_by_day(c, NOW),
        browse.alerts,
        lambda c: browse.alerts(c, "rounds"),
        lambda c: browse.last_fired(c, ["rounds"]),
        lambda c: browse.companies(c, "", (), 20),
        lambda c: browse.companies_that_begin(c, "nv", ["meta"], 8),
        lambda c: company_sums.find(c, "nvidia", 10),
        lambda c: company_sums.partners(c, "nvidia", 10),
        lambda c: fired.loudest_subjects(c, NOW - timedelta(days=30)),
        lambda c: fired.by_rules(c, "x"),
        lambda c: sums.money_by_week(c, NOW),
    ],
)
def test_no_figure_reads_a_table_through(desk, ask):
    asked = []
    connection = sqlite3.connect(desk.path)
    connection.set_trace_callback(asked.append)
    ask(connection)
    connection.set_trace_callback(None)
    assert asked
    for query in asked:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
        small = ("INDEX", "each", "subquery")  # the last two are made by the query itself
        assert not [step for step in plan if step.startswith("SCAN") and not any(name in step for name in small)], plan
    connection.close()


def test_after_a_start_what_lists_are_made_of_is_read_through_with_its_indexes_and_nothing_once_stopped(desk):
    asked = []
    connection = sqlite3.connect(desk.path)
    connection.set_trace_callback(asked.append)
    warm.read_through(connection, lambda: False)
    for index in ("catalogue_at", "catalogue_usd", "companies_stories", "alerts_rule", "fired_at"):
        assert any(f"INDEXED BY {index} " in query for query in asked), index
    asked.clear()
    warm.read_through(connection, lambda: True)
    assert not any("INDEXED BY" in query for query in asked)
    connection.close()
