"""Core: the records that travel through dealwire and their wire form. Start reading here.

    Article ──understand──▶ Reading(article, events) ──fold──▶ Story ──match──▶ Alert ──decide──▶ Delivery

Records are frozen pydantic models. On the wire they are JSON in UTF-8 with a `v` (the form's version); fields that a
reader does not know are passed over, so an older process reads what a newer one writes. Ids come from content
(dealwire.identity): the same work done twice gives the same ids.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dealwire.errors import RecordError
from dealwire.identity import canonical_url, digest

FUTURE_TOLERANCE = timedelta(hours=1)
"""A `published` later than `fetched` by more than this is a wrong clock: event time is then `fetched`."""

Category = Literal["funding", "mna", "hardware"]
Role = Literal[
    "recipient", "investor", "lead_investor", "acquirer", "target", "seller", "vendor", "customer", "operator",
    "partner", "government",
]  # fmt: skip
Qualifier = Literal["exact", "approx", "at_least", "up_to", "range"]
ChangeKind = Literal[
    "status", "amount", "valuation", "round", "lead_investor", "acquirer", "price", "closed", "collapsed",
    "retracted", "corrected",
]  # fmt: skip
"""The named material changes that make a new version of a story."""

CATEGORIES: tuple[Category, ...] = ("funding", "mna", "hardware")
ROUNDS = ("pre_seed", "seed", *(f"series_{letter}" for letter in "abcdefghij"))
TYPES: Mapping[Category, tuple[str, ...]] = {
    "funding": (
        *ROUNDS, "equity_round", "debt", "convertible", "grant", "sovereign_commitment", "strategic_investment",
        "fund_close", "ipo", "secondary", "undisclosed",
    ),
    "mna": (
        "acquisition", "merger", "majority_stake", "minority_stake", "divestiture", "spin_off", "going_private",
        "joint_venture", "acquihire",
    ),
    "hardware": (
        "chip_announcement", "chip_release", "delay", "tape_out", "roadmap", "supply_deal", "capacity_commitment",
        "data_centre", "fab", "design_win", "benchmark", "export_control", "partnership", "government_programme",
        "price_change",
    ),
}  # fmt: skip
STATUSES: Mapping[Category, tuple[str, ...]] = {
    "funding": ("rumored", "in_talks", "announced", "closed", "cancelled"),
    "mna": (
        "rumored", "denied", "in_talks", "bid", "rejected", "announced", "cleared", "completed", "terminated",
    ),
    "hardware": ("rumored", "planned", "announced", "under_construction", "shipping", "delayed", "cancelled"),
}  # fmt: skip
COLLAPSED = frozenset({"cancelled", "terminated", "denied", "rejected"})
CLOSED = frozenset({"closed", "completed"})


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with its zone, held in UTC."""


class Value(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)


class Record(Value):
    """A whole record, as it stands on a topic or in a table."""

    form: ClassVar[int] = 1
    v: int = 1

    def to_bytes(self) -> bytes:
        """The wire form: JSON, keys in a fixed order, absent facts left out."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """The record that `raw` holds; RecordError with the place and cause where it holds none."""
        try:
            record = cls.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "record"
            raise RecordError(f"{cls.__name__.lower()}: {place}: {first['msg'].lower()}") from error
        if record.v > cls.form:
            raise RecordError(f"{cls.__name__.lower()}: version {record.v} is newer than this dealwire ({cls.form})")
        return record


class Article(Record):
    """One item as published. `title` and `body` are kept as given: spans count code points in them."""

    id: str
    revision: str
    title: str
    body: str = ""
    source: str = ""
    """The outlet as a reader would name it: "Reuters"."""
    feed: str = ""
    """The configured source that delivered it."""
    url: str = ""
    language: str = ""
    """ISO 639-1, where the source declares it."""
    published: Instant | None = None
    updated: Instant | None = None
    fetched: Instant

    @classmethod
    def create(
        cls,
        *,
        title: str,
        fetched: datetime,
        id: str = "",  # noqa: A002 - the wire's own name
        guid: str = "",
        url: str = "",
        **rest: Any,
    ) -> Self:
        """An article with its derived ids: the id supplied, else of its canonical URL, else of feed and guid."""
        feed, body = rest.get("feed", ""), rest.get("body", "")
        if not id:
            id = digest("url", canonical_url(url)) if url else digest("guid", feed, guid or title)  # noqa: A001
        return cls(id=id, revision=digest(title, body), title=title, fetched=fetched, url=url, **rest)

    @property
    def at(self) -> datetime:
        """Event time: `published`, or `fetched` where that is missing or more than an hour ahead of it."""
        if self.published is None or self.published - self.fetched > FUTURE_TOLERANCE:
            return self.fetched
        return self.published

    @property
    def order(self) -> tuple[datetime, datetime]:
        """Which of two revisions is the later: by `updated`, then by fetch."""
        return (self.updated or self.published or self.fetched, self.fetched)

    def text(self, place: str) -> str:
        return self.title if place == "title" else self.body


class Money(Value):
    """A sum in units of an ISO 4217 currency. `usd` is its worth by the dated rate table, None where that has none."""

    value: int | float
    currency: str
    usd: int | float | None = None
    qualifier: Qualifier = "exact"
    high: int | float | None = None
    """The upper bound where the text gives a range; `value` is then the lower one."""


class Quantity(Value):
    """A measured fact: power in MW, chips (a count), process in nm, memory in GB, stake in percent, area as written."""

    kind: str
    value: int | float
    unit: str
    qualifier: Qualifier = "exact"


class Participant(Value):
    """Who takes part, as written without legal suffix; `company` is the canonical id where the gazetteer knows it."""

    name: str
    role: Role
    company: str | None = None


class Evidence(Value):
    """The exact words that prove a fact, at [start, end) in code points of the article's title or body.

    `fact` is trigger, amount, valuation, status, participant:<name> or quantity:<kind>.
    """

    fact: str
    place: Literal["title", "body"] = Field(alias="in")
    start: int
    end: int
    quote: str


class MarketEvent(Value):
    """One thing that an article says happened."""

    id: str
    category: Category
    type: str
    status: str
    subject: str | None = None
    """Recipient or target, else the first vendor, operator or government."""
    participants: tuple[Participant, ...] = ()
    amount: Money | None = None
    valuation: Money | None = None
    quantities: tuple[Quantity, ...] = ()
    regions: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes."""
    cross_border: bool | None = None
    confidence: float = 0.5
    """The probability that the event is right, as measured on labelled articles."""
    background: bool = False
    """Told in passing, of the past: it may add to a story that is known, and never founds one."""
    descriptor: str = ""
    """How the text calls a subject that it does not name: "ex-Google chip startup"."""
    frame: str = ""
    """Which frame understood it, for explanations."""
    evidence: tuple[Evidence, ...] = ()

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Who holds any of these roles, in the order of the text."""
        return tuple(p.name for p in self.participants if p.role in roles)

    def quote(self, fact: str) -> Evidence | None:
        return next((e for e in self.evidence if e.fact == fact), None)


class Reading(Record):
    """One article revision with all its events, possibly none: an edit thus replaces or retracts in one step.

    Where there are no events, `article` comes without its body.
    """

    article: Article
    events: tuple[MarketEvent, ...] = ()
    extractor: str = ""
    """The version of the understanding that made it."""
    language: str = "en"
    passed_over: str = ""
    """Why the article was not read, as in "language: de"."""
    possible: tuple[MarketEvent, ...] = ()
    """What it may tell, too unsure to be claimed: to which known story it belongs may show from these."""


class Telling(Value):
    """One article of a story."""

    article: str
    revision: str
    title: str
    source: str = ""
    url: str = ""
    at: Instant
    copy_of: str | None = None
    """The article of which this one is a syndicated copy."""


class Claim(Value):
    """A sum as some articles state it."""

    money: Money
    articles: tuple[str, ...]


class Figure(Value):
    """A sum merged over a story's articles: the best-founded claim, and the span of them all in its currency."""

    best: Money
    low: int | float
    high: int | float
    claims: tuple[Claim, ...] = ()


