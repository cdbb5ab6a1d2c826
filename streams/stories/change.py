"""Core: what counts as news about a known story: the material change, a pure decision with names and with both values.

A retelling that adds a source, a quote or a participant changes nothing here, and so makes no version.
"""

from collections.abc import Sequence
from typing import TypedDict

from dealwire.model import CLOSED, COLLAPSED, ROUNDS, Change, ChangeKind
from dealwire.reference.money import format_money
from streams.stories.merge import RUNGS
from streams.stories.told import CURRENCY, USD, VALUE, Sum, money_of
from streams.stories.words import words_of

MATERIAL_SHARE = 0.05
"""An amount or valuation that moves by this share of what it was is news."""


class Facts(TypedDict):
    """The facts whose change is news, as of a story's version."""

    category: str
    type: str
    status: str
    subject: str
    amount: Sum | None
    valuation: Sum | None
    leads: dict[str, str]
    acquirers: dict[str, str]


def material_changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Every material change between two states of a story's facts, the weightiest first.

    >>> quiet = Facts(category="funding", type="seed", status="announced", subject="Acme", amount=None, valuation=None,
    ...               leads={}, acquirers={})
    >>> [c.kind for c in material_changes(quiet, {**quiet, "status": "closed", "leads": {"spark": "Spark"}})]
    ['closed', 'lead_investor']
    """
    if before == after:
        return ()
    changes = [
        *_status(before, after),
        *_amount(before, after),
        *_sum("valuation", before["valuation"], after["valuation"]),
        *_round(before, after),
        *_names("lead_investor", before["leads"], after["leads"]),
        *_names("acquirer", before["acquirers"], after["acquirers"]),
    ]
    return tuple(changes)


def _status(before: Facts, after: Facts) -> Sequence[Change]:
    one, two = before["status"], after["status"]
    if one == two:
        return ()
    rungs = RUNGS[after["category"]]
    if two in COLLAPSED:
        return (Change(kind="collapsed", before=one, after=two),)
    if one not in COLLAPSED and rungs.get(two, 0) <= rungs.get(one, 0):
        return ()
    return (Change(kind="closed" if two in CLOSED else "status", before=one, after=two),)


def _amount(before: Facts, after: Facts) -> Sequence[Change]:
    kind: ChangeKind = "price" if after["category"] == "mna" and before["amount"] is None else "amount"
    return _sum(kind, before["amount"], after["amount"])


def _sum(kind: ChangeKind, one: Sum | None, two: Sum | None) -> Sequence[Change]:
    if two is None or (one is not None and not _moved(one, two)):
        return ()
    said = format_money(money_of(one)) if one else "undisclosed"
    return (Change(kind=kind, before=said, after=format_money(money_of(two))),)


def _moved(one: Sum, two: Sum) -> bool:
    if one[CURRENCY] == two[CURRENCY]:
        before, after = one[VALUE], two[VALUE]
    elif one[USD] and two[USD]:
        before, after = one[USD], two[USD]
    else:
        return True
    return bool(abs(after - before) >= MATERIAL_SHARE * before)


def _round(before: Facts, after: Facts) -> Sequence[Change]:
    """A round is learnt when a story that had none gets one."""
    if after["type"] not in ROUNDS or before["type"] in ROUNDS:
        return ()
    return (Change(kind="round", before=before["type"], after=after["type"]),)


def _names(kind: ChangeKind, one: dict[str, str], two: dict[str, str]) -> Sequence[Change]:
    if not two or all(key in one or _is_known(name, one) for key, name in two.items()):
        return ()
    return (Change(kind=kind, before=", ".join(one.values()), after=", ".join(two.values())),)


def _is_known(name: str, known: dict[str, str]) -> bool:
    """Whether the name is a longer or shorter form of one that was known: its leading words, or it with more."""
    said = words_of(name)
    return any(_leads(said, words_of(other)) or _leads(words_of(other), said) for other in known.values())


def _leads(short: Sequence[str], long: Sequence[str]) -> bool:
    return bool(short) and long[: len(short)] == short


def summed(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes of several versions as one: of each kind the first `before` and the last `after`."""
    sums: dict[str, Change] = {}
    for change in changes:
        first = sums.get(change.kind)
        sums[change.kind] = Change(kind=change.kind, before=first.before, after=change.after) if first else change
    return tuple(c for c in sums.values() if c.before != c.after or not c.after)
