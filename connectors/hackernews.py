"""Shell: stories of Hacker News by its search API (https://hn.algolia.com/api), one request a visit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.fetch import Fetcher, shown
from connectors.links import page_url
from connectors.politeness import retry_at
from connectors.source import Batch, UnavailableError
from connectors.text import clean_body, clean_title
from dealwire.errors import SourceError
from dealwire.model import Article

SITE = "https://hn.algolia.com"
FIRST_LOOK = timedelta(days=2)
OVERLAP = timedelta(hours=6)
"""How far back each visit looks again: a story gathers its points in hours."""
HITS_MAX = 200
SEEN_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class HackerNewsSource:
    """Stories that match `query` and have at least so many points."""

    name: str
    fetcher: Fetcher
    query: str = ""
    points_min: int = 20
    site: str = SITE
    allow_private: bool = False

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """Stories not brought before."""
        kept: dict[str, Any] = orjson.loads(state) if state else {}
        since, before = kept.get("since", (now - FIRST_LOOK).timestamp()), kept.get("seen", [])
        filters = f"created_at_i>{int(since)},points>={self.points_min}"
        asked = {"tags": "story", "query": self.query, "numericFilters": filters, "hitsPerPage": HITS_MAX}
        url = f"{self.site}/api/v1/search_by_date?{urlencode(asked)}"
        answer = await self.fetcher.get(url, allow_private=self.allow_private)
        if answer.status != 200:
            raise UnavailableError(f"{shown(url)}: answered {answer.status}", retry_at=retry_at(answer.headers, now))
        try:
            hits = orjson.loads(answer.body)["hits"]
            fresh = {str(hit["objectID"]): hit for hit in hits if str(hit["objectID"]) not in before}
            articles = tuple(self._article(name, hit, now) for name, hit in fresh.items() if hit.get("title"))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise SourceError(f"{shown(url)}: not what its API promises: {error!r}") from error
        seen = [*before, *fresh][-SEEN_KEPT:]
        return Batch(articles, orjson.dumps({"since": (now - OVERLAP).timestamp(), "seen": seen}))

    def _article(self, name: str, hit: dict[str, object], now: datetime) -> Article:
        talk = f"https://news.ycombinator.com/item?id={name}"
        return Article.create(
            title=clean_title(str(hit["title"]), markup=False),
            body=clean_body(str(hit.get("story_text") or ""), markup=True),
            url=page_url(str(hit.get("url") or "")) or talk,
            source="Hacker News",
            feed=self.name,
            language="en",
            published=datetime.fromtimestamp(int(str(hit["created_at_i"])), UTC),
            fetched=now,
        )
