"""Shell: email by SMTP, with the standard library.

A recipient that is refused for good is named; the others have their mail, and it is not sent again to them.
"""

import smtplib
import ssl
from collections.abc import Callable

from dealwire.errors import DeliveryError
from dealwire.identity import digest
from notifier.decide.settings import ReceiverSettings
from notifier.render.email import Envelope, email
from notifier.render.notice import Notice
from notifier.send.mailbox import Mailbox
from notifier.send.redact import Redactor
from notifier.send.sender import Receipt


class Mail:
    """Hands mail in at one SMTP server, with a connection for each message."""

    def __init__(self, name: str, url: str, settings: ReceiverSettings, context: Callable[[], ssl.SSLContext]) -> None:
        mailbox = Mailbox.from_url(url)
        self.name = name
        self.target = f"mail by {mailbox.host}:{mailbox.port}"
        self.channel = digest("mail", mailbox.host, mailbox.user, ",".join(mailbox.recipients))
        self.seconds_between = 0.0
        self._mailbox = mailbox
        self._envelope = Envelope(mailbox.sender, mailbox.recipients, settings.unsubscribe)
        self._timeout_seconds = settings.timeout.total_seconds()
        self._context = context
        self.clean = Redactor("", [mailbox.password])

    def send(self, notice: Notice) -> Receipt:
        message = email(notice, self._envelope)
        try:
            refused = self._hand_in(message)
        except smtplib.SMTPException as error:
            raise self._failure(error) from None  # the cause's own text may hold what was sent to log in
        except OSError as error:
            raise DeliveryError(
                f"{self.target} cannot be reached: {type(error).__name__}: {self.clean(error)}"
            ) from None
        receipt = {"message_id": str(message["Message-ID"])}
        return {**receipt, "refused": ", ".join(sorted(refused))} if refused else receipt

    def close(self) -> None:
        """Each message has a connection of its own."""

    def _hand_in(self, message: object) -> dict[str, tuple[int, bytes]]:
        box = self._mailbox
        if box.mode == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                box.host, box.port, timeout=self._timeout_seconds, context=self._context()
            )
        else:
            server = smtplib.SMTP(box.host, box.port, timeout=self._timeout_seconds)
        with server:
            if box.mode == "starttls":
                server.starttls(context=self._context())
            if box.user:
                server.login(box.user, box.password)
            return server.send_message(message, box.sender, list(box.recipients))  # type: ignore[arg-type]  # an EmailMessage

    def _failure(self, error: smtplib.SMTPException) -> DeliveryError:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            codes = [code for code, _ in error.recipients.values()]
            said = "; ".join(
                f"{code} {self.clean(text.decode('utf-8', 'replace'))}" for code, text in error.recipients.values()
            )
            return DeliveryError(
                f"{self.target} refused every recipient: {said}", permanent=all(c >= 500 for c in codes)
            )
        if isinstance(error, smtplib.SMTPResponseException):
            said = (
                error.smtp_error.decode("utf-8", "replace")
                if isinstance(error.smtp_error, bytes)
                else str(error.smtp_error)
            )
            permanent = error.smtp_code >= 500
            return DeliveryError(f"{self.target} answered {error.smtp_code}: {self.clean(said)}", permanent=permanent)
        permanent = isinstance(error, smtplib.SMTPNotSupportedError)
        return DeliveryError(f"{self.target}: {type(error).__name__}: {self.clean(error)}", permanent=permanent)
