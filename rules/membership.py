"""Core: the watchlists of all files together: whom each holds, by company key, and what they say about companies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dealwire.document import Document, Path, quote, suggest
from dealwire.errors import Problem
from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from dealwire.reference.places import regions_of
from rules.facts import Directory


@dataclass(slots=True)
class _List:
    """A watchlist as it stands in its file."""

    document: Document
    path: Path
    items: list[Any]

    def members(self) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        """Where each company stands, its name, and what else is said of it."""
        for number, item in enumerate(self.items):
            path = (*self.path, number)
            if isinstance(item, str):
                yield path, item, {}
            elif isinstance(item, dict) and isinstance(item.get("name"), str):
                yield (*path, "name"), item["name"], item

    def included(self) -> Iterator[tuple[Path, str]]:
        """Where another watchlist is named, and its name."""
        for number, item in enumerate(self.items):
            if isinstance(item, dict) and isinstance(item.get("watchlist"), str):
                yield (*self.path, number, "watchlist"), item["watchlist"]


@dataclass(slots=True)
class Membership:
    """Gathers watchlists, then says who is in which."""

    problems: list[Problem]
    _lists: dict[str, _List] = field(default_factory=dict)

    def add(self, document: Document, watchlists: Mapping[str, Any]) -> None:
        """The watchlists of one file; a name that another list has is a mistake."""
        for name, items in watchlists.items():
            path: Path = ("watchlists", name)
            known = self._lists.get(name)
            if known is not None:
                line, _ = known.document.place(known.path, key=True)
                first = f"first in {known.document.name}:{line}"
                self.problems.append(document.problem(path, f"watchlist {quote(name)} is there twice", first, key=True))
            elif isinstance(items, list):
                self._lists[name] = _List(document, path, items)

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Every company that a watchlist names, with the other names it is given; one name for two is a mistake."""
        found: dict[str, tuple[str, ...]] = {}
        names: dict[str, str] = {}
        for watchlist in self._lists.values():
            for path, name, about in watchlist.members():
                if not fold_name(name):
                    what = f"company {quote(name)} has no letter or digit"
                    self.problems.append(watchlist.document.problem(path, what))
                    continue
                names[fold_name(name)] = name
                aliases = _texts(about.get("aliases"))
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), *aliases)))
        self._check_aliases(found, names)
        return found

    def _check_aliases(self, aliases: Mapping[str, tuple[str, ...]], names: dict[str, str]) -> None:
        """An alias may not be another company's name or alias."""
        meant: dict[str, str] = dict(names)
        for watchlist in self._lists.values():
            for path, name, about in watchlist.members():
                for number, alias in enumerate(_texts(about.get("aliases"))):
                    other = meant.setdefault(fold_name(alias), name)
                    if fold_name(other) != fold_name(name) and fold_name(other) not in map(fold_name, aliases[name]):
                        what = f"alias {quote(alias)} of {quote(name)} is also a name of {quote(other)}"
                        place = (*path[:-1], "aliases", number)
                        self.problems.append(watchlist.document.problem(place, what, "a name means one company"))

    def resolve(self, companies: Companies) -> tuple[dict[str, tuple[str, ...]], Directory]:
        """The company keys of each watchlist; and, for each company, what the watchlists say of it."""
        sectors: dict[str, tuple[str, ...]] = {}
        countries: dict[str, str] = {}
        own: dict[str, list[str]] = {}
        for list_name, watchlist in self._lists.items():
            keys = own[list_name] = []
            for path, name, about in watchlist.members():
                key = companies.key(name)
                keys.append(key)
                if not about:
                    continue
                sectors[key] = (*sectors.get(key, ()), *_texts(about.get("sectors")))
                if isinstance(about.get("country"), str) and about["country"]:
                    countries[key] = self._country(watchlist.document, (*path[:-1], "country"), about["country"])
        members = {name: tuple(dict.fromkeys(self._with_included(name, own, ()))) for name in self._lists}
        belongs: dict[str, tuple[str, ...]] = {}
        for list_name, all_keys in members.items():
            for key in all_keys:
                belongs[key] = (*belongs.get(key, ()), list_name)
        return members, Directory(companies, belongs, sectors, countries)

    def _with_included(self, name: str, own: Mapping[str, list[str]], above: tuple[str, ...]) -> Iterator[str]:
        yield from own[name]
        watchlist = self._lists[name]
        for path, other in watchlist.included():
            problem = None
            if other not in self._lists:
                problem = watchlist.document.problem(path, f"unknown watchlist {quote(other)}", suggest(other, own))
            elif other == name or other in above:
                problem = watchlist.document.problem(path, f"watchlist {quote(other)} includes itself")
            else:
                yield from self._with_included(other, own, (*above, name))
            if problem is not None and problem not in self.problems:
                self.problems.append(problem)

    def _country(self, document: Document, path: Path, said: str) -> str:
        codes = regions_of(said)
        if len(codes) != 1:
            hint = "expected a country or its ISO 3166-1 code"
            self.problems.append(document.problem(path, f"unknown country {quote(said)}", hint))
            return ""
        return next(iter(codes))


def _texts(value: Any) -> tuple[str, ...]:
    """The texts of a field that takes one or several."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
