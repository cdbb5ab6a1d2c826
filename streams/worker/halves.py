"""Shell: the core as the worker sees it: one half on either side of `events.v1`, made anew for each set of rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from dealwire.model import Alert, Article, Reading
from streams.worker.rulebook import RulesFile


class Folded(Protocol):
    """What one reading does to the state, and the alerts it causes."""

    @property
    def writes(self) -> Mapping[str, bytes | None]: ...

    @property
    def alerts(self) -> tuple[Alert, ...]: ...


class Halves(Protocol):
    """Pure functions over values; which rules run is fixed when it is made."""

    def understand(self, article: Article) -> Reading: ...

    def fold(self, state: Mapping[str, bytes], reading: Reading) -> Folded: ...

    def correct(self, state: Mapping[str, bytes], correction: bytes) -> Folded:
        """Take a person's correction, as it stands on its topic; RecordError where it is none."""
        ...

    def indexes(self, state: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes | None]:
        """What can be derived from the state and is therefore not on its changelog, with keys that begin with INDEX."""
        ...


MakeHalves = Callable[[Sequence[RulesFile]], Halves]
"""The core for these rules; a DealwireError says why there is none."""

INDEX = "index/"
