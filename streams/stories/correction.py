"""Core: what people know better: two stories are one, one story is two, a fact is wrong.

A correction is a record like any other: who, why, when, and which articles it is about. It is kept in the state under
those articles, not under a story, so that it holds for whatever stories the same articles make in a restart or replay.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict

from dealwire.errors import UsageError
from dealwire.model import STATUSES, TYPES, Category, Instant, Record
from dealwire.reference.money import parse_sum
from streams.stories.draft import Draft
from streams.stories.told import sum_of

FACTS = ("amount", "valuation", "status", "type", "subject")


class Correction(Record):
    """One correction: the two sides of a merge or a split, or a `fact` and its right `value`."""

    id: str
    kind: Literal["merge", "split", "correct"]
    author: str
    reason: str
    at: Instant
    articles: tuple[str, ...]
    others: tuple[str, ...] = ()
    fact: str = ""
    value: str = ""


class Advice(TypedDict):
    """What corrections say about one article."""

    together: list[str]
    apart: list[str]
    pinned: dict[str, Any]
    taken: list[str]
    """Ids of the corrections it comes from."""


def advice_key(article: str) -> str:
    return f"correction/{article}"


def no_advice() -> Advice:
    return {"together": [], "apart": [], "pinned": {}, "taken": []}


def advice(draft: Draft, article: str) -> Advice:
    """What people have said about this article."""
    held: Advice | None = draft.value(advice_key(article))
    return held or no_advice()


def record_advice(draft: Draft, correction: Correction) -> None:
    """Keep the correction under every article it is about; the later of two contrary ones holds."""
    ours, theirs = correction.articles, correction.others
    for mine, others in ((ours, theirs), (theirs, ours)):
        for article in mine:
            held = advice(draft, article)
            if correction.kind == "merge":
                held["together"] = _with(held["together"], others)
                held["apart"] = _without(held["apart"], others)
            elif correction.kind == "split":
                held["apart"] = _with(held["apart"], others)
                held["together"] = _without(held["together"], others)
            else:
                held["pinned"] = {**held["pinned"], correction.fact: pinned_value(correction.fact, correction.value)}
            held["taken"] = _with(held["taken"], (correction.id,))
            draft.put_value(advice_key(article), held)


def _with(values: list[str], more: Iterable[str]) -> list[str]:
    return sorted({*values, *more})


def _without(values: list[str], fewer: Iterable[str]) -> list[str]:
    return sorted(set(values).difference(fewer))


def pinned_value(fact: str, text: str) -> Any:
    """The fact as the state holds it; UsageError where the text does not say one."""
    if fact in {"amount", "valuation"}:
        money = parse_sum(text)
        if money is None:
            raise UsageError(f"{fact}: {text!r} is no sum; write it as '100M USD'")
        return sum_of(money)
    known: dict[str, set[str]] = {"status": _every(STATUSES), "type": _every(TYPES)}
    if fact in known and text not in known[fact]:
        raise UsageError(f"{fact}: unknown {text!r}; one of {', '.join(sorted(known[fact]))}")
    if fact not in FACTS:
        raise UsageError(f"{fact!r} cannot be corrected; one of {', '.join(FACTS)}")
    return text


def _every(by_category: Mapping[Category, tuple[str, ...]]) -> set[str]:
    return {value for values in by_category.values() for value in values}
