"""Shell: how much each feed brought on which day, and its latest items: kept by triggers on the articles' table.

A store of a million articles is not counted through for a page. Days are those of publication.
"""

ITEMS_KEPT = 5

FEED = (
    "coalesce(json_extract(CAST(NEW.record AS TEXT), '$.feed'), json_extract(CAST(NEW.record AS TEXT), '$.source'), '')"
)

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS feed_days (
        day TEXT NOT NULL, feed TEXT NOT NULL, articles INTEGER NOT NULL, told INTEGER NOT NULL,
        PRIMARY KEY (day, feed)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS feed_items (
        feed TEXT NOT NULL, at REAL NOT NULL, article TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL,
        PRIMARY KEY (feed, at, article)
    ) WITHOUT ROWID""",
    f"""CREATE TRIGGER IF NOT EXISTS article_counted AFTER INSERT ON articles BEGIN
        INSERT INTO feed_days VALUES (date(NEW.at, 'unixepoch'), {FEED}, 1, NEW.events > 0)
            ON CONFLICT (day, feed) DO UPDATE SET articles = articles + 1, told = told + excluded.told;
        INSERT OR REPLACE INTO feed_items VALUES ({FEED}, NEW.at, NEW.id,
            json_extract(CAST(NEW.record AS TEXT), '$.title'),
            coalesce(json_extract(CAST(NEW.record AS TEXT), '$.url'), ''));
        DELETE FROM feed_items WHERE feed = {FEED} AND at < (
            SELECT min(at) FROM (SELECT at FROM feed_items WHERE feed = {FEED} ORDER BY at DESC LIMIT {ITEMS_KEPT}));
    END""",  # noqa: S608 - constants
    """INSERT INTO feed_days SELECT date(at, 'unixepoch'),
            coalesce(json_extract(CAST(record AS TEXT), '$.feed'), json_extract(CAST(record AS TEXT), '$.source'), ''),
            count(*), sum(events > 0) FROM articles
        WHERE NOT EXISTS (SELECT 1 FROM feed_days) GROUP BY 1, 2""",
)
