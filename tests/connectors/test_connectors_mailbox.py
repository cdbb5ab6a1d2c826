"""Newsletters out of a real IMAP server on this machine, whose mailbox is left as it was."""

import asyncio
import contextlib
import imaplib
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import NOON
from pydantic import ValidationError

from connectors import mailbox
from connectors.mailbox import Mailbox, MailboxSource
from connectors.newsletter import article_of, parse_message
from connectors.poll import Poller
from connectors.registry import FeedSpec, plan
from connectors.source import UnavailableError
from dealwire.bootstrap.feeds import filled_in
from dealwire.errors import SourceError, UsageError

PASSWORD = "a password of ours"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A pymap server of its own process, with one empty mailbox."""

    def __init__(self):
        self.port = free_port()
        pymap = Path(sys.executable).with_name("pymap")
        command = [pymap, "--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "dict"]
        self._process = subprocess.Popen(
            [*command, "--demo-user", "desk", "--demo-password", PASSWORD], stderr=subprocess.DEVNULL
        )

    def wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the IMAP server did not start")

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def client(self):
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=5)
        client.login("desk", PASSWORD)
        return client

    def fill(self, folder, *messages):
        client = self.client()
        client.create(folder)
        for message in messages:
            client.append(folder, "", imaplib.Time2Internaldate(NOON), message)
        client.shutdown()

    def flags(self, folder):
        client = self.client()
        client.select(folder, readonly=True)
        _, lines = client.uid("FETCH", "1:*", "(FLAGS)")
        client.shutdown()
        return b" ".join(lines)


@pytest.fixture(scope="module")
def server():
    started = Server()
    try:
        yield started.wait()
    finally:
        started.stop()


@pytest.fixture
def folder(request):
    return "".join(letter for letter in request.node.name if letter.isalnum())[:60]


def letter(number, subject="Kelvora raises $70 million", html="", sender="Deal Letter <desk@wire.example>"):
    message = EmailMessage()
    message["Subject"], message["From"] = subject, sender
    message["Message-ID"] = f"<{number}@wire.example>"
    message["Date"] = "Thu, 19 Nov 2026 08:00:00 +0100"
    message.set_content("View this in your browser.")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def source(server, folder, **options):
    box = Mailbox("127.0.0.1", server.port, "desk", folder, tls=False)
    return MailboxSource("Letters", box, PASSWORD, **{"allow_private": True} | options)


def fetch(made, state=None, now=NOON):
    return asyncio.run(made.fetch(state, now))


def test_a_message_is_an_article_and_its_flags_stay(server, folder):
    html = "<h1>Deals</h1><script>x</script><p>Kelvora raised $70 million &amp; more, led by Marlow.</p><p>Bye.</p>"
    server.fill(folder, letter(1, "=?utf-8?q?Kelvora_raises_=E2=82=AC70m?=", html))
    batch = fetch(source(server, folder, language="en"))
    (article,) = batch.articles
    assert (article.title, article.source, article.feed) == ("Kelvora raises €70m", "Deal Letter", "Letters")
    assert article.body == "Deals\nKelvora raised $70 million & more, led by Marlow.\nBye."
    assert article.published == datetime(2026, 11, 19, 7, tzinfo=UTC)
    assert article.language == "en"
    assert b"Seen" not in server.flags(folder)


def test_only_what_came_since_is_read_and_it_comes_in_parts(server, folder, monkeypatch):
    monkeypatch.setattr(mailbox, "MESSAGES_PER_VISIT", 2)
    server.fill(folder, *(letter(n, f"Letter {n}") for n in range(3)))
    made = source(server, folder)
    first = fetch(made)
    second = fetch(made, first.state)
    assert [a.title for a in first.articles + second.articles] == ["Letter 0", "Letter 1", "Letter 2"]
    assert (first.more, second.more) == (True, False)
    assert fetch(made, second.state).articles == ()
    server.fill(folder, letter(3, "Letter 3"))
    assert [a.title for a in fetch(made, second.state).articles] == ["Letter 3"]


def test_a_folder_made_anew_is_read_anew_and_its_articles_keep_their_ids(server, folder):
    server.fill(folder, letter(1))
    before = fetch(source(server, folder))
    client = server.client()
    client.delete(folder)
    client.shutdown()
    server.fill(folder, letter(1))
    after = fetch(source(server, folder), before.state)
    assert [a.id for a in after.articles] == [a.id for a in before.articles]


def test_the_first_visit_looks_back_a_month_and_no_further(server, folder):
    server.fill(folder, letter(1))
    assert fetch(source(server, folder), now=NOON + timedelta(days=40)).articles == ()


def test_only_the_senders_that_are_named_are_read(server, folder):
    server.fill(folder, letter(1, "Ours"), letter(2, "Forged", sender="Deal Letter <desk@notwire.example>"))
    assert [a.title for a in fetch(source(server, folder, senders=("@wire.example",))).articles] == ["Ours"]
    assert fetch(source(server, folder, senders=("other@wire.example",))).articles == ()


def test_a_message_too_large_is_passed_over_with_a_note(server, folder, monkeypatch):
    monkeypatch.setattr(mailbox, "MESSAGE_BYTES_MAX", 2_000)
    server.fill(folder, letter(1, html="x" * 5_000), letter(2, "Small"))
    batch = fetch(source(server, folder))
    assert [a.title for a in batch.articles] == ["Small"]
    assert "more than 2,000" in batch.notes[0]


def test_a_wrong_password_or_folder_is_one_line_without_the_secret(server, folder):
    with pytest.raises(UnavailableError) as wrong:
        fetch(replace(source(server, "INBOX"), password="guessed"))
    assert "guessed" not in str(wrong.value)
    assert "\n" not in str(wrong.value)
    with pytest.raises(SourceError, match=f"127.0.0.1/{folder}: "):
        fetch(source(server, folder))
    assert PASSWORD not in repr(source(server, folder))


def test_a_mailbox_at_a_private_address_or_without_tls_has_to_be_meant(server):
    with pytest.raises(SourceError, match="use imaps://"):
        fetch(source(server, "INBOX", allow_private=False))
    tls = Mailbox("127.0.0.1", server.port, "desk", "INBOX")
    with pytest.raises(UnavailableError, match="refused to connect to loopback"):
        fetch(MailboxSource("Letters", tls, PASSWORD))


def test_a_server_that_is_not_there_is_one_line():
    with pytest.raises(UnavailableError, match="connection refused"):
        fetch(MailboxSource("x", Mailbox("127.0.0.1", free_port(), "u", "INBOX", tls=False), "p", allow_private=True))


def self_signed(folder):
    certificate, key = folder / "cert.pem", folder / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


@contextlib.asynccontextmanager
async def behind_tls(port, folder):
    """A port that speaks TLS in front of the server's, and a context that trusts it."""
    certificate, key = self_signed(folder)
    own, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    own.load_cert_chain(certificate, key)

    async def pipe(reader, writer):
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                writer.write(part)
        writer.close()

    async def meet(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))

    proxy = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=own)
    async with proxy:
        yield proxy.sockets[0].getsockname()[1], trusting


