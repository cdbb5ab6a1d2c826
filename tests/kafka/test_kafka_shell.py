"""The Kafka shell on a real broker, over a small core: what it promises whatever dies when."""

from typing import NamedTuple

import pytest
from kafka.admin import NewTopic
from kafka_processes import Fleet

from connectors.publish import Publisher
from dealwire.broker import writing
from dealwire.errors import UsageError
from dealwire.model import Article
from streams import dead_letters, topics
from streams.worker.outlet import EXIT_FAILED
from streams.worker.rulebook import PublishedRules, RulesFile, publish_rules


class Record(NamedTuple):
    """A record as a Kafka client hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


NAMES = 20
AMOUNTS = 15
COPIES = 2
"""Each amount of each name is told twice, under two ids."""


@pytest.fixture
def fleet(settings, tmp_path):
    topics.create(settings)
    use_rules(settings, "any")
    fleet = Fleet(settings, tmp_path)
    yield fleet
    fleet.close()


def use_rules(settings, text):
    publish_rules(settings, PublishedRules(files=(RulesFile(name="rules.yaml", text=text),)))


def articles(now, titles):
    return [Article.create(title=title, guid=f"{n}-{title}", fetched=now) for n, title in enumerate(titles)]


def told(now):
    return articles(now, [f"N{n} {a}" for a in range(AMOUNTS) for n in range(NAMES) for _ in range(COPIES)])


def publish(settings, batch):
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish(batch)


def facts(alerts):
    """What the alerts say, once each: a redelivery sends an alert again, verbatim."""
    assert len({alert.id for alert in alerts}) == len({alert.to_bytes() for alert in alerts})
    return {(alert.story, alert.labels["amount"]) for alert in alerts}


EXPECTED = {(f"N{n}", str(a)) for n in range(NAMES) for a in range(AMOUNTS)}


def test_two_workers_understand_together_and_one_folds(fleet, settings, now):
    workers = [fleet.start_worker(), fleet.start_worker()]

    publish(settings, told(now))

    fleet.wait_for(lambda: facts(fleet.alerts()) == EXPECTED, "every alert")
    assert [fleet.stop(worker) for worker in workers] == [0, 0]


def test_a_bad_record_becomes_a_dead_letter_and_the_rest_goes_on(fleet, settings, now):
    fleet.start_worker()
    with writing(settings.server_list) as writer:
        writer.write(settings.topic("articles"), [(b"bad", b"\xff not json")])
        writer.write(settings.topic("events"), [(b"worse", b"{}")])
    publish(settings, articles(now, ["FAIL 1", "UNFOLDABLE 1", "Acme 5"]))

    fleet.wait_for(lambda: len(dead_letters.kept(settings)) == 4, "four dead letters")
    fleet.wait_for(lambda: facts(fleet.alerts()) == {("Acme", "5")}, "the good article's alert")

    letters = {letter.original[:5] + letter.place[:4].encode(): letter for letter in dead_letters.kept(settings)}
    undecodable = letters[b"\xff notunde"]
    assert undecodable.original == b"\xff not json"
    assert undecodable.key == b"bad"
    assert undecodable.place.startswith(f"understand {settings.topic('articles')}:")
    assert undecodable.reason.startswith("RecordError: article: ")
    assert sorted(letter.reason for letter in letters.values())[2:] == [
        "ValueError: cannot be folded",
        "ValueError: cannot be understood",
    ]


def test_a_worker_that_cannot_write_a_dead_letter_exits_and_the_record_stays(settings, tmp_path, now):
    admin = topics.connect(settings)
    admin.create_topics([NewTopic(settings.topic("dead_letters"), 1, 1, topic_configs={"max.message.bytes": "100"})])
    admin.close()
    topics.create(settings)
    use_rules(settings, "any")
    fleet = Fleet(settings, tmp_path)
    try:
        worker = fleet.start_worker()
        publish(settings, articles(now, ["UNFOLDABLE 1"]))

        assert worker.wait(60) == EXIT_FAILED
        assert fleet.folded() == set()
        assert fleet.read("dead_letters") == []
    finally:
        fleet.close()


def test_a_dead_letter_is_retried_onto_its_topic_or_dropped(fleet, settings, now):
    (article,) = articles(now, ["Acme 7"])
    with writing(settings.server_list) as writer:
        for place in (1, 2):
            letter = dead_letters.letter_of(
                Record(settings.topic("articles"), 0, place, article.id.encode(), article.to_bytes()),
                doing="understand",
                error=ValueError("the extractor was broken"),
                now=now,
            )
            writer.write(settings.topic("dead_letters"), [(letter.id.encode(), letter.to_bytes())])
    first, second = (letter.id for letter in dead_letters.kept(settings))

    dead_letters.retry(settings, [first])
    dead_letters.drop(settings, [second])
    fleet.start_worker()

    assert dead_letters.kept(settings) == ()
    fleet.wait_for(lambda: facts(fleet.alerts()) == {("Acme", "7")}, "the alert")
    with pytest.raises(UsageError, match=f"no dead letter {second}"):
        dead_letters.drop(settings, [second])


def test_rules_swap_between_records_and_broken_ones_never_do(fleet, settings, now):
    fleet.start_worker()
    publish(settings, articles(now, ["Acme 1"]))
    fleet.wait_for(lambda: len(fleet.alerts()) == 1, "the first alert")

    use_rules(settings, "broken")
    fleet.wait_for(lambda: len(dead_letters.kept(settings)) == 1, "the dead letter of the broken rules")
    publish(settings, articles(now, ["Acme 2"]))
    fleet.wait_for(lambda: len(fleet.alerts()) == 2, "the second alert")
    use_rules(settings, "other")
    fleet.wait_for(lambda: _logged(fleet, "rules_in_use") == 2, "the other rules in use")
    publish(settings, articles(now, ["Acme 3"]))
    fleet.wait_for(lambda: len(fleet.alerts()) == 3, "the third alert")

    assert [alert.rule for alert in fleet.alerts()] == ["any", "any", "other"]


def test_records_wait_for_the_first_rules(settings, tmp_path, now):
    topics.create(settings)
    fleet = Fleet(settings, tmp_path)
    try:
        fleet.start_worker()
        publish(settings, articles(now, ["Acme 1"]))
        fleet.wait_for(lambda: _logged(fleet, "rules_awaited") == 1, "a word about the missing rules")
        assert fleet.read("events") == []

        use_rules(settings, "late")

        fleet.wait_for(lambda: facts(fleet.alerts()) == {("Acme", "1")}, "the alert")
    finally:
        fleet.close()


def _logged(fleet, event):
    return sum(path.read_text().count(f'"event":"{event}"') for path in fleet.folder.glob("process-*.log"))
