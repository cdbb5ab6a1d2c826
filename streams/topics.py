"""Shell: the Kafka topics, what each is for and how it is made, and the settings that every Kafka process shares.

    articles.v1 ──understand──▶ events.v1 ──fold──▶ alerts.v1 ──notifier──▶ outbox.v1
                                    │  ▲
                            state.v1 ┘  └ rules.v1           any stage ──▶ dead_letters.v1

Topics are made by `dealwire topics create`, not by luck: brokers may forbid auto-creation, and a topic that is made
with the wrong number of partitions breaks the single-writer fold.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from pydantic import BaseModel, ConfigDict, Field

from dealwire.errors import StoreError, UsageError

DAY_MS = 24 * 60 * 60 * 1000
CREATE_SECONDS_MAX = 30
RECORD_BYTES_MAX = 8 * 1024 * 1024
"""What one record on a topic of ours may be: a story with its alerts, a dead letter around an article of a megabyte."""


class KafkaSettings(BaseModel):
    """Where Kafka is and how dealwire uses it: the `kafka` part of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: str = "localhost:9092"
    """Brokers to ask first, separated by commas."""
    prefix: str = Field("dealwire", pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")
    """What every topic and group begins with, so that several dealwires may share a cluster."""
    article_partitions: int = Field(4, ge=1, le=1_000)
    """How far understanding scales; more workers than this stand by."""
    replication: int = Field(1, ge=1, le=10)
    article_retention_days: int = Field(7, ge=1)
    event_retention_days: int = Field(30, ge=1)
    dead_letter_retention_days: int = Field(30, ge=1)
    session_timeout_seconds: float = Field(10.0, ge=1.0, le=300.0)
    """After a process dies without a word, its partitions wait this long before another takes them."""
    state_store: Literal["rocksdb", "memory"] = "rocksdb"
    """Where the fold keeps its table; its changelog topic is the truth in both cases."""
    state_dir: Path = Path("var/worker")
    standby_replicas: int = Field(1, ge=0, le=5)
    """How many other workers follow the state, to take over without reading it all."""
    in_flight_max: int = Field(500, ge=1, le=100_000)
    """How many records a worker may have taken and not yet seen acknowledged."""

    def topic(self, name: str) -> str:
        """One of dealwire's topics by its full name: "articles" is "dealwire.articles.v1"."""
        return f"{self.prefix}.{name}.v1"

    def group(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    @property
    def server_list(self) -> list[str]:
        return [server.strip() for server in self.servers.split(",") if server.strip()]


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
        return KafkaAdminClient(bootstrap_servers=settings.server_list, client_id=settings.group("admin"))
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
