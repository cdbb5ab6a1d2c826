"""Core: well-formed RSS, RDF and Atom read straight from expat, some twenty times as fast as feedparser.

It knows the elements that feeds use every day (connectors.elements) and declines at the first thing it does not know
for certain: then feedparser reads the document (connectors.reading). A test over thousands of real feeds holds both to
the same articles.
"""

import re
from html.entities import name2codepoint
from urllib.parse import urljoin
from xml.parsers import expat
from xml.sax.saxutils import escape

from connectors.document import ENTRIES_MAX, Entry, FeedDocument
from connectors.elements import (
    ATOM,
    ATOM_03,
    ATOM_NAMESPACES,
    CONTAINERS,
    IN_ANY_ITEM,
    IN_ATOM_ENTRY,
    IN_ATOM_FEED,
    IN_RSS_CHANNEL,
    IN_RSS_ITEM,
    RDF,
    RSS_NAMESPACES,
    SAME_AS,
    XML,
    is_silent,
    prefix_of,
)
from connectors.item import DEPTH_MAX, HTML, TEXT_TYPES, XHTML, Declined, Item
from connectors.loose import days, hours, whole_number

MEDIA = {"media_title", "media_description"}
VOID = {"br", "hr", "img", "input", "area", "col", "embed", "wbr", "link", "meta", "base", "source"}
ROOTS = {"rss", f"{RDF} RDF", f"{ATOM} feed", f"{ATOM_03} feed"}

_MISREAD = re.compile("[\x80-\x9f]|[\u00c2-\u00f4][\u0080-\u00bf]")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ENTITY = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&([A-Za-z][A-Za-z0-9]{1,31});", re.DOTALL)
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}


class _Enough(Exception):  # noqa: N818 - no error
    """As many entries as are read of one document."""


def read_strictly(body: bytes) -> FeedDocument:
    """The feed that these bytes hold; Declined where they are better left to feedparser."""
    body = body.lstrip(b" \t\r\n")
    try:
        return _read(body)
    except expat.ExpatError as error:
        if error.code != expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
            raise Declined(str(error)) from error
    try:
        return _read(_ENTITY.sub(_numbered, body))
    except expat.ExpatError as error:
        raise Declined(str(error)) from error


def _read(body: bytes) -> FeedDocument:
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    parser.StartDoctypeDeclHandler = reading.decline
    parser.StartNamespaceDeclHandler = reading.declare
    notes: tuple[str, ...] = ()
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own
    except (ValueError, LookupError) as error:  # of encodings that expat cannot take
        raise Declined(str(error)) from error
    except _Enough:
        notes = (f"more than {ENTRIES_MAX} items, the first {ENTRIES_MAX} were read",)
    return reading.document(notes)


def _numbered(match: re.Match[bytes]) -> bytes:
    """HTML's entities as numbers, which XML knows without a DTD."""
    name = (match[1] or b"").decode()
    if name in XML_ENTITIES or name not in name2codepoint:
        return match[0]
    return b"&#%d;" % name2codepoint[name]


