"""Core: values that were decoded lately, each beside the bytes it stands for. It may be lost at any time, or shared.

The state holds bytes, so that any shell can keep it; most of what a reading touches was written by one not long before,
and need not be decoded again. A value is taken only where the state still holds the very bytes it came from, so a batch
that was rolled back, or another process that wrote, can never be answered with what is not there. Nothing that comes
from here may be changed in place.
"""

from typing import Any

import orjson

OCTETS_HELD_MAX = 4 << 20
"""Encoded, of each of two generations: what was used since the last turn of them, and before. Decoded it is twice as
much."""


class Memo:
    """Key → (bytes, value), for the keys used lately."""

    __slots__ = ("_most", "_octets", "_old", "_young")

    def __init__(self, most: int = OCTETS_HELD_MAX) -> None:
        self._most = most
        self._octets = 0
        self._young: dict[str, tuple[bytes, Any]] = {}
        self._old: dict[str, tuple[bytes, Any]] = {}

    def value(self, key: str, raw: bytes) -> Any:
        """What the bytes stand for; not to be changed in place."""
        held = self._young.get(key)
        if held is not None and held[0] == raw:
            return held[1]
        held = self._old.get(key)
        value = held[1] if held is not None and held[0] == raw else orjson.loads(raw)
        self.hold(key, raw, value)
        return value

    def hold(self, key: str, raw: bytes, value: Any) -> None:
        """Keep a value that was just encoded, or decoded."""
        before = self._young.get(key)
        self._young[key] = (raw, value)
        self._octets += len(raw) - (len(before[0]) if before else 0)
        if self._octets >= self._most:
            self._young, self._old, self._octets = {}, self._young, 0
