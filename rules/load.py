"""Core: texts of rules files in, a RuleBook out, or every mistake in all of them. Start at `load`.

Files are read together: a rule may use a watchlist or receiver of another file. Nothing here reads the disk; that is
rules.files.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dealwire.document import Document, Path, check, parse, paused_collection, quote, suggest
from dealwire.document.reading import Marks
from dealwire.errors import ConfigError, Problem
from dealwire.identity import digest
from dealwire.reference.companies import Companies, bundled_companies
from rules.book import ReceiverSpec, References, Rule, RuleBook, TestOfFile, Throttle
from rules.clauses import All, Clause
from rules.comparison import Interval, UnreadableError, parse_comparison
from rules.correlation import Correlation
from rules.explanation import said
from rules.facts import sector_token
from rules.fields import FIELDS, Field
from rules.grammar import Grammar, Names
from rules.membership import Membership
from rules.schema import RuleEntry, RulesFile
from rules.sense import Dead, find_dead


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one rules file, under the name by which messages call it."""

    name: str
    text: str


def load(sources: Sequence[Source], companies: Companies | None = None) -> RuleBook:
    """The rules of all the files together; ConfigError with every mistake in any of them.

    Names resolve by `companies`, the bundled ones if none are given, with the watchlists' own aliases laid over them.
    """
    with paused_collection():
        loading = _Loading(companies or bundled_companies())
        for source in sources:
            loading.read(source)
        book = loading.finish(digest("rules", *(source.text for source in sources)))
    if loading.problems:
        raise ConfigError(_first_at_each_place(loading.problems))
    return book


def _first_at_each_place(problems: Sequence[Problem]) -> list[Problem]:
    """Without what only follows from a mistake that stands at the same place: that was noted first."""
    found: dict[tuple[str, int, int], list[Problem]] = {}
    for problem in problems:
        known = found.setdefault((problem.file, problem.line, problem.column), [])
        if problem not in known and not any(one.what.startswith("unquoted ") for one in known):
            known.append(problem)
    return [problem for known in found.values() for problem in known]


@dataclass(slots=True)
class _File:
    document: Document
    model: RulesFile | None

    def entries(self, section: str) -> list[Any]:
        """The items of a list at the top, whether or not the file as a whole is sound."""
        value = self.document.value
        found = value.get(section) if isinstance(value, dict) else None
        return found if isinstance(found, list) else []

    def line(self, path: Path) -> int:
        """In which line the item of a list at the top begins."""
        marks: Marks | None = self.document.marks
        for step in path:
            marks = marks.child(step) if marks else None
        return marks.line + 1 if marks else 0

    def mapping(self, section: str) -> dict[str, Any]:
        value = self.document.value
        found = value.get(section) if isinstance(value, dict) else None
        return found if isinstance(found, dict) else {}


