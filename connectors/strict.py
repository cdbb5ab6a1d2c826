"""Core: well-formed RSS, RDF and Atom read straight from expat, some twenty times as fast as feedparser.

It knows the elements that feeds use every day and declines at the first thing it does not know for certain: then
feedparser reads the document (connectors.reading). A test over thousands of real feeds holds both to the same articles.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from feedparser.mixin import _FeedParserMixin

from connectors.document import ENTRIES_MAX, Entry, FeedDocument, Text, fullest
from connectors.loose import days, hours, whole_number

DEPTH_MAX = 40
ATOM = "http://www.w3.org/2005/Atom"
RSS_1 = "http://purl.org/rss/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
XML = "http://www.w3.org/XML/1998/namespace"

FEEDPARSERS_OWN = {uri.lower() for uri in _FeedParserMixin.namespaces} | {ATOM.lower(), XML.lower()}
HTML = {"html", "text/html", "xhtml", "application/xhtml+xml"}
XHTML = {"xhtml", "application/xhtml+xml"}
TEXT_TYPES = {"text", "text/plain", *HTML}
VOID = {"br", "hr", "img", "input", "area", "col", "embed", "wbr", "link", "meta", "base", "source"}
TELLING = {
    "title", "link", "description", "summary", "content", "encoded", "date", "guid", "id", "pubdate", "published",
    "updated", "modified", "source", "body", "language", "origlink",
}  # fmt: skip
"""Names that feedparser may take for its own though it does not know the namespace, by the prefix it comes with."""

ROOTS = {"rss", f"{RDF} RDF", f"{ATOM} feed"}
RSS_NAMESPACES = {"", RSS_1}
SILENT_NAMESPACES = {
    "http://purl.org/rss/1.0/modules/slash/",
    "http://wellformedweb.org/CommentAPI/",
    "http://purl.org/rss/1.0/modules/syndication/",
    "http://purl.org/syndication/thread/1.0",
    "http://www.georss.org/georss",
    "com-wordpress:feed-additions:1",
    "http://a9.com/-/spec/opensearchrss/1.0/",
    "http://a9.com/-/spec/opensearch/1.1/",
    "http://webns.net/mvcb/",
}
"""Extensions that say nothing of an article's words, link or dates."""
SILENT_RSS = {
    "author", "category", "cloud", "comments", "copyright", "docs", "enclosure", "generator", "items", "managingEditor",
    "webMaster", "rating",
}  # fmt: skip
SILENT_ATOM = {"author", "category", "contributor", "generator", "icon", "logo", "rights", "subtitle", "uri", "email"}
SILENT_WITHIN = {
    DC: {"creator", "subject", "publisher", "rights", "identifier", "source", "type", "format"},
    "http://search.yahoo.com/mrss/": {
        "thumbnail", "content", "credit", "keywords", "rating", "copyright", "category", "player",
    },
    ITUNES: {
        "author", "block", "category", "duration", "episode", "episodeType", "explicit", "image", "keywords", "owner",
        "season", "subtitle", "new-feed-url", "type",
    },
    FEEDBURNER: {"info", "feedFlare", "browserFriendly", "emailServiceId", "feedburnerHostname"},
}  # fmt: skip


_MISREAD = re.compile("[\x80-\x9f]|[\u00c2-\u00f4][\u0080-\u00bf]")


class Declined(Exception):  # noqa: N818 - no error: the document goes to another reader
    """The document holds something that is left to feedparser."""


class _Enough(Exception):  # noqa: N818 - no error
    """As many entries as are read of one document."""


@dataclass(slots=True)
class _Item:
    """An entry, or the feed itself, as it is being read."""

    values: dict[str, str] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    title: Text = field(default_factory=Text)
    links: dict[str, str] = field(default_factory=dict)
    permanent_guid: bool = True


def read_strictly(body: bytes) -> FeedDocument:
    """The feed that these bytes hold; Declined where they are better left to feedparser."""
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    parser.StartDoctypeDeclHandler = reading.decline
    notes: tuple[str, ...] = ()
    try:
        parser.Parse(body.lstrip(b" \t\r\n"), True)  # noqa: FBT003 - expat's own
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter of encodings that expat cannot take
        raise Declined(str(error)) from error
    except _Enough:
        notes = (f"more than {ENTRIES_MAX} items, the first {ENTRIES_MAX} were read",)
    return reading.document(notes)


