"""Shell: what a company's page shows as sums, kept by triggers on the catalogue's companies.

An investor takes part in thousands of stories; its page reads a few dozen rows.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime

QUARTER = "strftime('%Y', {row}.day, 'unixepoch') * 4 + (strftime('%m', {row}.day, 'unixepoch') - 1) / 3"
"""Quarters counted from the first of the year 0."""


def _add(row: str) -> str:
    quarter = QUARTER.format(row=row)
    return f"""
        INSERT INTO company_quarters SELECT {row}.company, {quarter}, {row}.money_in, {row}.money_out, 1 WHERE 1
            ON CONFLICT (company, quarter) DO UPDATE SET money_in = money_in + excluded.money_in,
            money_out = money_out + excluded.money_out, stories = stories + 1;
        INSERT INTO company_names VALUES ({row}.company, {row}.name, 1)
            ON CONFLICT (company, name) DO UPDATE SET stories = stories + 1;
        INSERT INTO company_partners SELECT {row}.company, company, 1 FROM catalogue_companies
            WHERE number = {row}.number AND company != {row}.company
            ON CONFLICT (company, partner) DO UPDATE SET stories = stories + 1;
        INSERT INTO company_partners SELECT company, {row}.company, 1 FROM catalogue_companies
            WHERE number = {row}.number AND company != {row}.company
            ON CONFLICT (company, partner) DO UPDATE SET stories = stories + 1;"""  # noqa: S608 - constants


def _take(row: str) -> str:
    quarter = QUARTER.format(row=row)
    others = f"SELECT company FROM catalogue_companies WHERE number = {row}.number"  # noqa: S608 - constants
    return f"""
        UPDATE company_quarters SET money_in = money_in - {row}.money_in, money_out = money_out - {row}.money_out,
            stories = stories - 1 WHERE company = {row}.company AND quarter = {quarter};
        DELETE FROM company_quarters WHERE company = {row}.company AND stories <= 0;
        UPDATE company_names SET stories = stories - 1 WHERE company = {row}.company AND name = {row}.name;
        DELETE FROM company_names WHERE company = {row}.company AND name = {row}.name AND stories <= 0;
        UPDATE company_partners SET stories = stories - 1 WHERE company = {row}.company AND partner IN ({others});
        UPDATE company_partners SET stories = stories - 1 WHERE partner = {row}.company AND company IN ({others});
        DELETE FROM company_partners WHERE company = {row}.company AND stories <= 0 AND partner IN ({others});
        DELETE FROM company_partners WHERE partner = {row}.company AND stories <= 0 AND company IN ({others});"""  # noqa: S608 - constants


SCHEMA = (
    """CREATE TABLE IF NOT EXISTS company_quarters (
        company TEXT NOT NULL, quarter INTEGER NOT NULL, money_in REAL NOT NULL, money_out REAL NOT NULL,
        stories INTEGER NOT NULL, PRIMARY KEY (company, quarter)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS company_names (
        company TEXT NOT NULL, name TEXT NOT NULL, stories INTEGER NOT NULL, PRIMARY KEY (company, name)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS company_partners (
        company TEXT NOT NULL, partner TEXT NOT NULL, stories INTEGER NOT NULL, PRIMARY KEY (company, partner)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS company_partners_most ON company_partners (company, stories, partner)",
    f"""INSERT INTO company_quarters SELECT c.company, {QUARTER.format(row="c")}, sum(c.money_in), sum(c.money_out),
        count(*) FROM catalogue_companies c WHERE NOT EXISTS (SELECT 1 FROM company_quarters) GROUP BY 1, 2""",  # noqa: S608 - constants
    """INSERT INTO company_names SELECT company, name, count(*) FROM catalogue_companies
        WHERE NOT EXISTS (SELECT 1 FROM company_names) GROUP BY 1, 2""",
    """INSERT INTO company_partners SELECT f.company, o.company, count(*) FROM catalogue_companies f
        JOIN catalogue_companies o ON o.number = f.number AND o.company != f.company
        WHERE NOT EXISTS (SELECT 1 FROM company_partners) GROUP BY 1, 2""",
    f"CREATE TRIGGER IF NOT EXISTS company_told AFTER INSERT ON catalogue_companies BEGIN {_add('NEW')} END",
    f"CREATE TRIGGER IF NOT EXISTS company_untold AFTER DELETE ON catalogue_companies BEGIN {_take('OLD')} END",
)


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a company took in and gave out in the deals of a quarter, in US dollars."""

    number: int
    """Counted from the first of the year 0."""
    money_in: float
    money_out: float


@dataclass(frozen=True, slots=True)
class Record:
    """A company over all its stories."""

    name: str
    stories: int
    money_in: float
    money_out: float
    first: date
    last: date
    names: tuple[str, ...]
    """How it is written, the most frequent first."""
    quarters: tuple[Quarter, ...]
    """Those that it has stories in, in order of time."""


def find(connection: sqlite3.Connection, company: str, names_max: int) -> Record | None:
    """The company of this key; None where no story names it."""
    row = connection.execute(
        "SELECT name, stories, money_in, money_out FROM companies WHERE company = ?", (company,)
    ).fetchone()
    if row is None:
        return None
    ends = (
        connection.execute(
            f"SELECT day FROM catalogue_companies WHERE company = ? ORDER BY at {order} LIMIT 1",  # noqa: S608 - constants
            (company,),
        ).fetchone()[0]
        for order in ("ASC", "DESC")
    )
    names = connection.execute(
        "SELECT name FROM company_names WHERE company = ? ORDER BY stories DESC, name LIMIT ?", (company, names_max)
    )
    quarters = connection.execute(
        "SELECT quarter, money_in, money_out FROM company_quarters WHERE company = ? ORDER BY quarter", (company,)
    )
    first, last = (datetime.fromtimestamp(day, UTC).date() for day in ends)
    name, stories, into, out = row
    return Record(
        name, stories, into, out, first, last, tuple(one for (one,) in names), tuple(Quarter(*one) for one in quarters)
    )


def partners(connection: sqlite3.Connection, company: str, limit: int) -> list[tuple[str, str, int]]:
    """(key, name, stories) of those it did most with."""
    query = """SELECT p.partner, c.name, p.stories FROM company_partners p JOIN companies c ON c.company = p.partner
        WHERE p.company = ? ORDER BY p.stories DESC, p.partner LIMIT ?"""
    return [(key, name, together) for key, name, together in connection.execute(query, (company, limit))]
