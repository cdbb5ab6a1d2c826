"""Core: the rules that a story met but for one clause, and how near it came.

Which rules those are is asked of the clauses themselves, and only the one that failed is put into words: a day's
stories can be held against a few thousand rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dealwire.model import Story
from rules.book import Rule, RuleBook
from rules.clauses import All, Clause, Within
from rules.explanation import Explanation, explain
from rules.facts import Facts

FAR_OFF = frozenset({"category", "type"})
"""A story of another kind is no near miss, whatever else it meets."""
NEARNESS_MIN = 0.25
"""A number that reached less of what was asked is no near miss."""
NEARNESS_OF_WORDS = 0.4
"""How near a clause counts that is no matter of degree: another company, a sum that is not given."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that would have held of a story but for one clause."""

    rule: Rule
    clause: str
    met_by: str
    """What the story has there."""
    nearness: float
    """From 0 to 1: a round of $90M is 0.9 of the way to $100M."""


def near_misses(book: RuleBook, story: Story, heard: frozenset[str]) -> Iterator[NearMiss]:
    """The near misses of the story among the rules that run."""
    facts = book.facts(story, heard)
    for rule in book.rules:
        if not rule.enabled or not isinstance(rule.clause, All):
            continue
        failed = _only_failure(rule.clause, facts)
        if failed is None:
            continue
        explained = explain(failed, facts)
        nearness = _nearness(failed, facts)
        if nearness >= NEARNESS_MIN and not FAR_OFF & set(_fields(explained)):
            yield NearMiss(rule, explained.clause, _met(explained), nearness)


def _only_failure(clause: All, facts: Facts) -> Clause | None:
    """The one clause that does not hold; None where that is none or several."""
    failed = None
    for one in clause.clauses:
        if not one.holds(facts):
            if failed is not None:
                return None
            failed = one
    return failed


def _nearness(clause: Clause, facts: Facts) -> float:
    if not isinstance(clause, Within):
        return NEARNESS_OF_WORDS
    reached = (_reached(value, clause) for value in facts.numbers.get(clause.number, ()))
    return max(reached, default=NEARNESS_OF_WORDS)


def _reached(value: float, clause: Within) -> float:
    """How much of the bound that it misses the value reached, or how little it went beyond."""
    if value < clause.interval.low:
        return max(value, 0.0) / clause.interval.low
    return clause.interval.high / value if value > 0 else 0.0


def _fields(explained: Explanation) -> Iterator[str]:
    yield explained.field
    for part in explained.parts:
        yield from _fields(part)


def _met(explained: Explanation) -> str:
    """What the story had there; nothing of clauses that are joined, each of which had its own."""
    if explained.join == "not":
        return _met(explained.parts[0])
    return explained.met_by
