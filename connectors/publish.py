"""Shell: articles onto Kafka. `publish` returns only when the broker has acknowledged every one of them.

The producer is idempotent: a request that is sent again after a lost answer is written once. A whole batch that is
published again (the process died between the acknowledgement and the feed's state) is harmless, because an article's id
and revision come from its content.
"""

from collections.abc import Sequence
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from dealwire.broker import PATIENCE
from dealwire.errors import StoreError
from dealwire.model import Article

DELIVERY_SECONDS_MAX = 120
"""How long the producer goes on trying before a batch counts as refused; a broker restarts in less."""
LINGER_MS = 5
BATCH_BYTES_MAX = 256 * 1024
ARTICLE_BYTES_MAX = 1024 * 1024
"""What a broker takes by default (message.max.bytes)."""
HEAD_BYTES_MAX = 4096


class Publisher:
    """Writes articles to one topic, keyed by article id so that an article's revisions keep their order."""

    def __init__(self, servers: Sequence[str], topic: str, client_id: str = "dealwire-ingest") -> None:
        self._topic = topic
        try:
            self._producer: Any = KafkaProducer(
                bootstrap_servers=list(servers),
                **PATIENCE,
                client_id=client_id,
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=DELIVERY_SECONDS_MAX * 1000,
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES_MAX,
            )
        except KafkaError as error:
            raise StoreError(f"kafka {','.join(servers)}: no broker answers; is it running?") from error

    def publish(self, articles: Sequence[Article]) -> None:
        """Write the articles and wait for the broker's word on each; StoreError where it refuses any."""
        try:
            pending = [
                self._producer.send(self._topic, key=article.id.encode(), value=_bounded(article))
                for article in articles
            ]
            for future in pending:
                future.get(timeout=DELIVERY_SECONDS_MAX)
        except KafkaError as error:
            cause = f"{type(error).__name__}: {error}"
            raise StoreError(f"kafka topic {self._topic}: articles not acknowledged: {cause}") from error

    def close(self) -> None:
        self._producer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _bounded(article: Article) -> bytes:
    """The article's wire form. A body that no broker would take is halved until one does: what counts stands first."""
    raw = article.to_bytes()
    while len(raw) > ARTICLE_BYTES_MAX - HEAD_BYTES_MAX:
        article = article.model_copy(update={"body": article.body[: len(article.body) // 2]})
        raw = article.to_bytes()
    return raw
