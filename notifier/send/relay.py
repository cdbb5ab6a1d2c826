"""Shell: every other service, through Apprise: one instance and one URL a receiver, called in that receiver's thread.

Apprise tells per service what came of it, with the lines it would have logged; those hold secrets, and are told here
without them.
"""

import logging

import apprise
from apprise.result import AppriseResultStatus

from dealwire.errors import DeliveryError
from dealwire.identity import digest
from notifier.decide.settings import ReceiverSettings
from notifier.render.escape import cut
from notifier.render.markdown import markdown
from notifier.render.notice import Notice
from notifier.render.plain import plain
from notifier.render.view import title
from notifier.send.redact import Redactor, place_of
from notifier.send.sender import Outside, Receipt

PERMANENT_SIGNS = ("401", "403", "404", "unauthorized", "forbidden", "not found", "invalid token")
"""What Apprise says of an answer that asking again does not change."""
TITLE_LENGTH_MAX = 250


class Relay:
    """One Apprise URL."""

    def __init__(self, name: str, url: str, settings: ReceiverSettings, outside: Outside) -> None:
        self.clean = Redactor(url)
        self.name = name
        self.target = place_of(url)
        self.channel = digest("apprise", url)
        self.seconds_between = 0.0
        self._templates = outside.templates
        self._timeout_seconds = settings.timeout.total_seconds()
        logging.getLogger("apprise").propagate = False  # its lines hold tokens; they are read from its results instead
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            raise ValueError(f"Apprise knows no such service, or its URL lacks something: {self.target}")
        service.request_rate_per_sec = 0  # the dispatcher keeps the rate; Apprise would sleep
        self._marked = service.notify_format == apprise.NotifyFormat.MARKDOWN
        self._service = apprise.Apprise()
        self._service.add(service)

    def send(self, notice: Notice) -> Receipt:
        with self._service.notify(
            body=markdown(notice, self._templates) if self._marked else plain(notice, self._templates),
            title=cut(title(notice), TITLE_LENGTH_MAX),
            body_format=apprise.NotifyFormat.MARKDOWN if self._marked else apprise.NotifyFormat.TEXT,
            timeout=self._timeout_seconds,
        ) as result:
            if result.status is AppriseResultStatus.SUCCESS:
                return {}
            said = " ".join(entry.message for entry in result.logs() if entry.level in {"WARNING", "ERROR"})
            status = result.status.name.lower()
        permanent = any(sign in said.lower() for sign in PERMANENT_SIGNS)
        raise DeliveryError(f"{self.target}: {status}: {self.clean(said) or 'no reason given'}", permanent=permanent)
