"""Shell: delivery. Start reading at `dispatcher`, which drains the outbox through the senders that `build` makes."""

from notifier.send.build import build_sender
from notifier.send.dispatcher import Dispatcher, World
from notifier.send.linking import Linker
from notifier.send.sender import Outside, Receipt, Sender

__all__ = ["Dispatcher", "Linker", "Outside", "Receipt", "Sender", "World", "build_sender"]
