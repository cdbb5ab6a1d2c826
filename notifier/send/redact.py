"""Shell: secrets struck out of whatever is shown, logged or stored.

What counts as one: everything of a receiver's URL but scheme, host and port, and every secret among its settings.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

STRUCK_OUT = "[secret]"
SECRET_LENGTH_MIN = 4
"""A shorter part would strike out ordinary words, and is no secret to speak of."""
TOKEN_PART_LENGTH_MIN = 8
"""A token like xoxb-…-… may be told in part."""
ERROR_LENGTH_MAX = 500
PUBLIC_WORDS = frozenset(
    {"services", "api", "webhooks", "hooks", "notify", "v1", "v2", "true", "false", "smtp", "starttls"}
)


class Redactor:
    """Strikes one receiver's secrets out of texts."""

    def __init__(self, url: str, secrets: Iterable[str] = ()) -> None:
        tokens = {part for secret in secrets for part in secret.split("-") if len(part) >= TOKEN_PART_LENGTH_MIN}
        found = {*secrets, *tokens, *_parts(url), url}
        spelled = {form for secret in found for form in (secret, quote(secret, safe=""), unquote(secret))}
        self._secrets = sorted((s for s in spelled if len(s) >= SECRET_LENGTH_MIN), key=len, reverse=True)

    def __call__(self, text: object) -> str:
        """The text without the secrets, on one line, of bounded length."""
        shown = str(text)
        for secret in self._secrets:
            shown = shown.replace(secret, STRUCK_OUT)
        return " ".join(shown.split())[:ERROR_LENGTH_MAX]

    def __repr__(self) -> str:
        return "Redactor()"


def _parts(url: str) -> Iterable[str]:
    try:
        parts = urlsplit(url)
        userinfo = parts.netloc.rpartition("@")[0]
        query = parse_qsl(parts.query)
    except ValueError:
        return
    yield userinfo
    yield from userinfo.split(":", maxsplit=1)
    yield parts.path.strip("/")
    yield from (part for part in parts.path.split("/") if part.lower() not in PUBLIC_WORDS)
    yield from (value for _, value in query if value.lower() not in PUBLIC_WORDS)
    if not parts.path.strip("/") and "." not in parts.netloc.rpartition("@")[2]:
        yield parts.netloc.rpartition("@")[2]  # many Apprise URLs hold a token where a web address has its host
    if parts.scheme not in {"http", "https", "json", "jsons", "mailto", "mailtos", "slack"}:
        yield parts.netloc.rpartition("@")[2]


def place_of(url: str) -> str:
    """The service and, where it is public, the host that a receiver's URL names, as it may be shown."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a token may stand where web addresses have a port
        scheme, sign, _ = url.partition("://")
        return f"{scheme}://…" if sign and scheme.isalnum() else "a malformed URL"
    if parts.scheme in {"http", "https", "json", "jsons", "mailto", "mailtos"} and host:
        return f"{parts.scheme}://{host}{port}"
    return f"{parts.scheme}://…"
