"""Topics are made as their use demands; articles count as published only once the broker has them."""

import pytest
from kafka import KafkaConsumer

from connectors.publish import Publisher
from dealwire.errors import UsageError
from dealwire.model import Article
from streams import topics


def test_creating_topics_twice_makes_them_once(settings):
    first, second = topics.create(settings), topics.create(settings)

    assert {made.outcome for made in first} == {"created"}
    assert {made.outcome for made in second} == {"exists"}
    assert {made.spec.name: made.spec.partitions for made in first}[settings.topic("events")] == 1


def test_a_topic_with_other_partitions_is_refused_with_what_to_do(settings):
    topics.create(settings)

    with pytest.raises(UsageError, match=r"articles\.v1 has 4 partitions and needs 7; set kafka\.article_partitions"):
        topics.create(settings.model_copy(update={"article_partitions": 7}))


def test_published_articles_are_on_the_topic_when_publish_returns(settings, now):
    topics.create(settings)
    articles = [Article.create(title=f"Acme raises ${n}M", guid=str(n), fetched=now) for n in range(50)]

    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(articles)

    assert sorted(a.id for a in _read(settings, "articles")) == sorted(a.id for a in articles)


def test_an_article_too_large_for_a_broker_loses_the_tail_of_its_body(settings, now):
    topics.create(settings)
    article = Article.create(title="Acme raises $5M", body="€" * 1_000_000, guid="1", fetched=now)

    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish([article])

    (read,) = _read(settings, "articles")
    assert read.id == article.id
    assert article.body.startswith(read.body)
    assert len(read.body) > 100_000


def _read(settings, name):
    consumer = KafkaConsumer(
        settings.topic(name),
        bootstrap_servers=settings.server_list,
        auto_offset_reset="earliest",
        consumer_timeout_ms=2_000,
    )
    try:
        return [Article.from_bytes(record.value) for record in consumer]
    finally:
        consumer.close()
