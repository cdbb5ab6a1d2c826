"""Core: feeds of every kind and state of repair, read by feedparser, the most tolerant of readers.

Its sanitiser and its resolving of links are left off: connectors.text and connectors.links do that work, and faster.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from xml.sax import SAXParseException

import feedparser

from connectors.document import ENTRIES_MAX, Entry, FeedDocument, NotAFeedError, Text, fullest

LOOSE_BYTES_MAX = 1024 * 1024
LOOSE_TAGS_MAX = 10_000
ATTRIBUTES_MAX = 200
ROOT_WITHIN_BYTES = 16 * 1024
"""What feedparser may be given of a document."""

_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry|redirect)\b", re.IGNORECASE)
_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#?\w{1,31};)", re.DOTALL)
_LONG_TAG = re.compile(rb"<[^<>]{2000,}")

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})


def read_loosely(body: bytes, content_type: str = "") -> FeedDocument:
    """The feed that these bytes hold, however broken; NotAFeedError where they hold none."""
    notes: list[str] = []
    affordable = _affordable(body)
    if affordable < len(body):
        notes.append(f"too much for a tolerant reader: only its first {affordable:,} of {len(body):,} bytes were read")
        body = body[:affordable]
    headers = {"content-type": content_type} if "charset" in content_type.lower() else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own workings, and of fields it renames
        try:
            parsed = feedparser.parse(  # type: ignore[no-untyped-call]  # it ships without types
                io.BytesIO(_escaped(body)), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
            )
        except Exception as error:  # a parser's own mistakes are all reasons why this is no feed
            raise NotAFeedError(f"cannot be read: {type(error).__name__}: {error}"[:200]) from error
    if not parsed.get("version") and not parsed["entries"]:
        raise NotAFeedError(_reason(body, parsed))
    if parsed.get("bozo"):
        notes.append(f"not well-formed: {_said(parsed)}")
    found = parsed["entries"]
    if len(found) > ENTRIES_MAX:
        notes.append(f"{len(found)} items, the first {ENTRIES_MAX} were read")
    feed = parsed["feed"]
    links = [link for link in _field(feed, "links") or [] if isinstance(link, Mapping)]
    return FeedDocument(
        title=str(_field(feed, "title") or ""),
        home=str(_field(feed, "link") or ""),
        language=str(_field(feed, "language") or ""),
        entries=tuple(_entry(entry) for entry in found[:ENTRIES_MAX]),
        ttl_minutes=whole_number(str(_field(feed, "ttl") or "")),
        skip_hours=hours(str(value) for value in _listed(feed, "hour")),
        skip_days=days(str(value) for value in _listed(feed, "day")),
        hub=next((str(link.get("href", "")) for link in links if link.get("rel") == "hub"), ""),
        topic=next((str(link.get("href", "")) for link in links if link.get("rel") == "self"), ""),
        notes=tuple(notes),
    )


def _escaped(body: bytes) -> bytes:
    """The document with ampersands that begin no entity written as one: feedparser makes "R&D;" of "R&D"."""
    if b"\0" in body[:200]:
        return body  # UTF-16
    return _AMPERSAND.sub(lambda match: b"&amp;" if match[0] == b"&" else match[0], body)


def _affordable(body: bytes) -> int:
    """How much of the document feedparser can read in about a second; NotAFeedError where that is no use.

    It takes up to 0.1 ms for a tag, whatever that holds, and time by the square of a tag's attributes.
    """
    if not _ROOT.search(body[:ROOT_WITHIN_BYTES].replace(b"\0", b"")):
        raise NotAFeedError(_reason(body, {}))
    if any(tag[0].count(b"=") > ATTRIBUTES_MAX for tag in _LONG_TAG.finditer(body, 0, LOOSE_BYTES_MAX)):
        raise NotAFeedError(f"an element of more than {ATTRIBUTES_MAX} attributes: an attack, not a feed")
    end = min(len(body), LOOSE_BYTES_MAX)
    if body.count(b"<", 0, end) > LOOSE_TAGS_MAX:
        tags = islice(re.finditer(b"<", body), LOOSE_TAGS_MAX, None)
        end = min(end, next(tags).start())
    return end


def _entry(entry: Mapping[str, Any]) -> Entry:
    contents = [_text(part) for part in _field(entry, "content") or [] if isinstance(part, Mapping)]
    contents.append(_text(_field(entry, "summary_detail"), _field(entry, "summary")))
    source = _field(entry, "source")
    return Entry(
        title=_text(_field(entry, "title_detail"), _field(entry, "title")),
        body=fullest(*contents),
        link=str(_field(entry, "feedburner_origlink") or _field(entry, "link") or ""),
        guid=str(_field(entry, "id") or ""),
        published=str(_field(entry, "published") or _field(entry, "created") or ""),
        updated=str(_field(entry, "updated") or ""),
        outlet=str(_field(source, "title") or "") if isinstance(source, Mapping) else "",
    )


def _text(detail: Any, value: Any = "") -> Text:
    if isinstance(detail, Mapping):
        value = detail.get("value") or value
        return Text(str(value or ""), markup=detail.get("type") in HTML_TYPES)
    return Text(str(value or ""))


def _field(holder: Any, name: str) -> Any:
    """A field as it was parsed, without feedparser's renaming of missing ones."""
    return dict.get(holder, name) if isinstance(holder, dict) else None


def _listed(feed: Any, name: str) -> list[Any]:
    value = _field(feed, name)
    return [] if value is None else value if isinstance(value, list) else [value]


def whole_number(text: str) -> int:
    """A count as feeds write it, 0 where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def hours(values: Iterable[str]) -> frozenset[int]:
    """`skipHours`: 0 to 23, where some write 24 for midnight."""
    return frozenset(int(v.strip()) % 24 for v in values if v.strip().isdecimal() and len(v.strip()) < 3)


def days(values: Iterable[str]) -> frozenset[str]:
    return frozenset(v.strip().lower() for v in values) & DAYS


def _reason(body: bytes, parsed: Mapping[str, Any]) -> str:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000].lower()
    if not start:
        return "empty"
    if b"<html" in start or b"<!doctype html" in start:
        return "a web page, not a feed"
    return f"not a feed: {_said(parsed)}" if parsed.get("bozo") else "not a feed"


def _said(parsed: Mapping[str, Any]) -> str:
    error = parsed.get("bozo_exception")
    if isinstance(error, SAXParseException):
        return f"line {error.getLineNumber()}: {error.getMessage()}"[:200]
    return str(error)[:200]
