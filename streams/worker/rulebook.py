"""Shell: the rules that run, as they travel on `rules.v1`: the files' own text, published whole and read whole.

Workers never read rules files, which may differ from machine to machine. Each follows the topic and swaps between
records. The topic is compacted and has one key, so that its end is what runs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from dealwire.broker import records, writing
from dealwire.errors import DealwireError, RecordError
from dealwire.identity import digest
from dealwire.log import logger
from dealwire.model import Record, Value
from streams.settings import KafkaSettings

KEY = b"rules"
POLL_MS = 500

log = logger("worker.rules")


class RulesFile(Value):
    """One rules file: its name, for messages, and its text, in which secrets are still only named."""

    name: str
    text: str


class PublishedRules(Record):
    """All the rules that run."""

    files: tuple[RulesFile, ...]

    @property
    def hash(self) -> str:
        return digest("rules", *(part for file in self.files for part in (file.name, file.text)))


def publish_rules(settings: KafkaSettings, rules: PublishedRules) -> None:
    """Make these the rules that run; the caller has validated them. StoreError where no broker takes them."""
    with writing(settings.server_list) as writer:
        writer.write(settings.topic("rules"), [(KEY, rules.to_bytes())])


def published_rules(settings: KafkaSettings) -> PublishedRules | None:
    """The rules that were published last; None where none were. RecordError where they cannot be read."""
    last = None
    for record in records(settings.server_list, settings.topic("rules")):
        last = record.value
    return None if last is None else PublishedRules.from_bytes(last)


class RulesFeed:
    """Follows `rules.v1` and hands each set of rules to `use`; what `use` refuses goes to `refuse`, and the last stays.

    `ready` is set once the topic has been read to its end and holds rules that can be used.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        use: Callable[[PublishedRules], None],
        refuse: Callable[[Any, DealwireError], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._use = use
        self._refuse = refuse
        self.ready = asyncio.Event()

    async def follow(self) -> None:
        """Read the rules from the topic's beginning, then every change; runs until it is cancelled."""
        place = TopicPartition(self._settings.topic("rules"), 0)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.server_list, group_id=None, enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            latest = None
            while await consumer.position(place) < end:
                for record in await self._poll(consumer, place):
                    latest = record
            if latest is None:
                log.warning("rules_awaited", topic=place.topic, hint="dealwire rules publish")
            else:
                await self._take(latest)
            while True:
                for record in await self._poll(consumer, place):
                    await self._take(record)
        finally:
            await consumer.stop()

    async def _poll(self, consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Any]:
        return (await consumer.getmany(place, timeout_ms=POLL_MS)).get(place, [])

    async def _take(self, record: Any) -> None:
        try:
            if record.value is None:
                raise RecordError("rules were deleted; those that run stay")
            rules = PublishedRules.from_bytes(record.value)
            self._use(rules)
        except DealwireError as error:
            log.warning("rules_refused", offset=record.offset, error=str(error))
            await self._refuse(record, error)
            return
        log.info("rules_in_use", hash=rules.hash, files=len(rules.files))
        self.ready.set()
