"""Core: the facts of a story, merged from its tellings: a pure function of them, in whatever order they came."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from dealwire.model import COLLAPSED
from dealwire.reference.names import fold_name
from streams.stories.link import sums_alike
from streams.stories.told import (
    COMPANY,
    CURRENCY,
    HEAD,
    HIGH,
    KEY,
    QUALIFIER,
    ROLE,
    USD,
    VALUE,
    WRITTEN,
    Name,
    Sum,
    Telling,
    Told,
)
from streams.stories.words import are_copies

DAY = 86_400.0
REVIVAL_DAYS = 2
"""A deal that collapsed lives again when it is told as agreed this much later; before that it is a late retelling."""

RUNGS = {
    "funding": {"rumored": 0, "in_talks": 1, "announced": 2, "closed": 3},
    "mna": {"rumored": 0, "in_talks": 1, "bid": 2, "announced": 3, "cleared": 4, "completed": 5},
    "hardware": {"rumored": 0, "planned": 1, "announced": 1, "under_construction": 2, "delayed": 2, "shipping": 3},
}
"""How far along a status is. Headlines say "plans" and "announces" of the same thing: one rung."""
REVIVING = {"funding": 2, "mna": 2, "hardware": 1}
"""The rung from which a collapsed deal can be told as alive again."""

TALK = frozenset({"rumored", "in_talks"})
SUPERSEDED_DAYS = 3
"""A sum that was last told this long before the one that holds was first told is history, and no disagreement."""

HASHES_ASKED = 4
"""Of two copies' least hashes, one of so many is shared all but surely."""
ALIKE_MAX = 8
"""Texts that begin alike and are compared with the next."""

Stated = tuple[Told, Sum]


class Claims(NamedTuple):
    """What is told of one sum, in the currency of the best claim."""

    low: float
    high: float
    claims: list[tuple[Sum, list[str]]]


GENERAL_TYPES = frozenset(
    {"equity_round", "undisclosed", "strategic_investment", "acquisition", "partnership", "chip_announcement"}
)
"""Types that say less than any other: a telling with a more exact one decides."""


def reporting(tellings: Sequence[Told]) -> Sequence[Told]:
    """The tellings that report the story, in order of event time; all of them where every one is background."""
    return [t for t in tellings if not t["background"]] or tellings


def merged_status(category: str, tellings: Iterable[Told]) -> str:
    """How far the deal is: the furthest rung told, or a collapse that nothing later undoes."""
    rungs = RUNGS[category]
    status, reached, at = "", -1, 0.0
    for t in tellings:
        said = t["status"]
        if said in COLLAPSED:
            status, at = said, t["at"]
            continue
        rung = rungs.get(said, -1)
        if status in COLLAPSED:
            if rung < REVIVING[category] or t["at"] - at < REVIVAL_DAYS * DAY:
                continue
            reached = -1
        if rung > reached or not status:
            status, reached, at = said, rung, t["at"]
    return status


def merged_type(tellings: Sequence[Told]) -> str:
    """The type most tellings give, an exact one before a general one; a round before all."""
    first = tellings[0]["type"]
    if all(t["type"] == first for t in tellings):
        return first
    votes: dict[str, list[float]] = {}
    for t in tellings:
        vote = votes.setdefault(t["type"], [0.0, 0.0])
        vote[0] += 1 + t["weight"]
        vote[1] -= t["at"]
    exact = {kind: vote for kind, vote in votes.items() if kind not in GENERAL_TYPES} or votes
    return max(exact, key=lambda kind: (exact[kind][0], exact[kind][1], kind))


def merged_category(tellings: Sequence[Told]) -> str:
    """The category that most tellings give; of equals, the first told."""
    first = tellings[0]["category"]
    if all(t["category"] == first for t in tellings):
        return first
    votes: dict[str, int] = {}
    for t in tellings:
        votes[t["category"]] = votes.get(t["category"], 0) + 1
    return max(votes, key=lambda category: votes[category])


class Firsts:
    """The first article of each text and each outlet, found by the least hashes of its sketch: copies share most."""

    def __init__(self) -> None:
        self._by_hash: dict[int, list[Telling]] = {}
        self._by_outlet: dict[str, Telling] = {}

    def text_of(self, t: Telling) -> Telling | None:
        """The earliest article of which this one is a copy."""
        near = (first for h in t["sketch"][:HASHES_ASKED] for first in self._by_hash.get(h, ()))
        return next((first for first in near if are_copies(t["sketch"], first["sketch"])), None)

    def outlet_of(self, t: Telling) -> Telling | None:
        """The earliest article of its outlet."""
        return self._by_outlet.get(t["outlet"]) if t["outlet"] else None

    def add(self, t: Telling) -> None:
        self._by_outlet.setdefault(t["outlet"], t)
        for h in t["sketch"][:HASHES_ASKED]:
            alike = self._by_hash.setdefault(h, [])
            if len(alike) < ALIKE_MAX:
                alike.append(t)


def sources_of(tellings: Sequence[Telling]) -> dict[str, str]:
    """Each article → the source it stands for: copies of one text, and one outlet's articles, are one source."""
    sources: dict[str, str] = {}
    firsts = Firsts()
    for t in tellings:
        if t["article"] not in sources:
            first = firsts.outlet_of(t) or firsts.text_of(t)
            sources[t["article"]] = sources[first["article"]] if first else t["article"]
            firsts.add(t)
    return sources


def copies_of(tellings: Sequence[Telling]) -> dict[str, str]:
    """Each article that is a copy of an earlier one's text → that one."""
    copies: dict[str, str] = {}
    firsts = Firsts()
    for t in tellings:
        first = firsts.text_of(t)
        if first is None:
            firsts.add(t)
        elif first["article"] != t["article"]:
            copies[t["article"]] = first["article"]
    return copies


