"""Shell: the settings that every Kafka process shares. Light to import: no client library comes with it."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    stall_seconds_max: float = Field(300.0, ge=1.0, le=3_600.0)
    """A worker that lives, but is stuck in one record for so long, ends itself, so that another takes over."""
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
