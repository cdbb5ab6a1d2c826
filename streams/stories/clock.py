"""Core: how far event time has come, and what has had its day: stories nobody can tell any more are dropped.

The clock follows the readings by the day. One article dated far ahead must not end every story, so it moves only when
AHEAD_NEEDED readings lie ahead of it, and then to the earliest of them. What is due on a day stands in SHARDS lists
under `index/due/`; each reading looks at a few, so no single one pays for a day.
"""

from collections.abc import Callable, Iterable
from typing import TypedDict
from zlib import crc32

from streams.stories.draft import Draft

DAY = 86_400.0
CLOCK = "meta/clock"
AHEAD_NEEDED = 5
SHARDS = 32
SHARDS_PER_READING = 32


class Clock(TypedDict):
    day: int
    """The day event time has reached."""
    ahead: list[int]
    """Days of readings that lie ahead of it."""
    swept: int
    """Up to which day what was due has been dropped."""
    shard: int
    """How many lists of the next day are done."""


def due_key(day: int, key: str) -> str:
    return f"index/due/{day}/{crc32(key.encode()) % SHARDS}"


def schedule(draft: Draft, key: str, day: int) -> None:
    """Have the key looked at when the clock has passed the day."""
    place = due_key(day, key)
    due: list[str] = draft.value(place) or []
    if key not in due:
        due.append(key)
        draft.put_value(place, due)


def move(draft: Draft, at: float) -> Clock:
    """The clock after a reading of event time `at`."""
    clock: Clock | None = draft.value(CLOCK)
    day = int(at // DAY)
    if clock is None:
        clock = {"day": day, "ahead": [], "swept": day - 1, "shard": 0}
        draft.put_value(CLOCK, clock)
    elif day > clock["day"]:
        clock["ahead"].append(day)
        if len(clock["ahead"]) >= AHEAD_NEEDED:
            clock["day"] = min(clock["ahead"])
            clock["ahead"] = [d for d in clock["ahead"] if d > clock["day"]]
        draft.put_value(CLOCK, clock)
    return clock


def sweep(draft: Draft, clock: Clock, drop: Callable[[str, int], int | None]) -> None:
    """Let `drop` end what is due, a few lists at a time; it returns a later day for what lives on."""
    if clock["swept"] >= clock["day"] - 1:
        return
    for _ in range(SHARDS_PER_READING):
        if clock["swept"] >= clock["day"] - 1:
            break
        place = f"index/due/{clock['swept'] + 1}/{clock['shard']}"
        due: Iterable[str] = draft.value(place) or ()
        for key in due:
            later = drop(key, clock["day"])
            if later is not None:
                schedule(draft, key, max(later, clock["day"]))
        if due:
            draft.put(place, None)
        clock["shard"] += 1
        if clock["shard"] == SHARDS:
            clock["swept"], clock["shard"] = clock["swept"] + 1, 0
    draft.put_value(CLOCK, clock)
