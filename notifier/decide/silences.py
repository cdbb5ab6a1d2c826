"""Core: silences and acknowledgements: what a person said not to be told, by whom, why and until when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from dealwire.identity import digest
from dealwire.model import Alert, Instant, Record
from notifier.decide.calendar import within
from notifier.decide.matchers import all_match, parse_matchers, parsed
from notifier.decide.settings import TimeInterval

EXPIRY_WARNING = timedelta(days=1)
"""How long before its end the author is told that a silence runs out; one shorter than twice this is not warned of."""


class Silence(Record):
    """While it is active, alerts that match it are not sent."""

    id: str
    matchers: tuple[str, ...]
    """As written, all of which must match: `subject=Nvidia`, `severity!=high`."""
    receivers: tuple[str, ...] = ()
    """Only for these; for all where empty."""
    starts: Instant
    ends: Instant
    recurring: TimeInterval | None = None
    """Only while this interval is now, each time until `ends`."""
    author: str
    comment: str = ""

    @classmethod
    def create(  # noqa: PLR0913 - a silence is what a person fills in
        cls,
        *,
        matchers: Iterable[str],
        starts: datetime,
        ends: datetime,
        author: str,
        comment: str = "",
        receivers: Iterable[str] = (),
        recurring: TimeInterval | None = None,
    ) -> Self:
        """A silence with the id of its content; ValueError where it says nothing or never is."""
        written = tuple(str(m) for m in parse_matchers(list(matchers)))
        if not written:
            raise ValueError("a silence needs a matcher; one that silences everything is rule=~'.*'")
        if ends <= starts:
            raise ValueError("a silence must end after it starts")
        if not author:
            raise ValueError("a silence needs an author")
        named = tuple(receivers)
        times = recurring.model_dump_json() if recurring else ""
        return cls(
            id=digest("silence", written, named, starts.isoformat(), ends.isoformat(), author, times),
            matchers=written, receivers=named, starts=starts, ends=ends, recurring=recurring,
            author=author, comment=comment,
        )  # fmt: skip

    def active(self, now: datetime) -> bool:
        return self.starts <= now < self.ends and (self.recurring is None or within(self.recurring, now))

    def silences(self, alert: Alert, receiver: str, now: datetime) -> bool:
        return (
            self.active(now)
            and (not self.receivers or receiver in self.receivers)
            and all_match(parsed(self.matchers), alert)
        )

    def expires_soon(self, now: datetime) -> bool:
        """Whether its end is near enough to warn the author of."""
        return self.ends - EXPIRY_WARNING <= now < self.ends and self.ends - self.starts > 2 * EXPIRY_WARNING


class Acknowledgement(Record):
    """A person has seen the story at this version: no alert on it until it changes."""

    story: str
    story_version: int
    author: str
    comment: str = ""
    at: Instant

    def covers(self, alert: Alert) -> bool:
        return alert.story == self.story and alert.version <= self.story_version
