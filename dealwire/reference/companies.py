"""Core: the companies that dealwire knows, under one id each, and how they are found in text. Start at Companies.

A company's id is its canonical name folded (dealwire.reference.names), so that a name met before the gazetteer knew it
has the same key afterwards. What a name resolves to is decided in this order: the user's own aliases, canonical names
and aliases of the gazetteer, tickers.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple

from dealwire.reference.cautious import stands_as_name
from dealwire.reference.mentions import NameIndex, Word, words_of
from dealwire.reference.names import fold_name
from dealwire.reference.table import read_rows, split_values

CAUTIOUS = "?"
"""Marks a name in the data that is an ordinary word too, as in "?Meta"."""

KINDS = ("company", "fund", "bank", "outlet", "university", "government", "nonprofit")

_TICKER = re.compile(
    r"(?:\$|(?:NASDAQ|NYSE|LSE|TSE|HKEX|TSX|ASX|KRX|TWSE|NSE|BSE|Euronext)[: ]+)?(?P<ticker>[A-Z0-9.]{1,10})$"
)
_SHORTEST_BARE_TICKER = 3
"""Shorter ones are words ("ON", "AI") unless a "$" or an exchange stands before them."""
_NEVER_BEFORE_NAME = frozenset("$€£¥₹#@")
"""A number with such a sign is a sum, a word a ticker or a tag."""
_SHORTEST_LOOSE_NAME = 5
"""Names with fewer letters must be written as listed ("Arm", not "arm"), or in capitals."""


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation in the news."""

    name: str
    """As it is written today."""
    aliases: tuple[str, ...] = ()
    """Other and former names."""
    ticker: str = ""
    """The symbol it trades under; several have a space between."""
    country: str = ""
    """ISO 3166-1 alpha-2 code of its headquarters."""
    kind: str = "company"
    sectors: tuple[str, ...] = ()
    cautious: frozenset[str] = frozenset()
    """Those of its names that are ordinary words too."""

    @property
    def id(self) -> str:
        return fold_name(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class FoundCompany:
    """A company named at [start, end) in code points of the text as given."""

    company: Company
    start: int
    end: int


Route = Literal["name", "alias", "ticker"]


class Resolution(NamedTuple):
    """Which company a name is, and how that is known."""

    company: Company
    how: Route
    own: bool
    """By a layer that the user laid over the gazetteer."""


class _Name(NamedTuple):
    company: Company
    written: str
    cautious: bool


class _Gazetteer(NamedTuple):
    """Companies with what finds them; never changed once built."""

    companies: Mapping[str, Company]
    by_name: Mapping[str, Company]
    by_ticker: Mapping[str, Company]
    names: NameIndex[_Name]


def _build(companies: Iterable[Company]) -> _Gazetteer:
    known = {company.id: company for company in companies}
    by_name: dict[str, Company] = {}
    for company in known.values():
        for alias in company.aliases:
            by_name.setdefault(fold_name(alias), company)
    by_name.update(known)
    names = (
        _Name(c, name, name in c.cautious) for c in known.values() for name in c.names if by_name[fold_name(name)] is c
    )
    return _Gazetteer(
        MappingProxyType(known),
        MappingProxyType(by_name),
        MappingProxyType({ticker: company for company in known.values() for ticker in company.ticker.split()}),
        NameIndex((name.written, name) for name in names),
    )


class Companies:
    """A gazetteer, with the user's own aliases laid over it. Immutable; an overlay shares all that lies under it."""

    def __init__(self, companies: Iterable[Company] = ()) -> None:
        self._layers: tuple[_Gazetteer, ...] = (_build(companies),)

    @classmethod
    def _of(cls, layers: tuple[_Gazetteer, ...]) -> "Companies":
        made = cls.__new__(cls)
        made._layers = layers  # noqa: SLF001 - its own class
        return made

    def __iter__(self) -> Iterator[Company]:
        seen: set[str] = set()
        for company in chain.from_iterable(layer.companies.values() for layer in self._layers):
            if company.id not in seen:
                seen.add(company.id)
                yield company

    def __len__(self) -> int:
        return len({id_ for layer in self._layers for id_ in layer.companies})

    def resolve(self, name: str) -> Company | None:
        """The company that goes by this name, alias or ticker ("NVDA", "$MU", "NYSE: TSM"), None for an unknown one."""
        resolution = self.explain(name)
        return resolution.company if resolution else None

    def explain(self, name: str) -> Resolution | None:
        """Which company the name is and by which of its names; None for an unknown one."""
        key = fold_name(name)
        for depth, layer in enumerate(self._layers, start=1):
            company = layer.by_name.get(key)
            if company is not None:
                how: Route = "name" if key == company.id else "alias"
                return Resolution(company, how, own=depth < len(self._layers))
        match = _TICKER.match(name.strip())
        if match is None or (match.start("ticker") == 0 and len(name.strip()) < _SHORTEST_BARE_TICKER):
            return None
        tickers = (layer.by_ticker.get(match["ticker"]) for layer in self._layers)
        return next((Resolution(company, "ticker", own=False) for company in tickers if company), None)

    def key(self, name: str) -> str:
        """Under which key the name is stored and compared: the company's id where it is known, else the name folded."""
        company = self.resolve(name)
        return company.id if company else fold_name(name)

    def with_aliases(self, aliases: Mapping[str, Iterable[str]]) -> "Companies":
        """These companies with the user's own names for them, which win over the gazetteer's.

        A canonical name that the gazetteer knows gets the aliases; one that it does not know becomes a company.
        """
        if not aliases:
            return self
        return self.with_companies(self._with_own(name, tuple(own)) for name, own in aliases.items())

    def _with_own(self, name: str, own: tuple[str, ...]) -> Company:
        known = self.resolve(name)
        if known is None:
            return Company(name, own)
        return replace(
            known, aliases=tuple(dict.fromkeys((*own, name, *known.aliases))), cautious=known.cautious - {*own, name}
        )

    def with_companies(self, companies: Iterable[Company]) -> "Companies":
        """These companies with more laid over them; the newer win."""
        return self._of((_build(companies), *self._layers))

    def find(self, text: str, words: list[Word] | None = None) -> list[FoundCompany]:
        """Every company that the text names, in order; spans never overlap, the longest name wins.

        `words` saves folding the text again where the caller has them.
        """
        found: list[FoundCompany] = []
        run = words_of(text) if words is None else words
        firsts = [layer.names.first_words for layer in self._layers]
        reached = 0
        for position, word in enumerate(run):
            if position < reached or all(word.folded not in first for first in firsts):
                continue
            hit = self._name_at(text, run, position)
            if hit is not None:
                size, company = hit
                reached = position + size
                found.append(FoundCompany(company, word.start, run[reached - 1].end))
        return found

    def _name_at(self, text: str, run: list[Word], position: int) -> tuple[int, Company] | None:
        """How many words from here name which company; the topmost layer that knows decides."""
        for layer in self._layers:
            hit = _name_at(layer.names, text, run, position)
            if hit is not None:
                size, company = hit
                return size, self._by_id(company.id) or company
        return None

    def _by_id(self, id_: str) -> Company | None:
        return next((layer.companies[id_] for layer in self._layers if id_ in layer.companies), None)


def _name_at(index: NameIndex[_Name], text: str, run: list[Word], position: int) -> tuple[int, Company] | None:
    start = run[position].start
    if text[max(0, start - 1) : start] in _NEVER_BEFORE_NAME:
        return None
    for size, name in index.at(text, run, position):
        end = run[position + size - 1].end
        if _written_as_name(text[start:end], name.written) and (
            not name.cautious or stands_as_name(text, start, end, name.written)
        ):
            return size, name.company
    return None


def _written_as_name(said: str, listed: str) -> bool:
    """Whether the words have a name's capitals."""
    if said == listed or (said.isupper() and len(said) > 1):
        return True
    if len(listed) < _SHORTEST_LOOSE_NAME:
        return False
    return said[0].isupper() or said[0].isdigit()


def parse_company(row: Mapping[str, str]) -> Company:
    """One row of a companies table: name, aliases, ticker, country, kind, sectors."""
    names = (row["name"], *split_values(row.get("aliases", "")))
    bare = tuple(name.removeprefix(CAUTIOUS) for name in names)
    return Company(
        bare[0],
        bare[1:],
        row.get("ticker", ""),
        row.get("country", ""),
        row.get("kind", "") or "company",
        tuple(row.get("sectors", "").split()),
        frozenset(name.removeprefix(CAUTIOUS) for name in names if name.startswith(CAUTIOUS)),
    )


BUNDLED_FILES = ("companies.tsv", "investors.tsv", "organisations.tsv")


@functools.cache
def bundled_companies() -> Companies:
    """The gazetteer that comes with dealwire."""
    return Companies(parse_company(row) for file in BUNDLED_FILES for row in read_rows(file))
