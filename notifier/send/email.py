"""Shell: email by SMTP, with the standard library.

A recipient that is refused for good is named; the others have their mail, and it is not sent again to them.
"""

import smtplib
import ssl
from email.message import EmailMessage

from dealwire.errors import DeliveryError
from dealwire.identity import digest
from notifier.decide.settings import ReceiverSettings
from notifier.render.email import Envelope, email
from notifier.render.notice import Notice
from notifier.render.templates import Templates
from notifier.send.mailbox import Mailbox
from notifier.send.redact import Redactor
from notifier.send.sender import PartialDeliveryError, Receipt

PERMANENT_CODE = 500
"""SMTP answers from here on do not change by asking again (RFC 5321, 4.2.1)."""
TAKEN_BY = "taken_by"
"""The receipt's name for the recipients whose mail was taken."""


class Mail:
    """Hands mail in at one SMTP server, with a connection for each message."""

    def __init__(self, name: str, url: str, settings: ReceiverSettings, templates: Templates) -> None:
        mailbox = Mailbox.from_url(url)
        self.name = name
        self.target = f"mail by {mailbox.host}:{mailbox.port}"
        self.channel = digest("mail", mailbox.host, mailbox.user, ",".join(mailbox.recipients))
        self.seconds_between = 0.0
        self._mailbox = mailbox
        self._envelope = Envelope(mailbox.sender, mailbox.recipients, settings.unsubscribe)
        self._timeout_seconds = settings.timeout.total_seconds()
        self._templates = templates
        self.clean = Redactor("", [mailbox.password])

    def send(self, notice: Notice) -> Receipt:
        message = email(notice, self._envelope, self._templates)
        done = [address for address in notice.taken.get(TAKEN_BY, "").split(", ") if address]
        targets = [address for address in self._mailbox.recipients if address not in done]
        try:
            refused = self._hand_in(message, targets)
        except smtplib.SMTPException as error:
            raise self._failure(error) from None  # the cause's own text may hold what was sent to log in
        except OSError as error:
            said = f"{self.target} cannot be reached: {type(error).__name__}: {self.clean(error)}"
            raise DeliveryError(said) from None
        taken = ", ".join([*done, *(address for address in targets if address not in refused)])
        receipt = {"message_id": str(message["Message-ID"]), TAKEN_BY: taken}
        later = [address for address, (code, _) in refused.items() if code < PERMANENT_CODE]
        if later:
            raise PartialDeliveryError(f"{self.target} put off {', '.join(later)}", receipt)
        return {**receipt, "refused": ", ".join(sorted(refused))} if refused else receipt

    def _hand_in(self, message: EmailMessage, targets: list[str]) -> dict[str, tuple[int, bytes]]:
        box = self._mailbox
        if box.mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                box.host, box.port, timeout=self._timeout_seconds, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(box.host, box.port, timeout=self._timeout_seconds)
        with server:
            if box.mode == "starttls":
                server.starttls(context=ssl.create_default_context())
            if box.user:
                server.login(box.user, box.password)
            return server.send_message(message, box.sender, targets)

    def _failure(self, error: smtplib.SMTPException) -> DeliveryError:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _ in error.recipients.values()]
            said = "; ".join(
                f"{code} {self.clean(text.decode('utf-8', 'replace'))}" for code, text in error.recipients.values()
            )
            return DeliveryError(
                f"{self.target} refused every recipient: {said}", permanent=all(c >= PERMANENT_CODE for c in codes)
            )
        if isinstance(error, smtplib.SMTPResponseException):
            said = (
                error.smtp_error.decode("utf-8", "replace")
                if isinstance(error.smtp_error, bytes)
                else str(error.smtp_error)
            )
            permanent = error.smtp_code >= PERMANENT_CODE
            return DeliveryError(f"{self.target} answered {error.smtp_code}: {self.clean(said)}", permanent=permanent)
        permanent = isinstance(error, smtplib.SMTPNotSupportedError)
        return DeliveryError(f"{self.target}: {type(error).__name__}: {self.clean(error)}", permanent=permanent)
