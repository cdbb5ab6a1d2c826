"""Shell: the sender for a receiver's URL."""

from urllib.parse import urlsplit

from dealwire.errors import UsageError
from notifier.decide.settings import ReceiverSettings
from notifier.send import slack
from notifier.send.email import Mail
from notifier.send.redact import Redactor
from notifier.send.sender import Outside, Sender
from notifier.send.terminal import Terminal
from notifier.send.webhook import Webhook

SLACK_HOOKS_HOST = "hooks.slack.com"


def build_sender(name: str, url: str, settings: ReceiverSettings, outside: Outside | None = None) -> Sender:
    """The sender for this URL, whose secrets are filled in; UsageError, without them, where it cannot be used.

    `terminal://` prints; `slack://` and Slack's own hook addresses, `mailto(s)://`, and `http(s)://` (a signed JSON
    webhook) have senders of their own; every other scheme is Apprise's.
    """
    if not url.strip():
        raise UsageError(f"receiver {name}: its URL is empty; is its environment variable set?")
    try:
        return _build(name, url.strip(), settings, outside or Outside())
    except ValueError as error:
        said = Redactor(url, [settings.secret])(error)
        raise UsageError(f"receiver {name}: {said}") from None  # the cause may hold the URL


def _build(name: str, url: str, settings: ReceiverSettings, outside: Outside) -> Sender:
    parts = urlsplit(url)
    match parts.scheme:
        case "terminal":
            return Terminal(name, outside.console)
        case "slack":
            return slack.build(name, url, settings, outside)
        case "http" | "https" if parts.hostname == SLACK_HOOKS_HOST:
            return slack.build(name, url, settings, outside)
        case "http" | "https":
            return Webhook(name, url, settings, outside)
        case "mailto" | "mailtos":
            return Mail(name, url, settings, outside.templates)
        case "":
            raise ValueError("its URL has no scheme; write it like slack://…, mailtos://…, https://… or terminal://")
        case _:
            from notifier.send.relay import Relay  # noqa: PLC0415 - Apprise is half a second that most do not need

            return Relay(name, url, settings, outside)
