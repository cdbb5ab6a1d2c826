"""Shell: what the pages ask of the process that serves them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aiohttp import web

from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.stories.correction import Correction

T = TypeVar("T")


class Desk(Protocol):
    """One store and the rules that run on it."""

    configuration: Path | None
    """The file whose feeds the Feeds page adds to; None where there is none to change."""

    @property
    def book(self) -> RuleBook: ...

    @property
    def companies(self) -> Companies: ...

    def now(self) -> datetime: ...

    def read(self, query: Callable[..., T], *values: Any) -> Awaitable[T]:
        """What `query(connection, *values)` answers, in a thread that reads."""

    def write(self, change: Callable[..., T], *values: Any) -> Awaitable[T]:
        """What `change(connection, *values)` answers, in one transaction."""

    def ask(self, correction: Correction) -> Awaitable[None]:
        """Put a correction on record for whoever drives the stories."""

    def retry_letters(self, ids: Sequence[str]) -> Awaitable[None]:
        """Take these dead letters' records again."""

    def drop_letters(self, ids: Sequence[str]) -> Awaitable[None]:
        """Forget these dead letters."""


DESK = web.AppKey("desk", Desk)
