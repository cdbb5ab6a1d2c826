"""Shell: the stories of a store laid out to be looked through: by time, company, region, size, words.

Triggers on the stories' own table note each change in `story_changes`, in the transaction that made it.
`bring_up` takes the changes that the catalogue has not seen and lays those stories out anew; it may run in another
process than the one that folds. A change's number is also its event's number for pages that listen.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from dealwire.model import Story
from dealwire.reference.names import fold_name
from dealwire.store import fired
from streams.stories.record import decode, story_key
from streams.stories.view import story_of

BATCH = 200
"""So many changes are laid out in one transaction: the fold must not wait for longer."""
CHANGES_KEPT = 100_000
"""A page that was away for longer than so many changes loads anew."""

# A story's key is "story/" and its id, which begins at the seventh character.
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS story_changes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, story TEXT NOT NULL
    )""",
    """CREATE TRIGGER IF NOT EXISTS story_told AFTER INSERT ON stories BEGIN
        INSERT INTO story_changes (story) VALUES (substr(NEW.key, 7));
    END""",
    """CREATE TRIGGER IF NOT EXISTS story_retold AFTER UPDATE ON stories WHEN NEW.value != OLD.value BEGIN
        INSERT INTO story_changes (story) VALUES (substr(NEW.key, 7));
    END""",
    """CREATE TRIGGER IF NOT EXISTS story_gone AFTER DELETE ON stories BEGIN
        INSERT INTO story_changes (story) VALUES (substr(OLD.key, 7));
    END""",
    """CREATE TABLE IF NOT EXISTS catalogue (
        number INTEGER PRIMARY KEY, story TEXT NOT NULL UNIQUE, at REAL NOT NULL, first_at REAL NOT NULL,
        arrived REAL NOT NULL, changed REAL NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL,
        usd REAL NOT NULL, confidence REAL NOT NULL, version INTEGER NOT NULL, shown INTEGER NOT NULL,
        retracted INTEGER NOT NULL, subject TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS catalogue_at ON catalogue (at, story) WHERE shown",
    "CREATE INDEX IF NOT EXISTS catalogue_category ON catalogue (category, at, story) WHERE shown",
    "CREATE INDEX IF NOT EXISTS catalogue_changed ON catalogue (changed, arrived) WHERE shown",
    "CREATE INDEX IF NOT EXISTS catalogue_money ON catalogue (first_at, category, usd) WHERE shown AND usd > 0",
    "CREATE INDEX IF NOT EXISTS catalogue_usd ON catalogue (usd, first_at, story) WHERE shown AND usd > 0",
    """CREATE TABLE IF NOT EXISTS catalogue_companies (
        company TEXT NOT NULL, at REAL NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, day REAL NOT NULL,
        money_in REAL NOT NULL, money_out REAL NOT NULL, PRIMARY KEY (company, at, number)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS catalogue_companies_of ON catalogue_companies (number)",
    """CREATE TABLE IF NOT EXISTS companies (
        company TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL, stories INTEGER NOT NULL,
        money_in REAL NOT NULL, money_out REAL NOT NULL, last_at REAL NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS companies_folded ON companies (folded)",
    "CREATE INDEX IF NOT EXISTS companies_stories ON companies (stories, company)",
    """CREATE TABLE IF NOT EXISTS catalogue_regions (
        region TEXT NOT NULL, at REAL NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (region, at, number)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS catalogue_regions_of ON catalogue_regions (number)",
    # in the order of their laying out, so that the rows of a list stand on a few pages of the file
    "CREATE TABLE IF NOT EXISTS catalogue_rows (number INTEGER PRIMARY KEY, record BLOB NOT NULL)",
    """CREATE VIRTUAL TABLE IF NOT EXISTS catalogue_text USING fts5(
        words, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
    )""",
    "CREATE TABLE IF NOT EXISTS catalogue_place (seq INTEGER NOT NULL)",
    "INSERT INTO catalogue_place SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM catalogue_place)",
    """INSERT INTO story_changes (story) SELECT substr(key, 7) FROM stories
        WHERE NOT EXISTS (SELECT 1 FROM catalogue) AND NOT EXISTS (SELECT 1 FROM story_changes)""",
)  # fmt: skip

INTO = frozenset({"recipient", "target", "seller"})
"""The roles to which a deal's money goes."""
OUT = frozenset({"investor", "lead_investor", "acquirer"})
"""The roles from which it comes."""


def place(connection: sqlite3.Connection) -> int:
    """The number of the last change that is laid out."""
    return int(connection.execute("SELECT seq FROM catalogue_place").fetchone()[0])


def behind(connection: sqlite3.Connection) -> int:
    """How many changes are not laid out yet."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM story_changes").fetchone()
    return int(last) - place(connection)


def changes(connection: sqlite3.Connection, after: int, until: int, limit: int = BATCH) -> list[tuple[int, str]]:
    """The changes of (after, until], each as its number and its story."""
    query = "SELECT seq, story FROM story_changes WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
    return [(int(seq), story) for seq, story in connection.execute(query, (after, until, limit))]


def oldest_change(connection: sqlite3.Connection) -> int:
    """The number before the oldest change that is kept: who saw no later one has missed some."""
    (first,) = connection.execute("SELECT coalesce(min(seq), 1) FROM story_changes").fetchone()
    return int(first) - 1


def bring_up(connection: sqlite3.Connection, now: datetime) -> int:
    """Lay out the next changes, in the caller's transaction; how many changes that were."""
    start = place(connection)
    found = changes(connection, start, start + (1 << 40))
    if not found:
        return 0
    for story in dict.fromkeys(story for _, story in found):
        row = connection.execute("SELECT value FROM stories WHERE key = ?", (story_key(story),)).fetchone()
        lay_out(connection, story, story_of(decode(row[0])) if row else None, now)
    last = found[-1][0]
    connection.execute("UPDATE catalogue_place SET seq = ?", (last,))
    connection.execute("DELETE FROM story_changes WHERE seq <= ?", (last - CHANGES_KEPT,))
    return len(found)


def lay_out(connection: sqlite3.Connection, story_id: str, story: Story | None, now: datetime) -> None:
    """Put the story where it is found; None: it is no more."""
    before = connection.execute(
        "SELECT number, arrived, changed, version FROM catalogue WHERE story = ?", (story_id,)
    ).fetchone()
    if before:
        _take_out(connection, before[0])
    if story is None:
        connection.execute("DELETE FROM catalogue WHERE story = ?", (story_id,))
        return
    stamp = now.timestamp()
    arrived = before[1] if before else stamp
    changed = before[2] if before and before[3] == story.version else stamp
    usd = float(story.amount.best.usd or 0) if story.amount and not story.retracted else 0.0
    at = changed_at(story)
    (number,) = connection.execute(
        """INSERT INTO catalogue (story, at, first_at, arrived, changed, category, status, usd, confidence, version,
            shown, retracted, subject) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (story) DO UPDATE SET
            at = excluded.at, first_at = excluded.first_at, changed = excluded.changed, category = excluded.category,
            status = excluded.status, usd = excluded.usd, confidence = excluded.confidence, version = excluded.version,
            shown = excluded.shown, retracted = excluded.retracted,
            subject = excluded.subject RETURNING number""",
        (story_id, at.timestamp(), story.first_at.timestamp(), arrived, changed, story.category, story.status, usd,
         story.confidence, story.version, story.merged_into is None, story.retracted, story.subject or ""),
    ).fetchone()  # fmt: skip
    if story.merged_into is None:
        _put_in(connection, number, story, at.timestamp(), usd)
        fired.lay_out(connection, number, story_id, at.timestamp())


def changed_at(story: Story) -> datetime:
    """Event time of the latest version: what a list of news is ordered by."""
    return max([story.first_at, *(version.at for version in story.versions)])


def in_brief(story: Story) -> Story:
    """The story as lists show it: with its latest version, and of the quotes those of the triggers."""
    quotes = tuple(quote for quote in story.quotes if quote.fact == "trigger")
    return story.model_copy(update={"quotes": quotes, "versions": story.versions[-1:]})


def _put_in(connection: sqlite3.Connection, number: int, story: Story, at: float, usd: float) -> None:
    connection.execute("INSERT INTO catalogue_rows VALUES (?, ?)", (number, in_brief(story).to_bytes()))
    connection.execute("INSERT INTO catalogue_text (rowid, words) VALUES (?, ?)", (number, "\n".join(_words(story))))
    connection.executemany(
        "INSERT OR IGNORE INTO catalogue_regions VALUES (?, ?, ?)", [(region, at, number) for region in story.regions]
    )
    day = story.first_at.timestamp()
    for company, (name, roles) in _companies(story).items():
        flows = story.category != "hardware"
        into, out = (usd if flows and roles & side else 0.0 for side in (INTO, OUT))
        connection.execute(
            "INSERT OR IGNORE INTO catalogue_companies VALUES (?, ?, ?, ?, ?, ?, ?)",
            (company, at, number, name, day, into, out),
        )
        connection.execute(
            """INSERT INTO companies VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (company) DO UPDATE SET
                name = excluded.name, folded = excluded.folded, stories = stories + 1,
                money_in = money_in + excluded.money_in, money_out = money_out + excluded.money_out,
                last_at = max(last_at, excluded.last_at)""",
            (company, name, fold_name(name), into, out, at),
        )


def _take_out(connection: sqlite3.Connection, number: int) -> None:
    fired.take_out(connection, number)
    connection.execute("DELETE FROM catalogue_rows WHERE number = ?", (number,))
    connection.execute("DELETE FROM catalogue_text WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM catalogue_regions WHERE number = ?", (number,))
    rows = connection.execute(
        "SELECT company, money_in, money_out FROM catalogue_companies WHERE number = ?", (number,)
    )
    for company, into, out in rows.fetchall():
        connection.execute(
            "UPDATE companies SET stories = stories - 1, money_in = money_in - ?, money_out = money_out - ?"
            " WHERE company = ?",
            (into, out, company),
        )
        connection.execute("DELETE FROM companies WHERE company = ? AND stories <= 0", (company,))
    connection.execute("DELETE FROM catalogue_companies WHERE number = ?", (number,))


def _companies(story: Story) -> dict[str, tuple[str, set[str]]]:
    """Each company of the story by its key: how it is written, and its roles."""
    found: dict[str, tuple[str, set[str]]] = {}
    for party in story.participants:
        company = party.company or fold_name(party.name)
        if company:
            found.setdefault(company, (party.name, set()))[1].add(party.role)
    return found


def _words(story: Story) -> Iterable[str]:
    """What a search for words looks in."""
    yield story.subject or ""
    yield " ".join(f"{name} {company}" for company, (name, _) in _companies(story).items())
    yield f"{story.type.replace('_', ' ')} {story.status.replace('_', ' ')}"
    yield from dict.fromkeys(telling.title for telling in story.tellings)
    yield from dict.fromkeys(quote.quote for quote in story.quotes)
    yield " ".join(dict.fromkeys(telling.source for telling in story.tellings))
