"""Shell: email newsletters from a folder of an IMAP mailbox, which is only ever read: no flag of it changes.

The place in the folder is a UID (RFC 9051 §2.3.1.1): the server's promise that what comes later has a higher one, until
it says with another UIDVALIDITY that all of them are void; then the folder is read anew, and articles keep their ids.
"""

import asyncio
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from connectors.fetch import refuse_or_make
from connectors.newsletter import article_of, is_from, parse_message, sender_of
from connectors.source import Batch, UnavailableError
from dealwire.errors import SourceError
from dealwire.model import Article

PATIENCE_SECONDS = 20.0
FIRST_SINCE = timedelta(days=30)
"""How far back the first visit looks: a mailbox may hold years."""
MESSAGES_PER_VISIT = 50
MESSAGE_BYTES_MAX = 5 * 1024 * 1024
PORTS = {"imaps": 993, "imap": 143}
_SIZE = re.compile(rb"\bUID (\d+)\b.*?\bRFC822\.SIZE (\d+)\b|\bRFC822\.SIZE (\d+)\b.*?\bUID (\d+)\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the newsletters arrive: `imaps://desk@mail.example.org/Newsletters`; the password is apart from it."""

    host: str
    port: int
    user: str
    folder: str
    tls: bool = True

    @classmethod
    def at(cls, url: str) -> "Mailbox":
        """What the address says; ValueError where it is none of a mailbox."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or not parts.username or parts.password:
            raise ValueError("a mailbox is written imaps://user@host/folder, its password apart")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        user = unquote(parts.username)
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], user, folder, parts.scheme == "imaps")

    def __str__(self) -> str:
        return f"{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class MailboxSource:
    """The newsletters of one folder. Without TLS (`imap://`) only a server that feeds may not lead to is spoken to."""

    name: str
    mailbox: Mailbox
    password: str = field(repr=False)
    senders: tuple[str, ...] = ()
    source: str = ""
    language: str = ""
    allow_private: bool = False
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """The messages behind the place that `state` tells, each an article."""
        try:
            return await asyncio.to_thread(self._visit, state, now)
        except imaplib.IMAP4.error as error:
            raise UnavailableError(f"{self.mailbox}: {_said(error)}") from error
        except OSError as error:
            raise UnavailableError(f"{self.mailbox}: {(error.strerror or str(error)).lower()}") from error

    def _visit(self, state: bytes | None, now: datetime) -> Batch:
        kept = orjson.loads(state) if state else {}
        with self._opened() as server:
            validity = self._validity(server)
            last = kept["uid"] if kept.get("validity") == validity else 0
            new = self._behind(server, last, now)
            part = new[:MESSAGES_PER_VISIT]
            articles, notes = self._read(server, part, now)
        after = {"validity": validity, "uid": part[-1] if part else last}
        return Batch(tuple(articles), orjson.dumps(after), notes=tuple(notes), more=len(new) > len(part))

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        box = self.mailbox
        if not box.tls and not self.allow_private:
            raise SourceError(f"{box}: without TLS the password would be read on the way; use imaps://", permanent=True)
        server = _Server(box, self.tls if box.tls else None, allow_private=self.allow_private)
        try:
            server.login(box.user, self.password)
            yield server
        finally:
            server.shutdown()

    def _validity(self, server: imaplib.IMAP4) -> int:
        quoted = '"' + self.mailbox.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        answer, said = server.select(quoted, readonly=True)
        if answer != "OK":
            raise SourceError(f"{self.mailbox}: {_text(said)}")
        found = server.response("UIDVALIDITY")[1]
        return int(found[0]) if found and found[0] else 0

    def _behind(self, server: imaplib.IMAP4, last: int, now: datetime) -> list[int]:
        """The UIDs behind `last` in their order; at first, those of the last while."""
        months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        first = now - FIRST_SINCE
        since = f"SINCE {first.day}-{months[first.month - 1]}-{first.year}"  # no locale's
        _, found = server.uid("SEARCH", f"UID {last + 1}:*" if last else since)
        uids = {int(uid) for line in found if line for uid in line.split()}
        return sorted(uid for uid in uids if uid > last)  # `n:*` always holds the last one, whatever n

    def _read(self, server: imaplib.IMAP4, uids: list[int], now: datetime) -> tuple[list[Article], list[str]]:
        articles, notes = [], []
        sizes = self._sizes(server, uids)
        for uid in uids:
            if sizes.get(uid, 0) > MESSAGE_BYTES_MAX:
                notes.append(f"message {uid}: {sizes[uid]:,} bytes, more than {MESSAGE_BYTES_MAX:,}")
                continue
            parts = server.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            try:
                article = self._article(raw, now)
            except ValueError as error:
                notes.append(f"message {uid}: {error}")
            else:
                articles += [article] if article else []
        return articles, notes

    def _article(self, raw: bytes, now: datetime) -> Article | None:
        """The message as an article, None where its sender is not wanted; ValueError says why it is none."""
        try:
            message = parse_message(raw)
            if not is_from(sender_of(message)[1], self.senders):
                return None
            article = article_of(message, self.name, self.source, now)
        except Exception as error:  # the standard library's parser has mistakes; one message may not stop the rest
            raise ValueError(f"cannot be read: {type(error).__name__}") from error
        if article is None:
            raise ValueError("neither a subject nor a text")
        return article.model_copy(update={"language": self.language})

    def _sizes(self, server: imaplib.IMAP4, uids: list[int]) -> dict[int, int]:
        if not uids:
            return {}
        _, lines = server.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        found = (_SIZE.search(line) for line in lines if isinstance(line, bytes))
        return {int(m[1] or m[4]): int(m[2] or m[3]) for m in found if m}


class _Server(imaplib.IMAP4):
    """A connection to an address that was checked as a feed's is."""

    def __init__(self, box: Mailbox, tls: ssl.SSLContext | None, *, allow_private: bool) -> None:
        self._tls, self._allow_private = tls, allow_private
        super().__init__(box.host, box.port, PATIENCE_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = _connected(self.host, self.port, timeout, allow_private=self._allow_private)
        return self._tls.wrap_socket(plain, server_hostname=self.host) if self._tls else plain


def _connected(host: str, port: int, timeout: float | None, *, allow_private: bool) -> socket.socket:
    failure: OSError = OSError(f"{host} has no address")
    for address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            made = socket.socket(*address[:3]) if allow_private else refuse_or_make(address)
        except OSError as error:
            failure = error
            continue
        try:
            made.settimeout(timeout)
            made.connect(address[4])
        except OSError as error:
            made.close()
            failure = error
        else:
            return made
    raise failure


def _text(said: list[Any]) -> str:
    return b" ".join(part for part in said if isinstance(part, bytes)).decode("ascii", "replace").lower()[:200]


def _said(error: imaplib.IMAP4.error) -> str:
    """The server's own words, which may come as the text of bytes."""
    words = error.args[0] if error.args else ""
    words = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
    return words.lower()[:200] or "the server hung up"
