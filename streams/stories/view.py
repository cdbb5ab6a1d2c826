"""Core: a story's record as others see it: its comparable facts, and the `Story` that rules match and people read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dealwire.model import Claim, Figure, Party, Quote, Story, Telling, Version
from streams.stories.change import Facts
from streams.stories.merge import (
    copies_of,
    full_names,
    merged_category,
    merged_names,
    merged_status,
    merged_sum,
    merged_type,
    reporting,
    sources_of,
    united,
)
from streams.stories.record import StoryRecord, last_at
from streams.stories.told import COMPANY, KEY, ROLE, WRITTEN, Name, Told, money_of, quantity_of

QUOTES_SHOWN_MAX = 24


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def facts_of(record: StoryRecord) -> Facts:
    """The facts whose change is news, from the story's tellings and from what people have set."""
    tellings = reporting(record["tellings"])
    if len(tellings) == 1 and not record["pinned"]:
        return _single(tellings[0])
    category = merged_category(tellings)
    same = [t for t in tellings if t["category"] == category]
    sources = sources_of(tellings)
    amount, valuation = merged_sum("amount", same, sources), merged_sum("valuation", same, sources)
    leads: dict[str, str] = {}
    acquirers: dict[str, str] = {}
    full = full_names(name for t in same for name in t["names"])
    for t in same:
        _take_named(t, leads, acquirers, full)
    subject = _subject(same)
    facts: Facts = {
        "category": category,
        "type": merged_type(category, same),
        "status": merged_status(category, same),
        "subject": subject[WRITTEN] if subject else "",
        "amount": amount["best"] if amount else None,
        "valuation": valuation["best"] if valuation else None,
        "leads": leads,
        "acquirers": acquirers,
    }
    return _pinned(facts, record["pinned"])


def _single(t: Told) -> Facts:
    leads: dict[str, str] = {}
    acquirers: dict[str, str] = {}
    _take_named(t, leads, acquirers, {})
    subject = _subject([t])
    return {
        "category": t["category"],
        "type": t["type"],
        "status": t["status"],
        "subject": subject[WRITTEN] if subject else "",
        "amount": t["amount"],
        "valuation": t["valuation"],
        "leads": leads,
        "acquirers": acquirers,
    }


def _take_named(t: Told, leads: dict[str, str], acquirers: dict[str, str], full: dict[str, str]) -> None:
    if t["background"]:
        return
    for name in t["names"]:
        if name[ROLE] == "lead_investor":
            _take(leads, name, full)
        elif name[ROLE] == "acquirer":
            _take(acquirers, name, full)


def _take(into: dict[str, str], name: Name, full: dict[str, str]) -> None:
    key = full.get(str(name[KEY]), str(name[KEY]))
    if len(name[WRITTEN]) > len(into.get(key, "")):
        into[key] = name[WRITTEN]


def _pinned(facts: Facts, pinned: dict[str, Any]) -> Facts:
    for fact in ("type", "status", "subject", "amount", "valuation"):
        if fact in pinned:
            facts[fact] = pinned[fact]
    return facts


def _subject(tellings: Sequence[Told]) -> list[Any] | None:
    """The subject's name as most tellings write it; of equals, the first."""
    votes: dict[str, int] = {}
    written: dict[str, list[Any]] = {}
    for t in tellings:
        name = next((n for n in t["names"] if n[KEY] == t["subject"]), None) if t["subject"] else None
        if name is not None:
            votes[name[WRITTEN]] = votes.get(name[WRITTEN], 0) + 1
            written.setdefault(name[WRITTEN], name)
    return written[max(votes, key=lambda w: votes[w])] if votes else None


def story_of(record: StoryRecord) -> Story:
    """The story as rules match it and people read it."""
    told = reporting(record["tellings"])
    facts = facts_of(record) if told else record["facts"]
    same = [t for t in told if t["category"] == facts["category"]]
    sources = sources_of(told)
    subject = _subject(same)
    crossing = [t["cross_border"] for t in same if t["cross_border"] is not None]
    company = subject[COMPANY] if subject and facts["subject"] == subject[WRITTEN] else None
    return Story(
        id=record["id"],
        category=facts["category"],
        type=facts["type"],
        status=facts["status"],
        subject=facts["subject"] or None,
        subject_company=company,
        participants=tuple(
            Party(name=name, role=role, company=company, articles=tuple(articles))
            for name, role, company, articles in merged_names(told, facts["category"])
        ),
        amount=_figure("amount", same, sources, record["pinned"]),
        valuation=_figure("valuation", same, sources, record["pinned"]),
        quantities=tuple(quantity_of(q) for q in united(t["quantities"] for t in same)),
        regions=tuple(united(t["regions"] for t in same)),
        cross_border=any(crossing) if crossing else None,
        confidence=max((t["confidence"] for t in same), default=0.0),
        first_at=moment(min((t["at"] for t in told), default=record["founded"])),
        last_at=moment(last_at(record)),
        tellings=_tellings(record["tellings"]),
        source_count=len(set(sources.values())),
        quotes=_quotes(same),
        version=len(record["versions"]),
        versions=tuple(Version.model_validate(v) for v in record["versions"]),
        retracted=record["retracted"],
        merged_into=record["merged_into"] or None,
    )


def _figure(fact: str, tellings: Sequence[Told], sources: dict[str, str], pinned: dict[str, Any]) -> Figure | None:
    merged = merged_sum(fact, tellings, sources)
    if (said := pinned.get(fact)) is not None:
        money = money_of(said)
        claims = _claims(merged["claims"]) if merged else ()
        return Figure(best=money, low=money.value, high=money.value, claims=claims)
    if merged is None:
        return None
    return Figure(
        best=money_of(merged["best"]), low=merged["low"], high=merged["high"], claims=_claims(merged["claims"])
    )


def _claims(claims: Sequence[Any]) -> tuple[Claim, ...]:
    return tuple(Claim(money=money_of(said), articles=tuple(articles)) for said, articles in claims)


def _tellings(told: Sequence[Told]) -> tuple[Telling, ...]:
    ordered = sorted(told, key=lambda t: (t["at"], t["article"]))
    copies = copies_of(ordered)
    seen = {t["article"]: t for t in reversed(ordered)}
    return tuple(
        Telling(
            article=article,
            revision=t["revision"],
            title=t["title"],
            source=t["source"],
            url=t["url"],
            at=moment(t["at"]),
            copy_of=copies.get(article),
        )
        for article, t in sorted(seen.items(), key=lambda item: (item[1]["at"], item[0]))
    )


def _quotes(told: Sequence[Told]) -> tuple[Quote, ...]:
    """The words behind each fact, of the weightiest telling that has it."""
    best: dict[str, tuple[int, Quote]] = {}
    for t in told:
        for fact, place, start, end, words in t["quotes"]:
            if fact not in best or t["weight"] > best[fact][0]:
                quote = Quote(article=t["article"], fact=fact, place=place, start=start, end=end, quote=words)
                best[fact] = (t["weight"], quote)
    return tuple(quote for _, quote in list(best.values())[:QUOTES_SHOWN_MAX])
