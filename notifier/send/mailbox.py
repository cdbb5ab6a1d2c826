"""Shell: where and how mail is handed in, from a URL like Apprise's.

    mailtos://user:password@host:587?smtp=smtp.host&from=deals@host&to=a@host,b@host&mode=starttls

`mailtos` is STARTTLS on 587, or implicit TLS on 465 with `mode=ssl`; `mailto` sends in the clear, on 25. The servers of
well-known mail providers are taken from Apprise's table of them.
"""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"insecure": 25, "starttls": 587, "ssl": 465}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A server, an account there, and who the mail is from and to."""

    host: str
    port: int
    mode: str
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Mailbox({self.host}:{self.port})"

    @classmethod
    def from_url(cls, url: str) -> Self:
        """What the URL says; ValueError, without the URL's own words, where it lacks something."""
        parts = urlsplit(url)
        options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        domain = parts.hostname or ""
        if not domain:
            raise ValueError("a mail URL names a host: mailtos://user:password@host?to=…")
        user = unquote(parts.username or options.get("user", ""))
        password = unquote(parts.password or options.get("pass", ""))
        address = user if "@" in user else f"{user or 'dealwire'}@{domain}"
        provider = _provider(address)
        secure = parts.scheme == "mailtos" or bool(provider.get("secure"))
        mode = options.get("mode") or (provider.get("secure_mode", "starttls") if secure else "insecure")
        if mode not in PORTS:
            raise ValueError(f"the mode of a mail URL is one of {', '.join(PORTS)}")
        sender = options.get("from", "")
        return cls(
            host=options.get("smtp") or provider.get("smtp_host") or domain,
            port=parts.port or provider.get("port") or PORTS[mode],
            mode=mode,
            sender=sender if "@" in sender else address,
            recipients=_recipients(options.get("to", ""), parts.path, domain) or (address,),
            user="" if not password else address if provider and "UserID" not in provider["login_type"] else user,
            password=password,
        )


def _provider(address: str) -> dict[str, Any]:
    """The settings of a well-known provider; the table's last entry, which fits any address, is none."""
    from apprise.plugins.email.templates import EMAIL_TEMPLATES  # noqa: PLC0415 - half a second that most do not need

    named = (entry for name, pattern, entry in EMAIL_TEMPLATES if name != "Custom" and pattern.match(address))
    return {"login_type": (), **entry} if (entry := next(named, None)) else {}


def _recipients(listed: str, path: str, domain: str) -> tuple[str, ...]:
    given = (target.strip() for target in (*listed.split(","), *unquote(path).split("/")))
    return tuple(target if "@" in target else f"{target}@{domain}" for target in given if target)
