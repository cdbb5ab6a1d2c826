"""The broker that the Kafka tests share: one a session, and all of its tests on one xdist worker."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import kafka_newsroom
import pytest
from kafka_broker import Broker, missing
from kafka_processes import Fleet

from dealwire.bootstrap.kafka import publish
from streams import topics
from streams.settings import KafkaSettings

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents and "broker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.kafka)
            item.add_marker(pytest.mark.xdist_group("kafka"))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running Apache Kafka; skipped with the reason where none can be had, which CI counts as a failure."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run the Kafka tests: {reason}")
        pytest.skip(reason)
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def settings(broker: Broker, tmp_path: Path) -> KafkaSettings:
    """Settings with topics and groups of the test's own on the shared broker, and time-outs that suit a test."""
    return KafkaSettings(
        servers=broker.address,
        prefix=f"t{uuid.uuid4().hex[:8]}",
        session_timeout_seconds=3.0,
        state_dir=tmp_path / "state",
    )


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def fleet(settings, tmp_path):
    """The processes of a test, on topics that exist and with the newsroom's rules published."""
    topics.create(settings)
    rules = tmp_path / "rules.yaml"
    rules.write_text(kafka_newsroom.RULES, encoding="utf-8")
    publish(settings, [rules])
    fleet = Fleet(settings, tmp_path)
    yield fleet
    fleet.close()
