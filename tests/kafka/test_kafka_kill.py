"""`kill -9` of worker, ingest and notifier, and of the broker: every alert is in the outbox exactly once.

DEALWIRE_KILLS says how often each is killed; `make soak` says twenty.
"""

import os
import random

import pytest
from kafka_processes import Fleet
from kafka_storm import Storm

from streams import dead_letters

KILLS = int(os.environ.get("DEALWIRE_KILLS", "3"))
SEED = int(os.environ.get("DEALWIRE_SEED", "1"))
SECONDS_MAX = 150 + 40 * KILLS


@pytest.mark.timeout(SECONDS_MAX)
def test_every_alert_is_in_the_outbox_exactly_once_whatever_dies(settings, broker, tmp_path):
    fleet = Fleet(settings.model_copy(update={"article_partitions": 1}), tmp_path)
    storm = Storm(fleet, tmp_path)
    alerts, revisions = storm.expected()
    assert len(alerts) >= 100
    chance = random.Random(SEED)
    try:
        storm.begin()
        storm.rage(chance, KILLS)
        broker.kill()
        broker.start()

        fleet.wait_for(lambda: fleet.folded() == revisions, "every article folded", 60, storm.tend)
        fleet.wait_for(lambda: set(fleet.outbox()) >= alerts, "every alert in the outbox", 60, storm.tend)
    finally:
        fleet.close()

    assert sorted(fleet.outbox()) == sorted(alerts)
    assert dead_letters.kept(settings) == ()
