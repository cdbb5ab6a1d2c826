"""Core: an email: subject, plain text and HTML, and headers that thread a story and make a resend recognisable."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from dealwire.identity import digest
from notifier.render.escape import cut, one_line
from notifier.render.html import html
from notifier.render.notice import Notice
from notifier.render.plain import plain
from notifier.render.templates import BUILT_IN, Templates
from notifier.render.view import title

SUBJECT_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who it is from and to, and where else to unsubscribe than by one click."""

    sender: str
    recipients: tuple[str, ...]
    unsubscribe: str = ""


def email(notice: Notice, envelope: Envelope, templates: Templates = BUILT_IN) -> EmailMessage:
    """The message. Its Message-ID comes from the delivery's id, so that a resend is the same message."""
    message = EmailMessage()
    domain = one_line(envelope.sender).rpartition("@")[2].strip("> ") or "dealwire.invalid"
    message["Subject"] = cut(one_line(title(notice)), SUBJECT_LENGTH_MAX)
    message["From"] = one_line(envelope.sender)
    message["To"] = ", ".join(one_line(to) for to in envelope.recipients)
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = message_id(notice.id, domain)
    if notice.earlier:
        threads = [message_id(earlier.delivery, domain) for earlier in notice.earlier]
        message["In-Reply-To"] = threads[-1]
        message["References"] = " ".join(threads)
    one_click = notice.unsubscribe if len(envelope.recipients) == 1 else ""  # among several, whose click would it be?
    ways = [one_line(way) for way in (one_click, envelope.unsubscribe) if way]
    if ways:
        message["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in ways)
    if one_click.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Id"] = f"dealwire {one_line(notice.receiver)} <{digest(notice.receiver)}.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Dealwire-Delivery"] = notice.id
    message.set_content(plain(notice, templates) + "\n")
    message.add_alternative(html(notice, templates, unsubscribe=ways[0] if ways else ""), subtype="html")
    return message


def message_id(delivery: str, domain: str) -> str:
    return f"<{delivery}@{domain}>"
