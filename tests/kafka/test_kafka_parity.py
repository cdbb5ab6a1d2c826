"""One archive through a real Kafka with two workers, and through replay: the same news gives the same alerts."""

import archive
import pytest
from kafka_processes import Fleet

from connectors.archive import read_ordered
from connectors.publish import Publisher
from dealwire.bootstrap.kafka import publish
from dealwire.bootstrap.rules import core_from
from rules.load import Source
from streams import dead_letters, topics
from streams.replay import History, replay

PARITY_SECONDS_MAX = 100


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    path = archive.write(tmp_path_factory.mktemp("parity") / "archive.jsonl")
    return list(read_ordered(path, pytest.fail))


@pytest.fixture(scope="module")
def replayed(articles):
    core = core_from([Source(archive.RULES.name, archive.RULES.read_text(encoding="utf-8"))])
    history = History()
    for _ in replay(articles, core, history):
        pass
    return history


def through_kafka(fleet, articles):
    """The alerts of two workers, once each, when all of the archive has been folded."""
    settings = fleet.settings
    topics.create(settings)
    publish(settings, [archive.RULES])
    for _ in range(2):
        fleet.start_worker("kafka_worker.py")
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(articles)
    expected = {(article.id, article.revision) for article in articles}
    fleet.wait_for(lambda: fleet.folded() == expected, "all articles folded", PARITY_SECONDS_MAX)
    assert dead_letters.kept(settings) == ()
    return {alert.id: alert for alert in fleet.alerts()}


@pytest.fixture
def fleet(tmp_path):
    fleets = []

    def make(settings):
        fleets.append(Fleet(settings, tmp_path))
        return fleets[-1]

    yield make
    for fleet in fleets:
        fleet.close()


@pytest.mark.timeout(180)
def test_one_partition_gives_the_alerts_of_a_replay_id_by_id(fleet, settings, articles, replayed):
    alerts = through_kafka(fleet(settings.model_copy(update={"article_partitions": 1})), articles)

    assert alerts.keys() == replayed.alerts.keys()
    assert {i: a.contract() for i, a in alerts.items()} == {i: a.contract() for i, a in replayed.alerts.items()}
