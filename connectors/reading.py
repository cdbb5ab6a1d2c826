"""Core: a document of unknown kind to what it says: the quick readers where they serve, feedparser for all the rest."""

import re

from connectors.document import FeedDocument, NotAFeedError
from connectors.item import Declined
from connectors.jsonfeed import read_json_feed
from connectors.loose import read_loosely
from connectors.strict import read_strictly

ENTITY_LENGTH_MAX = 200
ENTITIES_MAX = 300
"""HTML's own set, which some feeds declare, has 253."""
BASE_LENGTH_MAX = 2_000
RELATIVE_BASES_LENGTH_MAX = 10_000
"""Every address is put onto the bases around it, by each reader, element by element."""
PROLOGUE_BYTES = 100_000
DEPTH_MAX = 500

_ENTITY = re.compile(rb"<!ENTITY\s+(?:%\s+)?[^\s>]+\s+(SYSTEM|PUBLIC|\"[^\"]*\"?|'[^']*'?)", re.IGNORECASE)
_BASE = re.compile(rb"""(?:\bxml:|\s)base\s*=\s*(?:"([^"<]*)|'([^'<]*))""", re.IGNORECASE)
_UTF_8 = re.compile(r"charset\s*=\s*[\"']?\s*utf-?8\b", re.IGNORECASE)


def read_document(body: bytes, content_type: str = "") -> FeedDocument:
    """The feed that these bytes hold; NotAFeedError says why they hold none."""
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotAFeedError("empty")
    if start.startswith((b"{", b"[")):
        return read_json_feed(body)
    _refuse_attacks(body)
    if "charset" not in content_type.lower() or _UTF_8.search(content_type):
        try:
            return read_strictly(body)
        except Declined:
            pass
    return read_loosely(body, content_type)


def _refuse_attacks(body: bytes) -> None:
    """What grows when it is put in, before any parser meets it; the small entities of real feeds pass."""
    plain = body.replace(b"\0", b"") if b"\0" in body[:200] else body  # UTF-16, near enough to look for a DOCTYPE
    bases = [match[1] or match[2] or b"" for match in _BASE.finditer(plain)] if b"base" in plain.lower() else []
    relative = sum(len(base) for base in bases if not base.startswith((b"http://", b"https://", b"/")))
    if relative > RELATIVE_BASES_LENGTH_MAX or max(map(len, bases), default=0) > BASE_LENGTH_MAX:
        raise NotAFeedError("gives a base that grows and grows: an attack, not a feed")
    if b"<!ENTITY" not in plain[:PROLOGUE_BYTES].upper():
        return
    declared = _ENTITY.findall(plain)
    if len(declared) > ENTITIES_MAX or any(len(value) > ENTITY_LENGTH_MAX for value in declared):
        raise NotAFeedError("declares entities that grow: an attack, not a feed")
    if sum(value.count(b"&") > 2 for value in declared) > 1:
        raise NotAFeedError("declares entities within entities: an attack, not a feed")
