"""Core: whether what a rule asks for can be at all. Finds clauses that can never hold beside those around them.

A World is what is still possible after some clauses: a set of (category, type, status) triples as bits of one integer,
an interval for each number, the words that must be there. A clause narrows worlds; one that leaves none is dead. Where
a rule has more alternatives than WORLDS_MAX they are joined loosely: nothing possible is ever called dead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import and_, or_

from dealwire.model import CATEGORIES, STATUSES, TYPES
from rules.clauses import All, AnyOf, Clause, CrossBorder, Leaf, Not, OneOf, Undisclosed, Within
from rules.comparison import Interval

WORLDS_MAX = 32

_TRIPLES = tuple((category, kind, status) for category in CATEGORIES for kind in TYPES[category]
                 for status in STATUSES[category])  # fmt: skip
_ANY_TRIPLE = (1 << len(_TRIPLES)) - 1
_POSITION: Mapping[str, int] = {"category": 0, "type": 1, "status": 2}
_TRUE, _FALSE = Interval(1, 1), Interval(0, 0)


@dataclass(frozen=True, slots=True)
class World:
    """What is still possible."""

    triples: int = _ANY_TRIPLE
    numbers: Mapping[str, Interval] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    wanted: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """A clause that can never hold where it stands; `word` where it is only one of its alternatives."""

    clause: Clause
    beside: Clause | None
    """The clause that it clashes with, where one alone does."""
    word: str = ""


@cache
def _bits(name: str, word: str) -> int:
    """The triples that have this word."""
    if name == "round":
        return _bits("category", "funding") & _bits("type", word)
    position = _POSITION[name]
    return sum(1 << number for number, triple in enumerate(_TRIPLES) if triple[position] == word)


def _triples(leaf: Leaf) -> int:
    """The triples under which a leaf may hold."""
    match leaf:
        case OneOf(name, wanted) if name in _POSITION or name == "round":
            return reduce(or_, (_bits(name, word) for word in wanted), 0)
        case Within("price") | Undisclosed("price"):
            return _bits("category", "mna")
        case _:
            return _ANY_TRIPLE


def is_possible(clause: Clause) -> bool:
    """Whether anything could fulfil the clause."""
    return bool(_narrow(clause, [World()], []))


def find_dead(clause: Clause) -> tuple[list[Dead], bool]:
    """The clauses that can never hold where they stand, and whether the whole can never hold for it."""
    if isinstance(clause, All) and _is_plainly_alive(clause.clauses):
        return [], False
    dead: list[Dead] = []
    left = _narrow(clause, [World()], dead)
    return dead, not left


def _is_plainly_alive(clauses: Iterable[Clause]) -> bool:
    """The usual case decided quickly: leaves of distinct fields whose triples have something in common."""
    triples = _ANY_TRIPLE
    for clause in clauses:
        if not isinstance(clause, OneOf | Within) or clause.field in {"price", "round"}:
            return False
        if isinstance(clause, OneOf) and clause.field in _POSITION:
            if len(clause.wanted) > 1:
                return False
            triples &= _triples(clause)
    return triples != 0 and len({clause.field for clause in clauses if isinstance(clause, OneOf | Within)}) == len(
        tuple(clauses)
    )


def _narrow(clause: Clause, worlds: list[World], dead: list[Dead]) -> list[World]:
    """The worlds in which the clause holds too; clauses that hold in none are added to `dead`."""
    match clause:
        case All(clauses):
            return _narrow_all(clauses, worlds, dead)
        case AnyOf(clauses):
            return _join([world for inner in clauses for world in _narrow(inner, worlds, dead)])
        case Not(inner):
            left = _exclude(inner, worlds)
            if worlds and not left:
                dead.append(Dead(clause, None))
            return left
        case leaf:
            left = [new for world in worlds if (new := _narrow_leaf(leaf, world)) is not None]
            if worlds and not left:
                dead.append(Dead(leaf, None))
            elif isinstance(leaf, OneOf) and leaf.field in _POSITION and len(leaf.wanted) > 1:
                possible = reduce(or_, (world.triples for world in worlds))
                dead.extend(Dead(leaf, None, word) for word in sorted(leaf.wanted)
                            if not _bits(leaf.field, word) & possible)  # fmt: skip
            return left


def _order(clause: Clause) -> int:
    """Words first, exclusions last: the later of two that clash is the one that is called dead."""
    match clause:
        case OneOf("category" | "type" | "status" | "round"):
            return ("category", "round", "type", "status").index(clause.field)
        case OneOf() | Within() | Undisclosed() | CrossBorder():
            return 4
        case Not():
            return 6
        case _:
            return 5


def _narrow_all(clauses: tuple[Clause, ...], worlds: list[World], dead: list[Dead]) -> list[World]:
    left = worlds
    before: list[Clause] = []
    for clause in sorted(clauses, key=_order):
        found: list[Dead] = []
        narrowed = _narrow(clause, left, found)
        dead.extend(_beside(one, before, worlds) for one in found)
        if not narrowed:
            return []
        left = narrowed
        before.append(clause)
    return left


def _beside(dead: Dead, before: list[Clause], worlds: list[World]) -> Dead:
    """The dead clause with the one before it that it clashes with."""
    if dead.beside is not None:
        return dead
    one = (
        OneOf(dead.clause.field, frozenset((dead.word,)), "") if isinstance(dead.clause, OneOf) and dead.word else None
    )
    for other in before:
        if not _narrow(one or dead.clause, _narrow(other, worlds, []), []):
            return Dead(dead.clause, other, dead.word)
    return dead


def _narrow_leaf(leaf: Leaf, world: World) -> World | None:
    triples = world.triples & _triples(leaf)
    if not triples:
        return None
    numbers, missing, wanted = world.numbers, world.missing, world.wanted
    match leaf:
        case Within(_, number, interval):
            if number in missing:
                return None
            both = interval.meet(numbers.get(number, Interval()))
            if both.is_empty:
                return None
            numbers = {**numbers, number: both}
        case CrossBorder(flag):
            both = (_TRUE if flag else _FALSE).meet(numbers.get("cross_border", Interval()))
            if both.is_empty:
                return None
            numbers = {**numbers, "cross_border": both}
        case Undisclosed(_, number):
            if number in numbers:
                return None
            missing = missing | {number}
        case OneOf(name, words) if name not in _POSITION and name != "round":
            wanted = (*wanted, (name, words))
    return World(triples, numbers, missing, wanted)


def _exclude(clause: Clause, worlds: list[World]) -> list[World]:
    """The worlds in which the clause does not hold."""
    match clause:
        case Not(inner):
            return _narrow(inner, worlds, [])
        case AnyOf(clauses):
            return reduce(lambda left, inner: _exclude(inner, left), clauses, worlds)
        case All(clauses):
            return _join([world for inner in clauses for world in _exclude(inner, worlds)])
        case leaf:
            return [new for world in worlds if (new := _exclude_leaf(leaf, world)) is not None]


def _exclude_leaf(leaf: Leaf, world: World) -> World | None:
    match leaf:
        case OneOf(name) if name in _POSITION or name == "round":
            triples = world.triples & ~_triples(leaf)
            return World(triples, world.numbers, world.missing, world.wanted) if triples else None
        case OneOf(name, words):
            clash = any(field_ == name and wanted <= words for field_, wanted in world.wanted)
            return None if clash else world
        case Within(_, number, interval):
            known = world.numbers.get(number)
            inside = known is not None and known.meet(interval) == known and not world.triples & ~_triples(leaf)
            return None if inside else world
        case Undisclosed(_, number):
            return None if number in world.missing and not world.triples & ~_triples(leaf) else world
        case CrossBorder(flag):
            return None if world.numbers.get("cross_border") == (_TRUE if flag else _FALSE) else world


def _join(worlds: list[World]) -> list[World]:
    """The worlds, or where they are too many one that has room for them all."""
    if len(worlds) <= WORLDS_MAX:
        return worlds
    missing = reduce(and_, (world.missing for world in worlds))
    return [World(reduce(or_, (world.triples for world in worlds)), missing=missing)]
