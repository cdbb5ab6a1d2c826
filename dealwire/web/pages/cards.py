"""Core: a story as one row of a list: who, what, how much, the sentence behind it, its sources, the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from dealwire.model import Change, Party, Story, Telling
from dealwire.reference.money import format_money
from dealwire.reference.names import fold_name
from dealwire.reference.quantities import format_quantity
from dealwire.store.browse import Row
from dealwire.store.fired import Fired
from dealwire.web.pages.wording import words
from notifier.render.escape import cut, one_line
from notifier.render.view import ROLE_NAMES, best_said, web_link

TITLE_LENGTH_MAX = 160
QUOTE_LENGTH_MAX = 280
QUOTE_WORDS_MIN = 5
"""Fewer say nothing by themselves: the title they stand in, or the article's, is shown instead."""
SOURCES_MAX = 3
NAMES_MAX = 4
QUANTITIES_MAX = 3
TITLE_ROLES = {"funding": ("recipient",), "mna": ("acquirer", "target"), "hardware": ()}
"""Who stands in the title already, by category."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    url: str
    """Empty where the article's is no plain web address."""


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody who takes part, and where their page is."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Role:
    label: str
    names: tuple[Name, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Card:
    """One row."""

    id: str
    category: str
    kinds: tuple[str, str, str]
    """Category, type and status in words."""
    title: str
    at: datetime
    badge: str
    """`new` or `changed` since the reader's last visit."""
    sum: str
    sum_note: str
    roles: tuple[Role, ...]
    facts: tuple[str, ...]
    changes: tuple[Change, ...]
    quote: str
    quote_source: str
    sources: tuple[Source, ...]
    sources_more: int
    fired: tuple[Fired, ...]
    confidence: float
    retracted: bool
    acknowledged: bool
    worth: float
    """In US dollars, for the day's total; 0 where undisclosed."""

    @property
    def href(self) -> str:
        return story_path(self.id)


def story_path(story: str) -> str:
    return f"/stories/{quote(story, safe='')}"


def company_key(party: Party) -> str:
    """Under which a company is kept: its id where the gazetteer knows it, else its folded name."""
    return party.company or fold_name(party.name)


def company_path(key: str) -> str:
    return f"/companies/{quote(key, safe='')}"


def title_of(story: Story) -> str:
    """Who the story is of: the subject, or acquirer and target; a title where nobody is named."""
    if story.category == "mna" and story.names("acquirer") and story.names("target"):
        said = f"{story.names('acquirer')[0]} → {story.names('target')[0]}"
    else:
        said = story.subject or (story.tellings[0].title if story.tellings else words(story.type))
    return cut(one_line(said), TITLE_LENGTH_MAX)


def card(row: Row, mark: datetime | None = None) -> Card:
    """The row of a list. `mark` is the reader's last visit, None for no marks."""
    story = row.story
    sources = tuple(dict.fromkeys(_sources(story)))
    said, by = quoted(story)
    return Card(
        id=story.id,
        category=story.category,
        kinds=(words(story.category), words(story.type), words(story.status).lower()),
        title=title_of(story),
        at=row.at,
        badge=badge(row, mark),
        sum=best_said(story.amount),
        sum_note=spread(story),
        roles=tuple(roles(story)),
        facts=tuple(_facts(story)),
        changes=story.versions[-1].changes if story.version > 1 and story.versions else (),
        quote=said,
        quote_source=by,
        sources=sources[:SOURCES_MAX],
        sources_more=max(0, len(sources) - SOURCES_MAX),
        fired=row.fired,
        confidence=story.confidence,
        retracted=story.retracted,
        acknowledged=row.acknowledged,
        worth=float(story.amount.best.usd or 0) if story.amount and not story.retracted else 0.0,
    )


def badge(row: Row, mark: datetime | None) -> str:
    """What the story is to a reader who was last here at `mark`, by when dealwire learnt of it."""
    if mark is None or row.changed <= mark:
        return ""
    return "new" if row.arrived > mark else "changed"


def spread(story: Story) -> str:
    """The span of what sources say of the amount, where they differ."""
    figure = story.amount
    if figure is None:
        return "undisclosed" if story.category != "hardware" else ""
    if figure.high <= figure.low:
        return ""
    low, high = (format_money(figure.best.model_copy(update={"value": v, "qualifier": "exact", "high": None}))
                 for v in (figure.low, figure.high))  # fmt: skip
    return f"{low} to {high}"


def roles(story: Story, shown_max: int = NAMES_MAX) -> Iterator[Role]:
    """Those who take part and do not stand in the title, by role."""
    in_title = TITLE_ROLES.get(story.category, ())
    for role, label in ROLE_NAMES.items():
        held = {company_key(p): p for p in reversed(story.participants) if p.role == role}
        names = [Name(one_line(p.name), company_path(key)) for key, p in reversed(held.items())
                 if role not in in_title or len(held) > 1]  # fmt: skip
        names = [name for name in names if name.name != story.subject or len(names) > 1]
        if names:
            yield Role(label, tuple(names[:shown_max]), max(0, len(names) - shown_max))


def _facts(story: Story) -> Iterator[str]:
    if story.valuation:
        yield f"valued at {best_said(story.valuation)}"
    for quantity in story.quantities[:QUANTITIES_MAX]:
        yield format_quantity(quantity)
    if story.regions:
        yield ", ".join(story.regions) + (" (cross-border)" if story.cross_border else "")
    elif story.cross_border:
        yield "cross-border"


def quoted(story: Story) -> tuple[str, str]:
    """The newest trigger's words and who wrote them; a title where no words are kept."""
    tellings = {telling.article: telling for telling in sorted(story.tellings, key=lambda t: t.at)}
    places = list(tellings)
    found = [q for q in story.quotes if q.fact == "trigger" and q.article in tellings]
    if found:
        newest = max(found, key=lambda q: places.index(q.article))
        telling = tellings[newest.article]
        said = newest.quote if len(newest.quote.split()) >= QUOTE_WORDS_MIN else telling.title
        return cut(one_line(said), QUOTE_LENGTH_MAX), source_name(telling)
    if places:
        last = tellings[places[-1]]
        return cut(one_line(last.title), QUOTE_LENGTH_MAX), source_name(last)
    return "", ""


def source_name(telling: Telling) -> str:
    return one_line(telling.source or urlsplit(web_link(telling.url)).hostname or "source")


def _sources(story: Story) -> Iterator[Source]:
    named = set()
    for telling in sorted(story.tellings, key=lambda t: t.at, reverse=True):
        name = source_name(telling)
        if telling.copy_of is None and name not in named:
            named.add(name)
            yield Source(name, web_link(telling.url))
