"""Shell: history by its name: a file, standard input, or a Kafka topic."""

from collections.abc import Callable, Iterator

from connectors import archive, topic
from dealwire.model import Article

KAFKA = "kafka://"


def open_archive(name: str, report: Callable[[str], None]) -> Iterator[Article]:
    """The articles in order of (event time, id, revision); a line that cannot be read is reported and passed over.

    Raises SourceError where there is no such archive.
    """
    if name.startswith(KAFKA):
        return archive.in_order(topic.read_topic(name, report))
    return archive.read_ordered(name, report)
