"""Core: reads a `match` as it stands in a document into clauses, and notes every mistake at its place.

A mapping asks for all of its keys, a list for any of its entries; `any`, `all` and `not` nest, around fields and
within one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dealwire.document import Document, Path, quote, suggest
from dealwire.errors import Problem
from dealwire.identity import fold_text
from dealwire.reference.places import GROUPS, regions_of
from rules.clauses import All, AnyOf, Clause, CrossBorder, Not, OneOf, Undisclosed, Within
from rules.comparison import Interval, UnreadableError, parse_comparison
from rules.facts import UNDISCLOSED, Directory, country_token, sector_token, watchlist_token
from rules.fields import FIELDS, Field
from rules.phrases import PHRASE_CHARACTERS_MAX, fold_phrase

JOINS = ("any", "all", "not")
GROUPS_OF_COMPANIES = ("watchlist", "sector", "country")


@dataclass(slots=True)
class Names:
    """What a match may refer to: the companies, and the watchlists and sectors that there are."""

    directory: Directory
    watchlists: Mapping[str, Collection[str]]
    sectors: frozenset[str]


@dataclass(slots=True)
class Grammar:
    """Reads the matches of one document. Leaves that say the same are one object, unless they are to be told apart."""

    document: Document
    names: Names
    problems: list[Problem]
    """Where every mistake is added."""
    leaves: dict[Any, Clause] | None = field(default_factory=dict)
    places: dict[int, tuple[Clause, Path]] = field(default_factory=dict)
    """Where each clause stands, by its id, for as long as the clause is kept here; only where leaves are told apart."""

    def read(self, value: Any, path: Path) -> Clause | None:
        """The clause that a whole `match` means; None where it has a mistake, which is then reported."""
        if isinstance(value, list):
            return self._join(value, path, self.read, "match")
        if not isinstance(value, dict):
            self._mistake(path, f"match is {_kind(value)}", "expected a mapping of fields")
            return None
        if not value:
            self._mistake(path, "match asks for nothing", "name at least one field, as in {category: funding}")
            return None
        clauses = [self._entry(key, item, (*path, key)) for key, item in value.items()]
        known = tuple(clause for clause in clauses if clause is not None)
        if len(known) < len(clauses):
            return None
        return self._at(path, known[0] if len(known) == 1 else All(known))

    def _entry(self, key: str, value: Any, path: Path) -> Clause | None:
        asked = FIELDS.get(key)
        if asked is None:
            return self._joined(key, value, path)
        if self.leaves is None:
            return self._field(asked, value, path)
        hashed = (key, tuple(value)) if isinstance(value, list) and _plain(value) else (key, value)
        if not isinstance(hashed[1], str | tuple):
            return self._field(asked, value, path)
        clause = self.leaves.get(hashed)
        if clause is None:
            clause = self._field(asked, value, path)
            if clause is not None:
                self.leaves[hashed] = clause
        return clause

    def _joined(self, key: str, value: Any, path: Path) -> Clause | None:
        if key == "any":
            return self._join(value, path, self.read, key)
        if key == "all":
            return self._join(value, path, self.read, key, every=True)
        if key == "not":
            inner = self.read(value, path)
            return None if inner is None else self._at(path, Not(inner))
        self._mistake(path, f"unknown field {quote(key)}", suggest(key, (*FIELDS, *JOINS)), key=True)
        return None

    def _join(
        self, value: Any, path: Path, read: Callable[[Any, Path], Clause | None], key: str, *, every: bool = False
    ) -> Clause | None:
        if not isinstance(value, list):
            self._mistake(path, f"{key} is {_kind(value)}", "expected a list")
            return None
        if not value:
            self._mistake(path, f"{key} is an empty list", "a rule with it would never fire" if not every else "")
            return None
        clauses = [read(item, (*path, number)) for number, item in enumerate(value)]
        known = tuple(clause for clause in clauses if clause is not None)
        if len(known) < len(clauses):
            return None
        if len(known) == 1:
            return known[0]
        return self._at(path, All(known) if every else AnyOf(known))

    def _field(self, asked: Field, value: Any, path: Path) -> Clause | None:
        """What is asked of one field."""
        if isinstance(value, dict):
            return self._field_mapping(asked, value, path)
        if isinstance(value, list):
            return self._field_list(asked, value, path)
        if asked.kind == "flag":
            if not isinstance(value, bool):
                self._mistake(path, f"{asked.name} is {_kind(value)}", "expected true or false")
                return None
            return self._at(path, CrossBorder(value, f"{asked.name}: {str(value).lower()}"))
        if asked.is_compared:
            return self._comparison(asked, value, path)
        tokens = self._tokens(asked, value, path)
        return None if tokens is None else self._at(path, OneOf(asked.name, tokens, f"{asked.name}: {value}"))

    def _field_list(self, asked: Field, value: list[Any], path: Path) -> Clause | None:
        clause = self._join(value, path, lambda item, place: self._field(asked, item, place), asked.name)
        if not isinstance(clause, AnyOf) or not all(isinstance(inner, OneOf) for inner in clause.clauses):
            return clause
        leaves = [inner for inner in clause.clauses if isinstance(inner, OneOf)]
        wanted = frozenset().union(*(leaf.wanted for leaf in leaves))
        said = ", ".join(leaf.said.removeprefix(f"{asked.name}: ").removeprefix(f"{asked.name} in ") for leaf in leaves)
        return self._at(path, OneOf(asked.name, wanted, f"{asked.name}: {said}"))

    def _field_mapping(self, asked: Field, value: dict[str, Any], path: Path) -> Clause | None:
        if len(value) != 1:
            what = f"{asked.name} has {len(value)} keys" if value else f"{asked.name} asks for nothing"
            self._mistake(path, what, "write one key here, and several such clauses under all:")
            return None
        ((key, item),) = value.items()
        inner = (*path, key)
        if key == "not":
            clause = self._field(asked, item, inner)
            return None if clause is None else self._at(path, Not(clause))
        if key in {"any", "all"}:
            return self._join(item, inner, lambda part, place: self._field(asked, part, place), key, every=key == "all")
        if asked.kind == "name" and key in GROUPS_OF_COMPANIES:
            return self._group(asked, key, item, inner)
        known = (*JOINS, *(GROUPS_OF_COMPANIES if asked.kind == "name" else ()))
        self._mistake(inner, f"unknown key {quote(key)} of {asked.name}", suggest(key, known), key=True)
        return None

    def _group(self, asked: Field, key: str, value: Any, path: Path) -> Clause | None:
        """`{watchlist: ai-chips}`, `{sector: chips}`, `{country: EU}`, of one or any of several."""
        if isinstance(value, list):
            parts = self._join(value, path, lambda item, place: self._group(asked, key, item, place), key)
            if not isinstance(parts, AnyOf):
                return parts
            leaves = [leaf for leaf in parts.clauses if isinstance(leaf, OneOf)]
            said = ", ".join(leaf.said.removeprefix(f"{asked.name} in {key} ") for leaf in leaves)
            wanted = frozenset().union(*(leaf.wanted for leaf in leaves))
            return self._at(path, OneOf(asked.name, wanted, f"{asked.name} in {key} {said}"))
        if not isinstance(value, str):
            self._mistake(path, f"{key} is {_kind(value)}", f"expected the name of a {key}")
            return None
        tokens = self._group_tokens(key, value, path)
        return None if tokens is None else self._at(path, OneOf(asked.name, tokens, f"{asked.name} in {key} {value}"))

    def _group_tokens(self, key: str, value: str, path: Path) -> frozenset[str] | None:
        if key == "country":
            codes = self._regions(value, path)
            return None if codes is None else frozenset(map(country_token, codes))
        if key == "sector":
            return self._sector(value, path)
        members = self.names.watchlists.get(value)
        if members is None:
            self._mistake(path, f"unknown watchlist {quote(value)}", suggest(value, self.names.watchlists))
            return None
        if not members:
            self._mistake(path, f"watchlist {quote(value)} is empty", "a clause that asks for it never holds")
            return None
        return frozenset((watchlist_token(value),))

    def _tokens(self, asked: Field, value: Any, path: Path) -> frozenset[str] | None:
        """The words under which a story would have this value."""
        if not isinstance(value, str):
            wanted = "text in quotes" if isinstance(value, int | float) else "text"
            self._mistake(path, f"{asked.name} is {_kind(value)}", f"expected {wanted}")
            return None
        if not value.strip():
            self._mistake(path, f"{asked.name} is empty text", "a clause that asks for it never holds")
            return None
        match asked.kind:
            case "word":
                return self._word(asked, value, path)
            case "place":
                return self._regions(value, path)
            case "text":
                return self._phrase(value, path)
            case "name":
                return frozenset((self.names.directory.companies.key(value),))
            case _ if asked.name == "sector":
                return self._sector(value, path)
            case _:
                return frozenset((fold_text(value),))

    def _word(self, asked: Field, value: str, path: Path) -> frozenset[str] | None:
        word = value if value in asked.words else "_".join(fold_text(value).replace("-", " ").split())
        if word not in asked.words:
            self._mistake(path, f"unknown {asked.name} {quote(value)}", suggest(word, asked.words))
            return None
        return frozenset((word,))

    def _regions(self, value: str, path: Path) -> frozenset[str] | None:
        codes = regions_of(value)
        if not codes:
            hint = suggest(value.upper(), GROUPS) or "expected a country, its ISO 3166-1 code, or a group such as EU"
            self._mistake(path, f"unknown region {quote(value)}", hint)
            return None
        return codes

    def _sector(self, value: str, path: Path) -> frozenset[str] | None:
        token = sector_token(value)
        if token not in self.names.sectors:
            known = [name.removeprefix("sector:") for name in self.names.sectors]
            hint = suggest(value, known) or "no watchlist gives it to a company"
            self._mistake(path, f"unknown sector {quote(value)}", hint)
            return None
        return frozenset((token,))

    def _phrase(self, value: str, path: Path) -> frozenset[str] | None:
        phrase = fold_phrase(value)
        if not phrase:
            self._mistake(path, f"phrase {quote(value)} has no word", "a phrase is made of letters and digits")
            return None
        if len(phrase) > PHRASE_CHARACTERS_MAX:
            self._mistake(path, f"phrase {quote(value)} is longer than {PHRASE_CHARACTERS_MAX} characters")
            return None
        return frozenset((phrase,))

    def _comparison(self, asked: Field, value: Any, path: Path) -> Clause | None:
        number = asked.number or asked.name
        if isinstance(value, str) and fold_text(value) == UNDISCLOSED:
            return self._at(path, Undisclosed(asked.name, number, f"{asked.name} {UNDISCLOSED}"))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self._mistake(path, f"{asked.name} is {_kind(value)}", f'expected as in "{asked.example}"')
            return None
        try:
            interval = parse_comparison(asked, str(value))
        except UnreadableError as error:
            what, _, hint = str(error).partition("; ")
            self._mistake(path, what, hint)
            return None
        if interval.meet(Interval(asked.low, asked.high)).is_empty:
            limits = f"{asked.name} is from {asked.low:g} to {asked.high:g}" if asked.high < _ENDLESS else ""
            limits = limits or f"{asked.name} is {asked.low:g} or more"
            self._mistake(path, f"{quote(f'{asked.name} {value}')} can never hold", limits)
            return None
        return self._at(path, Within(asked.name, number, interval, f"{asked.name} {value}"))

    def _mistake(self, path: Path, what: str, hint: str = "", *, key: bool = False) -> None:
        self.problems.append(self.document.problem(path, what, hint, key=key))

    def _at(self, path: Path, clause: Clause) -> Clause:
        if self.leaves is None:
            self.places[id(clause)] = (clause, path)
        return clause


_ENDLESS = float("inf")


def _plain(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value).lower() if isinstance(value, bool) else quote(value) if isinstance(value, str) else str(value)
