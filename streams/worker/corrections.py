"""Shell: people's corrections as they travel on `corrections.v1`, each under its id: kept for good, read by the fold.

The topic has one partition, as events have, so that the worker that folds reads both.
"""

from dealwire.broker import records, writing
from dealwire.errors import RecordError, UsageError
from dealwire.model import Story
from streams.settings import KafkaSettings
from streams.stories.correction import Correction
from streams.stories.record import decode, story_key
from streams.stories.view import story_of


def publish_correction(settings: KafkaSettings, correction: Correction) -> None:
    """Hand a correction to the worker that folds; StoreError where no broker takes it."""
    with writing(settings.server_list) as writer:
        writer.write(settings.topic("corrections"), [(correction.id.encode(), correction.to_bytes())])


def published_corrections(settings: KafkaSettings) -> list[Correction]:
    """All corrections in the order in which they were made; records that are none are left out."""
    made: dict[str, Correction] = {}
    for record in records(settings.server_list, settings.topic("corrections")):
        try:
            correction = Correction.from_bytes(record.value or b"")
        except RecordError:  # the worker that folds has made a dead letter of it
            continue
        made[correction.id] = correction
    return sorted(made.values(), key=lambda one: (one.at, one.id))


def find_folded_story(settings: KafkaSettings, story: str) -> Story:
    """The story of this id, or the only one that begins so, as the worker's changelog has it; UsageError if none."""
    prefix = story_key(story).encode()
    found: dict[bytes, bytes] = {}
    for record in records(settings.server_list, settings.topic("state")):
        if record.key is None or not record.key.startswith(prefix):
            continue
        if record.value is None:
            found.pop(record.key, None)
        else:
            found[record.key] = record.value
    if len(found) != 1 or not story:
        what = "several stories begin with" if len(found) > 1 else "the workers hold no story"
        raise UsageError(f"{what} {story!r}")
    return story_of(decode(next(iter(found.values()))))
