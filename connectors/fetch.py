"""Shell: one guarded HTTP request, the only way in which dealwire asks the web for anything a feed leads to.

Every address is checked at the moment its socket is made, so neither a literal address, nor a DNS answer that changes
between two look-ups, nor a redirect leads to a machine of ours; proxies of the environment are not used, for they
would connect in our place. Everything has a limit: time over the whole visit, redirects, headers, and the body before
and after decompression.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.addresses import refusal
from connectors.compression import ACCEPTED, TooLargeError, decompress
from connectors.manners import Manners
from connectors.source import UnavailableError

USER_AGENT = "dealwire/0.1 (news reader)"
ANSWER_BYTES_MAX = 64 * 1024
"""Of an answer to a form: it is read for its reason only."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REDIRECTS_OF_METHOD = frozenset({307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one visit may take."""

    body_bytes_max: int = 10 * 1024 * 1024
    redirects_max: int = 5
    connect_seconds_max: float = 5.0
    silence_seconds_max: float = 10.0
    """How long a server may send nothing, before its answer or within it."""
    visit_seconds_max: float = 25.0
    connections_max: int = 128
    connections_per_host_max: int = 2


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its body decompressed, and where it really came from."""

    status: int
    url: str
    headers: CIMultiDictProxy[str]
    body: bytes = b""
    moved_to: str = ""
    """Where every redirect on the way was permanent: the address to ask from now on."""
    wire_bytes: int = 0
    """How many bytes of body came over the network."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked; a `form` makes it a POST."""

    url: str
    headers: Mapping[str, str]
    form: Mapping[str, str] | None
    allow_private: bool
    body_max: int

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"


class RefusedAddressError(OSError):
    """A socket was about to be made to an address that feeds may not lead to."""


def refuse_or_make(address: tuple[Any, ...]) -> socket.socket:
    """A socket for this address as `getaddrinfo` describes it, unless it is one of ours."""
    family, kind, protocol, _, where = address
    if why := refusal(where[0]):
        raise RefusedAddressError(
            f"refused to connect to {why} address {where[0]}; set allow_private: true if you mean it"
        )
    return socket.socket(family, kind, protocol)


@dataclass(slots=True)
class Fetcher:
    """Asks within limits. An async context manager: it holds connections that want closing."""

    limits: Limits = field(default_factory=Limits)
    user_agent: str = USER_AGENT
    manners: Manners = field(default_factory=Manners)
    """What is owed to the sites whose pages are read, whichever feed leads there."""
    _sessions: dict[bool, aiohttp.ClientSession] = field(default_factory=dict, init=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        sessions = list(self._sessions.values())
        self._sessions.clear()
        for session in sessions:
            await session.close()

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, allow_private: bool = False, body_max: int = 0
    ) -> Fetched:
        """The answer to a GET of `url`, redirects followed, whatever its status; or UnavailableError.

        `headers` are sent to the first host only: they may hold a token.
        """
        return await self._ask(
            _Request(url, headers or {}, None, allow_private, body_max or self.limits.body_bytes_max)
        )

    async def post(self, url: str, form: Mapping[str, str], *, allow_private: bool = False) -> Fetched:
        """The answer to a form that is posted to `url`; only redirects that keep the method are followed (307, 308)."""
        return await self._ask(_Request(url, {}, form, allow_private, ANSWER_BYTES_MAX))

    async def _ask(self, request: "_Request") -> Fetched:
        url = shown(request.url)
        try:
            async with asyncio.timeout(self.limits.visit_seconds_max):
                return await self._follow(request)
        except aiohttp.ServerTimeoutError as error:
            raise UnavailableError(f"{url}: {self._patience(error)}") from error
        except TimeoutError as error:
            raise UnavailableError(f"{url}: no full answer in {self.limits.visit_seconds_max:g} s") from error
        except aiohttp.ClientError as error:
            raise UnavailableError(f"{url}: {_cause(error)}") from error
        except (OSError, ValueError) as error:
            raise UnavailableError(f"{url}: {str(error) or type(error).__name__}") from error
        except TooLargeError as error:
            raise UnavailableError(f"{url}: {error}", permanent=True) from error

    async def _follow(self, request: "_Request") -> Fetched:
        here, moved_to, permanent = request.url, "", True
        followed = REDIRECTS if request.form is None else REDIRECTS_OF_METHOD
        session = self._session(allow_private=request.allow_private)
        for _ in range(self.limits.redirects_max + 1):
            require_http(here)
            sent = request.headers if _origin(here) == _origin(request.url) else _conditional(request.headers)
            async with session.request(
                request.method, here, headers=sent, data=request.form, allow_redirects=False
            ) as answer:
                if answer.status not in followed or "Location" not in answer.headers:
                    raw = b"" if answer.status == 304 else await _read(answer, request.body_max)
                    body = decompress(raw, answer.headers.get("Content-Encoding", ""), request.body_max)
                    return Fetched(answer.status, here, answer.headers, body, moved_to, len(raw))
                permanent = permanent and answer.status in PERMANENT_REDIRECTS
                here = urljoin(here, answer.headers["Location"])
                moved_to = here if permanent else ""
        raise UnavailableError(f"{shown(request.url)}: more than {self.limits.redirects_max} redirects")

    def _patience(self, error: aiohttp.ServerTimeoutError) -> str:
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return f"no connection in {self.limits.connect_seconds_max:g} s"
        return f"nothing came for {self.limits.silence_seconds_max:g} s"

    def _session(self, *, allow_private: bool) -> aiohttp.ClientSession:
        if allow_private not in self._sessions:
            limits = self.limits
            connector = aiohttp.TCPConnector(
                limit=limits.connections_max,
                limit_per_host=limits.connections_per_host_max,
                socket_factory=None if allow_private else refuse_or_make,
            )
            self._sessions[allow_private] = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=limits.connect_seconds_max, sock_read=limits.silence_seconds_max
                ),
                headers=CIMultiDict({"User-Agent": self.user_agent, "Accept-Encoding": ACCEPTED}),
            )
        return self._sessions[allow_private]


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        raise TooLargeError(f"{answer.content_length:,} bytes announced, more than {limit:,}")
    received = bytearray()
    async for chunk in answer.content.iter_any():
        received += chunk
        if len(received) > limit:
            raise TooLargeError(f"more than {limit:,} bytes")
    return bytes(received)


def require_http(url: str) -> None:
    """ValueError where this is not an http or https address with a host."""
    parts = urlsplit(url)
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError(f"only http and https addresses are fetched, not {parts.scheme or 'a bare path'}:")
    if not parts.hostname:
        raise ValueError("the address names no host")


def shown(url: str) -> str:
    """The address without what may be secret in it: no user, password or query."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return f"{parts.scheme}://{host}{port}{parts.path}" if host else url.partition("?")[0]


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _conditional(headers: Mapping[str, str]) -> dict[str, str]:
    """What may be told to a host that we were sent on to: no token, no cookie."""
    kept = {"if-none-match", "if-modified-since", "accept"}
    return {name: value for name, value in headers.items() if name.lower() in kept}


def _cause(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        inner = error.os_error
        if isinstance(inner, RefusedAddressError) or "refused to connect" in str(inner):
            return str(inner)
        return f"cannot connect: {inner.strerror or inner or type(inner).__name__}".lower()
    said = str(error) or type(error).__name__
    return said.splitlines()[0][:200].lower()
