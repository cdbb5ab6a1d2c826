"""Core: one story as its page shows it: facts with their proof, ranges, a timeline, texts with marked words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from dealwire.model import Alert, Article, Change, Claim, Figure, Money, Quote, Story, Telling, Version
from dealwire.reference.money import format_money
from dealwire.reference.names import fold_name
from dealwire.reference.quantities import format_quantity
from dealwire.web.charts.chart import NOTHING
from dealwire.web.pages.cards import company_key, company_path, source_name
from dealwire.web.pages.spans import Piece, excerpt, marked
from dealwire.web.pages.wording import words
from notifier.render.escape import one_line
from notifier.render.view import ROLE_NAMES, best_said, web_link

AROUND_CHARACTERS = 700
"""How much of an article's text is shown beside its marked words."""
PROOFS_MAX = 3
TELLINGS_MAX = 60
"""Of a story that the whole world tells, the earliest and the latest half of these."""
STATUS_CHANGES = frozenset({"status", "closed", "collapsed"})
RANGE_WIDTH = 400
RANGE_INSET = 12


@dataclass(frozen=True, slots=True)
class Proof:
    """Who says a fact, in which words."""

    source: str
    words: str
    anchor: str
    """Of the words in the article further down; empty where its text is not kept."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One value of a fact, and its proof."""

    text: str
    href: str = ""
    proofs: tuple[Proof, ...] = ()
    sources: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    stated: tuple[Stated, ...]
    drawn: Markup = NOTHING
    """Where sources differ: the claims on a line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment of the story: an article, a version that no article made, a person's correction, an alert."""

    at: datetime
    kind: str
    """article, version, person or alert"""
    title: str
    meta: str = ""
    href: str = ""
    changes: tuple[Change, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """An article with the words behind the facts marked."""

    anchor: str
    source: str
    at: datetime
    url: str
    title: tuple[Piece, ...]
    body: tuple[Piece, ...]


def anchor_of(article: str, fact: str) -> str:
    """The id in the page of the words that prove a fact in an article.

    >>> anchor_of("5d41", "participant:Ann & Co")
    'w-5d41-participant-ann-co'
    """
    slug = "-".join("".join(c if c.isalnum() else " " for c in fact.lower()).split())
    return f"w-{article}-{slug}"


class Dossier:
    """A story and the articles of it that are kept."""

    def __init__(self, story: Story, articles: Mapping[str, Article]) -> None:
        self.story = story
        self._articles = articles
        self._tellings = {telling.article: telling for telling in story.tellings}
        self._quotes: dict[str, list[Quote]] = {}
        for quote in story.quotes:
            self._quotes.setdefault(quote.fact, []).append(quote)

    def facts(self) -> tuple[Fact, ...]:
        return tuple(self._facts())

    def _facts(self) -> Iterator[Fact]:
        story = self.story
        yield Fact("Type", (Stated(f"{words(story.category)}, {words(story.type)}", proofs=self._proofs("trigger")),))
        yield Fact("Status", (Stated(words(story.status), proofs=self._proofs("status", self._tellers_of_status())),))
        if story.amount:
            yield self._figure("Price" if story.category == "mna" else "Amount", "amount", story.amount)
        if story.valuation:
            yield self._figure("Valuation", "valuation", story.valuation)
        for role, label in ROLE_NAMES.items():
            stated = tuple(
                Stated(one_line(party.name), company_path(company_key(party)),
                       self._proofs(f"participant:{party.name}", party.articles), len(party.articles))
                for party in story.participants if party.role == role
            )  # fmt: skip
            if stated:
                yield Fact(label, stated)
        for quantity in story.quantities:
            yield Fact(
                words(quantity.kind),
                (Stated(format_quantity(quantity), proofs=self._proofs(f"quantity:{quantity.kind}")),),
            )
        if story.regions:
            yield Fact(
                "Regions", (Stated(", ".join(story.regions) + (", across a border" if story.cross_border else "")),)
            )

    def _figure(self, label: str, fact: str, figure: Figure) -> Fact:
        claims = figure.claims
        if all(claim.money.value != figure.best.value for claim in claims):  # as a person corrected it
            claims = (Claim(money=figure.best, articles=()), *claims)
        stated = tuple(
            Stated(said_of(claim.money), proofs=self._proofs(fact, claim.articles), sources=len(claim.articles))
            for claim in claims
        )
        drawn = draw_range(figure) if figure.high > figure.low else Markup()
        return Fact(label, stated, drawn)

    def _proofs(self, fact: str, articles: Sequence[str] = ()) -> tuple[Proof, ...]:
        """The words behind a fact, in these articles where they are named."""
        found = self._quotes.get(fact) or [
            quote for name, quotes in self._quotes.items() if _same(name, fact) for quote in quotes
        ]
        held = sorted((q for q in found if not articles or q.article in articles), key=self._age)
        named = tuple(self._proof(quote) for quote in held[:PROOFS_MAX])
        return named or tuple(self._teller(article) for article in articles[:PROOFS_MAX] if article in self._tellings)

    def _teller(self, article: str) -> Proof:
        """Who says it, where the story does not keep the words."""
        anchor = f"a-{article}" if article in self._articles else ""
        return Proof(source_name(self._tellings[article]), "", anchor)

    def _age(self, quote: Quote) -> float:
        """The newest first."""
        telling = self._tellings.get(quote.article)
        return -telling.at.timestamp() if telling else 0.0

    def _tellers_of_status(self) -> tuple[str, ...]:
        """The articles from the one on that made the status what it is; all of them where it never changed."""
        since = max(
            (version.at for version in self.story.versions if {c.kind for c in version.changes} & STATUS_CHANGES),
            default=None,
        )
        return tuple(t.article for t in self.story.tellings if since is None or t.at >= since) or ("",)

    def _proof(self, quote: Quote) -> Proof:
        telling = self._tellings.get(quote.article)
        article = self._articles.get(quote.article)
        stands = article is not None and article.text(quote.place)[quote.start : quote.end] == quote.quote
        return Proof(
            source_name(telling) if telling else "an article",
            one_line(quote.quote),
            anchor_of(quote.article, quote.fact) if stands else "",
        )

    def texts(self) -> tuple[Text, ...]:
        """The articles that are kept, the latest first; copies of one text once."""
        return tuple(
            self._text(telling, self._articles[telling.article])
            for telling in shown_tellings(self.story.tellings)[::-1]
            if telling.copy_of is None and telling.article in self._articles
        )

    def _text(self, telling: Telling, article: Article) -> Text:
        quotes = [quote for quote in self.story.quotes if quote.article == article.id]
        body = marked(article.body, (quote for quote in quotes if quote.place == "body"))
        return Text(
            anchor=f"a-{article.id}",
            source=source_name(telling),
            at=telling.at,
            url=web_link(article.url),
            title=marked(article.title, (quote for quote in quotes if quote.place == "title")),
            body=excerpt(body, AROUND_CHARACTERS),
        )

    def timeline(self, alerts: Iterable[Alert], people: Iterable[Entry]) -> tuple[Entry, ...]:
        """Everything that happened to the story, the latest first."""
        made = {version.article: version for version in self.story.versions}
        earlier = [*self._before_edits(made)]
        edited = {version.article for version, _ in earlier}
        entries = [*people, *(entry for _, entry in earlier)]
        for telling in shown_tellings(self.story.tellings):
            version = made.pop(telling.article, None)
            at = version.at if version and telling.article in edited else telling.at
            copy = "; a copy of another's text" if telling.copy_of else ""
            entries.append(
                Entry(at, "article", one_line(telling.title), f"{source_name(telling)}{copy}",
                      web_link(telling.url), version.changes if version else (), version.number if version else 0)
            )  # fmt: skip
        entries += [
            Entry(version.at, "version", f"Version {version.number}", changes=version.changes, version=version.number)
            for version in made.values()
        ]
        entries += [
            Entry(
                alert.at, "alert", one_line(alert.rule_title or alert.rule), f"{alert.kind} at version {alert.version}"
            )
            for alert in alerts
        ]
        return tuple(sorted(entries, key=lambda entry: (entry.at, entry.version), reverse=True))

    def _before_edits(self, made: Mapping[str, Version]) -> Iterator[tuple[Version, Entry]]:
        """The versions that an article made before the one that its latest text made."""
        for version in self.story.versions:
            telling = self._tellings.get(version.article)
            if telling and version is not made[version.article]:
                said = f"{source_name(telling)}, before an edit"
                yield version, Entry(version.at, "version", said, changes=version.changes, version=version.number)


def shown_tellings(tellings: Sequence[Telling]) -> tuple[Telling, ...]:
    """The tellings in order of time; the middle of very many is left out."""
    ordered = sorted(tellings, key=lambda telling: telling.at)
    if len(ordered) <= TELLINGS_MAX:
        return tuple(ordered)
    half = TELLINGS_MAX // 2
    return (*ordered[:half], *ordered[-half:])


def said_of(money: Money) -> str:
    """A claim with its worth in dollars where it is in another currency."""
    worth = (
        f" (about {format_money(Money(value=money.usd, currency='USD'))})"
        if money.usd and money.currency != "USD"
        else ""
    )
    return format_money(money) + worth


def draw_range(figure: Figure) -> Markup:
    """The claims of a sum on a line from the lowest to the highest, the best-founded one ringed."""
    low, high = float(figure.low), float(figure.high)

    def place(value: float) -> float:
        return RANGE_INSET + (value - low) / (high - low) * (RANGE_WIDTH - 2 * RANGE_INSET)

    same = [claim.money for claim in figure.claims if claim.money.currency == figure.best.currency]
    dots = [
        Markup('<circle class="claim" cx="{:.1f}" cy="14" r="4"/>').format(
            place(min(max(float(money.value), low), high))
        )
        for money in same
    ]
    best = min(max(float(figure.best.value), low), high)
    ends = [format_money(Money(value=value, currency=figure.best.currency)) for value in (low, high)]
    said = f"From {ends[0]} to {ends[1]}; best founded {best_said(figure)}"
    return Markup(
        '<svg class="range" viewBox="0 0 {w} 40" role="img" aria-label="{said}">'
        '<rect class="within" x="{left}" y="12" width="{across}" height="4" rx="2"/>{dots}'
        '<circle class="best" cx="{best:.1f}" cy="14" r="6"/>'
        '<text x="{inset}" y="36">{low}</text><text x="{right}" y="36" text-anchor="end">{high}</text></svg>'
    ).format(
        w=RANGE_WIDTH, said=said, left=RANGE_INSET, across=RANGE_WIDTH - 2 * RANGE_INSET, dots=Markup().join(dots),
        best=place(best), inset=2, right=RANGE_WIDTH - 2, low=ends[0], high=ends[1],
    )  # fmt: skip


def _same(quoted: str, fact: str) -> bool:
    """Whether a quote's fact names the same participant, however it is written."""
    kind, _, name = quoted.partition(":")
    asked, _, wanted = fact.partition(":")
    return kind == asked == "participant" and fold_name(name) == fold_name(wanted)
