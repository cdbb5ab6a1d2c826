"""Shell's arithmetic, pure: how long to wait before the next try, and when to leave a receiver alone for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

WAIT_SECONDS_FIRST = 2.0
WAIT_SECONDS_MAX = 300.0


def wait_seconds(attempts: int, random: Random, retry_after_seconds: float | None = None) -> float:
    """How long to wait after that many tries: doubling, half of it at random so that receivers do not move in step.

    "Equal jitter", from Brooker, Exponential Backoff and Jitter (AWS Architecture Blog, 2015). What the receiver
    asked for is the least that is waited.
    """
    ceiling: float = min(WAIT_SECONDS_FIRST * 2 ** min(attempts - 1, 16), WAIT_SECONDS_MAX)
    own = ceiling / 2 + random.uniform(0, ceiling / 2)
    return max(own, retry_after_seconds or 0.0)


@dataclass(slots=True)
class Breaker:
    """Opens after failures in a row, so that a dead receiver is asked rarely; after the pause one try is a probe."""

    failures_to_open: int = 5
    pause: timedelta = timedelta(minutes=1)
    pause_max: timedelta = timedelta(minutes=15)
    failures: int = 0
    open_until: datetime | None = None

    def succeeded(self) -> bool:
        """Whether this closed an open breaker."""
        was_open = self.open_until is not None
        self.failures, self.open_until = 0, None
        return was_open

    def failed(self, now: datetime) -> bool:
        """Whether this opened it, having been closed."""
        self.failures += 1
        if self.failures < self.failures_to_open:
            return False
        newly = self.open_until is None
        self.open_until = now + min(self.pause * 2 ** min(self.failures - self.failures_to_open, 16), self.pause_max)
        return newly
