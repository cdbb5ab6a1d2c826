"""Shell: what an article that tells of a deal said before it was edited: kept by a trigger, gone with the article."""

import sqlite3
from collections.abc import Iterable

from dealwire.model import Article

REVISIONS_SHOWN_MAX = 10

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS article_revisions (
        article TEXT NOT NULL, ordered REAL NOT NULL, revision TEXT NOT NULL, record BLOB NOT NULL,
        PRIMARY KEY (article, ordered, revision)
    ) WITHOUT ROWID""",
    """CREATE TRIGGER IF NOT EXISTS article_edited AFTER UPDATE ON articles
        WHEN OLD.revision != NEW.revision AND (OLD.events > 0 OR NEW.events > 0) BEGIN
        INSERT OR IGNORE INTO article_revisions VALUES (OLD.id, OLD.ordered, OLD.revision, OLD.record);
    END""",
    """CREATE TRIGGER IF NOT EXISTS article_gone AFTER DELETE ON articles BEGIN
        DELETE FROM article_revisions WHERE article = OLD.id;
    END""",
)


def before(connection: sqlite3.Connection, articles: Iterable[str]) -> dict[str, list[Article]]:
    """The earlier revisions of those of these articles that were edited, the oldest first."""
    found: dict[str, list[Article]] = {}
    query = "SELECT record FROM article_revisions WHERE article = ? ORDER BY ordered, revision LIMIT ?"
    for article in articles:
        rows = connection.execute(query, (article, REVISIONS_SHOWN_MAX)).fetchall()
        if rows:
            found[article] = [Article.from_bytes(record) for (record,) in rows]
    return found
