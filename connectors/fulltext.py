"""Shell: the page behind an item that has only a headline: fetched with manners, its main text taken as the body.

Off unless a feed says `full_text: true`. The page goes through the same guarded fetcher as the feed; what cannot be
read leaves the item as it was, with a note.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module

from connectors.articles import without_boilerplate
from connectors.fetch import Fetcher, shown
from connectors.manners import ROBOTS_BYTES_MAX, Robots, site_of
from connectors.source import Batch, Source, UnavailableError
from connectors.text import clean_body
from dealwire.errors import SourceError
from dealwire.identity import digest
from dealwire.model import Article

BODY_LENGTH_ENOUGH = 600
"""Code points: an item with as much text needs no page."""
PAGES_PER_VISIT_MAX = 20
PAGE_BYTES_MAX = 2 * 1024 * 1024
PAGE_TAGS_MAX = 12_000
"""trafilatura takes up to 0.2 ms for a tag."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FullTextSource:
    """A source whose short items are filled in from their pages."""

    inner: Source
    fetcher: Fetcher
    allow_private: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = asyncio.sleep

    @property
    def name(self) -> str:
        return self.inner.name

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """What the source brings, with the text of the pages where that is more."""
        batch = await self.inner.fetch(state, now)
        articles: list[Article] = []
        notes: list[str] = []
        pages = 0
        for article in batch.articles:
            if not article.url or len(article.body) >= BODY_LENGTH_ENOUGH:
                articles.append(article)
            elif pages == PAGES_PER_VISIT_MAX:
                articles.append(article)
                notes.append(f"{shown(article.url)}: not read, {PAGES_PER_VISIT_MAX} pages a visit are enough")
            else:
                pages += 1
                try:
                    articles.append(filled(article, await self._text(article.url)))
                except UnavailableError as error:
                    articles.append(article)
                    notes.append(str(error))
        return replace(batch, articles=tuple(articles), notes=batch.notes + tuple(notes))

    async def _text(self, url: str) -> str:
        site = site_of(url)
        robots = await self._robots(site)
        if refusal := robots.refusal(url):
            raise UnavailableError(f"{shown(url)}: not read: {refusal}")
        await self.sleep(self.fetcher.manners.turn(site, robots.wait_seconds, self.clock()))
        page = await self.fetcher.get(
            url,
            {"Accept": "text/html, application/xhtml+xml"},
            allow_private=self.allow_private,
            body_max=PAGE_BYTES_MAX,
        )
        if page.status != 200:
            raise UnavailableError(f"{shown(url)}: not read: answered {page.status}")
        return await asyncio.to_thread(main_text, page.body, shown(url))

    async def _robots(self, site: str) -> Robots:
        manners = self.fetcher.manners
        if known := manners.robots(site, self.clock()):
            return known
        try:
            answer = await self.fetcher.get(
                f"{site}/robots.txt", allow_private=self.allow_private, body_max=ROBOTS_BYTES_MAX
            )
            robots = Robots.of(answer.status, answer.body, self.clock())
        except UnavailableError:
            robots = Robots.of(503, b"", self.clock())
        manners.learn(site, robots)
        return robots


def main_text(page: bytes, place: str) -> str:
    """The words of the article that a page is about, a line for each paragraph; UnavailableError where it has none."""
    if page.count(b"<") > PAGE_TAGS_MAX:
        raise UnavailableError(f"{place}: not read: more than {PAGE_TAGS_MAX:,} tags")
    try:
        trafilatura = import_module("trafilatura")
    except ImportError as error:
        raise SourceError("full_text needs trafilatura; install dealwire[fulltext]", permanent=True) from error
    text = trafilatura.extract(page, include_comments=False, include_tables=False, deduplicate=False)
    if not text:
        raise UnavailableError(f"{place}: not read: no main text was found")
    return without_boilerplate(clean_body(text, markup=False))


def filled(article: Article, text: str) -> Article:
    """The article with the page's text as its body, where that is more; its id stays."""
    head, _, rest = text.partition("\n")
    body = rest if head == article.title else text
    if len(body) <= len(article.body):
        return article
    return article.model_copy(update={"body": body, "revision": digest(article.title, body)})
