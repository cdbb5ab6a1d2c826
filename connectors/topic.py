"""Shell: a Kafka topic as an archive: what stands on it from its beginning to its end, read without a group."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from dealwire.broker import records
from dealwire.errors import RecordError, UsageError
from dealwire.model import Article


def read_topic(url: str, report: Callable[[str], None]) -> Iterator[Article]:
    """The articles on the topic of `kafka://host:port/topic`, up to its end as it stood when the reading began.

    A record that is no article is reported as `topic:partition:offset: cause` and passed over.
    """
    parts = urlsplit(url)
    topic = parts.path.strip("/")
    if parts.scheme != "kafka" or not parts.netloc or not topic:
        raise UsageError(f"{url}: a topic is named kafka://host:port/topic")
    for record in records(parts.netloc.split(","), topic):
        try:
            yield Article.from_bytes(record.value or b"")
        except RecordError as error:
            report(f"{topic}:{record.partition}:{record.offset}: {error}")
