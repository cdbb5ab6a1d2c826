"""Core: which story a telling belongs to: the best-linked of its candidates, and others that it joins to that one."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from streams.stories.correction import advice
from streams.stories.draft import Draft
from streams.stories.index import Traces, candidates
from streams.stories.link import Link, link
from streams.stories.record import StoryRecord
from streams.stories.told import Told

COMPARED_MAX = 40
"""Tellings of one story that are compared; copies of one telling say nothing new."""

SAID_SO = Link(100.0, ("a person said so",))


@dataclass(frozen=True, slots=True)
class Place:
    """The stories that a telling links to, best first, to look at; and why it does."""

    stories: tuple[StoryRecord, ...]
    link: Link | None


def find_place(draft: Draft, t: Told, traces: Traces, apart: Collection[str], likely: Mapping[str, bool]) -> Place:
    """Where the telling belongs. `apart`: articles that a person has set apart from it; `likely`: see Fold."""
    linked: list[tuple[Link, StoryRecord]] = []
    seen: set[str] = set()
    for story in (*likely, *candidates(draft, traces)):
        record = draft.peek(story)
        if record is None or record["id"] in seen:
            continue
        seen.add(record["id"])
        found = strength(t, record["tellings"], apart)
        if likely.get(story):
            found = SAID_SO
        if found is not None and found.joins:
            linked.append((found, record))
    if not linked:
        return Place((), None)
    best = best_first(linked)
    return Place(tuple(record for _, record in best), best[0][0])


def best_first(linked: Iterable[tuple[Link, StoryRecord]]) -> list[tuple[Link, StoryRecord]]:
    """The stories by how well they link; among equals the one that was founded first."""
    return sorted(linked, key=lambda pair: (-pair[0].points, pair[1]["founded"], pair[1]["id"]))


def strength(
    t: Told,
    tellings: Sequence[Told],
    apart: Collection[str] = (),
    agrees: Callable[[Told, Link], bool] = lambda _other, _found: True,
) -> Link | None:
    """The strongest link between the telling and those that it `agrees` with; None where one of them rules it out."""
    best: Link | None = None
    for other in tellings[-COMPARED_MAX:]:
        if other["article"] in apart:
            return None
        found = link(t, other)
        if found.vetoes:
            return None
        if other["background"] or found.apart or (best is not None and found.points <= best.points):
            continue
        if agrees(other, found):
            best = found
    return best


def may_join(draft: Draft, one: StoryRecord, two: StoryRecord) -> bool:
    """Whether two stories that one telling links to may be one: nobody set them apart, and no two tellings clash."""
    ours, theirs = one["tellings"][-COMPARED_MAX:], two["tellings"][-COMPARED_MAX:]
    if _set_apart(draft, ours, theirs) or _set_apart(draft, theirs, ours):
        return False
    return not any(link(a, b).vetoes for a in ours for b in theirs)


def _set_apart(draft: Draft, ours: Sequence[Told], theirs: Sequence[Told]) -> bool:
    articles = {t["article"] for t in theirs}
    return any(not advice(draft, t["article"], t["subject"]).apart.isdisjoint(articles) for t in ours)