@dataclass(slots=True)
class _Loading:
    """What is known while files are being read."""

    companies: Companies
    problems: list[Problem] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)

    def read(self, source: Source) -> None:
        document = parse(source.name, source.text)
        model, problems = check(document, RulesFile)
        self.problems += problems
        self.files.append(_File(document, model))

    def finish(self, hash_: str) -> RuleBook:
        membership = Membership(self.problems)
        for file in self.files:
            membership.add(file.document, file.mapping("watchlists"))
        aliases = membership.aliases()
        watchlists, directory = membership.resolve(self.companies.with_aliases(aliases))
        sectors = {sector_token(tag) for tags in directory.sectors.values() for tag in tags}
        sectors.update(sector_token(tag) for company in self.companies for tag in company.sectors)
        receivers = self._receivers()
        names = Names(directory, watchlists, frozenset(sectors))
        rules = self._rules(names, receivers)
        tests = tuple(
            TestOfFile(file.document.name, test) for file in self.files if file.model for test in file.model.tests
        )
        self._check_tests(rules, receivers)
        return RuleBook(rules, References(directory, watchlists, aliases, receivers, self._routing(), tests), hash_)

    def _receivers(self) -> dict[str, ReceiverSpec]:
        found: dict[str, ReceiverSpec] = {}
        for file in self.files:
            for name, settings in file.mapping("receivers").items():
                path = ("receivers", name)
                if name in found:
                    first, line = found[name].document, found[name].document.place(())[0]
                    hint = f"first in {first.name}:{line}"
                    self._mistake(file, path, f"receiver {quote(name)} is there twice", hint, key=True)
                    continue
                url = settings.get("url") if isinstance(settings, dict) else None
                found[name] = ReceiverSpec(name, url if isinstance(url, str) else "", file.document.part(path))
        return found

    def _routing(self) -> Document | None:
        found: Document | None = None
        for file in self.files:
            if isinstance(file.document.value, dict) and file.document.value.get("routing") is not None:
                if found is not None:
                    hint = f"first in {found.name}:{found.place(())[0]}"
                    self._mistake(file, ("routing",), "routing is there twice", hint, key=True)
                else:
                    found = file.document.part(("routing",))
        return found

    def _rules(self, names: Names, receivers: dict[str, ReceiverSpec]) -> tuple[Rule, ...]:
        found: list[Rule] = []
        places: dict[str, tuple[_File, Path]] = {}
        for file in self.files:
            compiler = _Compiler(file, Grammar(file.document, names, self.problems), self.problems)
            for number, raw in enumerate(file.entries("rules")):
                if not isinstance(raw, dict):
                    continue
                path: Path = ("rules", number)
                self._check_id(file, (*path, "id"), raw.get("id"), places)
                self._check_send_to(file, (*path, "send_to"), raw.get("send_to"), receivers)
                rule = compiler.rule(raw, path, file.model.rules[number] if file.model else None)
                if rule is not None:
                    found.append(rule)
        return tuple(found)

    def _check_id(self, file: _File, path: Path, rule_id: Any, places: dict[str, tuple[_File, Path]]) -> None:
        if not isinstance(rule_id, str):
            return
        first = places.get(rule_id)
        if first is None:
            places[rule_id] = (file, path)
        else:
            hint = f"first in {first[0].document.name}:{first[0].line(first[1])}"
            self._mistake(file, path, f"rule id {quote(rule_id)} is there twice", hint)

    def _check_send_to(self, file: _File, path: Path, value: Any, receivers: dict[str, ReceiverSpec]) -> None:
        named = [(path, value)] if isinstance(value, str) else []
        if isinstance(value, list):
            named = [((*path, number), name) for number, name in enumerate(value)]
        for place, name in named:
            if isinstance(name, str) and name not in receivers:
                hint = suggest(name, receivers) or "no receivers are defined"
                self._mistake(file, place, f"unknown receiver {quote(name)}", hint)

    def _check_tests(self, rules: tuple[Rule, ...], receivers: dict[str, ReceiverSpec]) -> None:
        """Tests in files of their own may only expect what there is."""
        ids = {rule.id for rule in rules}
        for file in self.files:
            for number, test in enumerate(file.model.tests if file.model else ()):
                for place, expected in enumerate(test.alerts):
                    path = ("tests", number, "alerts", place)
                    if expected.rule not in ids:
                        what = f"unknown rule {quote(expected.rule)}"
                        self._mistake(file, (*path, "rule"), what, suggest(expected.rule, ids))
                    if expected.receivers:
                        self._check_send_to(file, (*path, "receivers"), list(expected.receivers), receivers)

    def _mistake(self, file: _File, path: Path, what: str, hint: str = "", *, key: bool = False) -> None:
        self.problems.append(file.document.problem(path, what, hint, key=key))


