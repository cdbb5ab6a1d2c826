"""Core: a story as rules ask about it: sets of words and a few numbers, made once for all rules.

A company is there under its key and under every watchlist, sector and country that it belongs to, so that a rule about
a list of a thousand companies costs what a rule about one costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dealwire.identity import fold_text
from dealwire.model import Story
from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from rules.fields import SQUARE_METRES

NOTHING: frozenset[str] = frozenset()
_REMEMBERED_NAMES_MAX = 200_000
UNDISCLOSED = "undisclosed"


def watchlist_token(name: str) -> str:
    return f"watchlist:{name}"


def sector_token(name: str) -> str:
    return f"sector:{fold_text(name)}"


def country_token(code: str) -> str:
    return f"country:{code}"


@dataclass(slots=True)
class Facts:
    """What a story holds: by field, the words that it has, the numbers that it has, and whether it crosses borders."""

    story: Story
    words: dict[str, frozenset[str]]
    numbers: dict[str, tuple[float, ...]]
    cross_border: bool | None
    directory: "Directory"

    def belongs(self, name: str, company: str | None, wanted: frozenset[str]) -> bool:
        """Whether this participant is one of those wanted."""
        return not wanted.isdisjoint(self.directory.tokens(name, company))


@dataclass(slots=True)
class Directory:
    """Whom a name means, and where that company belongs: what rules know about companies."""

    companies: Companies
    watchlists: Mapping[str, tuple[str, ...]]
    """Company key → names of the watchlists that hold it."""
    sectors: Mapping[str, tuple[str, ...]]
    """Company key → the sectors that watchlists give it."""
    countries: Mapping[str, str]
    """Company key → the country that watchlists give it."""
    _remembered: dict[tuple[str, str | None], frozenset[str]] = field(default_factory=dict)

    def tokens(self, name: str, company: str | None) -> frozenset[str]:
        """All under which a participant can be asked for: its keys, watchlists, sectors and country."""
        known = self._remembered.get((name, company))
        if known is None:
            if len(self._remembered) >= _REMEMBERED_NAMES_MAX:
                self._remembered.clear()
            known = self._remembered[(name, company)] = frozenset(self._tokens(name, company))
        return known

    def _tokens(self, name: str, company: str | None) -> set[str]:
        found = self.companies.resolve(name)
        keys = {found.id if found else fold_name(name)}
        if company:
            keys.add(company)
        tokens = set(keys)
        for key in keys:
            tokens.update(map(watchlist_token, self.watchlists.get(key, ())))
            tokens.update(map(sector_token, self.sectors.get(key, ())))
        if found:
            tokens.update(map(sector_token, found.sectors))
        country = next((self.countries[key] for key in keys if key in self.countries), found.country if found else "")
        if country:
            tokens.add(country_token(country))
        return tokens

    def facts(self, story: Story, heard: frozenset[str]) -> Facts:
        """The story, with the phrases that were heard in its articles."""
        words: dict[str, frozenset[str]] = {
            "category": frozenset((story.category,)),
            "type": frozenset((story.type,)),
            "status": frozenset((story.status,)),
            "text": heard,
        }
        if story.category == "funding":
            words["round"] = words["type"]
        if story.regions:
            words["region"] = frozenset(story.regions)
        self._add_participants(words, story)
        sources = {fold_text(telling.source) for telling in story.tellings if telling.source}
        if sources:
            words["source"] = frozenset(sources)
        return Facts(story, words, _numbers(story), story.cross_border, self)

    def _add_participants(self, words: dict[str, frozenset[str]], story: Story) -> None:
        company = NOTHING
        for participant in story.participants:
            tokens = self.tokens(participant.name, participant.company)
            role = participant.role
            words[role] = words[role] | tokens if role in words else tokens
            company |= tokens
            if role == "lead_investor":
                words["investor"] = words.get("investor", NOTHING) | tokens
        if story.subject:
            words["subject"] = self.tokens(story.subject, story.subject_company)
            company |= words["subject"]
        if company:
            words["company"] = company
            sectors = frozenset(token for token in company if token.startswith("sector:"))
            if sectors:
                words["sector"] = sectors


def _numbers(story: Story) -> dict[str, tuple[float, ...]]:
    numbers: dict[str, tuple[float, ...]] = {
        "source_count": (story.source_count,),
        "confidence": (story.confidence,),
    }
    if story.amount is not None and story.amount.best.usd is not None:
        numbers["amount"] = (story.amount.best.usd,)
    if story.valuation is not None and story.valuation.best.usd is not None:
        numbers["valuation"] = (story.valuation.best.usd,)
    for quantity in story.quantities:
        factor = SQUARE_METRES.get(quantity.unit, 1.0) if quantity.kind == "area" else 1.0
        numbers[quantity.kind] = (*numbers.get(quantity.kind, ()), quantity.value * factor)
    return numbers
