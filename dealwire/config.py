"""Shell: what the configuration file may say. The rules, receivers and routes stand in the files that `rules` names.

    version: 1
    store: var/dealwire.db
    rules: watchlist.yaml
    feeds:
      - {name: Term Sheet Daily, url: "https://example.com/feed.xml", every: 15m}

Paths are relative to the file. `load_settings` reports every mistake at once, with file, line and column.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.registry import EVERY_DEFAULT, FeedSpec, Wait
from dealwire.document import parse, validate
from dealwire.errors import UsageError
from streams.settings import KafkaSettings

NAME = "dealwire.yaml"
"""The configuration that commands take where none is named."""


LOOPBACK = frozenset({"localhost", "::1"})


class Section(BaseModel):
    """A part of the configuration; a key that is not known is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PollSettings(Section):
    """How often feeds are visited that do not say."""

    every: Wait = EVERY_DEFAULT


class WebSubSettings(Section):
    """Feeds that offer a hub are pushed by it, where hubs can reach `dealwire push --listen`."""

    callback: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    """The address under which the public reaches it, as in https://news.example.org; none means polling alone."""


class RetentionSettings(Section):
    """How long things are kept, so that the disk stays bounded."""

    articles: Wait = timedelta(days=180)
    """Originals, for replay and for the sentences behind the facts."""
    deliveries: Wait = timedelta(days=365)
    """What was sent to whom."""


class MetricsSettings(Section):
    """Where a process serves /metrics, /healthz and /readyz."""

    listen: str = Field("", pattern=r"^(\S+:\d{1,5})?$")
    """host:port; empty: nowhere, unless the command's `--listen` says where."""


class WebSettings(Section):
    """Where the page is served, and to whom. On a loopback address nobody signs in; any other asks for it."""

    listen: str = Field("127.0.0.1:8484", pattern=r"^(\S+:\d{1,5})?$")
    """host:port; empty: nowhere."""
    hosts: tuple[str, ...] = ()
    """Names under which the page may be asked for, where a proxy or a name server gives it one."""
    users: dict[str, str] = {}
    """Names with the hashes that `dealwire web password` prints."""
    token: str = ""
    """The hash of a token for programs, which send it as `Authorization: Bearer …`."""
    edit_rules: bool = True
    """False where the rules files are under version control elsewhere: the page then only shows and tries them."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port or 0)

    @model_validator(mode="after")
    def _locked_elsewhere(self) -> Self:
        local = self.address[0] in LOOPBACK or self.address[0].startswith("127.")
        if self.listen and not local and not (self.users or self.token):
            raise ValueError(
                "listen: other machines reach this address; name users or a token, see `dealwire web password`"
            )
        if bad := [
            name
            for name, kept in (*self.users.items(), ("token", self.token))
            if kept and not kept.startswith("scrypt$")
        ]:
            raise ValueError(f"{bad[0]}: that is no hash; `dealwire web password` makes one")
        return self


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Settings(Section):
    """The whole configuration."""

    version: Literal[1]
    store: Path = Path("var/dealwire.db")
    rules: Annotated[tuple[Path, ...], BeforeValidator(_one_or_many), Field(min_length=1)]
    feeds: tuple[FeedSpec, ...] = ()
    poll: PollSettings = PollSettings()
    websub: WebSubSettings = WebSubSettings()
    kafka: KafkaSettings = KafkaSettings()
    retention: RetentionSettings = RetentionSettings()
    metrics: MetricsSettings = MetricsSettings()
    web: WebSettings = WebSettings()
    file: Path = Field(default=Path(), exclude=True)
    """Where this was read."""
    root: Path = Field(default=Path(), exclude=True)
    """The folder that paths are relative to: the file's own."""

    @model_validator(mode="after")
    def _feeds_differ(self) -> Self:
        names = [feed.title for feed in self.feeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two feeds have the name {twice[0]!r}; a name tells feeds apart")
        return self

    def listening(self, address: str) -> Self:
        """The same with /metrics served at this address, where one is given."""
        metrics = self.metrics.model_copy(update={"listen": address or self.metrics.listen})
        return self.model_copy(update={"metrics": metrics})

    def place(self, path: Path) -> Path:
        """A path of the configuration, from the folder that the configuration is in."""
        return self.root / path


def load_settings(path: Path) -> Settings:
    """The configuration at `path`; ConfigError with every mistake, UsageError where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        hint = "name one with --config, or start from examples/dealwire.yaml"
        raise UsageError(f"{path}: {error.strerror}; {hint}") from error
    settings = validate(parse(str(path), text), Settings)
    return settings.model_copy(update={"root": path.parent, "file": path})
