"""Core: the address of the page itself behind what a feed links to: proxies, AMP copies and mobile hosts unwrapped."""

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urljoin, urlsplit, urlunsplit

from dealwire.identity import TRACKING

URL_LENGTH_MAX = 2_000
_WRAPPERS = (
    (re.compile(r"^(?:www\.)?google\.[a-z.]+$"), "/url", ("url", "q")),
    (re.compile(r"^news\.google\.com$"), "/news/url", ("url",)),
    (re.compile(r"^(?:l|lm)\.facebook\.com$"), "/l.php", ("u",)),
    (re.compile(r"^(?:www\.)?bing\.com$"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"^out\.reddit\.com$"), "/", ("url",)),
    (re.compile(r"^t\.umblr\.com$"), "/redirect", ("z",)),
)
"""Hosts that only send the reader on: (host, path prefix, the parameters that hold where to)."""
_YAHOO = re.compile(r"^r\.search\.yahoo\.com$|^[a-z]\.yimg\.com$")
_AMP_HOST = re.compile(r"^(?:[a-z0-9-]+\.)?(?:cdn\.ampproject\.org|ampproject\.net)$")
_SENDING_ON = re.compile(
    r"^https?://[^/?#]*(?:google\.|facebook\.|bing\.|reddit\.|umblr\.|yahoo\.|yimg\.|ampproject\.)", re.IGNORECASE
)
"""A quick look at the host before the closer ones."""
_EMBEDDED = re.compile(rb"https?://[!-~]{8,1500}")
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp)$|^/amp(?=/)")
_MOBILE = re.compile(r"^(?:m|mobile|amp)\.(?=[^.]+\.)")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff<>\"\\^`{|}]")
UNWRAPPED_MAX = 4


@lru_cache(maxsize=4096)
def page_url(raw: str, base: str = "") -> str:
    """The http(s) address of the page that `raw` leads to, or "" where it is no such address (`javascript:`, `data:`).

    >>> page_url("https://www.google.com/url?q=https://amp.example.com/deal/amp/%3Futm_source%3Dx&sa=D")
    'https://example.com/deal'
    """
    url = _absolute(raw, base)
    for _ in range(UNWRAPPED_MAX):
        inner = _absolute(_wrapped(url), "")
        if not inner or inner == url:
            break
        url = inner
    return _without_amp(url) if url else ""


def _absolute(raw: str, base: str) -> str:
    url = raw.strip()
    try:
        if base and not url.startswith(("http://", "https://")):
            url = urljoin(base, url)
        if _UNSEEN.search(url):
            url = _UNSEEN.sub(lambda match: "" if match[0] < " " or match[0] > "~" else f"%{ord(match[0]):02X}", url)
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
        _ = parts.port
    except ValueError:
        return ""
    return url if fine and len(url) <= URL_LENGTH_MAX else ""


def _wrapped(url: str) -> str:
    """Where an address leads that only sends the reader on, "" where it is no such address."""
    if not _SENDING_ON.search(url):
        return ""
    parts = urlsplit(url)
    host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    for pattern, prefix, names in _WRAPPERS:
        if pattern.match(host) and parts.path.startswith(prefix):
            return next((query[name][0] for name in names if name in query), "")
    if host.endswith("google.com") and parts.path.startswith("/amp/"):
        return _after_amp(parts.path.removeprefix("/amp/"))
    if _AMP_HOST.match(host) and (match := re.match(r"^/[cv]/(.+)$", parts.path)):
        return _after_amp(match[1])
    if _YAHOO.match(host) and (match := re.search(r"/RU=([^/]+)", parts.path)):
        return unquote(match[1])
    if host == "news.google.com" and (match := re.search(r"/articles/([\w-]+)", parts.path)):
        return _google_news(match[1])
    return ""


def _after_amp(rest: str) -> str:
    return f"https://{rest.removeprefix('s/')}" if rest.startswith("s/") else f"http://{rest}"


def _google_news(token: str) -> str:
    """The address inside an older Google News link; newer ones (2024 on) hold only an opaque key."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return ""
    found = _EMBEDDED.search(raw)
    return re.split(r"[\x00-\x20\xd2]", found[0].decode("latin-1"), maxsplit=1)[0] if found else ""


def _without_amp(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.lower()
    path = parts.path
    if _AMP_PATH.search(path):
        path = _AMP_PATH.sub("", path)
    host = _MOBILE.sub("", host)
    query = parts.query
    if query:
        pairs = (pair for pair in query.split("&") if pair and not _dropped(pair.partition("=")[0].lower()))
        query = "&".join(pairs)
    return urlunsplit((parts.scheme, host, path, query, ""))


def _dropped(name: str) -> bool:
    return name in {"amp", "outputtype"} or bool(TRACKING.match(name))
