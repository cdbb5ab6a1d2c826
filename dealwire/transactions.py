"""Shell: writes to Kafka that land whole or not at all; of the writers of one name, only the newest is heard.

The producer is aiokafka's, on an event loop in a thread of its own: kafka-python's (3.0.12) loses a request of its
transaction when the broker restarts, and then waits for ever.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced

from dealwire.broker import ACKNOWLEDGE_SECONDS_MAX, RECORD_BYTES_MAX
from dealwire.errors import FencedError, StoreError
from dealwire.log import logger

log = logger("transactions")

RETRY_MS = 1_000
CLOSE_SECONDS_MAX = 10
"""A producer that cannot say good-bye to its broker in this time leaves without."""


class TransactionalWriter:
    """Writes groups of records, each group a transaction. To be used by one thread at a time.

    What an older writer of this name left unfinished is undone before the constructor returns.
    """

    def __init__(self, servers: Sequence[str], name: str) -> None:
        """`name` is the transactional id; StoreError where no broker answers."""
        self._place = f"kafka {','.join(servers)}"
        self._failure: BaseException | None = None
        self._left = asyncio.Event()
        running: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, args=(running,), name=f"writer {name}", daemon=True)
        self._thread.start()
        self._loop = running.result()
        try:
            self._producer: AIOKafkaProducer = self._result(_started(servers, name), f"transactional id {name}")
        except StoreError as error:
            self._leave()
            suggestion = (
                "is a broker running, and has it room for transactions (transaction.state.log.replication.factor)?"
            )
            raise StoreError(f"{error}; {suggestion}") from error

    def write(self, topic: str, records: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Write pairs of key and value, all or none; on return the broker has acknowledged and committed them.

        StoreError where it has not done so in ACKNOWLEDGE_SECONDS_MAX, FencedError where a newer writer of this name
        has begun. A writer that failed once is of no more use: the next of its name undoes what it left.
        """
        if self._failure:
            kind = FencedError if isinstance(self._failure, ProducerFenced) else StoreError
            raise kind(f"{self._place}: topic {topic}: an earlier write failed") from self._failure
        self._result(self._transaction(topic, records), f"topic {topic}")

    async def _transaction(self, topic: str, records: Sequence[tuple[bytes, bytes | None]]) -> None:
        async with self._producer.transaction():
            await asyncio.gather(*[await self._producer.send(topic, value, key=key) for key, value in records])

    def close(self) -> None:
        """End the producer; an unfinished transaction is left to the next writer of this name."""
        try:
            self._submit(self._producer.stop()).result(CLOSE_SECONDS_MAX)
        except (KafkaError, TimeoutError):  # nothing waits for it: what was written is acknowledged
            pass
        finally:
            self._leave()

    def _result(self, work: Coroutine[Any, Any, Any], doing: str) -> Any:
        try:
            return self._submit(work).result(ACKNOWLEDGE_SECONDS_MAX)
        except ProducerFenced as error:
            self._failure = error
            raise FencedError(f"{self._place}: {doing}: another process writes in this one's place") from error
        except (KafkaError, TimeoutError) as error:
            self._failure = error
            raise StoreError(f"{self._place}: {doing}: {type(error).__name__}: {error}") from error

    def _submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, running: Future[asyncio.AbstractEventLoop]) -> None:
        with asyncio.Runner() as runner:
            runner.get_loop().set_exception_handler(_note)
            running.set_result(runner.get_loop())
            runner.run(self._left.wait())

    def _leave(self) -> None:
        self._loop.call_soon_threadsafe(self._left.set)
        self._thread.join(CLOSE_SECONDS_MAX)


def _note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What aiokafka's own tasks leave behind when they fail; whoever writes hears of the failure itself."""
    log.debug("writer_task_failed", cause=str(context.get("exception") or context["message"]))


async def _started(servers: Sequence[str], name: str) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=list(servers),
        transactional_id=name,
        acks="all",
        transaction_timeout_ms=ACKNOWLEDGE_SECONDS_MAX * 1000,
        max_request_size=RECORD_BYTES_MAX,
        retry_backoff_ms=RETRY_MS,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer
