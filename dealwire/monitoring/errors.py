"""Shell: what dealwire reports as going wrong, counted by event: every warning and error that it logs.

Events are names in the code ("feed_unavailable", "reading_failed"), so that the series are bounded.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter

OURS = "dealwire"
EVENT = re.compile(r"[a-z]+(_[a-z]+)*")
OTHER = "other"


class ErrorMetrics(logging.Handler):
    """Counts dealwire's own log lines at `warning` and above, whatever the level is that they are shown from."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(logging.WARNING)
        self._errors = Counter(
            "dealwire_errors",
            "Warnings and errors that dealwire logged, by part and event.",
            ["part", "event", "level"],
            registry=registry,
        )

    def emit(self, record: logging.LogRecord) -> None:
        event = record.msg if isinstance(record.msg, str) and EVENT.fullmatch(record.msg) else OTHER
        level = "error" if record.levelno >= logging.ERROR else "warning"
        self._errors.labels(record.name.removeprefix(f"{OURS}."), event, level).inc()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count for as long as this lasts."""
        ours = logging.getLogger(OURS)
        ours.addHandler(self)
        try:
            yield
        finally:
            ours.removeHandler(self)
