"""Core: where to look for the stories that a telling may belong to. Derived from the stories, and rebuilt from them.

Each name and each amount has a posting list under `index/` of the newest stories that hold it, at most POSTINGS_MAX, so
that looking up costs the same among ten thousand stories as among a million. A posting's mask has a bit for each word,
name and amount of the story's tellings: which candidates are worth reading shows without reading them.
"""

from collections.abc import Iterable
from functools import lru_cache, reduce
from math import log
from operator import or_
from typing import Any, NamedTuple
from zlib import crc32

from streams.stories.draft import Draft
from streams.stories.record import StoryRecord
from streams.stories.told import COMPANY, HEAD, KEY, USD, VALUE, Told

DAY = 86_400.0
POSTINGS_MAX = 48
SUM_POSTINGS_MAX = 16
SUM_WORDS = 2
NAMES_INDEXED_MAX = 4
WORDS_ASKED_MAX = 8
CANDIDATES_MAX = 12
HALF = 62
BITS = 2 * HALF
LOWER = (1 << HALF) - 1
AMOUNT_STEP = log(1.08)
AMOUNT_WINDOW_DAYS = 14
"""How far apart two tellings that share an amount and no name may be."""
SAID_DAYS = 1
"""So near in time a story is looked at though it only may hold the subject's name in a title."""
ITS_SUBJECT, NAMED, NAMELESS = 2, 1, 0
"""Whether the list's name is the story's subject; else whether the story names one."""

Posting = list[Any]
"""[story id, lower and upper half of its mask, day of the telling, ITS_SUBJECT or NAMED or NAMELESS]."""
STORY, LOW, HIGH, ON, PART = range(5)


class Traces(NamedTuple):
    """What a telling is found by."""

    mask: int
    seconds: int
    """A second bit for each name, which is posted and not counted: by both a name is known for all but sure."""
    day: int
    subject: int
    """The two bits of its subject's head word; 0 where it names none."""
    subject_said: int
    """The first of them, which a title that holds the word has too."""
    is_round: bool
    names: dict[str, int]
    """The keys of its names → what part each has in it."""
    asked: tuple[str, ...]
    """Where else to look: where it names no subject, a word of its title may be one."""
    steps: tuple[int, ...]
    """The step of the amount's logarithm and the nearer neighbour, so that amounts in agreement share one."""
    tokens: tuple[str, ...]
    """What a list by amount is narrowed by: the other party, and its rarer words."""

    def sums(self, step: int) -> list[str]:
        return [f"index/sum/{step}/{token}" for token in self.tokens]

    def all_keys(self) -> list[str]:
        return [*self.names, *(self.sums(self.steps[0]) if self.steps else ())]


@lru_cache(1 << 16)
def _bit(word: str) -> int:
    return 1 << (crc32(word.encode()) % BITS)


def mask_of_words(words: Iterable[str]) -> int:
    return reduce(or_, map(_bit, words), 0)


def split_mask(mask: int) -> tuple[int, int]:
    """The two halves as postings hold them."""
    return mask & LOWER, mask >> HALF


