"""Shell: from an entry of the configuration's `feeds:` list to the source it describes."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from connectors import edgar, gdelt, hackernews, mailbox
from connectors.archive_source import ArchiveSource
from connectors.feed import FeedSource, FileSource
from connectors.fetch import Fetcher
from connectors.fulltext import FullTextSource
from connectors.poll import Planned
from connectors.schedule import Bounds
from connectors.source import Source

SERVICES = {"edgar": edgar.SITE, "gdelt": gdelt.SITE, "hackernews": hackernews.SITE}
"""Kinds that know where they are; a `url` names another place that speaks as they do."""
OPTIONS: Mapping[str, frozenset[str]] = {
    "feed": frozenset({"full_text", "headers"}),
    "edgar": frozenset({"contact", "forms", "items", "companies"}),
    "gdelt": frozenset({"phrases"}),
    "hackernews": frozenset({"query", "points_min"}),
    "mailbox": frozenset({"password", "senders"}),
}
"""What only sources of one kind take."""
UNITS_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
EVERY_MIN = timedelta(seconds=1)
EVERY_DEFAULT = timedelta(minutes=10)
ARCHIVE_SUFFIXES = (
    ".jsonl",
    ".ndjson",
    ".jsonl.gz",
    ".jsonl.zst",
    ".ndjson.gz",
    ".ndjson.zst",
    ".csv",
    ".csv.gz",
    ".csv.zst",
    ".parquet",
)
_DURATION = re.compile(r"^(\d{1,6})\s*([smhdw])$")


def parse_wait(value: Any) -> Any:
    """A wait as people write it ("15m", "2h") to a timedelta; anything else is left for pydantic to judge."""
    if not isinstance(value, str):
        return value
    match = _DURATION.match(value.strip())
    if not match:
        raise ValueError(f"'{value}' is no interval; write it like 30s, 15m, 2h or 1d")
    return timedelta(seconds=int(match[1]) * UNITS_SECONDS[match[2]])


def render_wait(wait: timedelta) -> str:
    """parse_wait's inverse.

    >>> render_wait(timedelta(minutes=90)), render_wait(timedelta(hours=2))
    ('90m', '2h')
    """
    seconds = int(wait.total_seconds())
    unit = next(unit for unit in "wdhms" if seconds % UNITS_SECONDS[unit] == 0)
    return f"{seconds // UNITS_SECONDS[unit]}{unit}"


Wait = Annotated[timedelta, BeforeValidator(parse_wait), PlainSerializer(render_wait), Field(ge=EVERY_MIN)]


class FeedSpec(BaseModel):
    """One source, as the configuration has it: `{name: Term Sheet Daily, url: "https://…", every: 15m}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    """Left out, it is the host or the file's name."""
    url: str = ""
    """An http(s) address, a file:// address, or a path relative to the configuration."""
    path: str = ""
    kind: Literal["feed", "archive", "edgar", "gdelt", "hackernews", "mailbox"] = "feed"
    every: Wait | None = None
    source: str = ""
    """The outlet that the articles name, where it is not the feed's name."""
    language: str = Field(default="", pattern=r"^([a-z]{2})?$")
    allow_private: bool = False
    """Whether it may lead to private, loopback and link-local addresses."""
    full_text: bool = False
    """Whether the pages of items that have only a headline are read; needs dealwire[fulltext]."""
    contact: str = ""
    """edgar: an email address, which the SEC asks for."""
    forms: tuple[str, ...] = edgar.FORMS
    items: tuple[str, ...] = edgar.ITEMS
    """edgar: the items for which an 8-K is read."""
    companies: tuple[str, ...] = ()
    """edgar: tickers or CIKs; none means everybody's filings."""
    phrases: tuple[str, ...] = ()
    """gdelt: what a headline has to hold."""
    password: str = Field(default="", pattern=r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\})?$")
    """mailbox: the variable that holds it, as in ${NEWS_PASSWORD}."""
    senders: tuple[str, ...] = ()
    """mailbox: addresses, or domains as in @example.com, whose messages are read; none means anybody's."""
    query: str = ""
    points_min: int = Field(default=20, ge=0)
    """hackernews: what to look for, and how many points a story must have."""
    headers: dict[str, str] = {}
    """Sent with every request to the feed's own host; ${VARIABLE} in them is filled in by whoever reads the file."""

    @model_validator(mode="before")
    @classmethod
    def _from_address(cls, value: Any) -> Any:
        """A bare string is an address or a path."""
        return {"url": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        for kind, options in OPTIONS.items():
            if kind != self.kind and (strange := sorted(options & self.model_fields_set)):
                raise ValueError(f"{strange[0]} is for sources of kind {kind}, not {self.kind}")
        if self.kind in SERVICES:
            return self
        if self.kind == "mailbox":
            mailbox.Mailbox.at(self.url)
            return self
        if bool(self.url) == bool(self.path):
            raise ValueError("give either a url or a path")
        if (
            len(self.location) > 2
            and "://" in self.location
            and not self.location.startswith(("http://", "https://", "file://"))
        ):
            raise ValueError(f"a feed is read over http, https or from a file, not {self.location.partition(':')[0]}:")
        return self

    @property
    def location(self) -> str:
        return self.url or self.path

    @property
    def remote(self) -> bool:
        return self.location.startswith(("http://", "https://"))

    @property
    def local(self) -> bool:
        """Whether it is a file, which answers at once."""
        return self.kind in {"feed", "archive"} and not self.remote

    @property
    def title(self) -> str:
        """The name it goes by."""
        if self.name or not self.location:
            return self.name or self.kind
        return Path(self.location).name if self.local else urlsplit(self.location).hostname or self.location

    def file(self, root: Path) -> Path:
        """The file it names, relative to `root`."""
        if self.location.startswith("file://"):
            return Path(unquote(urlsplit(self.location).path))
        return root / self.location


Build = Callable[[FeedSpec, Fetcher, Path], Source]


def _feed(spec: FeedSpec, fetcher: Fetcher, root: Path) -> Source:
    if not spec.remote:
        if spec.location.endswith(ARCHIVE_SUFFIXES):
            return _archive(spec, fetcher, root)
        return FileSource(spec.title, spec.file(root), spec.source, spec.language)
    source = FeedSource(
        spec.title, spec.url, fetcher, spec.source, spec.language, spec.allow_private, headers=spec.headers
    )
    return FullTextSource(source, fetcher, spec.allow_private) if spec.full_text else source


def _archive(spec: FeedSpec, _: Fetcher, root: Path) -> Source:
    return ArchiveSource(spec.title, spec.file(root))


def _edgar(spec: FeedSpec, fetcher: Fetcher, _: Path) -> Source:
    site = spec.url or edgar.SITE
    return edgar.EdgarSource(
        spec.title, fetcher, spec.contact, spec.forms, spec.items, spec.companies, site, spec.allow_private
    )


def _gdelt(spec: FeedSpec, fetcher: Fetcher, _: Path) -> Source:
    return gdelt.GdeltSource(spec.title, fetcher, spec.phrases, spec.url or gdelt.SITE, spec.allow_private)


def _hackernews(spec: FeedSpec, fetcher: Fetcher, _: Path) -> Source:
    site = spec.url or hackernews.SITE
    return hackernews.HackerNewsSource(spec.title, fetcher, spec.query, spec.points_min, site, spec.allow_private)


def _mailbox(spec: FeedSpec, _: Fetcher, __: Path) -> Source:
    box = mailbox.Mailbox.at(spec.url)
    return mailbox.MailboxSource(
        spec.title, box, spec.password, spec.senders, spec.source, spec.language, spec.allow_private
    )


KINDS: Mapping[str, Build] = {
    "feed": _feed,
    "archive": _archive,
    "edgar": _edgar,
    "gdelt": _gdelt,
    "hackernews": _hackernews,
    "mailbox": _mailbox,
}


def build_source(spec: FeedSpec | Mapping[str, Any], fetcher: Fetcher, root: Path = Path()) -> Source:
    """The source that the entry describes; paths in it are relative to `root`."""
    checked = spec if isinstance(spec, FeedSpec) else FeedSpec.model_validate(spec)
    return KINDS[checked.kind](checked, fetcher, root)


def plan(
    spec: FeedSpec | Mapping[str, Any], fetcher: Fetcher, root: Path = Path(), every: timedelta = EVERY_DEFAULT
) -> Planned:
    """The source and how it may be visited: `every` is for entries that do not say."""
    checked = spec if isinstance(spec, FeedSpec) else FeedSpec.model_validate(spec)
    host = urlsplit(checked.url or SERVICES.get(checked.kind, "")).netloc.lower()
    return Planned(build_source(checked, fetcher, root), Bounds.around(checked.every or every), host)
