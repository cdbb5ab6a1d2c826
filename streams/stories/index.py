"""Core: where to look for the stories that a telling may belong to. Derived from the stories, and rebuilt from them.

Each name and each amount has a posting list under `index/`: [story id, mask, day] of the newest stories that hold it,
at most POSTINGS_MAX, so that looking up costs the same among ten thousand stories as among a million. `mask` has a bit
for each word, name and amount of a story's tellings: a candidate is worth reading where two of them agree.
"""

from collections.abc import Iterable, Iterator
from math import log
from zlib import crc32

from streams.stories.draft import Draft
from streams.stories.record import StoryRecord
from streams.stories.told import COMPANY, HEAD, KEY, USD, VALUE, Told

DAY = 86_400.0
POSTINGS_MAX = 64
NAMES_INDEXED_MAX = 4
CANDIDATES_MAX = 24
BITS = 59
IS_SUBJECT = 1 << 60
AMOUNT_STEP = log(1.08)
AMOUNT_WINDOW_DAYS = 14
"""How far apart two tellings that share an amount and no name may be."""

Posting = list[int | str]
"""[story id, mask, day of the telling]."""


def _bit(word: str) -> int:
    return 1 << (crc32(word.encode()) % BITS)


def amount_steps(t: Told) -> tuple[int, int] | None:
    """The step of the amount's logarithm and the nearer neighbour, so that amounts in agreement share one."""
    amount = t["amount"]
    worth = (amount[USD] or amount[VALUE]) if amount else 0
    if worth <= 0:
        return None
    exact = log(worth) / AMOUNT_STEP
    step = round(exact)
    return step, step + (1 if exact > step else -1)


def mask_of(t: Told) -> int:
    """The bits of a telling's words, names and amount."""
    mask = 0
    for word in t["words"]:
        mask |= _bit(word)
    for name in t["names"][:NAMES_INDEXED_MAX]:
        mask |= _bit(name[HEAD])
    for kind, value, *_ in t["quantities"]:
        mask |= _bit(f"{kind} {value}")
    for word in t["descriptor"]:
        mask |= _bit(word)
    return mask


def keys_of(t: Told) -> dict[str, int]:
    """The keys under which a telling is found → whether by its subject (IS_SUBJECT) or not (0)."""
    keys: dict[str, int] = {}
    names = sorted(t["names"], key=lambda n: n[KEY] != t["subject"])[:NAMES_INDEXED_MAX]
    for name in names:
        flag = IS_SUBJECT if name[KEY] == t["subject"] and t["category"] != "hardware" else 0
        keys.setdefault(f"index/name/{name[HEAD]}", flag)
        if name[COMPANY] and name[COMPANY] != name[HEAD]:
            keys.setdefault(f"index/name/{name[COMPANY]}", flag)
    return keys


def candidates(draft: Draft, t: Told) -> list[str]:
    """The stories worth comparing with the telling, the likeliest first."""
    mask, day = mask_of(t), int(t["at"] // DAY)
    steps = amount_steps(t)
    if steps:
        mask |= _bit(f"${steps[0]}") | _bit(f"${steps[1]}")
    found: dict[str, int] = {}
    for key, flag in keys_of(t).items():
        for story, theirs, _ in draft.value(key) or ():
            agreed = (theirs & mask).bit_count() + (3 if theirs & flag else 0)
            if agreed > 1 and agreed > found.get(story, 0):
                found[story] = agreed
    for step in steps or ():
        for story, theirs, at in draft.value(f"index/amount/{step}") or ():
            agreed = (theirs & mask).bit_count()
            if agreed > 2 and abs(at - day) <= AMOUNT_WINDOW_DAYS and agreed > found.get(story, 0):
                found[story] = agreed
    return sorted(found, key=lambda story: (-found[story], story))[:CANDIDATES_MAX]


def enter(draft: Draft, story: str, t: Told) -> None:
    """Make the story findable by this telling."""
    mask, day = mask_of(t), int(t["at"] // DAY)
    steps = amount_steps(t)
    if steps:
        mask |= _bit(f"${steps[0]}")
        _post(draft, f"index/amount/{steps[0]}", story, mask, day)
    for key, flag in keys_of(t).items():
        _post(draft, key, story, mask | flag, day)


def _post(draft: Draft, key: str, story: str, mask: int, day: int) -> None:
    postings: list[Posting] = draft.value(key) or []
    for posting in postings:
        if posting[0] == story:
            if posting[1] == posting[1] | mask:  # type: ignore[operator] # a posting is [str, int, int]
                return
            posting[1] |= mask  # type: ignore[operator]
            break
    else:
        postings.append([story, mask, day])
        del postings[:-POSTINGS_MAX]
    draft.put_value(key, postings)


def leave(draft: Draft, record: StoryRecord) -> None:
    """Take a story that has expired, or was merged away, off every list."""
    for key in _all_keys(record):
        postings: list[Posting] = draft.value(key) or []
        kept = [p for p in postings if p[0] != record["id"]]
        if len(kept) != len(postings):
            if kept:
                draft.put_value(key, kept)
            else:
                draft.put(key, None)


def _all_keys(record: StoryRecord) -> Iterable[str]:
    return dict.fromkeys(key for t in record["tellings"] for key in _keys(t))


def _keys(t: Told) -> Iterator[str]:
    yield from keys_of(t)
    if steps := amount_steps(t):
        yield f"index/amount/{steps[0]}"
