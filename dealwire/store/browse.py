"""Shell: stories looked up in the catalogue: lists by filters, one story with all that is known of it, figures.

Every query is answered from an index; `tests/web/test_web_catalogue.py` holds the plans to that.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dealwire.errors import UsageError
from dealwire.model import Alert, Article, Story
from dealwire.store import articles, receipts, silences
from dealwire.store.fired import Fired, by_rules
from dealwire.store.receipts import Receipt
from streams.stories.record import decode, story_key
from streams.stories.view import story_of

WORDS_FOUND_MAX = 5_000
"""Of a word that very many stories hold, the newest so many are looked through."""
CHOICES_MAX = 60
RECEIPTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One story of a list."""

    story: Story
    """In brief, as `catalogue.in_brief` has it."""
    at: datetime
    arrived: datetime
    changed: datetime
    fired: tuple[Fired, ...]
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stories are asked for; a filter that is empty, zero or None asks nothing."""

    words: str = ""
    """An FTS5 expression, as `dealwire.web.search` makes it."""
    category: str = ""
    company: str = ""
    """A company's key."""
    region: str = ""
    rule: str = ""
    usd_min: float = 0.0
    usd_max: float = 0.0
    confidence_min: float = 0.0
    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None
    """By the time at which dealwire learnt of it."""
    cursor: str = ""
    limit: int = 50
    stories: tuple[str, ...] = ()
    """Only these, if they are among the others."""


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[Row, ...]
    next: str = ""
    """The cursor of the rest; empty where this is all."""


def listed(connection: sqlite3.Connection, wanted: Wanted) -> Found:
    """The stories, the latest change first."""
    source, conditions, values = _conditions(wanted)
    query = (
        f"SELECT c.story, c.at, c.arrived, c.changed, b.record FROM {source} LEFT JOIN catalogue_rows b"  # noqa: S608 - constants and question marks
        f" ON b.number = c.number WHERE {' AND '.join(conditions)}"
        f" ORDER BY {_ordered(wanted)}.at DESC, c.story DESC LIMIT ?"
    )
    rows = connection.execute(query, (*values, wanted.limit + 1)).fetchall()
    shown = rows[: wanted.limit]
    last = shown[-1] if len(rows) > wanted.limit else None
    return Found(_rows(connection, shown), f"{last[1]!r}_{last[0]}" if last else "")


def _conditions(wanted: Wanted) -> tuple[str, list[str], list[object]]:
    """What to select from, and the conditions with their values."""
    source, conditions, values = "catalogue c", ["c.shown"], list[object]()

    def add(condition: str, *held: object) -> None:
        conditions.append(condition)
        values.extend(held)

    if wanted.company:
        source = "catalogue_companies f JOIN catalogue c ON c.number = f.number"
        add("f.company = ?", wanted.company)
    elif wanted.region:
        source = "catalogue_regions f JOIN catalogue c ON c.number = f.number"
        add("f.region = ?", wanted.region)
    elif wanted.rule:
        source = "catalogue_rules f JOIN catalogue c ON c.number = f.number"
        add("f.rule = ?", wanted.rule)
    if wanted.company and wanted.region:
        add("EXISTS (SELECT 1 FROM catalogue_regions r WHERE r.region = ? AND r.number = c.number)", wanted.region)
    if wanted.words:
        add(
            "c.number IN (SELECT rowid FROM catalogue_text WHERE catalogue_text MATCH ? ORDER BY rowid DESC LIMIT ?)",
            wanted.words,
            WORDS_FOUND_MAX,
        )
    if wanted.rule and (wanted.company or wanted.region):
        add("EXISTS (SELECT 1 FROM fired r WHERE r.story = c.story AND r.rule = ?)", wanted.rule)
    if wanted.category:
        plus = "+" if wanted.stories else ""  # the stories are looked up, and not the category walked through
        add(f"{plus}c.category = ?", wanted.category)
    if wanted.usd_min:
        add("c.usd > 0 AND c.usd >= ?", wanted.usd_min)
    if wanted.usd_max:
        add("c.usd > 0 AND c.usd <= ?", wanted.usd_max)
    if wanted.confidence_min:
        add("c.confidence >= ?", wanted.confidence_min)
    if wanted.since:
        add(f"{_ordered(wanted)}.at >= ?", wanted.since.timestamp())
    if wanted.until:
        add(f"{_ordered(wanted)}.at < ?", wanted.until.timestamp())
    if wanted.changed_since:
        add("c.changed > ?", wanted.changed_since.timestamp())
    if wanted.stories:
        add(f"c.story IN ({', '.join('?' * len(wanted.stories))})", *wanted.stories)
    if wanted.cursor:
        at, story = _cursor(wanted.cursor)
        add(f"({_ordered(wanted)}.at, c.story) < (?, ?)", at, story)
    return source, conditions, values


