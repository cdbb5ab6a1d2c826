"""Shell: Faust's consumer, made to notice records that it would leap over after a rebalance.

Seen with faust-streaming 0.15.3: records fetched before a rebalance can arrive after the seek to the committed offset.
Faust takes the distance for a gap in the topic (compaction, transaction markers), counts what lies in it as
acknowledged, and commits past it: those records are lost. Where no offset was committed yet it leaps without a word.

The topics that dealwire consumes have no gaps. So where a record does not follow the last one, this consumer seeks back
to where it should be; only if the same distance shows again, as where retention deleted records, is it a real gap.

And where nothing was committed yet, aiokafka's `seek_to_committed` (0.14) seeks nothing: records fetched before a
rebalance stay passed over until the next one comes, if any does. This consumer then seeks the beginning.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP

from dealwire.log import logger

log = logger("worker.transport")


class GaplessConsumer(aiokafka.Consumer):
    """Yields the records of each acknowledged partition without leaps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._leaps: dict[TP, tuple[int, int]] = {}

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109 - Faust's signature
        """The next records; those of a partition that leapt are left for the next fetch, which follows the seek."""
        left: set[TP] = set()
        async for place, message in super().getmany(timeout):
            if place in left:
                continue
            if self._is_acknowledged(place) and await self._leapt(place, message.offset):
                left.add(place)
                continue
            yield place, message

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek each partition's committed offset, its beginning where there is none; the committed offsets."""
        committed: Mapping[TP, int] = await super().seek_to_committed()
        fresh = [place for place, offset in committed.items() if not offset and self._is_acknowledged(place)]
        for place, first in (await self.earliest_offsets(*fresh)).items() if fresh else ():
            await self.seek(place, first)
        return committed

    def _is_acknowledged(self, place: TP) -> bool:
        return bool(self.app.topics.acks_enabled_for(place.topic))

    async def _leapt(self, place: TP, offset: int) -> bool:
        """Whether records between the last one read and this were passed over; they are then read next."""
        last = self._read_offset[place]  # after a seek: the offset that was sought, which is then the next expected
        if last is None:
            last = (await self.earliest_offsets(place))[place]
            follows = offset <= last
        else:
            follows = offset <= last + 1
        if follows or self._leaps.get(place) == (last, offset):
            return False
        self._leaps[place] = (last, offset)
        log.warning("records_sought_again", topic=place.topic, partition=place.partition, expected=last, found=offset)
        await self.seek(place, last)
        return True


class GaplessTransport(aiokafka.Transport):
    """Faust's Kafka transport with that consumer."""

    Consumer: ClassVar[type[GaplessConsumer]] = GaplessConsumer


class WorkerApp(faust.App):
    """Faust's app on that transport."""

    def _new_transport(self) -> GaplessTransport:
        return GaplessTransport(self.conf.broker_consumer, self)
