"""Core: one event as one article tells it: the plain data that a story is made of. Start reading here.

`Told` is what the state holds, so it is JSON: times are seconds since 1970 in UTC, sums and names are short lists.
Everything the fold compares (`subject`, keys of names, words) is worked out once, when the article is read.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypedDict

from dealwire.model import Article, MarketEvent, Money, Quantity
from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from streams.stories.sources import authority, outlet
from streams.stories.words import distinctive, sketch, without_credit, words_of

NAMES_MAX = 24
QUOTES_MAX = 24

Sum = list[Any]
"""[value, currency, USD or None, qualifier, high or None], as `Money` has them."""
Name = list[Any]
"""[key, name as written, role, company id or None, head word]."""

KEY, WRITTEN, ROLE, COMPANY, HEAD = range(5)
VALUE, CURRENCY, USD, QUALIFIER, HIGH = range(5)

SUBJECT_ROLES = {
    "funding": ("recipient",),
    "mna": ("target", "partner"),
    "hardware": ("vendor", "operator", "government", "customer", "partner"),
}
"""Whose deal it is, by category; the first that is there is the subject."""


class Occasion(TypedDict):
    """What made the fold look at its stories: an article's revision, or a person's correction (no revision)."""

    article: str
    revision: str
    at: float


class Telling(Occasion):
    """The article's side: who says it, when, and by which text."""

    order: list[float]
    title: str
    source: str
    url: str
    outlet: str
    sketch: list[int]
    words: list[str]
    said: list[str]


class Told(Telling):
    """One event of it."""

    event: str
    category: str
    type: str
    status: str
    subject: str
    subject_head: str
    subject_written: str
    """Its name folded as written, where the gazetteer or a watchlist knows it by another; else empty."""
    names: list[Name]
    amount: Sum | None
    valuation: Sum | None
    quantities: list[list[Any]]
    regions: list[str]
    cross_border: bool | None
    confidence: float
    background: bool
    weight: int
    descriptor: list[str]
    quotes: list[list[Any]]


def telling(article: Article) -> Telling:
    """What every event of the article shares."""
    said = list(dict.fromkeys(words_of(without_credit(article.title))))
    return {
        "article": article.id,
        "revision": article.revision,
        "order": [moment.timestamp() for moment in article.order],
        "at": article.at.timestamp(),
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "outlet": outlet(article.title, article.source, article.url),
        "sketch": sketch(article.title, article.body),
        "words": distinctive(said),
        "said": said,
    }


def told(event: MarketEvent, by: Telling, companies: Companies) -> Told:
    """The event as this article tells it."""
    names = [_name(p.name, p.role, p.company, companies) for p in event.participants[:NAMES_MAX]]
    first = _subject(event, names)
    return {
        **by,
        "event": event.id,
        "category": event.category,
        "type": event.type,
        "status": event.status,
        "subject": first[KEY] if first else "",
        "subject_head": first[HEAD] if first else "",
        "subject_written": written if first and (written := fold_name(first[WRITTEN])) != first[KEY] else "",
        "names": names,
        "amount": sum_of(event.amount),
        "valuation": sum_of(event.valuation),
        "quantities": [[q.kind, q.value, q.unit, q.qualifier] for q in event.quantities],
        "regions": list(event.regions),
        "cross_border": event.cross_border,
        "confidence": event.confidence,
        "background": event.background,
        "weight": authority(by["title"], by["source"], by["url"], first[KEY] if first else ""),
        "descriptor": [w for w in words_of(event.descriptor) if len(w) > 2] if event.descriptor else [],
        "quotes": [[e.fact, e.place, e.start, e.end, e.quote] for e in event.evidence[:QUOTES_MAX]],
    }


def is_price_again(t: Told, others: Sequence[Told]) -> bool:
    """Whether a round is but the price that its recipient pays in a takeover which the same article tells."""
    if t["category"] != "funding" or t["amount"] is None or len(others) < 2:
        return False
    return any(
        other["category"] == "mna"
        and other["amount"] == t["amount"]
        and any(name[ROLE] == "acquirer" and name[KEY] == t["subject"] for name in other["names"])
        for other in others
    )


def _subject(event: MarketEvent, names: list[Name]) -> Name | None:
    """Whose deal it is: the participant in the category's first role that is filled."""
    for role in SUBJECT_ROLES[event.category]:
        for name in names:
            if name[ROLE] == role:
                return name
    return None


def _name(written: str, role: str, company: str | None, companies: Companies) -> Name:
    key, head = _found_by(companies, written)
    return [company or key, written, role, company, head]


@lru_cache(1 << 15)
def _found_by(companies: Companies, written: str) -> tuple[str, str]:
    """The name's key and its head word."""
    return companies.key(written), head_of(written)


def head_of(written: str) -> str:
    """The word under which a name is looked up, so that "Moonshot" and "Moonshot AI" meet.

    >>> head_of("Moonshot AI")
    'moonshot'
    """
    words = written.casefold().split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return fold_name(words[0]) if words else ""


def sum_of(money: Money | None) -> Sum | None:
    return [money.value, money.currency, money.usd, money.qualifier, money.high] if money else None


def money_of(plain: Sum) -> Money:
    value, currency, usd, qualifier, high = plain
    return Money(value=value, currency=currency, usd=usd, qualifier=qualifier, high=high)


def quantity_of(plain: list[Any]) -> Quantity:
    kind, value, unit, qualifier = plain
    return Quantity(kind=kind, value=value, unit=unit, qualifier=qualifier)
