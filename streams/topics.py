"""Shell: the Kafka topics, what each is for and how it is made.

    articles.v1 ──understand──▶ events.v1 ──fold──▶ alerts.v1 ──notifier──▶ outbox.v1
                                    │  ▲▲
                            state.v1 ┘  │└ corrections.v1     any stage ──▶ dead_letters.v1
                                        └─ rules.v1

Topics are made by `dealwire topics create`, not by luck: brokers may forbid auto-creation, and a topic that is made
with the wrong number of partitions breaks the single-writer fold.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from dealwire.broker import PATIENCE, RECORD_BYTES_MAX
from dealwire.errors import StoreError, UsageError
from streams.settings import KafkaSettings

DAY_MS = 24 * 60 * 60 * 1000
CREATE_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How a topic must be made."""

    name: str
    purpose: str
    partitions: int
    config: dict[str, str]


def specs(settings: KafkaSettings) -> tuple[TopicSpec, ...]:
    """Every topic that dealwire needs, with the configuration that its use demands."""

    def kept(days: int) -> dict[str, str]:
        return {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS)}

    compacted = {"cleanup.policy": "compact"}
    letters = {"cleanup.policy": "compact,delete", "retention.ms": str(settings.dead_letter_retention_days * DAY_MS)}
    rows: Sequence[tuple[str, str, int, dict[str, str]]] = (
        ("articles", "items as published, by article id", settings.article_partitions,
         kept(settings.article_retention_days)),
        ("events", "readings: one article revision with all its events", 1, kept(settings.event_retention_days)),
        ("corrections", "what people have corrected", 1, compacted),
        ("state", "changelog of the fold's table: stories", 1, compacted),
        ("alerts", "alerts by id", 1, kept(settings.event_retention_days)),
        ("outbox", "the state of each delivery", 1, compacted),
        ("rules", "the rules that run", 1, compacted),
        ("dead_letters", "records that could not be taken, with place and reason", 1, letters),
    )  # fmt: skip
    size = {"max.message.bytes": str(RECORD_BYTES_MAX)}
    return tuple(TopicSpec(settings.topic(name), purpose, n, config | size) for name, purpose, n, config in rows)


@dataclass(frozen=True, slots=True)
class Made:
    """What `create` did about one topic."""

    spec: TopicSpec
    outcome: Literal["created", "exists"]


def create(settings: KafkaSettings) -> tuple[Made, ...]:
    """Make the topics that are missing; UsageError where one exists with other partitions than its use demands."""
    admin = connect(settings)
    try:
        return tuple(_create(admin, spec, settings.replication) for spec in specs(settings))
    except KafkaError as error:
        raise StoreError(f"kafka {settings.servers}: topics cannot be made: {_said(error)}") from error
    finally:
        admin.close()


def connect(settings: KafkaSettings) -> Any:
    """An admin client; StoreError where no broker answers."""
    try:
        return KafkaAdminClient(bootstrap_servers=settings.server_list, **PATIENCE, client_id=settings.group("admin"))
    except KafkaError as error:
        raise StoreError(f"kafka {settings.servers}: no broker answers; is it running?") from error


def _create(admin: Any, spec: TopicSpec, replication: int) -> Made:
    topic = NewTopic(spec.name, spec.partitions, replication, topic_configs=spec.config)
    try:
        admin.create_topics([topic])
    except TopicAlreadyExistsError:
        found = partitions_of(admin, spec.name)
        if found != spec.partitions:
            raise UsageError(
                f"topic {spec.name} has {found} partitions and needs {spec.partitions}; "
                "set kafka.article_partitions to what is there, or choose another kafka.prefix"
            ) from None
        return Made(spec, "exists")
    _await_leader(admin, spec)
    return Made(spec, "created")


def _await_leader(admin: Any, spec: TopicSpec) -> None:
    """A topic just made has no leader for a moment; who writes to it then meets errors that mean nothing."""
    give_up = time.monotonic() + CREATE_SECONDS_MAX
    while partitions_of(admin, spec.name) != spec.partitions:
        if time.monotonic() > give_up:
            raise StoreError(f"kafka: topic {spec.name} has no leader after {CREATE_SECONDS_MAX} s")
        time.sleep(0.05)


def partitions_of(admin: Any, name: str) -> int:
    """How many partitions with a leader the topic has; 0 where it does not exist."""
    (found,) = admin.describe_topics([name])
    return sum(1 for partition in found["partitions"] if partition.get("leader_id", -1) >= 0)


def _said(error: KafkaError) -> str:
    return f"{type(error).__name__}: {error}"
