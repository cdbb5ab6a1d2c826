"""Core: the rules that run. A RuleBook is made once by rules.load and never changes; a reload makes another.

heard = book.heard(article)           which phrases of the rules stand in it
book.match(story, heard)              which rules hold of the story, each with its reasons
book.correlate(state, story, heard)   which rules over several stories it completes, and what to keep for that
book.explain(rule, story, heard)      every clause of one rule, what it met, whether it held
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dealwire.document import Document, suggest
from dealwire.errors import UsageError
from dealwire.model import Article, Reason, Story
from dealwire.reference.names import fold_name
from rules import correlation, explanation
from rules.clauses import Clause, phrases_in
from rules.correlation import Correlation, Sighted
from rules.explanation import Explanation
from rules.facts import NOTHING, Directory, Facts
from rules.fields import ROLES
from rules.index import RuleIndex
from rules.phrases import PhraseIndex
from rules.schema import FileTest, OwnTest


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most one new story for each key in `every`, by event time."""

    by: tuple[str, ...]
    every: timedelta

    def key(self, story: Story) -> str:
        """What the story is counted under: the same for stories that hold each other back."""
        return "|".join(group_key(story, by) for by in self.by)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that runs."""

    id: str
    title: str
    clause: Clause | None
    """None for a sequence, whose steps have clauses of their own."""
    severity: str = "info"
    labels: Mapping[str, str] | None = None
    alert_on: tuple[str, ...] = ("new", "changed")
    throttle: Throttle | None = None
    send_to: tuple[str, ...] = ()
    experimental: bool = False
    enabled: bool = True
    correlation: Correlation | None = None
    tests: tuple[OwnTest, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(slots=True)
class Match:
    """A rule that holds of a story. Reasons are put together when they are asked for."""

    rule: Rule
    facts: Facts
    correlated: Reason | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Each clause that holds, and the value that met it."""
        own = explanation.reasons(self.rule.clause, self.facts) if self.rule.clause is not None else ()
        return (*own, self.correlated) if self.correlated else own


