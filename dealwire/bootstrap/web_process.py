"""Shell: a process set for serving pages beside a thread that reads news: short waits, little memory."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_SECONDS = 0.0005
"""How long a thread keeps the interpreter from others that wait for it.

A page asks SQLite some hundred times and gives the interpreter up at each; beside a thread that reads news it would
wait Python's usual 5 ms as often to have it back.
"""
M_ARENA_MAX = -8
"""From glibc's malloc.h."""


@contextmanager
def set_for_pages() -> Iterator[None]:
    """Until the block ends. Enter it when all is loaded and before threads begin."""
    _share_one_arena()
    # rules and models stay: to look through their million objects for cycles takes a quarter of a second
    gc.collect()
    gc.freeze()
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()


def _share_one_arena() -> None:
    """Let a thread use what another freed, where the C library is glibc: it would else keep a heap for each."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
