"""Core: OPML 2.0 (http://opml.org/spec2.opml): the list of feeds that every reader can write and read."""

from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from connectors.links import page_url
from connectors.text import clean
from dealwire.errors import SourceError

FEEDS_MAX = 10_000


def read_opml(body: bytes, place: str = "OPML") -> list[tuple[str, str]]:
    """The (name, address) of each feed listed, folders flattened; SourceError where this is no OPML."""
    feeds: dict[str, str] = {}
    roots: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        roots.append(tag) if not roots else None
        named = {key.lower(): value for key, value in attributes.items()}
        url = page_url_of_feed(named.get("xmlurl", ""))
        if tag.lower() == "outline" and url and len(feeds) < FEEDS_MAX:
            feeds.setdefault(url, " ".join(clean(named.get("title") or named.get("text") or url).split()))

    def refuse(*_: object) -> None:
        raise SourceError(f"{place}: declares a DTD, which an OPML file has no need of")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own
    except expat.ExpatError as error:
        raise SourceError(f"{place}: broken XML: {error}") from error
    if not roots or roots[0].lower() != "opml":
        raise SourceError(f"{place}: no OPML: its root is {roots[0] if roots else 'missing'}")
    return [(name, url) for url, name in feeds.items()]


def page_url_of_feed(raw: str) -> str:
    """The address as it stands, if it is one that may be fetched."""
    return raw.strip() if page_url(raw.strip()) else ""


def write_opml(feeds: Iterable[tuple[str, str]]) -> str:
    """An OPML document of (name, address) pairs."""
    outlines = "".join(
        f'    <outline type="rss" text={quoteattr(name)} title={quoteattr(name)} xmlUrl={quoteattr(url)}/>\n'
        for name, url in feeds
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>dealwire</title></head>\n'
    return f"{head}  <body>\n{outlines}  </body>\n</opml>\n"
