"""Core: where an alert goes and what becomes of it there. Start reading at `decision`.

settings ── what people set ──▶ routing: which receivers ──▶ decision: send, hold, group, digest, or why not
"""

from notifier.decide.decision import Decision, History, decide
from notifier.decide.routing import Destination, Router
from notifier.decide.settings import Policy, ReceiverSettings, Routing
from notifier.decide.silences import Acknowledgement, Silence

__all__ = [
    "Acknowledgement",
    "Decision",
    "Destination",
    "History",
    "Policy",
    "ReceiverSettings",
    "Router",
    "Routing",
    "Silence",
    "decide",
]