def _ordered(wanted: Wanted) -> str:
    """The table in whose order of time the list is walked: it has the same moments as the catalogue itself."""
    return "f" if wanted.company or wanted.region or wanted.rule else "c"


def _cursor(text: str) -> tuple[float, str]:
    at, _, story = text.partition("_")
    try:
        return float(at), story
    except ValueError as error:
        raise UsageError("this page of the list is not there; start from the first one") from error


def rows_of(connection: sqlite3.Connection, stories: Sequence[str]) -> tuple[Row, ...]:
    """These stories as rows, in the order given."""
    query = """SELECT story, at, arrived, changed, record FROM catalogue c LEFT JOIN catalogue_rows b USING (number)
        WHERE story = ?"""
    return _rows(connection, [row for story in stories if (row := connection.execute(query, (story,)).fetchone())])


def _rows(
    connection: sqlite3.Connection, found: Sequence[tuple[str, float, float, float, bytes | None]]
) -> tuple[Row, ...]:
    rows = []
    for story_id, at, arrived, changed, brief in found:
        if story := _brief(connection, story_id, brief):
            rows.append(
                Row(story, _moment(at), _moment(arrived), _moment(changed), by_rules(connection, story_id),
                    silences.acknowledgement(connection, story_id) is not None)
            )  # fmt: skip
    return tuple(rows)


def _brief(connection: sqlite3.Connection, story: str, record: bytes | None) -> Story | None:
    """The story in brief; whole where it was laid out before stories were kept in brief."""
    if record is not None:
        return Story.from_bytes(record)
    raw = connection.execute("SELECT value FROM stories WHERE key = ?", (story_key(story),)).fetchone()
    return story_of(decode(raw[0])) if raw else None


def find(connection: sqlite3.Connection, story: str) -> tuple[Story, frozenset[str]]:
    """The story of this id, or of the only one that begins so, and the phrases of rules that its articles hold."""
    query = "SELECT value FROM stories WHERE key >= ? AND key < ? LIMIT 2"
    found = connection.execute(query, (story_key(story), story_key(story) + "\uffff")).fetchall() if story else []
    if len(found) != 1:
        raise UsageError(f"{'several stories begin' if found else 'there is no story'} with the id {story!r}")
    record = decode(found[0][0])
    return story_of(record), frozenset(record["heard"])


def articles_of(connection: sqlite3.Connection, story: Story) -> dict[str, Article]:
    """The articles of the story that are kept, by id."""
    return {t.article: found for t in story.tellings if (found := articles.get(connection, t.article))}


def receipts_of(connection: sqlite3.Connection, story: str) -> tuple[Receipt, ...]:
    """The alerts on the story with what was decided and sent, the latest first."""
    rows = connection.execute("SELECT id FROM alerts WHERE story = ? ORDER BY at DESC LIMIT ?", (story, RECEIPTS_MAX))
    return tuple(found for (alert,) in rows.fetchall() if (found := receipts.find(connection, alert)))