class _Reading:
    """What expat's events add up to."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._bases: list[tuple[int, str]] = []
        self._unbounded_base = False
        """A base was given for a part of the document alone: how far it reaches is feedparser's to say."""
        self._feed = Item(atom=False)
        self._item: Item | None = None
        self._entries: list[Entry] = []
        self._words: list[str] | None = None
        self._attributes: dict[str, str] = {}
        self._silent_from = 0
        self._source_from = 0
        self._xhtml_from = 0
        self._atom = False
        self._skip_hours: list[str] = []
        self._skip_days: list[str] = []

    def decline(self, *_: object) -> None:
        raise Declined

    def declare(self, prefix: str | None, namespace: str | None) -> None:
        if namespace and self._prefixes.setdefault(namespace, prefix or "") != (prefix or ""):
            self._prefixes[namespace] = prefix or ""
            self._names.clear()

    def _name(self, name: str) -> tuple[str, str]:
        """An element's namespace, and its name with the prefix by which it is known."""
        if name not in self._names:
            namespace, _, local = name.rpartition(" ")
            prefix = prefix_of(namespace, self._prefixes.get(namespace, "")) if namespace else ""
            local = local.lower()
            self._names[name] = namespace, SAME_AS.get(local, local) if not prefix else f"{prefix}_{local}"
        return self._names[name]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        depth = len(self._path)
        if depth > DEPTH_MAX:
            raise Declined
        if f"{XML} base" in attributes:
            if depth == 1 or self._bases:
                self._bases.append((depth, self._resolved(attributes[f"{XML} base"])))
            self._unbounded_base = not self._bases
        if self._silent_from:
            self._require_silence(name)
            return
        if self._xhtml_from:
            self._words_within().append(f"<{name.rpartition(' ')[2]}>")
            return
        if self._words is not None:
            raise Declined  # markup where text was expected
        if depth == 1:
            self._open_root(name, attributes)
            return
        namespace, called = self._name(name)
        if self._is_entry(namespace, called):
            if self._item is not None or len(self._entries) >= ENTRIES_MAX:
                raise _Enough if self._item is None else Declined
            self._item = Item(self._atom, {"about": attributes.get(f"{RDF} about", "")})
        elif self._source_from:
            if called == "title":
                self._words, self._attributes = [], attributes
            else:
                self._silent_from = depth
        elif called == "source" and self._atom and self._item is not None:
            self._source_from = depth
        elif called not in CONTAINERS or (called == "channel" and self._atom):
            self._open(namespace, called, attributes)

    def _open_root(self, name: str, attributes: dict[str, str]) -> None:
        if name not in ROOTS:
            raise Declined
        self._atom = self._feed.atom = name.endswith(" feed")
        if self._atom:
            self._feed.values["lang"] = attributes.get(f"{XML} lang", "")
        elif f"{XML} lang" in attributes:
            raise Declined  # which items inherit it is feedparser's to say

    def _require_silence(self, name: str) -> None:
        """Declined where feedparser takes what lies within a silent element for the item's own."""
        called = self._name(name)[1]
        owner = self._name(self._path[self._silent_from - 1])[1]
        if self._source_from or self._item is None or is_silent(called) or owner in {"author", "contributor"}:
            return
        if called == "media_title":
            self._item.lent_title = True
        else:
            raise Declined

    def _is_entry(self, namespace: str, called: str) -> bool:
        if self._atom:
            return called == "entry" and namespace in ATOM_NAMESPACES
        return called == "item" and namespace in RSS_NAMESPACES

    def _open(self, namespace: str, called: str, attributes: dict[str, str]) -> None:
        holder = self._item or self._feed
        if called == "link" and namespace in ATOM_NAMESPACES:
            self._open_atom_link(holder, attributes)
            return
        if is_silent(called) and not self._knows(namespace, called):
            self._silent_from = len(self._path)
            return
        if self._item is None and (
            called == "dc_date" or (not self._atom and called in {"image", "textinput"} and namespace in RSS_NAMESPACES)
        ):
            self._silent_from = len(self._path)
            return
        if not self._knows(namespace, called):
            raise Declined
        if "type" in attributes or "mode" in attributes or "src" in attributes:
            self._open_typed(called, attributes)
        self._words, self._attributes = [], attributes

    def _open_typed(self, called: str, attributes: dict[str, str]) -> None:
        declared = attributes.get("type", "text").lower()
        if called in {"content", "summary", "title"} and self._atom:
            if declared not in TEXT_TYPES or "src" in attributes or attributes.get("mode") == "base64":
                raise Declined
            if declared in XHTML:
                self._xhtml_from = len(self._path)
        elif called in MEDIA and declared in {"text", "plain", "html"}:
            return
        elif called in {"title", "description", "content_encoded", "dc_title", *MEDIA}:
            raise Declined

    def _open_atom_link(self, holder: Item, attributes: dict[str, str]) -> None:
        rel = attributes.get("rel", "alternate").lower()
        page = rel == "alternate" and attributes.get("type", "html").lower() in HTML
        if page and (not self._atom or "href" not in attributes):
            raise Declined  # which of several pages is meant is feedparser's to say
        if page or rel != "alternate":
            address = self._resolved(attributes["href"]) if "href" in attributes else ""
            holder.links[rel] = address if page else holder.links.get(rel, address)
        self._words, self._attributes = [], {}

    def _knows(self, namespace: str, called: str) -> bool:
        if "_" not in called and namespace not in (ATOM_NAMESPACES if self._atom else RSS_NAMESPACES):
            return False
        if self._item is None:
            return called in (IN_ATOM_FEED if self._atom else IN_RSS_CHANNEL)
        return called in (IN_ATOM_ENTRY if self._atom else IN_RSS_ITEM) or called in IN_ANY_ITEM

    def characters(self, text: str) -> None:
        if self._words is not None and not self._silent_from:
            if not text.isascii() and _MISREAD.search(text):
                raise Declined  # bytes of another encoding: feedparser finds out which
            self._words.append(escape(text) if self._xhtml_from else text)

    def end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._silent_from:
            if depth == self._silent_from:
                self._silent_from = 0
        elif self._xhtml_from and depth > self._xhtml_from:
            local = name.rpartition(" ")[2]
            if local not in VOID:
                self._words_within().append(f"</{local}>")
        else:
            self._end(depth, *self._name(name))
        if self._bases and self._bases[-1][0] == depth:
            self._bases.pop()

    def _end(self, depth: int, namespace: str, called: str) -> None:
        self._xhtml_from = 0
        if self._words is not None:
            value = "".join(self._words).strip()
            self._words = None
            self._close(namespace, called, value)
        elif depth == self._source_from:
            self._source_from = 0
        elif self._item is not None and self._is_entry(namespace, called):
            self._entries.append(self._item.entry())
            self._item = None

    def _words_within(self) -> list[str]:
        if self._words is None:
            raise Declined
        return self._words

    def _close(self, namespace: str, called: str, value: str) -> None:
        holder = self._item or self._feed
        if called == "link" and namespace in ATOM_NAMESPACES:
            return
        if self._source_from:
            holder.values.setdefault("source", value)
        elif called == "hour":
            self._skip_hours.append(value)
        elif called == "day":
            self._skip_days.append(value)
        elif called == "guid":
            permanent = self._attributes.get("isPermaLink", "true").lower() == "true"
            holder.take_guid(self._resolved(value) if permanent and value else value, permanent=permanent)
        else:
            value = self._resolved(value) if value and called in {"link", "id"} else value
            holder.take(called, value, self._attributes.get("type", "").lower(), depth=len(self._path))

    def _resolved(self, address: str) -> str:
        """The address, where the document says what it is relative to."""
        if self._unbounded_base and not _ABSOLUTE.match(address):
            raise Declined
        if not self._bases:
            return address
        try:
            return urljoin(self._bases[-1][1], address)
        except ValueError:
            return ""

    def document(self, notes: tuple[str, ...]) -> FeedDocument:
        """All that was read."""
        values, links = self._feed.values, self._feed.links
        return FeedDocument(
            title=self._feed.title.raw,
            home=links.get("alternate", "") if self._atom else values.get("link", ""),
            language=values.get("language", "") or values.get("dc_language", "") or values.get("lang", ""),
            entries=tuple(self._entries),
            ttl_minutes=whole_number(values.get("ttl", "")),
            skip_hours=hours(self._skip_hours),
            skip_days=days(self._skip_days),
            hub=links.get("hub", ""),
            topic=links.get("self", ""),
            notes=notes,
        )
