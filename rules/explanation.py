"""Core: why a rule did or did not hold of a story: every clause, the value that it met, the words behind that value.

It asks the same clauses as matching does, by the same `holds`; only what a person is shown is put together here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dealwire.model import Figure, Money, Quote, Reason, Story
from dealwire.reference.money import format_money
from dealwire.reference.quantities import format_quantity
from rules.clauses import All, AnyOf, Clause, CrossBorder, Leaf, Not, OneOf, Undisclosed, Within
from rules.facts import NOTHING, Facts
from rules.fields import FIELDS, ROLES
from rules.phrases import span_of

NOT_GIVEN = "not given"
Join = Literal["", "all", "any", "not"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clause of a rule as one story met it."""

    clause: str
    holds: bool
    field: str = ""
    met_by: str = ""
    """What the story has there, as a person reads it."""
    quote: Quote | None = None
    join: Join = ""
    parts: "tuple[Explanation, ...]" = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """As text, one clause a line."""
        mark = "yes" if self.holds else "no "
        said = self.clause if not self.join else {"all": "all of", "any": "any of", "not": "not"}[self.join]
        met = f"  [{self.met_by}]" if self.met_by else ""
        where = f'  "{self.quote.quote}" ({self.quote.place} {self.quote.start}-{self.quote.end})' if self.quote else ""
        yield f"{mark} {'  ' * depth}{said}{met}{where}"
        for part in self.parts:
            yield from part.lines(depth + 1)

    def to_json(self) -> dict[str, Any]:
        """As plain values; what is empty is left out."""
        value: dict[str, Any] = {"clause": self.clause, "holds": self.holds}
        value.update({key: getattr(self, key) for key in ("field", "met_by", "join") if getattr(self, key)})
        if self.quote:
            value["quote"] = self.quote.model_dump(mode="json")
        if self.parts:
            value["parts"] = [part.to_json() for part in self.parts]
        return value

    def failed(self) -> "Iterator[Explanation]":
        """The clauses to which it is owed that the whole does not hold."""
        if self.holds:
            return
        if self.join in {"", "not"}:
            yield self
        else:
            for part in self.parts:
                yield from part.failed()


def explain(clause: Clause, facts: Facts) -> Explanation:
    """The clause and all within it, as this story met them."""
    match clause:
        case All(clauses) | AnyOf(clauses):
            parts = tuple(explain(inner, facts) for inner in clauses)
            return Explanation(
                said(clause), clause.holds(facts), join="all" if isinstance(clause, All) else "any", parts=parts
            )
        case Not(inner):
            return Explanation(said(clause), clause.holds(facts), join="not", parts=(explain(inner, facts),))
        case leaf:
            held = leaf.holds(facts)
            met_by, quote = _met(leaf, facts, held=held)
            return Explanation(leaf.said, held, leaf.field if not isinstance(leaf, CrossBorder) else "cross_border",
                               met_by, quote)  # fmt: skip


def reasons(clause: Clause, facts: Facts) -> tuple[Reason, ...]:
    """Why a clause that holds does: each leaf of it that does, and what a `not` met instead."""
    return tuple(_reasons(explain(clause, facts)))


def _reasons(explained: Explanation) -> Iterator[Reason]:
    if not explained.holds:
        return
    if explained.join == "":
        yield Reason(clause=explained.clause, field=explained.field, met_by=explained.met_by, quote=explained.quote)
    elif explained.join == "not":
        (inner,) = explained.parts
        yield Reason(clause=explained.clause, field=inner.field or "not", met_by=inner.met_by)
    else:
        for part in explained.parts:
            yield from _reasons(part)


def said(clause: Clause) -> str:
    """The clause in words.

    >>> said(Not(AnyOf((OneOf("type", frozenset(), "type: grant"), OneOf("type", frozenset(), "type: debt")))))
    'not (type: grant or type: debt)'
    """
    match clause:
        case All(clauses):
            return " and ".join(map(_within, clauses))
        case AnyOf(clauses):
            return " or ".join(map(_within, clauses))
        case Not(inner):
            return f"not {_within(inner)}"
        case leaf:
            return leaf.said


def _within(clause: Clause) -> str:
    return f"({said(clause)})" if isinstance(clause, All | AnyOf) else said(clause)


def _met(leaf: Leaf, facts: Facts, *, held: bool) -> tuple[str, Quote | None]:
    """What the story has where the leaf asks, and the words it comes from."""
    story = facts.story
    match leaf:
        case CrossBorder():
            met = {True: "yes", False: "no", None: "not known"}[facts.cross_border]
            return met, _quote(story, "cross_border")
        case Within(name) | Undisclosed(name):
            return _number(story, name), _quote(story, FIELDS[name].fact)
        case OneOf("text", wanted):
            return _phrases(story, wanted & facts.words["text"])
        case OneOf(name, wanted) if FIELDS[name].kind == "name":
            return _participants(facts, name, wanted if held else NOTHING)
        case OneOf("sector"):
            sectors = sorted(token.removeprefix("sector:") for token in facts.words.get("sector", ()))
            return ", ".join(sectors) or "none", None
        case OneOf("source"):
            return ", ".join(dict.fromkeys(t.source for t in story.tellings if t.source)) or NOT_GIVEN, None
        case OneOf("region"):
            return ", ".join(story.regions) or NOT_GIVEN, _quote(story, "region")
        case OneOf(name):
            met = ", ".join(sorted(facts.words.get(name, ()))) or NOT_GIVEN
            return met, _quote(story, FIELDS[name].fact) or _quote(story, "trigger")


def _number(story: Story, name: str) -> str:
    figure: Figure | None
    match name:
        case "amount" | "price" | "valuation":
            figure = story.valuation if name == "valuation" else story.amount
            if figure is None:
                return NOT_GIVEN
            usd = figure.best.usd
            if figure.best.currency == "USD" or usd is None:
                return format_money(figure.best)
            rounded = float(f"{usd:.3g}")
            return f"{format_money(figure.best)}, about {format_money(Money(value=rounded, currency='USD'))}"
        case "source_count":
            return str(story.source_count)
        case "confidence":
            return f"{story.confidence:.2f}"
        case _:
            return ", ".join(format_quantity(q) for q in story.quantities if q.kind == name) or NOT_GIVEN


def _participants(facts: Facts, name: str, wanted: frozenset[str]) -> tuple[str, Quote | None]:
    """Who holds the role; those who were asked for where anybody was."""
    story = facts.story
    if name == "subject":
        return story.subject or NOT_GIVEN, _quote(story, f"participant:{story.subject}")
    roles = {"company": frozenset(ROLES), "investor": frozenset({"investor", "lead_investor"})}.get(name, {name})
    names = [
        p.name for p in story.participants
        if p.role in roles and (not wanted or facts.belongs(p.name, p.company, wanted))
    ]  # fmt: skip
    quotes = (_quote(story, f"participant:{found}") for found in names)
    return ", ".join(dict.fromkeys(names)) or "nobody", next((quote for quote in quotes if quote), None)


def _phrases(story: Story, heard: frozenset[str]) -> tuple[str, Quote | None]:
    for phrase in sorted(heard):
        for telling in story.tellings:
            span = span_of(phrase, telling.title)
            if span:
                quote = Quote(article=telling.article, fact="text", place="title", start=span[0], end=span[1],
                              quote=telling.title[span[0] : span[1]])  # fmt: skip
                return ", ".join(sorted(heard)), quote
    return ", ".join(sorted(heard)) or "not said", None


def _quote(story: Story, fact: str) -> Quote | None:
    return next((quote for quote in story.quotes if quote.fact == fact), None) if fact else None
