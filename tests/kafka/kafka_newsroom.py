"""Articles told hour by hour, to workers that alert on any funding."""

from datetime import UTC, datetime, timedelta

from connectors.publish import Publisher
from dealwire.model import Article

RULES = "version: 1\nrules:\n  - {id: any, match: {category: funding}}\n"
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def tell(settings, name, title, hours):
    at = MORNING + timedelta(hours=hours)
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish([Article.create(id=name, title=title, published=at, fetched=at, source=f"Outlet {name}")])