def near(connection: sqlite3.Connection, story: Story, limit: int) -> tuple[Story, ...]:
    """Other stories of the same companies in brief, the latest first."""
    row = connection.execute("SELECT number FROM catalogue WHERE story = ?", (story.id,)).fetchone()
    if row is None:
        return ()
    companies = connection.execute("SELECT company FROM catalogue_companies WHERE number = ?", row).fetchall()
    query = "SELECT number, at FROM catalogue_companies WHERE company = ? AND number != ? ORDER BY at DESC LIMIT ?"
    found = {number: at for (company,) in companies for number, at in connection.execute(query, (company, *row, limit))}
    return _briefs(connection, sorted(found, key=lambda number: (-found[number], number))[:limit])


def _briefs(connection: sqlite3.Connection, numbers: Iterable[int]) -> tuple[Story, ...]:
    """The stories of these numbers in brief, in the order given."""
    query = "SELECT story, record FROM catalogue c LEFT JOIN catalogue_rows b USING (number) WHERE number = ?"
    rows = [connection.execute(query, (number,)).fetchone() for number in numbers]
    return tuple(told for story, brief in rows if (told := _brief(connection, story, brief)))


def newest(connection: sqlite3.Connection) -> datetime | None:
    """Event time of the latest change of any story."""
    (at,) = connection.execute("SELECT max(at) FROM catalogue WHERE shown").fetchone()
    return None if at is None else _moment(at)


def count_since(connection: sqlite3.Connection, mark: datetime) -> tuple[int, int]:
    """How many stories are new since then, and how many known ones changed."""
    stamp = mark.timestamp()
    query = "SELECT coalesce(sum(arrived > ?), 0), count(*) FROM catalogue WHERE shown AND changed > ?"
    new, both = connection.execute(query, (stamp, stamp)).fetchone()
    return int(new), int(both - new)


