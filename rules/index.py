"""Core: which rules can hold of a story, without asking each: a tree over the words and numbers that rules require.

Every rule is filed under one thing it cannot do without: the rarest it has, so that few stories come by it; rules that
share it are filed again under their next, and in the end by the least amount they ask for. A story walks down only
where it has the word. What is found is then asked in full: the tree may find too much and never too little.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.clauses import All, AnyOf, Clause, OneOf, Within
from rules.facts import Facts

FEW = 8
"""So many rules are asked one by one sooner than they are filed further."""

_PROBABILITY: Mapping[str, float] = {
    "text": 0.001, "source": 0.02, "sector": 0.05, "round": 0.1, "type": 0.1, "region": 0.2, "status": 0.3,
    "category": 0.4,
}  # fmt: skip
"""Roughly how often a story has one given word of a field; for companies see _COMPANY and _GROUP."""
_COMPANY, _GROUP = 0.002, 0.05
_ALTERNATIVES_MAX = 64
"""A rule with more alternatives than this is not filed under each; further down, where they multiply, with fewer."""
_ALTERNATIVES_BELOW_MAX = 4

Pair = tuple[str, str]
"""A field, and a word of it."""
Anchor = tuple[Pair, ...]
"""If the rule holds of a story, the story has at least one of these."""
Bound = tuple[str, float]
"""A number of the story, and the least that it must be."""
_Bounded = tuple[str, list[float], list[int]]
"""Clauses in the order of the least that they ask of one number."""


@dataclass(slots=True)
class _Needs:
    """What a rule cannot do without."""

    anchors: tuple[Anchor, ...]
    bound: Bound | None


@dataclass(slots=True)
class _Node:
    """A place in the tree: rules to ask, rules by their least number, and the places below by a word."""

    plain: tuple[int, ...] = ()
    bounded: tuple[_Bounded, ...] = ()
    below: "tuple[tuple[str, dict[str, _Node | int]], ...]" = ()


class RuleIndex:
    """The clauses, numbered as given, ready to be looked up. Never changed once built."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        needs = [_needs(clause) for clause in clauses]
        self._root = _build(list(range(len(needs))), needs, frozenset())

    def candidates(self, facts: Facts) -> list[int]:
        """The numbers, in order, of all clauses that may hold of these facts; some of them may not."""
        words, numbers = facts.words, facts.numbers
        found: list[int] = []
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            found += node.plain
            for number, bounds, ruled in node.bounded:
                values = numbers.get(number)
                if values:
                    found += ruled[: bisect_right(bounds, max(values))]
            for name, table in node.below:
                for word in words.get(name, ()):
                    below = table.get(word)
                    if below is None:
                        continue
                    if isinstance(below, int):
                        found.append(below)
                    else:
                        nodes.append(below)
        return sorted(set(found))


def _needs(clause: Clause) -> _Needs:
    return _Needs(tuple(sorted(_anchors(clause), key=_probability)), _bound(clause))


def _anchors(clause: Clause) -> list[Anchor]:
    match clause:
        case OneOf(name, wanted) if len(wanted) <= _ALTERNATIVES_MAX:
            return [tuple((name, word) for word in wanted)]
        case All(clauses):
            return [anchor for inner in clauses for anchor in _anchors(inner)]
        case AnyOf(clauses):
            joined: list[Pair] = []
            for inner in clauses:
                anchors = _anchors(inner)
                if not anchors:
                    return []
                rarest: Anchor = min(anchors, key=_probability)
                joined += rarest
            return [tuple(dict.fromkeys(joined))] if len(joined) <= _ALTERNATIVES_MAX else []
        case _:
            return []


def _bound(clause: Clause) -> Bound | None:
    match clause:
        case Within(_, number, interval) if interval.low > float("-inf"):
            return number, interval.low
        case All(clauses):
            return next((bound for inner in clauses if (bound := _bound(inner))), None)
        case _:
            return None


def _probability(anchor: Anchor) -> float:
    return sum(_PROBABILITY.get(name) or (_GROUP if ":" in word else _COMPANY) for name, word in anchor)


def _build(numbers: list[int], needs: Sequence[_Needs], path: frozenset[Pair]) -> _Node:
    """The place for these clauses below the words of `path`, which all of them have."""
    if len(numbers) <= FEW:
        return _Node(plain=tuple(numbers))
    tables: dict[str, dict[str, list[int]]] = {}
    left: list[int] = []
    for number in numbers:
        anchor = _next_anchor(needs[number], path)
        for name, word in anchor:
            tables.setdefault(name, {}).setdefault(word, []).append(number)
        if not anchor:
            left.append(number)
    below = tuple((name, _table(name, words, needs, path)) for name, words in tables.items())
    plain, bounded = _by_bound(left, needs)
    return _Node(plain, bounded, below)


def _next_anchor(needs: _Needs, path: frozenset[Pair]) -> Anchor:
    """The rarest thing that the path does not settle yet; empty where there is none."""
    limit = _ALTERNATIVES_BELOW_MAX if path else _ALTERNATIVES_MAX
    for anchor in needs.anchors:
        if len(anchor) <= limit and path.isdisjoint(anchor):
            return anchor
    return ()


def _table(
    name: str, words: Mapping[str, list[int]], needs: Sequence[_Needs], path: frozenset[Pair]
) -> "dict[str, _Node | int]":
    return {
        word: numbers[0] if len(numbers) == 1 else _build(numbers, needs, path | {(name, word)})
        for word, numbers in words.items()
    }


def _by_bound(numbers: list[int], needs: Sequence[_Needs]) -> tuple[tuple[int, ...], tuple[_Bounded, ...]]:
    """Clauses that ask for a least number, in its order; and the others."""
    plain = [number for number in numbers if needs[number].bound is None]
    by_number: dict[str, list[tuple[float, int]]] = {}
    for number in numbers:
        bound = needs[number].bound
        if bound is not None:
            by_number.setdefault(bound[0], []).append((bound[1], number))
    bounded = []
    for name, found in by_number.items():
        if len(found) <= FEW:
            plain += [number for _, number in found]
        else:
            found.sort()
            bounded.append((name, [least for least, _ in found], [number for _, number in found]))
    return tuple(plain), tuple(bounded)
