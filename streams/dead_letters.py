"""Shell: dead letters on Kafka: the records that could not be taken, on `dead_letters.v1`, until retried or dropped.

The topic is compacted by the letter's id, and a letter that is dealt with is deleted by a tombstone. The embedded shell
keeps the same records in SQLite (dealwire.store.dead_letters), under the same verbs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dealwire.broker import Writer, records, writing
from dealwire.errors import RecordError, UsageError
from dealwire.identity import digest
from dealwire.model import DeadLetter
from dealwire.store.dead_letters import chosen, say
from streams.settings import KafkaSettings


def letter_of(record: Any, *, doing: str, error: BaseException, now: datetime) -> DeadLetter:
    """The dead letter of a Kafka record, with its topic, partition, offset and key, and what was being done to it."""
    where = f"{record.topic}:{record.partition}:{record.offset}"
    return DeadLetter(
        id=digest("dead letter", record.topic, record.partition, record.offset),
        original=record.value or b"",
        key=record.key,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        place=f"{doing} {where}",
        reason=say(error),
        at=now,
    )


def kept(settings: KafkaSettings) -> tuple[DeadLetter, ...]:
    """The dead letters on the topic, oldest first."""
    letters: dict[bytes, DeadLetter] = {}
    for record in records(settings.server_list, settings.topic("dead_letters")):
        if record.value is None:
            letters.pop(record.key, None)
            continue
        try:
            letters[record.key] = DeadLetter.from_bytes(record.value)
        except RecordError as error:
            letters[record.key] = letter_of(record, doing="list", error=error, now=_at(record))
    return tuple(sorted(letters.values(), key=lambda letter: (letter.at, letter.id)))


def drop(settings: KafkaSettings, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    """Forget the dead letters of these ids; UsageError where one is not there, and then none is forgotten."""
    letters = chosen(kept(settings), ids)
    with writing(settings.server_list) as writer:
        _forget(settings, writer, letters)
    return letters


def retry(settings: KafkaSettings, ids: Sequence[str]) -> tuple[DeadLetter, ...]:
    """Put the records of these dead letters onto their topics once more, then forget the letters."""
    letters = chosen(kept(settings), ids)
    if lost := [letter.id for letter in letters if not letter.topic]:
        raise UsageError(f"dead letter {', '.join(lost)} came from no topic and cannot be retried; drop it")
    with writing(settings.server_list) as writer:
        for letter in letters:
            writer.write(letter.topic, [(letter.key, letter.original)])
        _forget(settings, writer, letters)
    return letters


def _forget(settings: KafkaSettings, writer: Writer, letters: Sequence[DeadLetter]) -> None:
    writer.write(settings.topic("dead_letters"), [(letter.id.encode(), None) for letter in letters])


def _at(record: Any) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
