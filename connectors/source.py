"""Shell: what a source of news is, and what one visit to it brings. Start reading here; a new source is one small file.

    class Lighthouse:
        name = "lighthouse"

        async def fetch(self, state: bytes | None, now: datetime) -> Batch:
            ...

`state` is whatever the source returned last time (its ETag, its place in a file), kept by the shell in the same
transaction as the articles: a batch that was not taken is fetched again. A source raises SourceError where it cannot
answer; it never retries or logs, which is the Poller's work (connectors.poll).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dealwire.errors import SourceError
from dealwire.model import Article


@dataclass(frozen=True, slots=True)
class Batch:
    """What one visit brought: articles that are new or edited, and the state to come back with."""

    articles: tuple[Article, ...] = ()
    state: bytes | None = None
    next_at: datetime | None = None
    """Not to be asked again before this, where the source says so."""
    notes: tuple[str, ...] = ()
    """What a person should know of this visit: "moved permanently to …", "entry 4: no title"."""
    more: bool = False
    """There is more to read at once, as in an archive that comes in parts."""
    hub: str = ""
    """A WebSub hub that offers to push this source, and the topic to ask for."""
    topic: str = ""


class Source(Protocol):
    """Where news comes from."""

    @property
    def name(self) -> str: ...

    async def fetch(self, state: bytes | None, now: datetime) -> Batch: ...


class UnavailableError(SourceError):
    """A source that did not answer this time; `retry_at` where it said when to come back."""

    def __init__(self, what: str, *, retry_at: datetime | None = None, permanent: bool = False) -> None:
        super().__init__(what, permanent=permanent)
        self.retry_at = retry_at


class GoneError(SourceError):
    """A source that says it will not come back (HTTP 410)."""

    def __init__(self, what: str) -> None:
        super().__init__(what, permanent=True)
