"""Core: what a feed document says, whatever its format: the one form that each reader of a format makes.

bytes ──strict | loose | jsonfeed──▶ FeedDocument ──connectors.articles──▶ Article
"""

from dataclasses import dataclass, field

ENTRIES_MAX = 1_000
"""Per document. Feeds that hold more are archives; those that never end are attacks."""


class NotAFeedError(ValueError):
    """The document cannot be read as a feed, and why."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words as the feed has them; `markup` where they are HTML."""

    raw: str = ""
    markup: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the feed has it: nothing is cleaned yet. Dates are as written."""

    title: Text = field(default_factory=Text)
    body: Text = field(default_factory=Text)
    link: str = ""
    guid: str = ""
    published: str = ""
    updated: str = ""
    outlet: str = ""
    """The publication it was taken from, where the feed gathers from several (RSS `source`)."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A whole feed."""

    title: str = ""
    home: str = ""
    """The page the feed belongs to."""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    ttl_minutes: int = 0
    skip_hours: frozenset[int] = frozenset()
    """Hours in UTC at which the feed asks to be left alone."""
    skip_days: frozenset[str] = frozenset()
    hub: str = ""
    topic: str = ""
    notes: tuple[str, ...] = ()


def fullest(*texts: Text) -> Text:
    """The longest of an item's texts: feeds put the article, a teaser, or nothing into any of them."""
    return max(texts, key=lambda text: len(text.raw), default=Text())