def choices(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """The companies that most stories name, and the regions that any does."""
    companies = connection.execute("SELECT name FROM companies ORDER BY stories DESC, company LIMIT ?", (CHOICES_MAX,))
    regions = connection.execute(
        """WITH RECURSIVE each(region) AS (SELECT min(region) FROM catalogue_regions UNION ALL
            SELECT (SELECT min(region) FROM catalogue_regions r WHERE r.region > each.region) FROM each
            WHERE each.region IS NOT NULL) SELECT region FROM each WHERE region IS NOT NULL"""
    )
    return [name for (name,) in companies], [region for (region,) in regions]


def largest(connection: sqlite3.Connection, since: datetime, limit: int) -> tuple[Story, ...]:
    """The stories with the largest sums of those first told since then."""
    query = "SELECT number FROM catalogue WHERE shown AND usd > 0 AND first_at >= ? ORDER BY usd DESC, story LIMIT ?"
    found = [number for (number,) in connection.execute(query, (since.timestamp(), limit))]
    return _briefs(connection, found)


def alerts(connection: sqlite3.Connection, rule: str = "", limit: int = 50) -> list[Alert]:
    """The latest alerts, of one rule or of all."""
    query, values = "SELECT record FROM alerts ORDER BY at DESC LIMIT ?", (limit,)
    if rule:
        query, values = "SELECT record FROM alerts WHERE rule = ? ORDER BY at DESC LIMIT ?", (rule, limit)  # type: ignore[assignment]  # one value more
    return [Alert.from_bytes(record) for (record,) in connection.execute(query, values)]


def newest_alert(connection: sqlite3.Connection) -> datetime | None:
    (at,) = connection.execute("SELECT max(at) FROM alerts").fetchone()
    return None if at is None else _moment(at)


def last_fired(connection: sqlite3.Connection, rules: Sequence[str]) -> dict[str, datetime]:
    """When each of these rules fired last."""
    found = {
        rule: connection.execute("SELECT max(at) FROM alerts WHERE rule = ?", (rule,)).fetchone()[0] for rule in rules
    }
    return {rule: _moment(at) for rule, at in found.items() if at is not None}


def company_key(connection: sqlite3.Connection, folded: str) -> str:
    """Under which key a name stands; empty where no story has it."""
    row = connection.execute(
        "SELECT company FROM companies WHERE company = ? OR folded = ? ORDER BY stories DESC LIMIT 1", (folded, folded)
    ).fetchone()
    return str(row[0]) if row else ""


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company of the list."""

    key: str
    name: str
    stories: int
    money_in: float
    money_out: float
    last: datetime


_COMPANY_COLUMNS = "company, name, stories, money_in, money_out, last_at"


def companies(
    connection: sqlite3.Connection, folded: str = "", also: Sequence[str] = (), limit: int = 200
) -> list[CompanyRow]:
    """The companies that most stories name; with `folded`, those whose folded name holds it, and these."""
    rows = connection.execute(
        f"SELECT {_COMPANY_COLUMNS} FROM companies"  # noqa: S608 - constants
        " WHERE instr(folded, ?) OR company IN (SELECT value FROM json_each(?)) ORDER BY stories DESC, company LIMIT ?",
        (folded, json.dumps(also), limit),
    )
    return [_company_row(*row) for row in rows]


def companies_that_begin(
    connection: sqlite3.Connection, folded: str, also: Sequence[str], limit: int
) -> list[CompanyRow]:
    """The companies whose folded name begins so, and those of these keys; those that most stories name first."""
    rows = connection.execute(
        f"SELECT {_COMPANY_COLUMNS} FROM companies"  # noqa: S608 - constants
        " WHERE (folded >= ? AND folded < ? || char(1114111)) OR company IN (SELECT value FROM json_each(?))"
        " ORDER BY stories DESC, company LIMIT ?",
        (folded, folded, json.dumps(also), limit),
    )
    return [_company_row(*row) for row in rows]


def companies_with_word(connection: sqlite3.Connection, begun: str, limit: int) -> list[CompanyRow]:
    """The companies with a word in their name that begins so; those that most stories name first."""
    rows = connection.execute(
        f"SELECT {_COMPANY_COLUMNS} FROM companies"  # noqa: S608 - constants
        " WHERE instr(lower(name), ' ' || lower(?)) ORDER BY stories DESC, company LIMIT ?",
        (begun, limit),
    )
    return [_company_row(*row) for row in rows]


def _company_row(key: str, name: str, stories: int, into: float, out: float, last: float) -> CompanyRow:
    return CompanyRow(key, name, stories, into, out, _moment(last))


def articles_by_day(
    connection: sqlite3.Connection, since: date
) -> tuple[dict[date, int], dict[date, int], dict[str, dict[date, int]]]:
    """Articles by day, those of deals by day, and articles by feed and day."""
    every, told, by_feed = dict[date, int](), dict[date, int](), defaultdict[str, dict[date, int]](dict)
    rows = connection.execute("SELECT day, feed, articles, told FROM feed_days WHERE day >= ?", (since.isoformat(),))
    for name, feed, count, deals in rows:
        day = date.fromisoformat(name)
        every[day] = every.get(day, 0) + count
        told[day] = told.get(day, 0) + deals
        by_feed[feed][day] = count
    return every, told, dict(by_feed)


@dataclass(frozen=True, slots=True)
class Item:
    """An article of a feed, for a list."""

    title: str
    url: str
    at: datetime


def last_items(connection: sqlite3.Connection) -> dict[str, list[Item]]:
    """The latest articles of each feed."""
    found = defaultdict[str, list[Item]](list)
    for feed, at, title, url in connection.execute(
        "SELECT feed, at, title, url FROM feed_items ORDER BY feed, at DESC"
    ):
        found[feed].append(Item(title, url, _moment(at)))
    return dict(found)


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
