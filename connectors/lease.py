"""Shell: one of several ingesters visits the feeds, the others stand by and take over when it falls silent."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from dealwire.log import logger

log = logger("connectors")

LASTING = timedelta(seconds=30)
"""How long after its holder's last word a lease falls to another."""
RENEWED_EVERY = LASTING / 3


class Lease(Protocol):
    """The right to visit, as a store keeps it."""

    def take(self) -> bool:
        """Take or renew it; False while another holds it."""

    def release(self) -> None: ...


async def visit_while_held(
    lease: Lease,
    visit: Callable[[asyncio.Event], Awaitable[None]],
    stop: asyncio.Event,
    every: timedelta = RENEWED_EVERY,
) -> None:
    """Run `visit` until `stop` whenever the lease is ours; it is told to stop where the lease is lost."""
    waiting = False
    while not stop.is_set():
        if lease.take():
            log.info("lease_taken")
            waiting = False
            await _hold(lease, visit, stop, every)
        else:
            if not waiting:
                log.info("lease_awaited")
            waiting = True
            await _stopped_within(stop, every)


async def _hold(
    lease: Lease, visit: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event, every: timedelta
) -> None:
    ending = asyncio.Event()
    visiting = asyncio.ensure_future(visit(ending))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        while not (visiting.done() or stopping.done()):
            await asyncio.wait({visiting, stopping}, timeout=every.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
            if not (visiting.done() or stopping.done() or lease.take()):
                log.warning("lease_lost")
                break
        ending.set()
        await visiting
        if not stopping.done():
            await _stopped_within(stop, every)
    finally:
        stopping.cancel()
        visiting.cancel()
        await asyncio.gather(stopping, visiting, return_exceptions=True)
        lease.release()


async def _stopped_within(stop: asyncio.Event, wait: timedelta) -> None:
    try:
        async with asyncio.timeout(wait.total_seconds()):
            await stop.wait()
    except TimeoutError:
        return
