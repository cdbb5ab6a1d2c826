"""Core: corrections as people ask for them, of stories as they see them; UsageError where a request makes no sense."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dealwire.errors import UsageError
from dealwire.identity import digest
from dealwire.model import STATUSES, TYPES, Story
from streams.stories.correction import Correction, CorrectionKind, pinned_value


@dataclass(frozen=True, slots=True)
class Signature:
    """Who corrects, why, and when."""

    author: str
    reason: str
    at: datetime


def merge(story: Story, other: Story, signed: Signature) -> Correction:
    """The two are one deal."""
    if other.id == story.id:
        raise UsageError(f"story {story.id} cannot be merged with itself")
    return _correction(
        "merge", signed, _articles(story), _articles(other), about=story.subject or "", others_about=other.subject or ""
    )


def split(story: Story, leaving: Sequence[str], signed: Signature) -> Correction:
    """These articles of the story tell another deal."""
    told = _articles(story)
    unknown = sorted(set(leaving) - set(told))
    if unknown:
        raise UsageError(f"article {unknown[0]!r} does not tell story {story.id}")
    staying = tuple(article for article in told if article not in leaving)
    if not leaving or not staying:
        raise UsageError("a split takes at least one article of the story and leaves at least one")
    about = story.subject or ""
    return _correction("split", signed, tuple(dict.fromkeys(leaving)), staying, about=about, others_about=about)


def correct(story: Story, fact: str, value: str, signed: Signature) -> Correction:
    """The story's right amount, valuation, status, type or subject."""
    pinned_value(fact, value)
    known = {"status": STATUSES, "type": TYPES}.get(fact)
    if known and value not in known[story.category]:
        raise UsageError(f"{fact}: {value!r} is none of {story.category}; one of {', '.join(known[story.category])}")
    if not value.strip():
        raise UsageError(f"{fact}: say which value is right")
    return _correction("correct", signed, _articles(story), (), about=story.subject or "", fact=fact, value=value)


def undo(correction: Correction, signed: Signature) -> Correction:
    """That correction does not hold, and what it did is taken back."""
    if correction.kind == "undo":
        raise UsageError(f"correction {correction.id} is an undo itself; make the correction anew instead")
    return _correction(
        "undo",
        signed,
        correction.articles,
        correction.others,
        about=correction.about,
        others_about=correction.others_about,
        undoes=correction.id,
    )


def _articles(story: Story) -> tuple[str, ...]:
    articles = tuple(telling.article for telling in story.tellings)
    if not articles:
        raise UsageError(f"story {story.id} holds no article; was it merged into another?")
    return articles


def _correction(
    kind: CorrectionKind, signed: Signature, articles: tuple[str, ...], others: tuple[str, ...], **rest: str
) -> Correction:
    for name, said in (("author", signed.author), ("reason", signed.reason)):
        if not said.strip():
            raise UsageError(f"{name}: a correction is signed; say {'who' if name == 'author' else 'why'}")
    said_at = signed.at.isoformat()
    return Correction(
        id=digest("correction", kind, articles, others, *rest.values(), signed.author, signed.reason, said_at),
        kind=kind,
        author=signed.author.strip(),
        reason=signed.reason.strip(),
        at=signed.at,
        articles=articles,
        others=others,
        **rest,
    )