class Party(Participant):
    """A participant of a story and the articles that name it so."""

    articles: tuple[str, ...] = ()


class Quote(Value):
    """The words behind a fact of a story."""

    article: str
    fact: str
    place: Literal["title", "body"] = Field(alias="in")
    start: int
    end: int
    quote: str


class Change(Value):
    """One named material change, its values as a person reads them ("$500M", "$525M")."""

    kind: ChangeKind
    before: str = ""
    after: str = ""


class Version(Value):
    """One version of a story: which article made it, and what changed. Version 1 changed nothing."""

    number: int
    at: Instant
    article: str
    changes: tuple[Change, ...] = ()


class Story(Record):
    """One real-world deal, launch or programme, however many articles tell it."""

    id: str
    category: Category
    type: str
    status: str
    subject: str | None = None
    subject_company: str | None = None
    participants: tuple[Party, ...] = ()
    amount: Figure | None = None
    valuation: Figure | None = None
    quantities: tuple[Quantity, ...] = ()
    regions: tuple[str, ...] = ()
    cross_border: bool | None = None
    confidence: float = 0.5
    first_at: Instant
    last_at: Instant
    tellings: tuple[Telling, ...] = ()
    source_count: int = 1
    """Independent sources: syndicated copies of one text are one."""
    quotes: tuple[Quote, ...] = ()
    version: int = 1
    versions: tuple[Version, ...] = ()
    retracted: bool = False
    merged_into: str | None = None

    def names(self, *roles: Role) -> tuple[str, ...]:
        return tuple(p.name for p in self.participants if p.role in roles)


class Reason(Value):
    """One clause of a rule and the value that met it, with the words it came from where there are any."""

    clause: str
    """As written: "amount >= 100M USD"."""
    field: str
    met_by: str
    """As a person reads it: "$500M"."""
    quote: Quote | None = None


class Alert(Record):
    """One rule and one story version. `story_view` is the story as it stood, which is what a receiver is shown."""

    id: str
    rule: str
    rule_title: str = ""
    severity: str = "info"
    labels: dict[str, str] = {}
    rules_hash: str = ""
    """Which rules ran; no part of the id."""
    story: str
    version: int
    kind: Literal["new", "changed"]
    at: Instant
    articles: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    changes: tuple[Change, ...] = ()
    """What is different since this rule last alerted on the story."""
    send_to: tuple[str, ...] = ()
    experimental: bool = False
    """Recorded, not sent."""
    story_view: Story | None = None

    @staticmethod
    def id_of(rule: str, story: str, version: int, kind: str) -> str:
        return digest("alert", rule, story, version, kind)

    def contract(self) -> dict[str, Any]:
        """The line that `dealwire replay` writes."""
        chosen = {"id", "rule", "story", "version", "kind", "articles", "at", "reasons"}
        return self.model_dump(mode="json", include=chosen, exclude_none=True)


class DeadLetter(Record):
    """A record that could not be taken, as its owner sees it: what it was, where it stood, and why."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    """Of the record's place: a record that fails again each time it comes is one dead letter."""
    original: bytes
    """The record's value, byte for byte."""
    key: bytes | None = None
    topic: str = ""
    """Empty in the embedded shell, which has no topics."""
    partition: int = 0
    offset: int = 0
    place: str
    """What was being done to what: "fold dealwire.events.v1:0:17"."""
    reason: str
    at: Instant
