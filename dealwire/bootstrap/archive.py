"""Shell: history by its name: a file, standard input, or a Kafka topic; and what people corrected of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from connectors import archive, topic
from dealwire.errors import RecordError, SourceError, UsageError
from dealwire.model import Article
from dealwire.store import corrections
from dealwire.store.database import Store
from streams.stories.correction import Correction

KAFKA = "kafka://"


def open_archive(name: str, report: Callable[[str], None]) -> Iterator[Article]:
    """The articles in order of (event time, id, revision); a line that cannot be read is reported and passed over.

    Raises SourceError where there is no such archive.
    """
    if name.startswith(KAFKA):
        return archive.in_order(topic.read_topic(name, report))
    return archive.read_ordered(name, report)


def read_corrections(file: Path | None, store: Path | None) -> list[Correction]:
    """The corrections of a file and of a store, in the order in which they were made; those refused are left out.

    SourceError or RecordError where the file cannot be read: a replay without them would be another one.
    """
    made: dict[str, Correction] = {}
    if file is not None:
        made.update((one.id, one) for one in _corrections_in(file))
    if store is not None:
        if not store.exists():
            raise UsageError(f"{store}: there is no such store")
        with Store.open(store) as opened:
            made.update((one.id, one) for one in corrections.load(opened.connection))
    return sorted(made.values(), key=lambda one: (one.at, one.id))


def _corrections_in(file: Path) -> Iterator[Correction]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror or error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if orjson.loads(line).get("state") != "refused":
                yield Correction.from_bytes(line)
        except (orjson.JSONDecodeError, AttributeError, RecordError) as error:
            raise RecordError(f"{file}:{number}: {error}; write it with `dealwire story corrections --json`") from error
