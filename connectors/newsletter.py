"""Core: an email newsletter as an article: its subject, its words, who sent it and when."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast

from connectors.articles import NAME_LENGTH_MAX, without_boilerplate
from connectors.dates import EARLIEST, LATEST
from connectors.text import clean, clean_body, clean_title
from dealwire.model import Article

ID_LENGTH_MAX = 500


def sender_of(message: EmailMessage) -> tuple[str, str]:
    """The name and the address of who sent it, cleaned; "" where it does not say."""
    name, address = parseaddr(_header(message, "From"))
    return clean_title(name, markup=False)[:NAME_LENGTH_MAX], clean(address).strip().lower()


def is_from(address: str, senders: tuple[str, ...]) -> bool:
    """Whether the address is one of `senders`: addresses, or domains written `@example.com`; none means anybody.

    >>> is_from("desk@wire.example", ("@wire.example",)), is_from("desk@notwire.example", ("@wire.example",))
    (True, False)
    """
    wanted = [sender.lower() for sender in senders]
    return not wanted or any(address.endswith(w) if w.startswith("@") else address == w for w in wanted)


def parse_message(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def article_of(message: EmailMessage, feed: str, source: str, fetched: datetime) -> Article | None:
    """The message as an article, None where it says nothing. It is known by its Message-ID, as long as it has one."""
    title = clean_title(_header(message, "Subject"), markup=False)
    body = _body(message)
    if not title:
        title, _, body = body.partition("\n")
    if not title:
        return None
    name, address = sender_of(message)
    return Article.create(
        title=title,
        body=body,
        guid=clean(_header(message, "Message-ID")).strip()[:ID_LENGTH_MAX],
        source=source or name or address or feed,
        feed=feed,
        published=_date(message),
        fetched=fetched,
    )


def _body(message: EmailMessage) -> str:
    """The words of the fuller of its forms: newsletters put a line and a link into the plain one."""
    texts = []
    for form in ("html", "plain"):
        part = message.get_body((form,))
        if part is not None:
            texts.append(clean_body(_content(cast("EmailMessage", part)), markup=form == "html"))
    return without_boilerplate(max(texts, key=len, default=""))


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows, or one that lies
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError):  # the standard library's parser of headers trips over broken ones
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return str(raw)


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if EARLIEST <= moment < LATEST else None
