"""Shell: what pages show as sums, kept while rows come and go, so that no page counts a million of them through.

Also the indexes by which pages look at tables of other modules.
"""

import sqlite3
from datetime import UTC, date, datetime

WEEK_SECONDS = 604_800
DAY_SECONDS = 86_400
MONDAY_SECONDS = 259_200
"""From the Thursday on which Unix time begins back to its Monday."""


def _week(row: str) -> str:
    return f"CAST(({row}.first_at + {MONDAY_SECONDS}) / {WEEK_SECONDS} AS INTEGER)"


def _told(row: str) -> str:
    return f"{row}.shown AND {row}.usd > 0"


def _day(row: str) -> str:
    return f"CAST({row}.at / {DAY_SECONDS} AS INTEGER)"


ENTER = """INSERT INTO delivery_states VALUES (NEW.receiver, NEW.state, 1)
    ON CONFLICT (receiver, state) DO UPDATE SET deliveries = deliveries + 1"""
LEAVE = "UPDATE delivery_states SET deliveries = deliveries - 1 WHERE receiver = OLD.receiver AND state = OLD.state"
ADD = f"""INSERT INTO money_weeks SELECT {_week("NEW")}, NEW.category, NEW.usd WHERE {_told("NEW")}
    ON CONFLICT (week, category) DO UPDATE SET usd = usd + excluded.usd"""
TAKE = f"""UPDATE money_weeks SET usd = usd - OLD.usd
    WHERE {_told("OLD")} AND week = {_week("OLD")} AND category = OLD.category"""  # noqa: S608 - constants
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS money_weeks (
        week INTEGER NOT NULL, category TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (week, category)
    ) WITHOUT ROWID""",
    f"""INSERT INTO money_weeks SELECT {_week("c")} AS week, c.category, sum(c.usd) FROM catalogue c
        WHERE {_told("c")} AND NOT EXISTS (SELECT 1 FROM money_weeks) GROUP BY 1, 2""",  # noqa: S608 - constants
    f"CREATE TRIGGER IF NOT EXISTS money_told AFTER INSERT ON catalogue BEGIN {ADD}; END",
    f"CREATE TRIGGER IF NOT EXISTS money_retold AFTER UPDATE ON catalogue BEGIN {TAKE}; {ADD}; END",
    f"CREATE TRIGGER IF NOT EXISTS money_gone AFTER DELETE ON catalogue BEGIN {TAKE}; END",
    "CREATE TABLE IF NOT EXISTS articles_held (count INTEGER NOT NULL)",
    """INSERT INTO articles_held SELECT (SELECT count(*) FROM articles)
        WHERE NOT EXISTS (SELECT 1 FROM articles_held)""",
    """CREATE TRIGGER IF NOT EXISTS article_came AFTER INSERT ON articles BEGIN
        UPDATE articles_held SET count = count + 1; END""",
    """CREATE TRIGGER IF NOT EXISTS article_went AFTER DELETE ON articles BEGIN
        UPDATE articles_held SET count = count - 1; END""",
    """CREATE TABLE IF NOT EXISTS alert_days (
        day INTEGER NOT NULL, rule TEXT NOT NULL, alerts INTEGER NOT NULL, PRIMARY KEY (day, rule)
    ) WITHOUT ROWID""",
    f"""INSERT INTO alert_days SELECT {_day("a")} AS day, a.rule, count(*) FROM alerts a
        WHERE NOT EXISTS (SELECT 1 FROM alert_days) GROUP BY 1, 2""",  # noqa: S608 - constants
    f"""CREATE TRIGGER IF NOT EXISTS alert_came AFTER INSERT ON alerts BEGIN
        INSERT INTO alert_days VALUES ({_day("NEW")}, NEW.rule, 1)
            ON CONFLICT (day, rule) DO UPDATE SET alerts = alerts + 1; END""",  # noqa: S608 - constants
    f"""CREATE TRIGGER IF NOT EXISTS alert_went AFTER DELETE ON alerts BEGIN
        UPDATE alert_days SET alerts = alerts - 1 WHERE day = {_day("OLD")} AND rule = OLD.rule; END""",  # noqa: S608 - constants
    """CREATE TABLE IF NOT EXISTS delivery_states (
        receiver TEXT NOT NULL, state TEXT NOT NULL, deliveries INTEGER NOT NULL, PRIMARY KEY (receiver, state)
    ) WITHOUT ROWID""",
    """INSERT INTO delivery_states SELECT receiver, state, count(*) FROM deliveries
        WHERE NOT EXISTS (SELECT 1 FROM delivery_states) GROUP BY 1, 2""",
    f"CREATE TRIGGER IF NOT EXISTS delivery_came AFTER INSERT ON deliveries BEGIN {ENTER}; END",
    f"CREATE TRIGGER IF NOT EXISTS delivery_turned AFTER UPDATE OF state ON deliveries BEGIN {LEAVE}; {ENTER}; END",
    f"CREATE TRIGGER IF NOT EXISTS delivery_went AFTER DELETE ON deliveries BEGIN {LEAVE}; END",
    "CREATE INDEX IF NOT EXISTS alerts_rule ON alerts (rule, at, story)",
    "CREATE INDEX IF NOT EXISTS alerts_at ON alerts (at, rule)",
    "CREATE INDEX IF NOT EXISTS deliveries_counted ON deliveries (receiver, state, sent_at)",
    "CREATE INDEX IF NOT EXISTS deliveries_in_state ON deliveries (state, seq)",
)


def money_by_week(connection: sqlite3.Connection, since: datetime) -> dict[tuple[date, str], float]:
    """US dollars by (Monday, category) of the stories first told in the week of `since` and later."""
    first = int((since.timestamp() + MONDAY_SECONDS) // WEEK_SECONDS)
    found = connection.execute("SELECT week, category, usd FROM money_weeks WHERE week >= ? AND usd > 0", (first,))
    return {(_monday(week), category): usd for week, category, usd in found}


def alerts_by_day(connection: sqlite3.Connection, since: datetime) -> dict[tuple[date, str], int]:
    """How often each rule fired on the day of `since` and on later ones."""
    first = int(since.timestamp() // DAY_SECONDS)
    found = connection.execute("SELECT day, rule, alerts FROM alert_days WHERE day >= ? AND alerts > 0", (first,))
    return {(datetime.fromtimestamp(day * DAY_SECONDS, UTC).date(), rule): count for day, rule, count in found}


def _monday(week: int) -> date:
    return datetime.fromtimestamp(week * WEEK_SECONDS - MONDAY_SECONDS, UTC).date()


def held(connection: sqlite3.Connection) -> dict[str, int]:
    """How many stories, alerts and articles the store holds."""
    return {
        "stories": connection.execute("SELECT count(*) FROM catalogue WHERE shown").fetchone()[0],
        "alerts": connection.execute("SELECT coalesce(sum(alerts), 0) FROM alert_days").fetchone()[0],
        "articles": connection.execute("SELECT count FROM articles_held").fetchone()[0],
    }
