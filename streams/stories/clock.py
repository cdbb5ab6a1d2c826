"""Core: how far event time has come, and what has had its day: stories nobody can tell any more are dropped.

The clock follows the readings by the day. One article dated far ahead must not end every story, so it moves only when
AHEAD_NEEDED readings lie ahead of it, and then to the earliest of them. What is due on a day stands in short lists
under `index/due/<day>/`; each reading looks at a few, so no single one pays for a day.
"""

from collections.abc import Callable, Iterable
from typing import TypedDict

from streams.stories.draft import Draft

DAY = 86_400.0
CLOCK = "meta/clock"
AHEAD_NEEDED = 5
LIST_MAX = 64
"""Keys in one list of what is due."""
LISTS_PER_READING = 1
DAYS_PER_READING = 32
"""How many days without anything due a reading passes over."""


class Clock(TypedDict):
    day: int
    """The day event time has reached."""
    ahead: list[int]
    """Days of readings that lie ahead of it."""
    swept: int
    """Up to which day what was due has been dropped."""


def count_key(day: int) -> str:
    """Where the number of keys that are due on the day stands."""
    return f"index/due/{day}"


def list_key(day: int, number: int) -> str:
    return f"index/due/{day}/{number}"


def schedule(draft: Draft, key: str, day: int) -> None:
    """Have the key looked at when the clock has passed the day; asking twice is asking once more than needed."""
    count: int = draft.value(count_key(day)) or 0
    place = list_key(day, count // LIST_MAX)
    draft.put_value(place, [*(draft.value(place) or ()), key])
    draft.put_value(count_key(day), count + 1)


def move(draft: Draft, at: float) -> Clock:
    """The clock after a reading of event time `at`."""
    clock: Clock | None = draft.value(CLOCK)
    day = int(at // DAY)
    if clock is None:
        clock = {"day": day, "ahead": [], "swept": day - 1}
        draft.put_value(CLOCK, clock)
    elif day > clock["day"]:
        ahead = [*clock["ahead"], day]
        reached = min(ahead) if len(ahead) >= AHEAD_NEEDED else clock["day"]
        clock = {**clock, "day": reached, "ahead": [d for d in ahead if d > reached]}
        draft.put_value(CLOCK, clock)
    return clock


def sweep(draft: Draft, clock: Clock, drop: Callable[[str, int], int | None]) -> None:
    """Let `drop` end what is due, a few lists at a time; it returns a later day for what lives on."""
    last = clock["day"] - 1
    if clock["swept"] >= last:
        return
    swept, lists = clock["swept"], LISTS_PER_READING
    for _ in range(DAYS_PER_READING):
        if swept >= last or not lists:
            break
        count: int = draft.value(count_key(swept + 1)) or 0
        while count and lists:
            number = (count - 1) // LIST_MAX
            _drop_list(draft, list_key(swept + 1, number), clock["day"], drop)
            count, lists = number * LIST_MAX, lists - 1
        draft.put_value(count_key(swept + 1), count or None)
        if count:
            break
        swept += 1
    if swept != clock["swept"]:
        draft.put_value(CLOCK, {**clock, "swept": swept})


def _drop_list(draft: Draft, place: str, today: int, drop: Callable[[str, int], int | None]) -> None:
    due: Iterable[str] = draft.value(place) or ()
    draft.put(place, None)
    for key in due:
        later = drop(key, today)
        if later is not None:
            schedule(draft, key, max(later, today))
