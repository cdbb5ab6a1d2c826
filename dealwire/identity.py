"""Core: ids derived from content, so that doing the same work twice gives the same ids."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

ID_BYTES = 10
"""80 bits: among ten million ids the chance of any collision is below 1 in 20 billion (birthday bound)."""

TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid|ocid|smid|guccounter)$")


def digest(*parts: str | float | Sequence[str] | None) -> str:
    """A short hexadecimal id of the parts; parts never run together, whatever they hold.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    return hashlib.blake2b(orjson.dumps(parts), digest_size=ID_BYTES).hexdigest()


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The URL under which one page is known however it was linked: no tracking, fragment, default port or `www`.

    >>> canonical_url("HTTP://www.Example.com:80/a/?utm_source=x&id=7#top")
    'https://example.com/a?id=7'
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"} or not parts.netloc:
        return url.strip()
    host = (parts.hostname or "").removeprefix("www.")
    try:
        port = parts.port
    except ValueError:
        port = None
    if port and port not in {80, 443}:
        host = f"{host}:{port}"
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k)])
    return urlunsplit(("https", host, parts.path.rstrip("/"), query, ""))


def fold_text(text: str) -> str:
    r"""The text as compared: NFKC, case folded, zero-width characters gone, white space single.

    >>> fold_text("  MatX\u200b  Raises ")
    'matx raises'
    """
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())
