"""Core: a story's record as others see it: its comparable facts, and the `Story` that rules match and people read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from dealwire.model import Claim, Figure, Party, Quote, Story, Telling, Version
from streams.stories import told as told_of
from streams.stories.change import Facts
from streams.stories.merge import (
    best_sum,
    claims_of,
    copies_of,
    full_names,
    merged_category,
    merged_names,
    merged_status,
    merged_type,
    reporting,
    sources_of,
    united,
)
from streams.stories.record import StoryRecord, last_at
from streams.stories.told import COMPANY, KEY, ROLE, WRITTEN, Told, money_of, quantity_of

QUOTES_SHOWN_MAX = 24


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def facts_of(record: StoryRecord) -> Facts:
    """The facts whose change is news, from the story's tellings and from what people have set."""
    tellings = reporting(record["tellings"])
    category = merged_category(tellings)
    same = [t for t in tellings if t["category"] == category]
    subject = _subject(same)
    facts: Facts = {
        "category": category,
        "type": merged_type(same),
        "status": merged_status(category, same),
        "subject": subject[WRITTEN] if subject else "",
        "amount": best_sum("amount", same),
        "valuation": best_sum("valuation", same),
        "leads": _named("lead_investor", same),
        "acquirers": _named("acquirer", same),
    }
    return _pinned(facts, record["pinned"]) if record["pinned"] else facts


def _named(role: str, tellings: Sequence[Told]) -> dict[str, str]:
    """Who holds the role: key → the longest of the names as written."""
    names = [n for t in tellings if not t["background"] for n in t["names"] if n[ROLE] == role]
    if not names:
        return {}
    full = full_names(n for t in tellings for n in t["names"]) if len({n[KEY] for n in names}) > 1 else {}
    named: dict[str, str] = {}
    for name in names:
        key = full.get(str(name[KEY]), str(name[KEY]))
        if len(name[WRITTEN]) > len(named.get(key, "")):
            named[key] = name[WRITTEN]
    return named


def _pinned(facts: Facts, pinned: dict[str, Any]) -> Facts:
    for fact in ("type", "status", "subject", "amount", "valuation"):
        if fact in pinned:
            facts[fact] = pinned[fact]
    return facts


def _subject(tellings: Sequence[Told]) -> list[Any] | None:
    """The subject's name as most tellings write it; of equals, the first."""
    if len(tellings) == 1:
        return next((n for n in tellings[0]["names"] if n[KEY] == tellings[0]["subject"]), None)
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
    shown = record["withdrawn"] or record["tellings"]
    told = reporting(shown)
    facts: Facts = record["facts"]  # type: ignore[assignment] # set with the first version
    if told and not record["withdrawn"]:
        facts = facts_of(record)
    same = [t for t in told if t["category"] == facts["category"]]
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
        amount=_figure("amount", same, facts, record["pinned"]),
        valuation=_figure("valuation", same, facts, record["pinned"]),
        quantities=tuple(quantity_of(q) for q in united(t["quantities"] for t in same)),
        regions=tuple(united(t["regions"] for t in same)),
        cross_border=any(crossing) if crossing else None,
        confidence=max((t["confidence"] for t in same), default=0.0),
        first_at=moment(min((t["at"] for t in told), default=record["founded"])),
        last_at=moment(last_at(record)),
        tellings=_tellings([*shown, *record["mentions"]]),
        source_count=len(set(sources_of([*told, *record["mentions"]]).values())),
        quotes=_quotes(same),
        version=len(record["versions"]),
        versions=tuple(Version.model_validate(v) for v in record["versions"]),
        retracted=record["retracted"],
        merged_into=record["merged_into"] or None,
    )


def _figure(
    fact: Literal["amount", "valuation"], tellings: Sequence[Told], facts: Facts, pinned: dict[str, Any]
) -> Figure | None:
    said, told = facts[fact], best_sum(fact, tellings)
    if said is None:
        return None
    money = money_of(said)
    if told is None:
        return Figure(best=money, low=money.value, high=money.value)
    low, high, stated = claims_of(fact, tellings, told)
    claims = tuple(Claim(money=money_of(s), articles=tuple(articles)) for s, articles in stated)
    if fact in pinned:
        low = high = money.value
    return Figure(best=money, low=low, high=high, claims=claims)


def _tellings(told: Sequence[told_of.Telling]) -> tuple[Telling, ...]:
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
