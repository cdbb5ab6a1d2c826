"""Core: where the parties of an event are at home, by the gazetteer and by what the sentence says of them.

A place counts for a party where it stands in the party's own noun phrase: before the name ("Indian AI firm Neysa",
"Paris-based Mistral", "India's Neysa") or behind it ("Neysa, an Indian cloud provider", "Neysa, based in Mumbai").
Other places of the sentence are where somebody goes, sells or files, and say nothing of home. A site is at home where
it stands.
"""

import re

from dealwire.model import Role
from dealwire.reference.companies import Companies
from dealwire.reference.places import FoundPlace, find_places, region
from streams.understand.candidate import Candidate
from streams.understand.mentions import Mention

REGIONS_MAX = 4
COUNTRY_CODE_LETTERS = 2
AT_HOME: frozenset[Role] = frozenset({"recipient", "target", "government", "operator"})
GIVERS: frozenset[Role] = frozenset({"investor", "lead_investor", "acquirer"})
TAKERS: frozenset[Role] = frozenset({"recipient", "target"})
BEFORE_NAME = re.compile(
    r"(?:['’]s|-(?:based|headquartered|area|born|listed|backed))?(?:[\s-]+(?!in|to|from|by|with|for|on|at|and|of)[\w.&'’-]+){0,6}\s+"
)
BEHIND_NAME = re.compile(
    r"(?:\s*\([^)]{0,60}\))?\s*,?\s*(?:which is |that is |is )?(?:an?|the|based in|headquartered in|from|of)\s+"
    r"(?:[\w&'’-]+\s+){0,4}",
    re.IGNORECASE,
)


class Homes:
    """Knows the gazetteer."""

    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    def regions(self, candidate: Candidate) -> tuple[str, ...]:
        """The regions of those the event happens to, the gazetteer's first; at most REGIONS_MAX."""
        found: list[str] = []
        for mention, role, _ in candidate.parties:
            code = self._country(mention.name)
            if code and role in AT_HOME:
                found.append(code)
        subjects = [m for m, role, s in candidate.parties if role in AT_HOME and s is candidate.sentence]
        anywhere = candidate.category == "hardware" or not subjects
        found.extend(
            place.code
            for place in self._places(candidate)
            if anywhere or any(self._is_of(candidate, place, m) for m in subjects)
        )
        return tuple(dict.fromkeys(found))[:REGIONS_MAX]

    def cross_border(self, candidate: Candidate) -> bool | None:
        """Whether money or ownership crosses a border; None where the countries are not known."""
        givers = {c for m, r, _ in candidate.parties if r in GIVERS and (c := self._country(m.name))}
        takers = {c for m, r, _ in candidate.parties if r in TAKERS and (c := self._country(m.name))}
        if not takers and givers:
            takers = set(self.regions(candidate)) - givers
        if not givers or not takers:
            return None
        return bool(givers - takers)

    def _country(self, name: str) -> str | None:
        company = self._companies.resolve(name)
        return company.country or None if company else region(name)

    def _places(self, candidate: Candidate) -> list[FoundPlace]:
        return [p for p in find_places(candidate.sentence.quote) if len(p.code) == COUNTRY_CODE_LETTERS]

    def _is_of(self, candidate: Candidate, place: FoundPlace, mention: Mention) -> bool:
        """Whether a place stands in the noun phrase of the name."""
        text, offset = candidate.sentence.quote, candidate.sentence.start
        start, end = mention.start - offset, mention.end - offset
        if place.end <= start:
            return BEFORE_NAME.fullmatch(text[place.end : start]) is not None
        return place.start >= end and BEHIND_NAME.fullmatch(text[end : place.start]) is not None
