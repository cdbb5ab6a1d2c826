"""Core: possible events, too unsure to be claimed, and the known stories that their facts fit.

"Hearing aids with Orrery's own Thyme chip are coming" may be of a chip announced; beside a story of Orrery's chip of
that day it is one more telling. What links claimed events (streams.stories.link) must link it too, and beyond the
company in question more must agree, the more so the more that company is in the news. It joins as a mention
(streams.stories.mention): its article becomes a source, and what it may say is never taken for a fact.
"""

from collections.abc import Collection, Sequence

from streams.stories.draft import Draft
from streams.stories.index import ON, candidates, traces_of
from streams.stories.link import (
    DAY,
    JOIN_AT,
    Link,
    quantities_meet,
    same_subject,
    shared_names,
    shared_words,
    sums_alike,
)
from streams.stories.placing import COMPARED_MAX, best_first, strength
from streams.stories.record import StoryRecord, articles_of
from streams.stories.told import COMPANY, KEY, Told

MENTION_DAYS = 7
"""So long before or after a telling an article that claims no event of it may be taken to be of the same story."""
SOLITARY_DAYS = 1
"""So soon it is taken to be of the only story that its company is in."""
OFTEN = 3
"""Who takes part in more stories than this is in the news whatever happens."""
SUM, NAME, NAMES_MAX, WORD, WORD_OFTEN, WORDS_MAX, TYPE = 2.0, 1.5, 2, 1.0, 0.5, 3, 0.5
NEEDED, NEEDED_OFTEN = 2.0, 3.0


def find_possible(
    draft: Draft, possible: Sequence[Told], apart: Collection[str] = ()
) -> tuple[StoryRecord, Link] | None:
    """The story that a possible event fits best, to look at, and why; None where it fits none well enough."""
    fitting: list[tuple[Link, StoryRecord]] = []
    for t in possible:
        for story in candidates(draft, traces_of(t)):
            record = draft.peek(story)
            if record is not None and (found := fit(draft, t, record, apart)) is not None:
                fitting.append((found, record))
    return next(((record, found) for found, record in best_first(fitting)), None)


def fit(draft: Draft, t: Told, record: StoryRecord, apart: Collection[str] = ()) -> Link | None:
    """How well a possible event fits the story; None where it does not."""
    if not articles_of(record).isdisjoint(apart):
        return None
    tellings = [other for other in record["tellings"][-COMPARED_MAX:] if not other["background"]]
    if _says_other_sum(t, tellings):
        return None
    best = strength(t, tellings, agrees=lambda other, found: _agrees(draft, t, other, found))
    return Link(max(best.points, JOIN_AT), ("possibly", *best.reasons)) if best else None


def _stories_of(draft: Draft, head: str, at: float) -> tuple[int, int]:
    """How many stories a company is in: about that time, and whenever."""
    postings = (draft.value(f"index/name/{head}") if head else None) or ()
    day = int(at // DAY)
    return sum(abs(posting[ON] - day) <= MENTION_DAYS for posting in postings), len(postings)


def _agrees(draft: Draft, t: Told, other: Told, found: Link) -> bool:
    """Whether enough agrees beside the company in question."""
    days = abs(t["at"] - other["at"]) / DAY
    if days > MENTION_DAYS:
        return False
    same_type = (t["category"], t["type"]) == (other["category"], other["type"])
    subject = t["subject"] or other["subject"]
    near, ever = _stories_of(draft, t["subject_head"] or other["subject_head"], t["at"])
    often = ever > OFTEN
    words = shared_words(t, other)
    if same_type and near == 1 and not often and days <= SOLITARY_DAYS and same_subject(t, other):
        return not _is_known(t) or words > 0
    same_sum = sums_alike(t["amount"], other["amount"]) or sums_alike(t["valuation"], other["valuation"])
    if found.points < JOIN_AT or (t["category"] != other["category"] and not same_sum):
        return False
    if not t["subject"] and other["subject_head"] in t["words"]:
        words -= 1  # the company itself
    grounds = NAME * min(shared_names(t, other, but=subject), NAMES_MAX)
    grounds += (WORD_OFTEN if often else WORD) * min(words, WORDS_MAX)
    grounds += TYPE if same_type else 0.0
    grounds += SUM if same_sum else 0.0
    grounds += SUM if quantities_meet(t, other) else 0.0
    return grounds >= (NEEDED_OFTEN if often else NEEDED)


def _is_known(t: Told) -> bool:
    """Whether the gazetteer knows the company: such do more than one thing a day."""
    return any(name[COMPANY] for name in t["names"] if name[KEY] == t["subject"])


def _says_other_sum(t: Told, tellings: Sequence[Told]) -> bool:
    """Whether it says a sum and every telling that says one says another."""
    verdicts = [sums_alike(t["amount"], other["amount"]) for other in tellings]
    return False in verdicts and True not in verdicts
