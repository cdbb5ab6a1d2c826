"""Core: what a rule's `match` is once it is read: a small tree of clauses, each of which holds of a story or does not.

Leaves ask one field; All, Any and Not join them. Matching and explaining walk the same objects.
"""

from dataclasses import dataclass

from rules.comparison import Interval
from rules.facts import NOTHING, Facts


@dataclass(slots=True, eq=False)
class OneOf:
    """The field has at least one of these words."""

    field: str
    wanted: frozenset[str]
    said: str

    def holds(self, facts: Facts) -> bool:
        return not self.wanted.isdisjoint(facts.words.get(self.field, NOTHING))


@dataclass(slots=True, eq=False)
class Within:
    """A number of the story lies in the interval; false where the story does not give it."""

    field: str
    number: str
    """Which of the story's numbers: a price is its amount."""
    interval: Interval
    said: str

    def holds(self, facts: Facts) -> bool:
        if self.field == "price" and facts.story.category != "mna":
            return False
        return any(value in self.interval for value in facts.numbers.get(self.number, ()))


@dataclass(slots=True, eq=False)
class Undisclosed:
    """The story does not give this number."""

    field: str
    number: str
    said: str

    def holds(self, facts: Facts) -> bool:
        story = facts.story
        if self.field == "price" and story.category != "mna":
            return False
        if self.number == "amount":
            return story.amount is None
        if self.number == "valuation":
            return story.valuation is None
        return self.number not in facts.numbers


@dataclass(slots=True, eq=False)
class CrossBorder:
    """The sides are known to be in different countries, or known to be in one."""

    wanted: bool
    said: str

    def holds(self, facts: Facts) -> bool:
        return facts.cross_border is self.wanted


@dataclass(slots=True, eq=False)
class All:
    """Every one of the clauses holds."""

    clauses: "tuple[Clause, ...]"

    def holds(self, facts: Facts) -> bool:
        return all(clause.holds(facts) for clause in self.clauses)


@dataclass(slots=True, eq=False)
class AnyOf:
    """At least one of the clauses holds."""

    clauses: "tuple[Clause, ...]"

    def holds(self, facts: Facts) -> bool:
        return any(clause.holds(facts) for clause in self.clauses)


@dataclass(slots=True, eq=False)
class Not:
    """The clause does not hold."""

    clause: "Clause"

    def holds(self, facts: Facts) -> bool:
        return not self.clause.holds(facts)


Leaf = OneOf | Within | Undisclosed | CrossBorder
Clause = Leaf | All | AnyOf | Not


def phrases_in(clause: Clause) -> frozenset[str]:
    """The phrases that a clause asks for, anywhere within it."""
    if isinstance(clause, OneOf):
        return clause.wanted if clause.field == "text" else NOTHING
    if isinstance(clause, All | AnyOf):
        found = [phrases for inner in clause.clauses if (phrases := phrases_in(inner))]
        return NOTHING.union(*found) if found else NOTHING
    return phrases_in(clause.clause) if isinstance(clause, Not) else NOTHING
