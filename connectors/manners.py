"""Core: what is owed to a site whose pages we read: its robots.txt (RFC 9309), and time between two pages."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from dealwire.errors import SourceError

AGENT = "dealwire"
"""The name by which robots.txt may speak of us."""
ROBOTS_BYTES_MAX = 512 * 1024
KEPT_SECONDS = 24 * 3600.0
BETWEEN_PAGES_SECONDS = 1.0
BETWEEN_PAGES_SECONDS_MAX = 30.0
"""A site that wants more between two pages is one whose pages are not read."""
HOSTS_KEPT_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site's robots.txt says; `closed` says why nothing of it may be read."""

    rules: Any = None
    until: float = 0.0
    closed: str = ""

    @classmethod
    def of(cls, status: int, body: bytes, now: float) -> "Robots":
        """RFC 9309 §2.3.1: where there is none everything may be read, where the server fails nothing."""
        until = now + KEPT_SECONDS
        if status >= 500 or status == 429:
            return cls(closed=f"robots.txt answered {status}", until=now + KEPT_SECONDS / 24)
        if status != 200:
            return cls(until=until)
        try:
            protego = import_module("protego")
        except ImportError as error:
            raise SourceError("full_text needs protego; install dealwire[fulltext]", permanent=True) from error
        return cls(protego.Protego.parse(body[:ROBOTS_BYTES_MAX].decode("utf-8", "replace")), until)

    def refusal(self, url: str) -> str:
        """Why the page may not be read, "" where it may."""
        if self.closed or self.rules is None:
            return self.closed
        if self.wait_seconds > BETWEEN_PAGES_SECONDS_MAX:
            return f"robots.txt asks for {self.wait_seconds:g} s between pages"
        return "" if self.rules.can_fetch(url, AGENT) else "robots.txt keeps us out"

    @property
    def wait_seconds(self) -> float:
        """How long to leave between two pages."""
        asked = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return max(BETWEEN_PAGES_SECONDS, float(asked or 0.0))


@dataclass(slots=True)
class Manners:
    """What is known of each site, and when its next page may be asked for."""

    _robots: dict[str, Robots] = field(default_factory=dict)
    _next_at: dict[str, float] = field(default_factory=dict)

    def robots(self, site: str, now: float) -> Robots | None:
        """What the site's robots.txt said, None where it is to be asked."""
        known = self._robots.get(site)
        return known if known and known.until > now else None

    def learn(self, site: str, robots: Robots) -> None:
        if len(self._robots) >= HOSTS_KEPT_MAX:
            self._robots.clear()
        self._robots[site] = robots

    def turn(self, site: str, wait_seconds: float, now: float) -> float:
        """How many seconds to wait for the site's next page, which is then spoken for."""
        if len(self._next_at) >= HOSTS_KEPT_MAX:
            self._next_at = {host: at for host, at in self._next_at.items() if at > now}
        at = max(now, self._next_at.get(site, now))
        self._next_at[site] = at + wait_seconds
        return at - now


def site_of(url: str) -> str:
    """The origin whose robots.txt speaks of the page.

    >>> site_of("https://wire.example/deals/1?x=2")
    'https://wire.example'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
