"""Shell: what a worker writes to Kafka, through one idempotent producer; and how it ends when that fails."""

import logging
import os
from collections.abc import Sequence
from typing import Any, NoReturn

from aiokafka import AIOKafkaProducer

from dealwire.broker import RECORD_BYTES_MAX
from dealwire.log import logger
from streams.settings import KafkaSettings

LINGER_MS = 5
BATCH_BYTES_MAX = 512 * 1024
"""Below a broker's default message.max.bytes: one batch is one append, whole or not at all."""
REQUEST_SECONDS_MAX = 60
"""How long a write may wait for a broker that is away; one that restarts is back sooner."""
EXIT_FAILED = 70

log = logger("worker")

Write = tuple[bytes, bytes | None]


class Outlet:
    """Writes records and waits for the broker's word; `start` it inside the event loop before use."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.server_list,
            client_id=self._settings.group("worker"),
            enable_idempotence=True,
            acks="all",
            linger_ms=LINGER_MS,
            max_batch_size=BATCH_BYTES_MAX,
            max_request_size=RECORD_BYTES_MAX,
            request_timeout_ms=REQUEST_SECONDS_MAX * 1000,
        )
        await self._producer.start()

    async def stop(self) -> None:
        await self._started.stop()

    @property
    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the outlet was not started")
        return self._producer

    async def send(self, topic: str, key: bytes | None, value: bytes) -> Any:
        """Hand a record to the producer; the future it returns is done when the broker has acknowledged it."""
        return await self._started.send(topic, value, key=key)

    async def send_and_wait(self, topic: str, key: bytes | None, value: bytes) -> None:
        await self._started.send_and_wait(topic, value, key=key)

    async def append(self, topic: str, groups: Sequence[Sequence[Write]]) -> list[tuple[int, Write]]:
        """Append groups of writes to partition 0 of `topic`; a group stands there whole or not at all.

        Returns each write with its offset. A group larger than a batch is split: its writes then stand in order.
        """
        appended: list[tuple[int, Write]] = []
        batch, held = self._started.create_batch(), list[Write]()
        room = BATCH_BYTES_MAX

        async def flush() -> None:
            nonlocal batch, held, room
            if held:
                batch.close()
                metadata = await (await self._started.send_batch(batch, topic, partition=0))
                appended.extend((metadata.offset + n, write) for n, write in enumerate(held))
            batch, held, room = self._started.create_batch(), [], BATCH_BYTES_MAX

        for group in groups:
            needed = sum(map(_size, group))
            if needed > room:
                await flush()
            for write in group:
                key, value = write
                if batch.append(key=key, value=value, timestamp=None) is None:
                    await flush()
                    batch.append(key=key, value=value, timestamp=None)
                held.append(write)
            room -= needed
        await flush()
        return appended


def _size(write: Write) -> int:
    """An upper bound of the write's bytes in a batch."""
    key, value = write
    return len(key) + len(value or b"") + 64


def give_up(why: str, error: BaseException) -> NoReturn:
    """End the process at once, without committing anything.

    Faust would stop in an orderly way and commit on the way out; a worker that cannot write must leave every offset
    where it is. State needs no orderly end: it is whole at every moment.
    """
    log.error("worker_gave_up", why=why, error=f"{type(error).__name__}: {error}")
    logging.shutdown()
    os._exit(EXIT_FAILED)
