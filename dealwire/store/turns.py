"""Shell: the writers of one file within this process, first come, first served.

Left to SQLite, who waits looks again ten times a second, and one that writes all the time never lets it in. Nor would
Python's own lock: who lets it go may have it again before the one that waits has woken.
"""

import threading
from collections import deque
from pathlib import Path

_turns: dict[str, "Turns"] = {}


class Turns:
    """A lock that goes to those who wait for it in the order in which they came."""

    __slots__ = ("_guard", "_taken", "_waiting")

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    @classmethod
    def of(cls, path: str) -> "Turns":
        """Those of the file at this path; each store in memory has its own."""
        return cls() if path == ":memory:" else _turns.setdefault(str(Path(path).resolve()), cls())

    def take(self, seconds: float) -> bool:
        """Wait for one's turn for so long; whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            call = threading.Lock()
            call.acquire()
            self._waiting.append(call)
        if call.acquire(timeout=seconds):
            return True
        with self._guard:
            if call not in self._waiting:
                return True  # it came at the last moment
            self._waiting.remove(call)
        return False

    def give(self) -> None:
        """Let the next have it."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
