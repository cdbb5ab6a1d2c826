"""Shell: every other service, through Apprise: one instance and one URL a receiver, called in that receiver's thread.

A URL with several targets is as many services: each fails, and is tried again, by itself. Apprise tells what came of it
with the lines it would have logged; those hold secrets, and are told here without them.
"""

import copy
import logging
from typing import Any

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
from notifier.send.sender import Outside, PartialDeliveryError, Receipt

PERMANENT_SIGNS = ("401", "403", "404", "unauthorized", "forbidden", "not found", "invalid token")
"""What Apprise says of an answer that asking again does not change."""
TITLE_LENGTH_MAX = 250
TAKEN_BY = "taken_by"
"""The receipt's name for the targets that took the message."""


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
        self._parts = _parts(service)

    def send(self, notice: Notice) -> Receipt:
        done = [name for name in notice.taken.get(TAKEN_BY, "").split(", ") if name]
        failures = []
        for name, part in self._parts.items():
            if name in done:
                continue
            if failed := self._notify(part, notice):
                failures.append(failed)
            else:
                done.append(name)
        taken = {TAKEN_BY: ", ".join(done)} if len(self._parts) > 1 else {}
        if not failures:
            return taken
        if not done:
            permanent = all(failed.permanent for failed in failures)
            raise DeliveryError("; ".join(dict.fromkeys(map(str, failures))), permanent=permanent)
        if all(failed.permanent for failed in failures):  # the others have it; who refuses for good is named
            return {**taken, "refused": "; ".join(dict.fromkeys(map(str, failures)))}
        said = f"{len(failures)} of {len(self._parts)} targets did not take it: {failures[0]}"
        raise PartialDeliveryError(said, taken)

    def _notify(self, part: apprise.Apprise, notice: Notice) -> DeliveryError | None:
        """Why this part of the receiver did not take the message; None where it did."""
        with part.notify(
            body=markdown(notice, self._templates) if self._marked else plain(notice, self._templates),
            title=cut(title(notice), TITLE_LENGTH_MAX),
            body_format=apprise.NotifyFormat.MARKDOWN if self._marked else apprise.NotifyFormat.TEXT,
            timeout=self._timeout_seconds,
        ) as result:
            if result.status is AppriseResultStatus.SUCCESS:
                return None
            said = " ".join(entry.message for entry in result.logs() if entry.level in {"WARNING", "ERROR"})
            status = result.status.name.lower()
        permanent = any(sign in said.lower() for sign in PERMANENT_SIGNS)
        return DeliveryError(f"{self.target}: {status}: {self.clean(said) or 'no reason given'}", permanent=permanent)


def _parts(service: Any) -> dict[str, apprise.Apprise]:
    """A service for each target of the URL, under a name that tells nothing of it.

    Apprise says of a service with several targets only that it failed, not which. Services keep their targets under
    names of their own: it is the one list that is as long as the service says it is.
    """
    count = len(service)
    lists = [name for name, value in vars(service).items() if isinstance(value, list) and len(value) == count]
    if count < 2 or len(lists) != 1:
        return {"all": _alone(service)}
    parts = {}
    for target in getattr(service, lists[0]):
        part = copy.copy(service)
        setattr(part, lists[0], [target])
        parts[digest("target", str(target))] = _alone(part)
    return parts


def _alone(service: Any) -> apprise.Apprise:
    made = apprise.Apprise()
    made.add(service)
    return made
