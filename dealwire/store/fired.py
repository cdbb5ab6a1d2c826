"""Shell: which rules told of which story, kept by triggers on the alerts: no list reads an alert to say what fired.

`fired` has a row for each story and rule; `catalogue_rules` has a rule's stories in the order of the lists, and follows
the catalogue, which lays a story out anew when it changes.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime


def _put(row: str) -> str:
    """The alert as a row of `fired`, as a subject for INSERT … SELECT."""
    record = f"CAST({row}.record AS TEXT)"
    return f"""{row}.story, {row}.rule, coalesce(json_extract({record}, '$.rule_title'), ''), {row}.severity,
        coalesce(json_extract({record}, '$.story_view.subject'), ''), 1, {row}.at"""


AGAIN = "ON CONFLICT (story, rule) DO UPDATE SET times = times + 1, first_at = min(first_at, excluded.first_at)"
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS fired (
        story TEXT NOT NULL, rule TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT NOT NULL,
        times INTEGER NOT NULL, first_at REAL NOT NULL, PRIMARY KEY (story, rule)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS fired_at ON fired (first_at, rule, subject, times)",
    """CREATE TABLE IF NOT EXISTS catalogue_rules (
        rule TEXT NOT NULL, at REAL NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (rule, at, number)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS catalogue_rules_of ON catalogue_rules (number)",
    f"""INSERT INTO fired SELECT {_put("a")} FROM alerts a WHERE NOT EXISTS (SELECT 1 FROM fired) {AGAIN}""",  # noqa: S608 - constants
    """INSERT INTO catalogue_rules SELECT f.rule, c.at, c.number FROM fired f JOIN catalogue c ON c.story = f.story
        WHERE c.shown AND NOT EXISTS (SELECT 1 FROM catalogue_rules)""",
    f"""CREATE TRIGGER IF NOT EXISTS rule_fired AFTER INSERT ON alerts BEGIN
        INSERT INTO fired SELECT {_put("NEW")} WHERE 1 {AGAIN};
        INSERT OR IGNORE INTO catalogue_rules SELECT NEW.rule, at, number FROM catalogue
            WHERE story = NEW.story AND shown;
    END""",  # noqa: S608 - constants
    """CREATE TRIGGER IF NOT EXISTS alert_forgotten AFTER DELETE ON alerts BEGIN
        UPDATE fired SET times = times - 1 WHERE story = OLD.story AND rule = OLD.rule;
        DELETE FROM fired WHERE story = OLD.story AND rule = OLD.rule AND times <= 0;
        DELETE FROM catalogue_rules WHERE rule = OLD.rule
            AND NOT EXISTS (SELECT 1 FROM fired WHERE story = OLD.story AND rule = OLD.rule)
            AND (at, number) IN (SELECT at, number FROM catalogue WHERE story = OLD.story);
    END""",
)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that told of a story."""

    rule: str
    title: str
    severity: str
    times: int = 1


def by_rules(connection: sqlite3.Connection, story: str) -> tuple[Fired, ...]:
    """The rules that told of the story, the first to do so first."""
    query = "SELECT rule, title, severity, times FROM fired WHERE story = ? ORDER BY first_at, rule"
    return tuple(
        Fired(rule, title or rule, severity, n) for rule, title, severity, n in connection.execute(query, (story,))
    )


def lay_out(connection: sqlite3.Connection, number: int, story: str, at: float) -> None:
    """Put the story where its rules look for it."""
    connection.execute(
        "INSERT OR IGNORE INTO catalogue_rules SELECT rule, ?, ? FROM fired WHERE story = ?", (at, number, story)
    )


def take_out(connection: sqlite3.Connection, number: int) -> None:
    """Undo `lay_out`."""
    connection.execute("DELETE FROM catalogue_rules WHERE number = ?", (number,))


def loudest_subjects(connection: sqlite3.Connection, since: datetime) -> dict[str, str]:
    """Of whom each rule spoke most in the stories that it first told since then."""
    query = """SELECT rule, subject, max(told) FROM (SELECT rule, subject, sum(times) AS told FROM fired
        WHERE first_at >= ? AND subject != '' GROUP BY rule, subject) GROUP BY rule"""
    return {rule: subject for rule, subject, _ in connection.execute(query, (since.timestamp(),))}
