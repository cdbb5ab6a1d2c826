"""Shell: a feed over http(s) or in a file: RSS, RDF, Atom or JSON Feed. Its state makes the next visit cheap."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import orjson

from connectors.articles import Memory, Origin, read_articles
from connectors.document import FeedDocument, NotAFeedError
from connectors.fetch import Fetched, Fetcher, shown
from connectors.politeness import earliest_visit, retry_at
from connectors.reading import read_document
from connectors.source import Batch, GoneError, UnavailableError
from dealwire.errors import SourceError

REMEMBERED_MIN = 500
"""How many items a feed's memory holds at least; twice the document's own number where that is more."""

FILE_BYTES_MAX = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FeedState:
    """What a feed's next visit starts from."""

    url: str = ""
    """The address that the configuration gave: another one makes the rest but the items void."""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    content: str = ""
    """A hash of the last body: one that says 200 to everything need not be read again."""
    hints: Mapping[str, object] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, raw: bytes | None) -> "FeedState":
        """The state as it was kept; an unreadable one is as none: everything is fetched and compared anew."""
        try:
            kept = orjson.loads(raw or b"{}")
            return cls(**{name: value for name, value in kept.items() if name in cls.__slots__})
        except (orjson.JSONDecodeError, AttributeError, TypeError):
            return cls()


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed at an http(s) address."""

    name: str
    url: str
    fetcher: Fetcher
    source: str = ""
    language: str = ""
    allow_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """What is new in the feed since `state`."""
        kept = FeedState.from_bytes(state)
        if kept.url != self.url:
            kept = self._as_configured(kept)
        answer = await self._get(kept)
        if kept.moved_to and answer.status in {404, 410}:
            kept = self._as_configured(kept)  # where it had moved to is no longer; the old address may know more
            answer = await self._get(kept)
        if answer.status == 304:
            return Batch(state=state, next_at=earliest_visit(answer.headers, kept.hints, now))
        self._require_success(answer, now)
        notes: tuple[str, ...] = ()
        if answer.moved_to and answer.moved_to != kept.moved_to:
            notes = (f"moved for good to {shown(answer.moved_to)}",)
        etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        after = replace(kept, etag=etag, last_modified=modified, moved_to=answer.moved_to or kept.moved_to)
        if kept.content == (content := content_hash(answer.body)):
            return Batch(state=after.to_bytes(), next_at=earliest_visit(answer.headers, kept.hints, now), notes=notes)
        after = replace(after, content=content)
        origin = Origin(self.name, self.source, answer.url, self.language)
        kind = answer.headers.get("Content-Type", "")
        batch = await asyncio.to_thread(read_batch, answer.body, kind, origin, after, now)
        hints = FeedState.from_bytes(batch.state).hints
        return replace(
            batch,
            next_at=earliest_visit(answer.headers, hints, now),
            notes=notes + batch.notes,
        )

    def _as_configured(self, kept: FeedState) -> FeedState:
        return FeedState(url=self.url, revisions=kept.revisions, said=kept.said)

    async def _get(self, kept: FeedState) -> Fetched:
        address = kept.moved_to or self.url
        return await self.fetcher.get(address, self._asking(kept), allow_private=self.allow_private)

    def _asking(self, kept: FeedState) -> dict[str, str]:
        asking = {"Accept": "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"}
        if kept.etag:
            asking["If-None-Match"] = kept.etag
        if kept.last_modified:
            asking["If-Modified-Since"] = kept.last_modified
        return {**asking, **self.headers}

    def _require_success(self, answer: Fetched, now: datetime) -> None:
        where = shown(answer.url)
        if answer.status == 410:
            raise GoneError(f"{where}: gone for good (410)")
        if answer.status == 200:
            return
        raise UnavailableError(f"{where}: answered {answer.status}", retry_at=retry_at(answer.headers, now))


@dataclass(frozen=True, slots=True)
class FileSource:
    """A feed in a file."""

    name: str
    path: Path
    source: str = ""
    language: str = ""

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """What is new in the file since `state`."""
        kept = FeedState.from_bytes(state)
        body = await asyncio.to_thread(self._read)
        content = content_hash(body)
        if content == kept.content:
            return Batch(state=state)
        origin = Origin(self.name, self.source, "", self.language)
        return await asyncio.to_thread(read_batch, body, "", origin, replace(kept, content=content), now)

    def _read(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                body = file.read(FILE_BYTES_MAX + 1)
        except OSError as error:
            raise SourceError(f"{self.path}: {(error.strerror or str(error)).lower()}") from error
        if len(body) > FILE_BYTES_MAX:
            raise SourceError(f"{self.path}: more than {FILE_BYTES_MAX:,} bytes", permanent=True)
        return body


def content_hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=10).hexdigest()


def read_batch(body: bytes, content_type: str, origin: Origin, kept: FeedState, now: datetime) -> Batch:
    """What a document says that `kept` has not seen; SourceError where it is no feed."""
    try:
        document = read_document(body, content_type)
    except NotAFeedError as error:
        raise SourceError(f"{shown(origin.url) if origin.url else origin.feed}: {error}") from error
    memory = Memory(dict(kept.revisions), dict(kept.said))
    articles, notes = read_articles(document, origin, now, memory)
    memory = memory.trimmed(max(REMEMBERED_MIN, 2 * len(document.entries)))
    after = replace(kept, hints=_hints(document), revisions=memory.revisions, said=memory.said)
    hub, topic = (_absolute(address, origin.url) for address in (document.hub, document.topic))
    return Batch(tuple(articles), after.to_bytes(), notes=tuple(notes), hub=hub, topic=topic or origin.url)


def _absolute(address: str, base: str) -> str:
    """The http(s) address, "" where it is none. As it was written: hubs compare topics letter by letter."""
    try:
        url = urljoin(base, address) if address else ""
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""


def _hints(document: FeedDocument) -> dict[str, object]:
    hints = {
        "ttl": document.ttl_minutes,
        "skip_hours": sorted(document.skip_hours),
        "skip_days": sorted(document.skip_days),
    }
    return {name: value for name, value in hints.items() if value}