class _Reading:
    """What expat's events add up to."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._feed = _Item()
        self._item: _Item | None = None
        self._entries: list[Entry] = []
        self._words: list[str] | None = None
        self._attributes: dict[str, str] = {}
        self._silent_from = 0
        self._xhtml_from = 0
        self._atom = False
        self._based = False
        self._skip_hours: list[str] = []
        self._skip_days: list[str] = []

    def decline(self, *_: object) -> None:
        raise Declined

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > DEPTH_MAX:
            raise Declined
        if f"{XML} base" in attributes:
            if name.endswith("link"):
                raise Declined
            self._based = True
        if self._silent_from:
            owner = self._path[self._silent_from - 1]
            space, _, local = name.rpartition(" ")
            if self._item is not None and not owner.startswith(ATOM) and not self._is_silent(space, local):
                raise Declined  # feedparser takes what lies within for the item's own
            return
        if self._xhtml_from:
            self._words_within().append(f"<{name.rpartition(' ')[2]}>")
            return
        if self._words is not None:
            raise Declined  # markup where text was expected
        depth = len(self._path)
        if depth == 1:
            if name not in ROOTS:
                raise Declined
            self._atom = name.startswith(ATOM)
            if self._atom:
                self._feed.values["lang"] = attributes.get(f"{XML} lang", "")
            elif f"{XML} lang" in attributes:
                raise Declined  # which items inherit it is feedparser's to say
            return
        namespace, _, local = name.rpartition(" ")
        if self._is_entry(namespace, local):
            if self._item is not None or len(self._entries) >= ENTRIES_MAX:
                raise _Enough if self._item is None else Declined
            self._item = _Item(values={"about": attributes.get(f"{RDF} about", "")})
        elif local in {"channel", "skipHours", "skipDays"} and namespace in RSS_NAMESPACES and not self._atom:
            pass
        else:
            self._open(namespace, local, attributes)

    def _is_entry(self, namespace: str, local: str) -> bool:
        return (
            (namespace == ATOM and local == "entry")
            if self._atom
            else (namespace in RSS_NAMESPACES and local == "item")
        )

    def _open(self, namespace: str, local: str, attributes: dict[str, str]) -> None:
        if self._is_silent(namespace, local):
            self._silent_from = len(self._path)
            return
        holder = self._item or self._feed
        if namespace == ATOM and local == "link":
            if self._atom or self._item is None:
                rel = attributes.get("rel", "alternate")
                if self._atom and rel == "alternate" and "alternate" in holder.links:
                    raise Declined  # which of several pages is meant is feedparser's to say
                holder.links.setdefault(rel, attributes.get("href", ""))
                self._words = []
                self._attributes = {}
                return
            if attributes.get("rel", "alternate") == "alternate":
                raise Declined
            self._silent_from = len(self._path)
            return
        if not self._knows(namespace, local):
            raise Declined
        if local in {"content", "summary", "title"} and self._atom:
            if attributes.get("type", "text") not in TEXT_TYPES or "src" in attributes:
                raise Declined
            if attributes.get("type") in XHTML:
                self._xhtml_from = len(self._path)
        elif local in {"title", "description", "encoded"} and ("type" in attributes or "mode" in attributes):
            raise Declined
        self._words, self._attributes = [], attributes

    def _is_silent(self, namespace: str, local: str) -> bool:
        if namespace in SILENT_NAMESPACES or local in SILENT_WITHIN.get(namespace.lower(), ()):
            return True
        if namespace == DC and local == "date" and self._item is None:
            return True
        if namespace and _is_foreign(f"{namespace} {local}"):
            return local.lower() not in TELLING
        if namespace in RSS_NAMESPACES and not self._atom:
            return local in SILENT_RSS or (local in {"image", "textInput", "textinput"} and self._item is None)
        return namespace == ATOM and self._atom and (local in SILENT_ATOM)

    def _knows(self, namespace: str, local: str) -> bool:
        if namespace == FEEDBURNER:
            return local == "origLink"
        if self._atom:
            return namespace == ATOM and local in {"id", "title", "summary", "content", "published", "updated"}
        if namespace in RSS_NAMESPACES:
            if self._item is None:
                return local in {
                    "title",
                    "link",
                    "description",
                    "language",
                    "ttl",
                    "hour",
                    "day",
                    "pubDate",
                    "lastBuildDate",
                }
            return local in {"title", "link", "description", "guid", "pubDate", "source"}
        if namespace.lower() == ITUNES and local == "summary":
            if self._item is not None and self._item.texts and len(self._item.texts) > 1:
                raise Declined  # feedparser lets it take the place of one of the two before
            return True
        known = {CONTENT: "encoded", DC: "language" if self._item is None else "date"}
        return known.get(namespace) == local

    def characters(self, text: str) -> None:
        if self._words is not None and not self._silent_from:
            if _MISREAD.search(text):
                raise Declined  # bytes of another encoding: feedparser finds out which
            self._words.append(escape(text) if self._xhtml_from else text)

    def end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._silent_from:
            if depth == self._silent_from:
                self._silent_from = 0
            return
        namespace, _, local = name.rpartition(" ")
        if self._xhtml_from and depth > self._xhtml_from:
            if local not in VOID:
                self._words_within().append(f"</{local}>")
            return
        self._xhtml_from = 0
        if self._words is not None:
            value = "".join(self._words).strip()
            self._words = None
            self._close(namespace, local, value)
        elif self._item is not None and self._is_entry(namespace, local):
            self._entries.append(self._entry(self._item))
            self._item = None

    def _words_within(self) -> list[str]:
        if self._words is None:
            raise Declined
        return self._words

    def _close(self, namespace: str, local: str, value: str) -> None:
        holder = self._item or self._feed
        if namespace == ATOM and local == "link":
            return
        key = "dc_date" if namespace == DC and local == "date" else local
        if key == "hour":
            self._skip_hours.append(value)
        elif key == "day":
            self._skip_days.append(value)
        elif key in holder.values and key in {
            "title",
            "link",
            "guid",
            "id",
            "description",
            "pubDate",
            "published",
            "dc_date",
        }:
            raise Declined  # said twice: feedparser has its own rules for which counts
        else:
            holder.values[key] = value
            self._take(holder, key, value)

    def _take(self, holder: _Item, key: str, value: str) -> None:
        declared = self._attributes.get("type", "text")
        if key == "title":
            markup = declared in HTML if self._atom else looks_like_html(value)
            holder.title = Text(value, markup=markup)
        elif key == "summary" and not self._atom:
            holder.texts.append(Text(value, markup=looks_like_html(value)))
        elif key in {"summary", "content"}:
            holder.texts.append(Text(value, markup=declared in HTML))
        elif key in {"description", "encoded"}:
            holder.texts.append(Text(value, markup=True))
        elif key == "guid":
            holder.permanent_guid = self._attributes.get("isPermaLink", "true").lower() == "true"

    def _entry(self, item: _Item) -> Entry:
        values = item.values
        if self._atom:
            link, guid = item.links.get("alternate", ""), values.get("id", "")
            published, updated = values.get("published", ""), values.get("updated", "")
        else:
            guid = values.get("guid", "") or values.get("about", "")
            link = values.get("link", "")
            if not link and item.permanent_guid and "guid" in values:
                link = guid
            published, updated = values.get("pubDate", ""), values.get("dc_date", "")
        if self._based and not link.startswith(("http://", "https://")):
            raise Declined  # what the link is relative to is feedparser's to say
        return Entry(
            item.title,
            fullest(*reversed(item.texts)),
            values.get("origLink", "") or link,
            guid,
            published,
            updated,
            values.get("source", ""),
        )

    def document(self, notes: tuple[str, ...]) -> FeedDocument:
        """All that was read. What an address is relative to, where the document says so, is feedparser's to say."""
        if self._based and {"self", "hub"} & self._feed.links.keys():
            raise Declined
        values = self._feed.values
        home = self._feed.links.get("alternate", "") if self._atom else values.get("link", "")
        return FeedDocument(
            title=self._feed.title.raw,
            home=home,
            language=values.get("language", "") or values.get("lang", ""),
            entries=tuple(self._entries),
            ttl_minutes=whole_number(values.get("ttl", "")),
            skip_hours=hours(self._skip_hours),
            skip_days=days(self._skip_days),
            hub=self._feed.links.get("hub", ""),
            topic=self._feed.links.get("self", ""),
            notes=notes,
        )


def _is_foreign(name: str) -> bool:
    """Whether the element is of a namespace that feedparser knows nothing of."""
    namespace = name.rpartition(" ")[0].lower()
    return bool(namespace) and namespace not in FEEDPARSERS_OWN


def looks_like_html(text: str) -> bool:
    """Whether feedparser would take a headline that declares nothing for HTML."""
    if "<" not in text and "&" not in text:
        return False
    result: Any = _FeedParserMixin.looks_like_html(text)  # type: ignore[no-untyped-call]  # it ships without types
    return bool(result)
