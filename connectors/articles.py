"""Core: the articles of a feed document: cleaned, dated, with one id for one item however often it is seen.

An item is known by its page's address. Where it has none, or one that it shares with other items or with the feed's
home page, it is known by its guid, and where that changes at each visit, by what it says.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Self

from connectors.dates import parse_moment
from connectors.document import Entry, FeedDocument
from connectors.links import page_url
from connectors.text import clean, clean_body, clean_title
from dealwire.identity import canonical_url, digest
from dealwire.model import Article

NAME_LENGTH_MAX = 120
GUID_LENGTH_MAX = 1_000
_SUFFIX = re.compile(r"^(?P<title>.{8,}?)\s+[-–—|:•·»]\s+(?P<outlet>[^-–—|•·»]{2,60})$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2}(?=$|[-_])")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a feed beside its document."""

    feed: str
    """The name it has in the configuration."""
    source: str = ""
    """The outlet of its articles; "" leaves it to each item, then to the feed's name."""
    url: str = ""
    """Where it was read: links may be relative to it."""
    language: str = ""


@dataclass(slots=True)
class Memory:
    """What a feed has shown before: revisions by article id, and ids by what was said, the latest last."""

    revisions: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def is_news(self, article: Article) -> bool:
        """Whether this revision was not seen yet; it is from now on."""
        known = self.revisions.pop(article.id, None)
        self.revisions[article.id] = short = article.revision[:12]
        return known != short

    def trimmed(self, kept: int) -> "Memory":
        """The last `kept` of each, so that a feed that never repeats itself fills no disk."""
        return Memory(dict(list(self.revisions.items())[-kept:]), dict(list(self.said.items())[-kept:]))


def read_articles(
    document: FeedDocument, origin: Origin, fetched: datetime, memory: Memory
) -> tuple[list[Article], list[str]]:
    """The articles of the document that are new or edited, oldest first, and notes on items that are none."""
    articles, notes = [], list(document.notes)
    desk = _Desk.of(document, origin, fetched, memory)
    for number, entry in enumerate(document.entries, start=1):
        article = desk.article(entry)
        if article is None:
            notes.append(f"item {number}: neither a title nor a text")
        elif memory.is_news(article):
            articles.append(article)
    articles.sort(key=lambda article: article.order)
    return articles, notes


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all items of one document have in common."""

    origin: Origin
    fetched: datetime
    memory: Memory
    base: str
    names: tuple[str, ...]
    language: str
    shared: frozenset[str]

    @classmethod
    def of(cls, document: FeedDocument, origin: Origin, fetched: datetime, memory: Memory) -> Self:
        base = page_url(document.home, origin.url) or origin.url
        names = (origin.source, clean_title(document.title, markup=False)[:NAME_LENGTH_MAX], origin.feed)
        return cls(origin, fetched, memory, base, names, document.language, _shared_links(document.entries, base))

    def article(self, entry: Entry) -> Article | None:
        """The item as an article, None where it says nothing."""
        link = page_url(entry.link, self.base) if entry.link else ""
        outlet = clean_title(entry.outlet, markup=False)[:NAME_LENGTH_MAX]
        title = without_outlet(clean_title(entry.title.raw, markup=entry.title.markup), (outlet, *self.names))
        body = without_boilerplate(clean_body(entry.body.raw, markup=entry.body.markup))
        if body == title:
            body = ""
        if not title:
            title, _, body = body.partition("\n")
        if not title:
            return None
        published, updated = parse_moment(entry.published), parse_moment(entry.updated)
        return Article.create(
            id=self._id(entry, link, title, body),
            title=title,
            body=body,
            url=link,
            source=self.origin.source or outlet or self.origin.feed,
            feed=self.origin.feed,
            language=self.origin.language or _language(entry.language or self.language),
            published=published or updated,
            updated=updated,
            fetched=self.fetched,
        )

    def _id(self, entry: Entry, link: str, title: str, body: str) -> str:
        """Empty where Article.create's own rule, the page's address, serves."""
        if link and canonical_url(link) not in self.shared:
            return ""
        said = digest("said", title, body)[:12]
        guid = clean(entry.guid)[:GUID_LENGTH_MAX]
        known = self.memory.said.pop(said, None) or digest("guid", self.origin.feed, guid or title)
        self.memory.said[said] = known
        return known


def _language(tag: str) -> str:
    match = _LANGUAGE.match(tag.strip())
    return match[0].lower() if match else ""


def _shared_links(entries: Iterable[Entry], base: str) -> frozenset[str]:
    """Addresses that say nothing of which item is meant: the home page, and those that several items give."""
    pages = {(entry.title.raw, canonical_url(page_url(entry.link, base))) for entry in entries if entry.link}
    often = Counter(url for _, url in pages)
    return frozenset({url for url, times in often.items() if times > 1} | {canonical_url(base)})


def without_outlet(title: str, names: Iterable[str]) -> str:
    """The headline without the outlet's name behind it; only a name that is known to be the outlet's goes.

    >>> without_outlet("MatX raises $500 million - Example Wire", ["Example Wire"])
    'MatX raises $500 million'
    """
    match = _SUFFIX.match(title)
    if not match:
        return title
    outlet = _key(match["outlet"])
    return match["title"] if any(_key(name) == outlet for name in names if name) else title


def _key(name: str) -> str:
    key = re.sub(r"\W|_", "", name.casefold())
    return re.sub(r"^the|(?:com|couk|net|org)$", "", key) or key


def without_boilerplate(body: str) -> str:
    """The text without the lines that feeds put round every item ("The post … appeared first on …")."""
    lines = body.split("\n")
    while lines and _boilerplate().search(lines[-1]):
        lines.pop()
    while lines and _byline().search(lines[0]):
        lines.pop(0)
    return "\n".join(lines)


@cache
def _boilerplate() -> re.Pattern[str]:
    return _table("boilerplate.txt")


@cache
def _byline() -> re.Pattern[str]:
    return _table("bylines.txt")


def _table(name: str) -> re.Pattern[str]:
    text = files("connectors").joinpath("data", name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)