@dataclass(frozen=True, slots=True)
class Correlations:
    """Rules over several stories that this one completes, and what to write into the state."""

    matches: tuple[Match, ...]
    writes: Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class ReceiverSpec:
    """A receiver as it is named; `document` has its settings, with their places, for the notifier to read."""

    name: str
    url: str
    """With `${VARIABLE}` unresolved."""
    document: Document

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that stands there, the url included."""
        return self.document.value if isinstance(self.document.value, dict) else {}


@dataclass(frozen=True, slots=True)
class TestOfFile:
    """A test that stands in a file of its own, and where."""

    __test__ = False
    file: str
    test: FileTest


class RuleBook:
    """All rules that run, with what they refer to. Immutable."""

    def __init__(self, rules: tuple[Rule, ...], references: "References", hash_: str) -> None:
        self.hash = hash_
        """Of the files' texts: which rules ran."""
        self.rules = rules
        self.references = references
        self._by_id = {rule.id: rule for rule in rules}
        running = [rule for rule in rules if rule.enabled]
        self._single = [rule for rule in running if rule.correlation is None]
        clauses = [rule.clause for rule in self._single if rule.clause is not None]
        self._index = RuleIndex(clauses)
        self._steps = [
            (rule, number, step)
            for rule in running
            if rule.correlation is not None
            for number, step in enumerate(rule.correlation.steps)
        ]
        self._step_index = RuleIndex([step for _, _, step in self._steps])
        asked = (phrases_in(clause) for clause in (*clauses, *(step for _, _, step in self._steps)))
        self._phrases = PhraseIndex({phrase for phrases in asked for phrase in phrases})

    @property
    def watchlists(self) -> Mapping[str, tuple[str, ...]]:
        return self.references.watchlists

    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """The companies that watchlists name, with the user's other names for them: for Companies.with_aliases."""
        return self.references.aliases

    @property
    def receivers(self) -> Mapping[str, ReceiverSpec]:
        return self.references.receivers

    @property
    def routing(self) -> Document | None:
        """The `routing:` section, for the notifier to read."""
        return self.references.routing

    @property
    def tests(self) -> tuple[TestOfFile, ...]:
        return self.references.tests

    def rule(self, rule_id: str) -> Rule:
        """The rule of this id; UsageError where there is none."""
        found = self._by_id.get(rule_id)
        if found is None:
            hint = suggest(rule_id, self._by_id)
            raise UsageError(f"unknown rule {rule_id!r}{'; ' if hint else ''}{hint}")
        return found

    def find(self, rule_id: str) -> Rule | None:
        """The rule of this id, None where there is none."""
        return self._by_id.get(rule_id)

    def heard(self, article: Article) -> frozenset[str]:
        """The phrases of the running rules that stand in the article."""
        return self._phrases.find(article.title, article.body) if len(self._phrases) else NOTHING

    def facts(self, story: Story, heard: frozenset[str]) -> Facts:
        """The story as the rules ask about it."""
        return self.references.directory.facts(story, heard)

    def match(self, story: Story, heard: frozenset[str]) -> tuple[Match, ...]:
        """The rules that hold of the story, in the files' order; those over several stories are not among them."""
        facts = self.facts(story, heard)
        single = self._single
        return tuple(
            Match(single[number], facts)
            for number in self._index.candidates(facts)
            if single[number].clause.holds(facts)  # type: ignore[union-attr]  # only a sequence has none
        )

    def correlate(self, state: Mapping[str, bytes], story: Story, heard: frozenset[str]) -> Correlations:
        """The rules over several stories that this one completes. `state` and `writes` are under `correlation/`."""
        if not self._steps:
            return Correlations((), {})
        facts = self.facts(story, heard)
        held: dict[str, list[int]] = {}
        for number in self._step_index.candidates(facts):
            rule, step_number, step = self._steps[number]
            if step.holds(facts):
                held.setdefault(rule.id, []).append(step_number)
        sighted = [
            Sighted(rule, found, tuple(steps), group_keys(story, found.by))
            for rule, steps in held.items()
            if (found := self._by_id[rule].correlation) is not None
        ]
        done = correlation.correlate(state, story, sighted)
        matches = tuple(Match(self._by_id[rule], facts, reason) for rule, reason in done.reasons.items())
        return Correlations(matches, done.writes)

    def explain(self, rule_id: str, story: Story, heard: frozenset[str]) -> Explanation:
        """Every clause of the rule, what the story has there, and whether it holds; UsageError for an unknown rule."""
        rule = self.rule(rule_id)
        facts = self.facts(story, heard)
        if rule.correlation is None and rule.clause is not None:
            return explanation.explain(rule.clause, facts)
        steps = rule.correlation.steps if rule.correlation else ()
        parts = tuple(explanation.explain(step, facts) for step in steps)
        said = rule.correlation.said if rule.correlation else ""
        return Explanation(said, any(part.holds for part in parts), join="any", parts=parts)


@dataclass(frozen=True, slots=True)
class References:
    """What rules refer to, and what else stands in their files."""

    directory: Directory
    watchlists: Mapping[str, tuple[str, ...]]
    """The companies of each, by key."""
    aliases: Mapping[str, tuple[str, ...]]
    receivers: Mapping[str, ReceiverSpec]
    routing: Document | None = None
    tests: tuple[TestOfFile, ...] = ()


def group_keys(story: Story, by: str) -> tuple[str, ...]:
    """Each value under which the story counts in a group: one for each company that holds the role."""
    if by == "subject":
        found = {story.subject_company or fold_name(story.subject)} if story.subject else set()
    elif by in {"category", "type"}:
        found = {story.category if by == "category" else story.type}
    elif by == "region":
        found = set(story.regions)
    else:
        roles = _ROLES_OF.get(by, {by})
        found = {p.company or fold_name(p.name) for p in story.participants if p.role in roles}
    return tuple(sorted(found))


_ROLES_OF: Mapping[str, frozenset[str]] = {
    "company": frozenset(ROLES),
    "investor": frozenset({"investor", "lead_investor"}),
}


def group_key(story: Story, by: str) -> str:
    """One text for all the values under which the story counts."""
    return ",".join(group_keys(story, by))