def test_over_tls_the_server_has_to_be_who_it_says(server, folder, tmp_path):
    async def scene():
        async with behind_tls(server.port, tmp_path) as (port, trusting):
            made = MailboxSource("Letters", Mailbox("localhost", port, "desk", folder), PASSWORD, allow_private=True)
            with pytest.raises(UnavailableError, match="certificate"):
                await made.fetch(None, NOON)
            batch = await replace(made, tls=trusting).fetch(None, NOON)
            assert [article.title for article in batch.articles] == ["Kelvora raises $70 million"]

    server.fill(folder, letter(1))
    asyncio.run(scene())


def test_the_poller_visits_a_mailbox_as_it_does_a_feed(server, folder, clock, monkeypatch):
    server.fill(folder, letter(1))
    monkeypatch.setenv("NEWS_PASSWORD", PASSWORD)
    spec = FeedSpec(
        name="Letters", kind="mailbox", url=f"imap://desk@127.0.0.1:{server.port}/{folder}",
        password="${NEWS_PASSWORD}", allow_private=True,
    )  # fmt: skip
    taken = []

    async def take(visit):
        taken.append(visit)

    asyncio.run(Poller([plan(filled_in(spec), None)], clock=clock).once(take))
    assert [visit.record.error for visit in taken] == [""]
    assert len(taken[0].batch.articles) == 1
    monkeypatch.delenv("NEWS_PASSWORD")
    with pytest.raises(UsageError, match="NEWS_PASSWORD is not set"):
        filled_in(spec)


@pytest.mark.parametrize(
    "options",
    [
        {"url": "https://desk@mail.example/"},
        {"url": "imaps://mail.example/"},
        {"url": "imaps://desk:secret@mail.example/"},
        {"url": "imaps://desk@mail.example/", "password": "written out"},
    ],
)
def test_what_is_no_mailbox_is_a_mistake_of_the_configuration(options):
    with pytest.raises(ValidationError):
        FeedSpec(kind="mailbox", **options)


def test_a_mailbox_is_named_by_its_host_and_defaults_to_the_inbox():
    spec = FeedSpec(kind="mailbox", url="imaps://desk%40wire.example@mail.example")
    assert (spec.title, spec.local) == ("mail.example", False)
    assert Mailbox.at(spec.url) == Mailbox("mail.example", 993, "desk@wire.example", "INBOX")


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (b"", None),
        (b"\r\n\r\n", None),
        (b"Subject: \r\n\r\nFirst line\nSecond", "First line"),
        (b"Subject: Fi\x1b[31mne\r\nDate: nonsense\r\nFrom: =?x?b?!!?=\r\n\r\n", "Fine"),
        (b"Subject: Fine\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nCaf\xe9", "Fine"),
        (b"Subject: Fine\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nno end", "Fine"),
        (b"Subject: =?utf-8?q?Fine=0D=0ABcc:_x?=\r\nFrom: <<>>\r\n\r\n", "Fine Bcc: x"),
        (b"Subject: Fine\r\nDate: Fri, 31 Dec 9999 23:59:59 -1200\r\n\r\n", "Fine"),
        (b"From: a\r\nContent-Type: message/rfc822\r\n\r\nSubject: Within\r\n\r\nx", None),
    ],
)
def test_hostile_messages_give_what_is_good_in_them(raw, title):
    article = article_of(parse_message(raw), "Letters", "", NOON)
    assert (article.title if article else None) == title
    if article:
        assert article.published is None
        assert "\x1b" not in article.title + article.body


def test_the_standard_context_asks_for_certificates():
    made = MailboxSource("Letters", Mailbox("mail.example", 993, "desk", "INBOX"), PASSWORD)
    assert (made.tls.verify_mode, made.tls.check_hostname) == (ssl.CERT_REQUIRED, True)
