"""Shell: the feeds of a site, from its address: itself, what its page links to, and where feeds usually are."""

from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from connectors.document import FeedDocument, NotAFeedError
from connectors.fetch import Fetched, Fetcher, shown
from connectors.reading import read_document
from connectors.source import UnavailableError
from connectors.text import clean_title
from dealwire.errors import SourceError

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
USUAL_PLACES = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
LINKED_MAX = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found and could be read."""

    url: str
    title: str
    items: int
    newest: str


async def discover(url: str, fetcher: Fetcher, *, allow_private: bool = False) -> list[Found]:
    """The feeds of the site at `url`, best first; SourceError where the site does not answer or has none."""
    address = url if "://" in url else f"https://{url}"
    answer = await fetcher.get(address, allow_private=allow_private)
    if answer.status != 200:
        raise UnavailableError(f"{shown(address)}: answered {answer.status}")
    if document := _feed(answer):
        return [_found(answer.url, document)]
    linked = _linked(answer)
    places = linked or [urljoin(answer.url, place) for place in USUAL_PLACES]
    found = []
    for place in places[:LINKED_MAX]:
        try:
            candidate = await fetcher.get(place, allow_private=allow_private)
        except UnavailableError:
            continue  # one of several places to look; that none answers is said below
        if candidate.status == 200 and (document := _feed(candidate)):
            found.append(_found(place, document))
    if not found:
        raise SourceError(f"{shown(address)}: the page links to no feed, and none is where feeds usually are")
    return found


def _feed(answer: Fetched) -> FeedDocument | None:
    try:
        return read_document(answer.body, answer.headers.get("Content-Type", ""))
    except NotAFeedError:
        return None


def _linked(page: Fetched) -> list[str]:
    tree = LexborHTMLParser(page.body.decode("utf-8", "replace"))
    nodes = tree.css('link[rel~="alternate" i][href]')
    feeds = [node.attributes for node in nodes if (node.attributes.get("type") or "").lower() in FEED_TYPES]
    return list(dict.fromkeys(urljoin(page.url, attributes.get("href") or "") for attributes in feeds))


def _found(url: str, document: FeedDocument) -> Found:
    newest = max((entry.published or entry.updated for entry in document.entries), default="")
    return Found(url, clean_title(document.title, markup=False), len(document.entries), newest)
