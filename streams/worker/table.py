"""Shell: the fold's state: a Faust Table that is written changelog first, and whole events at a time.

Faust applies a write to the local store at once and sends it to the changelog some time later. A worker killed in
between has local state that its changelog lacks: the event comes again, "changes nothing", and the write is lost for
good with the machine. So here a write is visible to the fold at once (`overlay`), goes to the changelog in one append
with all other writes of its event, and reaches the local store when the broker has acknowledged it, in the way that
recovery would bring it there.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from faust.types import TP

from streams.worker.outlet import Outlet, Write

PARTITION = 0


class Acknowledged(NamedTuple):
    """A changelog record, in the form in which Faust hands such records to a store."""

    key: bytes
    value: bytes | None
    offset: int
    tp: TP
    partition: int = PARTITION

    @property
    def message(self) -> Self:
        return self


class State(Mapping[str, bytes]):
    """What the fold reads: the table, with what is on its way there and what is derived laid over it."""

    def __init__(self, table: Any, outlet: Outlet) -> None:
        self._table = table
        self._outlet = outlet
        self._overlay: dict[str, bytes | None] = {}
        self._derived: dict[str, bytes] = {}

    def __getitem__(self, key: str) -> bytes:
        if (derived := self._derived.get(key)) is not None:
            return derived
        value = self._overlay[key] if key in self._overlay else self._table.data.get(key.encode())
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        yield from self._derived
        yield from (key for key, value in self._overlay.items() if value is not None)
        yield from (key for raw in self._table.data if (key := raw.decode()) not in self._overlay)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def derived_count(self) -> int:
        return len(self._derived)

    def derive(self, writes: Mapping[str, bytes | None]) -> None:
        """Lay over values that are not stored: they can be derived from those that are."""
        for key, value in writes.items():
            if value is None:
                self._derived.pop(key, None)
            else:
                self._derived[key] = value

    def lay(self, writes: Mapping[str, bytes | None]) -> None:
        """Let the next read see these writes."""
        self._overlay.update(writes)

    async def store(self, groups: Sequence[Mapping[str, bytes | None]]) -> None:
        """Append the writes of some events to the changelog, and what it acknowledged to the table."""
        if not groups:
            return
        topic = self._table.changelog_topic_name
        appended = await self._outlet.append(topic, [_encoded(group) for group in groups])
        place = TP(topic, PARTITION)
        self._table.apply_changelog_batch(
            [Acknowledged(key, value, offset, place) for offset, (key, value) in appended]
        )
        for group in groups:
            for key, value in group.items():
                if self._overlay.get(key, self) is value:  # no later event has written it meanwhile
                    del self._overlay[key]


def _encoded(group: Mapping[str, bytes | None]) -> list[Write]:
    return [(key.encode(), value) for key, value in group.items()]
