"""A worker that stands still without dying: another takes over, and the first does no harm later."""

import signal

import pytest
from kafka_processes import Fleet

from connectors.publish import Publisher
from dealwire.model import Article
from streams import dead_letters, topics
from streams.worker.outlet import EXIT_FAILED
from streams.worker.rulebook import PublishedRules, RulesFile, publish_rules

# kafka-python 3.0.12 leaves a socket to the garbage collector where a client closes while it still connects
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

TAKE_OVER_SECONDS_MAX = 20
"""Beyond the session's time-out: a rebalance, and on a busy machine a slow one."""


@pytest.fixture
def fleet(settings, tmp_path):
    topics.create(settings)
    publish_rules(settings, PublishedRules(files=(RulesFile(name="rules.yaml", text="any"),)))
    fleet = Fleet(settings, tmp_path)
    yield fleet
    for process in fleet.running:
        process.send_signal(signal.SIGCONT)
    fleet.close()


def tell(settings, now, *titles):
    with Publisher(settings.server_list, settings.topic("articles")) as publisher:
        publisher.publish([Article.create(title=title, guid=title, fetched=now) for title in titles])


def folds(fleet, worker):
    """Whether this worker has taken the fold over and not released it again."""
    log = fleet.logs[worker.pid].read_text()
    return log.count('"event":"fold_taken_over"') > log.count('"event":"fold_released"')


def facts(fleet):
    alerts = fleet.alerts()
    assert len({alert.id for alert in alerts}) == len({alert.to_bytes() for alert in alerts})
    return {(alert.story, alert.labels["amount"]) for alert in alerts}


@pytest.mark.timeout(180)
def test_another_takes_over_from_a_frozen_worker_which_ends_when_it_wakes(fleet, settings, now):
    workers = [fleet.start_worker(), fleet.start_worker()]
    tell(settings, now, "Acme 1")
    fleet.wait_for(lambda: facts(fleet) == {("Acme", "1")}, "the first alert")
    (frozen,) = [worker for worker in workers if folds(fleet, worker)]

    frozen.send_signal(signal.SIGSTOP)
    tell(settings, now, *(f"Acme {amount}" for amount in range(2, 30)))
    expected = {("Acme", str(amount)) for amount in range(1, 30)}
    fleet.wait_for(lambda: facts(fleet) == expected, "the alerts of the one that took over")

    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(30) == EXIT_FAILED
    fleet.running.remove(frozen)
    tell(settings, now, "Acme 30", "Acme 7")
    fleet.wait_for(lambda: ("Acme", "30") in facts(fleet), "the alert after that")
    assert facts(fleet) == expected | {("Acme", "30")}
    assert dead_letters.kept(settings) == ()


@pytest.mark.timeout(180)
def test_another_takes_over_from_a_worker_that_is_stuck_in_one_record(settings, tmp_path, now):
    """Its heartbeats go on, so that the broker alone would never take its partitions from it."""
    fleet = Fleet(settings.model_copy(update={"stall_seconds_max": 3.0}), tmp_path)
    topics.create(settings)
    publish_rules(settings, PublishedRules(files=(RulesFile(name="rules.yaml", text="any"),)))
    try:
        workers = [fleet.start_worker(), fleet.start_worker()]
        tell(settings, now, "Acme 1")
        fleet.wait_for(lambda: facts(fleet) == {("Acme", "1")}, "the first alert")
        (stuck,) = [worker for worker in workers if folds(fleet, worker)]
        mark = tmp_path / "stuck"

        tell(settings, now, f"STUCK {mark}", "Acme 2")
        fleet.wait_for(mark.exists, "the record that takes for ever")

        assert stuck.wait(3 + TAKE_OVER_SECONDS_MAX) == EXIT_FAILED
        fleet.running.remove(stuck)
        assert "the event loop has stood still" in fleet.log_of(stuck)
        expected = {("Acme", "1"), ("Acme", "2"), ("STUCK", str(mark))}
        fleet.wait_for(lambda: facts(fleet) == expected, "the alerts of the one that took over")
        assert dead_letters.kept(settings) == ()
    finally:
        fleet.close()
