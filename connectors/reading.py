"""Core: a document of unknown kind to what it says: the quick readers where they serve, feedparser for all the rest."""

from connectors.document import FeedDocument, NotAFeedError
from connectors.jsonfeed import read_json_feed
from connectors.loose import read_loosely


def read_document(body: bytes, content_type: str = "") -> FeedDocument:
    """The feed that these bytes hold; NotAFeedError says why they hold none."""
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return read_json_feed(body)
    if not start:
        raise NotAFeedError("empty")
    return read_loosely(body, content_type)
