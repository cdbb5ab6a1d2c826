"""Core: one item as it is being read, which keeps to feedparser's precedence among what is said of it several times.

Titles, teasers and contents come from elements of several vocabularies; which of them counts hangs on their order.
"""

from dataclasses import dataclass, field
from typing import Any

from feedparser.mixin import _FeedParserMixin

from connectors.document import Entry, Text, fullest

DEPTH_MAX = 40
HTML = {"html", "text/html", "xhtml", "application/xhtml+xml"}
XHTML = {"xhtml", "application/xhtml+xml"}
TEXT_TYPES = {"text", "text/plain", *HTML}
CONTENTS = {"content", "content_encoded"}
SUMMARIES = {"summary", "description", "itunes_summary", "media_description"}
ONCE = {"title", "link", "guid", "id", "pubdate", "published", "updated", "created", "dc_date"}
"""What feedparser has its own rules for, where an item says it twice."""


class Declined(Exception):  # noqa: N818 - no error: the document goes to another reader
    """The document holds something that is left to feedparser."""


@dataclass(slots=True)
class Item:
    """An entry, or the feed itself."""

    atom: bool
    values: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    title: Text = field(default_factory=Text)
    contents: list[Text] = field(default_factory=list)
    summary: Text | None = None
    summary_depth: int = DEPTH_MAX
    permanent_guid: bool = True
    lent_title: bool = False
    """A picture in it has a title, which feedparser lends to an item that has none."""

    def take(self, name: str, value: str, declared: str, depth: int) -> None:
        """What an element says; `declared` is its type, "" where it gives none. Declined where it may not count."""
        if name == "media_title":
            self.lent_title = True
            return
        if name == "dc_title":
            if self.title.raw:
                return  # the item has its own
            name = "title"
        if name in ONCE and name in self.values:
            raise Declined
        self.values[name] = value
        if name == "title":
            self.title = Text(value, markup=declared in HTML if self.atom else looks_like_html(value))
        elif name in CONTENTS:
            text = Text(value, markup=name == "content_encoded" or declared in HTML)
            self.contents.append(text)
            self.summary = self.summary or text
        elif name in SUMMARIES:
            self._take_summary(name, value, declared, depth)

    def take_guid(self, value: str, *, permanent: bool) -> None:
        if "guid" in self.values:
            raise Declined
        self.values["guid"], self.permanent_guid = value, permanent

    def _take_summary(self, name: str, value: str, declared: str, depth: int) -> None:
        """One of several teasers: the second is taken for the content where there is none, a later one replaces one."""
        as_content = self.summary is not None and not self.contents
        if declared:
            markup = declared in HTML
        elif as_content or name in {"summary", "itunes_summary"}:
            markup = not self.atom and looks_like_html(value)
        else:
            markup = True
        text = Text(value, markup=markup)
        if as_content:
            self.contents.append(text)
        elif depth <= self.summary_depth:
            self.summary, self.summary_depth = text, depth

    def entry(self) -> Entry:
        """All that was said of it."""
        values = self.values
        if self.lent_title and not self.title.raw:
            raise Declined
        if self.atom:
            guid = values.get("id", "")
            link = self.links.get("alternate", "") or guid
            published, updated = values.get("published", "") or values.get("created", ""), values.get("updated", "")
        else:
            guid = values.get("guid", "") or values.get("about", "")
            link = values.get("link", "")
            if not link and self.permanent_guid and "guid" in values:
                link = guid
            published, updated = values.get("pubdate", ""), values.get("dc_date", "")
        return Entry(
            self.title,
            fullest(*self.contents, self.summary or Text()),
            values.get("feedburner_origlink", "") or link,
            guid,
            published,
            updated,
            values.get("source", ""),
        )


def looks_like_html(text: str) -> bool:
    """Whether feedparser would take a headline that declares nothing for HTML."""
    if "<" not in text and "&" not in text:
        return False
    result: Any = _FeedParserMixin.looks_like_html(text)  # type: ignore[no-untyped-call]  # it ships without types
    return bool(result)
