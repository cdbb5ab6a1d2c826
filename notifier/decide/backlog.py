"""Core: whether work piles up: the same backlog, looked at again and again."""

from collections import deque
from dataclasses import dataclass, field

LOOKS = 10
"""How many looks, a minute apart, are compared."""
LEAST = 100
"""Fewer records or messages are no backlog to speak of."""


@dataclass(slots=True)
class Growth:
    """The latest sizes of one backlog. It grows where the best of the later looks is worse than all earlier ones.

    One that goes up and down, as with batches, does not; nor does one that is worked off.
    """

    least: int = LEAST
    sizes: deque[int] = field(default_factory=lambda: deque(maxlen=LOOKS))

    def look(self, size: int) -> bool:
        """Take note of the size now; whether the backlog grows.

        >>> growth = Growth()
        >>> [growth.look(100 + 50 * n) for n in range(10)][-2:]
        [False, True]
        """
        self.sizes.append(size)
        if len(self.sizes) < LOOKS or size < self.least:
            return False
        seen = list(self.sizes)
        return min(seen[LOOKS // 2 :]) > max(seen[: LOOKS // 2])
