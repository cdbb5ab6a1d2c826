"""Core: JSON Feed 1 and 1.1 (https://jsonfeed.org/version/1.1), read leniently: a bad item is only noted."""

from typing import Any

import orjson

from connectors.document import ENTRIES_MAX, Entry, FeedDocument, NotAFeedError, Text, fullest


def read_json_feed(body: bytes) -> FeedDocument:
    """The feed that these bytes hold; NotAFeedError says why not."""
    try:
        feed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise NotAFeedError(f"broken JSON: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeedError("JSON, but no JSON Feed: it has no items")
    entries, notes = [], []
    for number, item in enumerate(feed["items"][:ENTRIES_MAX], start=1):
        if isinstance(item, dict):
            entries.append(_entry(item))
        else:
            notes.append(f"item {number}: not an object")
    if len(feed["items"]) > ENTRIES_MAX:
        notes.append(f"{len(feed['items'])} items, the first {ENTRIES_MAX} were read")
    hubs = [hub for hub in feed.get("hubs") or [] if isinstance(hub, dict) and hub.get("type") == "WebSub"]
    return FeedDocument(
        title=_string(feed.get("title")),
        home=_string(feed.get("home_page_url")),
        language=_string(feed.get("language")),
        entries=tuple(entries),
        hub=_string(hubs[0].get("url")) if hubs else "",
        topic=_string(feed.get("feed_url")),
        notes=tuple(notes),
    )


def _entry(item: dict[str, Any]) -> Entry:
    body = fullest(Text(_string(item.get("content_html")), markup=True), Text(_string(item.get("content_text"))))
    if not body.raw:
        body = Text(_string(item.get("summary")))
    return Entry(
        title=Text(_string(item.get("title"))),
        body=body,
        link=_string(item.get("url")) or _string(item.get("external_url")),
        guid=_string(item.get("id")),
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        language=_string(item.get("language")),
    )


def _string(value: Any) -> str:
    """Ids may be numbers by the standard's own leave; anything else that is no string is not there."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