@dataclass(slots=True)
class _Compiler:
    """Makes the rules of one file."""

    file: _File
    grammar: Grammar
    problems: list[Problem]

    def rule(self, raw: dict[str, Any], path: Path, entry: RuleEntry | None) -> Rule | None:
        """The rule, None where it has a mistake, which is then noted."""
        clause = self._clause(raw["match"], (*path, "match")) if raw.get("match") is not None else None
        correlation = self._correlation(raw, path, clause, entry)
        if entry is None or (clause is None and correlation is None):
            return None
        throttle = Throttle(entry.throttle.by, entry.throttle.every) if entry.throttle else None
        return Rule(
            id=entry.id,
            title=entry.title or entry.id,
            clause=clause,
            severity=entry.severity,
            labels=entry.labels,
            alert_on=entry.alert_on,
            throttle=throttle,
            send_to=entry.send_to,
            experimental=entry.status == "experimental",
            enabled=entry.enabled,
            correlation=correlation,
            tests=entry.tests,
            file=self.file.document.name,
            line=self.file.line(path),
        )

    def _clause(self, value: Any, path: Path) -> Clause | None:
        """What is asked; a clause of it that can never hold is a mistake."""
        clause = self.grammar.read(value, path)
        if clause is not None:
            dead, _ = find_dead(clause)
            if dead:
                self._report_dead(value, path)
        return clause

    def _report_dead(self, value: Any, path: Path) -> None:
        """Read the match again with every clause told apart, so that each that is dead has its place."""
        strict = Grammar(self.file.document, self.grammar.names, [], leaves=None)
        clause = strict.read(value, path)
        if clause is None:
            return
        dead, all_dead = find_dead(clause)
        for one in dead:
            _, place = strict.places.get(id(one.clause), (clause, path))
            hint = "the rule can never fire" if all_dead else "what stands beside it excludes it"
            self.problems.append(self.file.document.problem(place, _never(one), hint))

    def _correlation(
        self, raw: dict[str, Any], path: Path, clause: Clause | None, entry: RuleEntry | None
    ) -> Correlation | None:
        if raw.get("sequence") is not None:
            return self._sequence(raw["sequence"], (*path, "sequence"), clause, entry)
        if raw.get("count") is None:
            return None
        count = self._count(raw["count"], (*path, "count"))
        if clause is None or count is None or entry is None or entry.by is None or entry.within is None:
            return None
        return Correlation((clause,), (said(clause),), entry.by, entry.within, count)

    def _sequence(self, value: Any, path: Path, clause: Clause | None, entry: RuleEntry | None) -> Correlation | None:
        if not isinstance(value, list) or len(value) < STEPS_MIN:
            what = f"a sequence has at least {STEPS_MIN} steps"
            self.problems.append(self.file.document.problem(path, what, "as in [funding, capacity_commitment]"))
            return None
        steps: list[Clause] = []
        for number, item in enumerate(value):
            step = self._step(item, (*path, number))
            if step is not None:
                steps.append(All((clause, step)) if clause is not None else step)
        if len(steps) < len(value) or entry is None or entry.by is None or entry.within is None:
            return None
        return Correlation(tuple(steps), tuple(map(said, steps)), entry.by, entry.within)

    def _step(self, item: Any, path: Path) -> Clause | None:
        """A step is a match, or in short a category or type."""
        if not isinstance(item, str):
            return self._clause(item, path)
        name = next((name for name in ("category", "type") if item in FIELDS[name].words), None)
        if name is None:
            words = (*FIELDS["category"].words, *FIELDS["type"].words)
            what = f"unknown category or type {quote(item)}"
            self.problems.append(self.file.document.problem(path, what, suggest(item, words)))
            return None
        return self.grammar.read({name: item}, path)

    def _count(self, value: Any, path: Path) -> Interval | None:
        try:
            count = parse_comparison(_COUNT, str(value))
        except UnreadableError as error:
            what, _, hint = str(error).partition("; ")
            self.problems.append(self.file.document.problem(path, what, hint))
            return None
        if count.is_empty or count.low < STEPS_MIN:
            hint = f"one story is enough for a plain match; {_COUNT_EXAMPLE}"
            self.problems.append(self.file.document.problem(path, f"count {quote(value)} asks for too few", hint))
            return None
        return count


STEPS_MIN = 2
_COUNT = Field("count", "number", "how many stories", example=">= 3")
_COUNT_EXAMPLE = 'expected as in ">= 3"'


def _never(dead: Dead) -> str:
    """A clause that can never hold, and what it clashes with."""
    one = said(dead.clause) if not dead.word else dead.word
    return f"{quote(one)} can never hold" + (f" beside {quote(said(dead.beside))}" if dead.beside else "")
