"""Core: the one tree of what can go wrong, and how each says it.

    DealwireError
    ├── ConfigError        the configuration or a rules file cannot be used; holds every Problem found
    ├── SourceError        a feed or archive could not be read
    ├── RecordError        a record (article, event, alert) cannot be decoded
    ├── StoreError         the SQLite store is locked, full, corrupt or of another version; Kafka does not take a write
    │   └── FencedError    another process has taken over what this one wrote
    ├── DeliveryError      a receiver did not take a message
    └── UsageError         a command was asked for something that is not there

An error reads `place: what; suggestion`: lower case, no full stop, its cause chained, never a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a text a person wrote: where it is, what it is, what was meant.

    >>> str(Problem("watchlist.yaml", 12, 9, "unknown field 'ammount'", "did you mean 'amount'?"))
    "watchlist.yaml:12:9: unknown field 'ammount'; did you mean 'amount'?"
    """

    file: str
    line: int
    column: int
    what: str
    suggestion: str = ""

    def __str__(self) -> str:
        said = f"{self.what}; {self.suggestion}" if self.suggestion else self.what
        return f"{self.file}:{self.line}:{self.column}: {said}"


class DealwireError(Exception):
    """Anything dealwire itself reports."""


class ConfigError(DealwireError):
    """Files that people wrote hold mistakes; `problems` has all of them, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def at(cls, file: str, line: int, column: int, what: str, suggestion: str = "") -> Self:
        return cls([Problem(file, line, column, what, suggestion)])


class SourceError(DealwireError):
    """A feed or archive could not be read; `permanent` where trying again cannot help."""

    def __init__(self, what: str, *, permanent: bool = False) -> None:
        super().__init__(what)
        self.permanent = permanent


class RecordError(DealwireError):
    """Bytes that should be a record are not one."""


class StoreError(DealwireError):
    """The store cannot be used."""


class FencedError(StoreError):
    """A newer writer has taken over: what this one writes from now on is refused."""


class DeliveryError(DealwireError):
    """A receiver did not take a message; `retry_after_seconds` where it said when to come back."""

    def __init__(self, what: str, *, permanent: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(what)
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


class UsageError(DealwireError):
    """A command was asked for something that is not there."""
