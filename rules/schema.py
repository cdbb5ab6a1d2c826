"""Core: the shape of a rules file, as pydantic models, all but the inside of `match`, which rules.grammar reads.

Texts are strict: a number where a text belongs is a mistake, because YAML may have read it as another number.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictStr,
    Tag,
    model_validator,
)

from dealwire.model import Instant
from rules.duration import Duration

Severity = Literal["critical", "high", "medium", "low", "info"]
Grouping = Literal[
    "subject", "company", "category", "type", "region", "recipient", "investor", "lead_investor", "acquirer", "target",
    "seller", "vendor", "customer", "operator", "partner", "government",
]  # fmt: skip
"""By what stories are counted together: for a throttle, and for a sequence or count."""

ID_PATTERN = r"^[a-z0-9][a-z0-9_.-]{0,79}$"
EXTENSION = "x-"
"""Top-level keys that begin so are the author's own: a place for anchors."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""A text, or a list of them."""
Groupings = Annotated[tuple[Grouping, ...], BeforeValidator(_listed, json_schema_input_type=Grouping | list[Grouping])]


class Section(BaseModel):
    """A part of a rules file; it has no keys but these."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(Section):
    """A company of a watchlist."""

    name: StrictStr = Field(min_length=1)
    aliases: Texts = ()
    sectors: Texts = ()
    country: StrictStr = ""
    """ISO 3166-1 alpha-2 code or name of the country it is from."""


class Included(Section):
    """All the companies of another watchlist."""

    watchlist: StrictStr


def _member_kind(value: Any) -> str:
    if isinstance(value, str):
        return "name"
    return "included" if isinstance(value, dict) and "watchlist" in value else "member"


WatchlistItem = Annotated[
    Annotated[StrictStr, Tag("name")] | Annotated[Member, Tag("member")] | Annotated[Included, Tag("included")],
    Discriminator(_member_kind),
]
"""A company by name, a company with what is said of it, or another watchlist."""


class Throttle(Section):
    """At most one new story for each key in this time, by event time."""

    by: Groupings = ()
    every: Duration


class Receiver(BaseModel):
    """A receiver; what else it is set to is the notifier's to read."""

    model_config = ConfigDict(extra="allow", frozen=True)
    url: StrictStr = ""


class ToldArticle(Section):
    """An article as a test tells it. Without `published`, it comes an hour after the one before."""

    title: StrictStr = Field(min_length=1)
    body: StrictStr = ""
    source: StrictStr = ""
    url: StrictStr = ""
    id: StrictStr = ""
    """Two articles with one id are one article, edited."""
    published: Instant | None = None


class OwnTest(Section):
    """A test beside its rule: one article, or several in order, and what the rule makes of the last of them."""

    article: ToldArticle | None = None
    articles: tuple[ToldArticle, ...] = ()
    alerts: StrictBool
    kind: Literal["new", "changed"] | None = None
    receivers: Texts | None = None

    @model_validator(mode="after")
    def _has_articles(self) -> "OwnTest":
        if (self.article is None) == (not self.articles):
            raise ValueError("a test has one of article and articles; write article: {title: ...}")
        if not self.alerts and (self.kind or self.receivers):
            raise ValueError("a test that expects no alert has no kind and no receivers; leave them out")
        return self

    @property
    def told(self) -> tuple[ToldArticle, ...]:
        return self.articles or ((self.article,) if self.article else ())


class ExpectedAlert(Section):
    """An alert that a test expects."""

    rule: StrictStr
    kind: Literal["new", "changed"] = "new"
    receivers: Texts | None = None


class FileTest(Section):
    """A test in a file of its own: articles in order, and all the alerts that the rules make of them."""

    name: StrictStr = Field(min_length=1)
    articles: tuple[ToldArticle, ...] = Field(min_length=1)
    alerts: tuple[ExpectedAlert, ...]


class RuleEntry(Section):
    """A rule as it stands in a file. It has a `match`; or a `sequence`, or a `count` of matching stories."""

    id: StrictStr = Field(pattern=ID_PATTERN)
    title: StrictStr = ""
    severity: Severity = "info"
    labels: Mapping[StrictStr, StrictStr] | None = None
    status: Literal["active", "experimental"] = "active"
    enabled: StrictBool = True
    match: Any = None
    sequence: Any = None
    count: Any = None
    by: Grouping | None = None
    within: Duration | None = None
    alert_on: Annotated[
        tuple[Literal["new", "changed"], ...],
        BeforeValidator(_listed, json_schema_input_type=Literal["new", "changed"] | list[Literal["new", "changed"]]),
        Field(min_length=1),
    ] = ("new", "changed")
    throttle: Throttle | None = None
    send_to: Texts = ()
    tests: tuple[OwnTest, ...] = ()

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "RuleEntry":
        if self.sequence is not None and self.count is not None:
            raise ValueError("a rule has a sequence or a count, not both")
        correlates = self.sequence is not None or self.count is not None
        if correlates and (self.by is None or self.within is None):
            raise ValueError("a sequence or count needs both by and within; as in by: acquirer, within: 30d")
        if not correlates and (self.by is not None or self.within is not None):
            raise ValueError("by and within belong to a sequence or a count; a throttle has by and every")
        if self.match is None and self.sequence is None:
            raise ValueError("field 'match' is missing")
        return self


class RulesFile(Section):
    """A whole rules file."""

    version: Literal[1]
    include: Texts = ()
    watchlists: Mapping[StrictStr, list[WatchlistItem]] = {}
    receivers: Mapping[StrictStr, Receiver] = {}
    routing: Any = None
    rules: tuple[RuleEntry, ...] = ()
    tests: tuple[FileTest, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _without_extensions(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: item for key, item in value.items() if not key.startswith(EXTENSION)}
