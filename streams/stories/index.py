"""Core: where to look for the stories that a telling may belong to. Derived from the stories, and rebuilt from them.

Each name and each amount has a posting list under `index/` of the newest stories that hold it, at most POSTINGS_MAX, so
that looking up costs the same among ten thousand stories as among a million. A posting's mask has a bit for each word,
name and amount of the story's tellings: which candidates are worth reading shows without reading them.
"""

from collections.abc import Iterable, Iterator
from math import log
from typing import Any
from zlib import crc32

from streams.stories.draft import Draft
from streams.stories.record import StoryRecord
from streams.stories.told import HEAD, KEY, USD, VALUE, Told

DAY = 86_400.0
POSTINGS_MAX = 48
SUM_POSTINGS_MAX = 16
SUM_WORDS = 2
NAMES_INDEXED_MAX = 4
CANDIDATES_MAX = 12
BITS = 124
AMOUNT_STEP = log(1.08)
AMOUNT_WINDOW_DAYS = 14
"""How far apart two tellings that share an amount and no name may be."""
ITS_SUBJECT, NAMED, NAMELESS = 2, 1, 0
"""Whether the list's name is the story's subject; else whether the story names one."""

Posting = list[Any]
"""[story id, mask in hexadecimal, day of the telling, ITS_SUBJECT or NAMED or NAMELESS]."""
STORY, MASK, ON, PART = range(4)


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
    """The bits of a telling's words, names, quantities and what it calls a subject without a name."""
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
    """The keys of the names under which a telling is found → what part the name has in it.

    A round is found by its recipient; a takeover, and hardware, where roles blur, by any name.
    """
    keys: dict[str, int] = {}
    other = NAMED if t["subject"] else NAMELESS
    names = sorted(t["names"], key=lambda n: n[KEY] != t["subject"])[:NAMES_INDEXED_MAX]
    for name in names:
        part = ITS_SUBJECT if name[KEY] == t["subject"] else other
        if part == NAMED and t["category"] == "funding":
            continue
        keys.setdefault(f"index/name/{name[HEAD]}", part)
        if name[KEY] != name[HEAD]:
            keys.setdefault(f"index/name/{name[KEY]}", part)
    return keys


def sum_keys(t: Told, step: int) -> Iterator[str]:
    """The keys under which a round or takeover is found without its subject: its amount with a name or a word."""
    other = next((n[HEAD] for n in t["names"] if n[KEY] != t["subject"]), "")
    heads = {n[HEAD] for n in t["names"]}
    words = sorted((w for w in t["words"] if w not in heads), key=lambda w: (-len(w), w))
    for token in (other, *words[:SUM_WORDS]):
        if token:
            yield f"index/sum/{step}/{token}"


def candidates(draft: Draft, t: Told) -> list[str]:
    """The stories worth comparing with the telling, the likeliest first."""
    mask, day = mask_of(t), int(t["at"] // DAY)
    subject = _bit(t["subject_head"]) if t["subject"] else 0
    found: dict[str, int] = {}
    for key, part in keys_of(t).items():
        for story, theirs, _, their_part in draft.value(key) or ():
            agreed = _by_name(part, their_part, subject, mask, int(theirs, 16))
            if agreed > found.get(story, 0):
                found[story] = agreed
    steps = amount_steps(t) if t["category"] != "hardware" else None
    if steps:
        mask |= _bit(f"${steps[0]}") | _bit(f"${steps[1]}")
        needed = 4 if subject else 3
        for step in steps[: 1 if subject else 2]:
            for key in sum_keys(t, step):
                for story, theirs, on, their_part in draft.value(key) or ():
                    agreed = (int(theirs, 16) & mask).bit_count()
                    enough = needed if their_part else 3
                    if agreed >= enough and abs(on - day) <= AMOUNT_WINDOW_DAYS and agreed > found.get(story, 0):
                        found[story] = agreed
    return sorted(found, key=lambda story: (-found[story], story))[:CANDIDATES_MAX]


def _by_name(part: int, their_part: int, subject: int, mask: int, theirs: int) -> int:
    """How much agrees with a story found by a name; 0 where it is not worth comparing.

    Where both name a subject, one of the two has to be known to the other.
    """
    agreed = (theirs & mask).bit_count()
    if part == their_part == ITS_SUBJECT:
        return agreed + (BITS if not theirs or agreed > 1 else 0)
    if subject and their_part == NAMED and part != ITS_SUBJECT and not theirs & subject:
        return 0
    return agreed if agreed > 1 else 0


def enter(draft: Draft, story: str, t: Told) -> None:
    """Make the story findable by this telling. A round's own list needs no mask: its recipient is reason enough."""
    is_round = t["category"] == "funding" and t["subject"]
    mask, day = mask_of(t), int(t["at"] // DAY)
    for key, part in keys_of(t).items():
        _post(draft, key, [story, "", day, part], 0 if is_round else mask, POSTINGS_MAX)
    steps = amount_steps(t) if t["category"] != "hardware" else None
    if steps:
        mask |= _bit(f"${steps[0]}")
        for key in sum_keys(t, steps[0]):
            _post(draft, key, [story, "", day, NAMED if t["subject"] else NAMELESS], mask, SUM_POSTINGS_MAX)


def _post(draft: Draft, key: str, entry: Posting, mask: int, most: int) -> None:
    postings: list[Posting] = draft.value(key) or []
    for posting in postings:
        if posting[STORY] == entry[STORY]:
            held = int(posting[MASK], 16)
            if held | mask == held and posting[PART] >= entry[PART]:
                return
            posting[MASK], posting[PART] = f"{held | mask:x}", max(posting[PART], entry[PART])
            break
    else:
        entry[MASK] = f"{mask:x}"
        postings.append(entry)
        del postings[:-most]
    draft.put_value(key, postings)


def leave(draft: Draft, record: StoryRecord) -> None:
    """Take a story that has expired, or was merged away, off every list."""
    for key in _all_keys(record):
        postings: list[Posting] = draft.value(key) or []
        kept = [p for p in postings if p[STORY] != record["id"]]
        if len(kept) != len(postings):
            if kept:
                draft.put_value(key, kept)
            else:
                draft.put(key, None)


def _all_keys(record: StoryRecord) -> Iterable[str]:
    return dict.fromkeys(key for t in record["tellings"] for key in _keys(t))


def _keys(t: Told) -> Iterator[str]:
    yield from keys_of(t)
    if t["category"] != "hardware" and (steps := amount_steps(t)):
        yield from sum_keys(t, steps[0])