def traces_of(t: Told) -> Traces:
    """What the telling is found by. A round is found by its recipient; a takeover, and hardware, where roles blur, by
    any name; a round or takeover without its subject by its amount with a name or a word.
    """
    names, subject = t["names"], t["subject"]
    mask = mask_of_words(t["words"])
    if t["quantities"] or t["descriptor"]:
        mask |= mask_of_words((*(f"{kind} {value}" for kind, value, *_ in t["quantities"]), *t["descriptor"]))
    other, seconds = "", 0
    keys: dict[str, int] = {}
    if len(names) > 2 or (names and names[0][KEY] != subject):
        names = sorted(names, key=lambda n: n[KEY] != subject)
    for name in names[:NAMES_INDEXED_MAX]:
        key, head = name[KEY], name[HEAD]
        mask |= _bit(head)
        seconds |= _bit(f"{head}'")
        if key == subject:
            keys.setdefault(f"index/name/{head}", ITS_SUBJECT)
            if key != head:
                keys.setdefault(f"index/name/{key}", ITS_SUBJECT)
            continue
        other = other or head
        if subject and t["category"] == "funding":
            continue
        keys.setdefault(f"index/name/{head}", NAMED if subject else NAMELESS)
        if name[COMPANY] and key != head:
            keys.setdefault(f"index/name/{key}", NAMED if subject else NAMELESS)
    steps = _steps(t) if t["category"] != "hardware" else ()
    said = _bit(t["subject_head"]) if subject else 0
    return Traces(
        mask=mask,
        seconds=seconds,
        day=int(t["at"] // DAY),
        subject=said | _bit(f"{t['subject_head']}'") if subject else 0,
        subject_said=said,
        is_round=bool(subject) and t["category"] == "funding",
        names=keys,
        asked=() if subject else tuple(f"index/name/{word}" for word in t["words"][:WORDS_ASKED_MAX]),
        steps=steps,
        tokens=_tokens(t, other) if steps else (),
    )


def _steps(t: Told) -> tuple[int, ...]:
    amount = t["amount"]
    worth = (amount[USD] or amount[VALUE]) if amount else 0
    if worth <= 0:
        return ()
    exact = log(worth) / AMOUNT_STEP
    step = round(exact)
    return step, step + (1 if exact > step else -1)


def _tokens(t: Told, other: str) -> tuple[str, ...]:
    heads = {name[HEAD] for name in t["names"]}
    words = sorted([w for w in t["words"] if w not in heads], key=lambda w: (-len(w), w))[:SUM_WORDS]
    return (other, *words) if other else tuple(words)


def candidates(draft: Draft, traces: Traces) -> list[str]:
    """The stories worth comparing with the telling, the likeliest first.

    Amounts are asked where no story is known by the subject's own name: one that is has met its nameless tellings.
    """
    low, high = split_mask(traces.mask)
    found: dict[str, int] = {}
    asked = {**traces.names, **dict.fromkeys(traces.asked, ITS_SUBJECT)} if traces.asked else traces.names
    for key, part in asked.items():
        postings: list[Posting] = draft.value(key) or []
        if traces.subject and part != ITS_SUBJECT:
            postings = _knowing(postings, traces)
        for story, theirs_low, theirs_high, _, their_part in postings:
            agreed = (theirs_low & low).bit_count() + (theirs_high & high).bit_count()
            if part == their_part == ITS_SUBJECT:
                # a round's own list holds no masks: its recipient is reason enough
                agreed += BITS if agreed > 1 or not (theirs_low or theirs_high) else 0
            elif agreed < 2:
                continue
            if agreed > found.get(story, 0):
                found[story] = agreed
    if traces.steps and not any(agreed >= BITS for agreed in found.values()):
        _candidates_by_sum(draft, traces, found)
    if len(found) == 1:
        return list(found)
    return sorted(found, key=lambda story: (-found[story], story))[:CANDIDATES_MAX]


def _knowing(postings: Iterable[Posting], traces: Traces) -> list[Posting]:
    """Those whose story may name the telling's subject, names none, or may hold it in a title of these days."""
    low, high = split_mask(traces.subject)
    said_low, said_high = split_mask(traces.subject_said)
    first, last = traces.day - SAID_DAYS, traces.day + SAID_DAYS
    return [
        p
        for p in postings
        if (p[LOW] & low == low and p[HIGH] & high == high)
        or p[PART] != NAMED
        or (first <= p[ON] <= last and (p[LOW] & said_low or p[HIGH] & said_high))
    ]


def _candidates_by_sum(draft: Draft, traces: Traces, found: dict[str, int]) -> None:
    nearest, neighbour = traces.steps
    mask = traces.mask | _bit(f"${nearest}") | _bit(f"${neighbour}")
    low, high = split_mask(mask)
    needed = 4 if traces.subject else 3
    first, last = traces.day - AMOUNT_WINDOW_DAYS, traces.day + AMOUNT_WINDOW_DAYS
    for step in (nearest,) if traces.subject else traces.steps:
        for key in traces.sums(step):
            for story, theirs_low, theirs_high, on, their_part in draft.value(key) or ():
                if not first <= on <= last:
                    continue
                agreed = (theirs_low & low).bit_count() + (theirs_high & high).bit_count()
                if agreed >= (needed if their_part else 3) and agreed > found.get(story, 0):
                    found[story] = agreed


def enter(draft: Draft, story: str, traces: Traces) -> None:
    """Make the story findable by what a telling of it is found by."""
    day, own = traces.day, 0 if traces.is_round else traces.mask | traces.seconds
    for key, part in traces.names.items():
        _post(draft, key, [story, own & LOWER, own >> HALF, day, part], POSTINGS_MAX)
    if traces.steps:
        mask = traces.mask | traces.seconds | _bit(f"${traces.steps[0]}")
        part = NAMED if traces.subject else NAMELESS
        for key in traces.sums(traces.steps[0]):
            _post(draft, key, [story, mask & LOWER, mask >> HALF, day, part], SUM_POSTINGS_MAX)


def _post(draft: Draft, key: str, entry: Posting, most: int) -> None:
    postings: list[Posting] = draft.value(key) or []
    story, low, high, _, part = entry
    at = next((at for at in range(len(postings) - 1, -1, -1) if postings[at][STORY] == story), None)
    if at is not None:
        posting = postings[at]
        wider = [story, posting[LOW] | low, posting[HIGH] | high, posting[ON], max(posting[PART], part)]
        if wider != posting:
            draft.put_value(key, [*postings[:at], wider, *postings[at + 1 :]])
        return
    draft.put_value(key, [*postings[max(0, len(postings) + 1 - most) :], entry])


def leave(draft: Draft, record: StoryRecord) -> None:
    """Take a story that has expired, or was merged away, off every list."""
    for key in _all_keys(record):
        postings: list[Posting] = draft.value(key) or []
        kept = [p for p in postings if p[STORY] != record["id"]]
        if len(kept) != len(postings):
            draft.put_value(key, kept or None)


def _all_keys(record: StoryRecord) -> Iterable[str]:
    return dict.fromkeys(key for t in record["tellings"] for key in traces_of(t).all_keys())