def best_sum(fact: Literal["amount", "valuation"], tellings: Sequence[Told]) -> Sum | None:
    """The best-founded claim: of the group with the weightiest source; of equals the one that most independent sources
    give, then the latest. What was rumored no longer stands when the deal is announced.
    """
    settled = _settled(fact, tellings)
    if not settled:
        return None
    if len(settled) == 1:
        return settled[0][1]
    groups: list[list[Stated]] = []
    for t, s in settled:
        group = next((g for g in groups if _one_claim(g[0][1], s)), None)
        if group is None:
            groups.append([(t, s)])
        else:
            group.append((t, s))
    chosen = groups[0]
    if len(groups) > 1:
        sources = sources_of(tellings)
        chosen = max(groups, key=lambda g: _standing(g, sources))
    return max(chosen, key=lambda ts: (ts[1][QUALIFIER] == "exact", ts[0]["weight"], -ts[0]["at"]))[1]


def _settled(fact: Literal["amount", "valuation"], tellings: Sequence[Told]) -> list[Stated]:
    stating = [(t, s) for t in tellings if (s := t[fact]) is not None]
    if len(stating) < 2:
        return stating
    return [(t, s) for t, s in stating if t["status"] not in TALK] or stating


def claims_of(fact: Literal["amount", "valuation"], tellings: Sequence[Told], best: Sum) -> Claims:
    """Every sum that is told with its articles, and the span of those that still stand beside the best one."""
    told_by: dict[tuple[Any, ...], list[str]] = {}
    latest: dict[tuple[Any, ...], float] = {}
    for t, s in _settled(fact, tellings):
        claim = tuple(s)
        articles = told_by.setdefault(claim, [])
        if t["article"] not in articles:
            articles.append(t["article"])
        latest[claim] = max(latest.get(claim, t["at"]), t["at"])
    first_at = min(t["at"] for t, s in _settled(fact, tellings) if _one_claim(best, s))
    standing = [claim for claim, at in latest.items() if at >= first_at - SUPERSEDED_DAYS * DAY]
    bounds = [b for s in standing for b in (_in_currency(s, best), _in_currency(s, best, HIGH)) if b is not None]
    claims = [(list(claim), articles) for claim, articles in told_by.items()]
    return Claims(min(bounds), max(bounds), claims)


def _one_claim(one: Sum, two: Sum) -> bool:
    if one[CURRENCY] != two[CURRENCY]:
        return bool(sums_alike(one, two))
    exact = one[QUALIFIER] == two[QUALIFIER] == "exact"
    return bool(one[VALUE] == two[VALUE] if exact else sums_alike(one, two))


def _standing(group: Sequence[Stated], sources: dict[str, str]) -> tuple[int, int, float]:
    weight = max(t["weight"] for t, _ in group)
    return (weight, len({sources[t["article"]] for t, _ in group}), max(t["at"] for t, _ in group))


def _in_currency(s: tuple[Any, ...], best: Sum, bound: int = VALUE) -> float | None:
    """A bound of the claim in the best claim's currency."""
    value = s[bound]
    if value is None:
        return None
    if s[CURRENCY] == best[CURRENCY]:
        return float(value) if isinstance(value, float) else value
    if not s[USD] or not best[USD] or not s[VALUE]:
        return None
    return float(value * s[USD] / s[VALUE] * best[VALUE] / best[USD])


def full_names(names: Iterable[Name]) -> dict[str, str]:
    """Each name's key → the key of the full name it is short for, as "orrery" is of "orrerysystems".

    A short form that two companies here would answer to stays by itself.
    """
    heads: dict[str, set[str]] = {}
    short: set[str] = set()
    for name in names:
        heads.setdefault(name[HEAD], set()).add(name[KEY])
        if fold_name(name[WRITTEN]) == name[HEAD]:
            short.add(name[KEY])
    full: dict[str, str] = {}
    for keys in heads.values():
        longer = keys - short
        if len(longer) == 1 and (key := next(iter(longer))):
            full.update((one, key) for one in keys & short)
    return full


def merged_names(tellings: Sequence[Told], category: str) -> list[list[Any]]:
    """Who takes part: [name, role, company, articles], each company once, a lead investor before a mere investor."""
    parties: dict[tuple[str, str], list[Any]] = {}
    full = full_names(name for t in tellings for name in t["names"])
    for t in tellings:
        if t["category"] != category:
            continue
        for name in t["names"]:
            role, key = _role(name, t), full.get(str(name[KEY]), str(name[KEY]))
            party = parties.setdefault((key, role), [name[WRITTEN], role, name[COMPANY], []])
            if len(name[WRITTEN]) > len(party[0]) and key in full.values():
                party[0] = name[WRITTEN]
            if t["article"] not in party[3]:
                party[3].append(t["article"])
            if name[COMPANY] and not party[2]:
                party[2] = name[COMPANY]
    for key, role in list(parties):
        if role == "investor" and (key, "lead_investor") in parties:
            lead, plain = parties[(key, "lead_investor")], parties.pop((key, role))
            lead[3] = list(dict.fromkeys([*lead[3], *plain[3]]))
    return list(parties.values())


def _role(name: Name, t: Told) -> str:
    """Background knows who took part, and is not asked who led."""
    role = str(name[ROLE])
    return "investor" if role == "lead_investor" and t["background"] else role


def united(lists: Iterable[list[Any]]) -> list[Any]:
    """Every value once, in order of first telling."""
    return list({repr(value): value for values in lists for value in values}.values())
