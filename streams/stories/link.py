"""Core: whether two tellings are of one deal. A pure decision over two tellings, symmetric, with its reasons.

`link` adds up what speaks for and against in points; some contradictions (`Apart`) cannot be outweighed. Because it
looks at two tellings only, and never at what a story has gathered, which tellings belong together does not depend on
the order in which they came.
"""

from dataclasses import dataclass
from functools import cache

from dealwire.model import ROUNDS
from streams.stories.told import CURRENCY, HEAD, HIGH, KEY, QUALIFIER, ROLE, USD, VALUE, Sum, Told
from streams.stories.words import is_place

DAY = 86_400.0
JOIN_AT = 4.0
"""Points from which two tellings are one deal."""
WINDOW_DAYS = {"funding": 180, "mna": 540, "hardware": 180}
"""Tellings further apart in event time are never compared."""
EXTENSION_DAYS = 60
"""A round of the same letter and another amount is, for so long, the round extended."""
TALK_DAYS = 30
"""So long after talk of a round, a round is taken to be that one though nothing but its recipient agrees."""
NEAR = 0.06
NEAR_APPROX = 0.12
NEAR_EXACT = 0.015
WORDS_COUNTED_MAX = 3
SAID_SUBJECT = 1.5
"""What it says that a title holds the subject's name, beside its being a word in common."""

_DEBT = frozenset({"debt"})
_ROUNDS = frozenset(ROUNDS)
_SITES = frozenset({"data_centre", "fab", "capacity_commitment"})
_SHARES = frozenset({"ipo", "secondary"})


@dataclass(frozen=True, slots=True)
class Link:
    """How strongly two tellings belong together, and why.

    `apart` says why they do not link; where it `vetoes`, no third telling may bring them together either.
    """

    points: float
    reasons: tuple[str, ...]
    apart: str = ""
    vetoes: bool = False

    @property
    def joins(self) -> bool:
        return not self.apart and self.points >= JOIN_AT


@cache
def _apart(reason: str) -> Link:
    return Link(0.0, (), reason)


@cache
def _veto(reason: str) -> Link:
    return Link(0.0, (), reason, vetoes=True)


def link(a: Told, b: Told) -> Link:
    """Whether the two tell one deal."""
    if a["article"] == b["article"] and not _told_twice(a, b):
        return _veto("told as two by one article")
    days = abs(a["at"] - b["at"]) / DAY
    if days > max(WINDOW_DAYS[a["category"]], WINDOW_DAYS[b["category"]]):
        return _apart("too long between them")
    if a["category"] != b["category"]:
        return _across(a, b, days)
    if a["category"] == "hardware":
        return _hardware(a, b, days)
    return _deal(a, b, days)


def _told_twice(a: Told, b: Told) -> bool:
    """Whether one article's two events are one deal: only where nothing that it says of them differs."""
    return (
        a["category"] == b["category"] != "hardware"
        and same_subject(a, b) is True
        and sums_alike(a["amount"], b["amount"]) is not False
        and (a["type"] == b["type"] or not {a["type"], b["type"]} <= _ROUNDS)
    )


def _deal(a: Told, b: Told, days: float) -> Link:
    """Two tellings of a round, or of a takeover."""
    same = same_subject(a, b)
    if same is False:
        if not _misnamed(a, b, days):
            return _apart("other subject")
        same = None
    if (reason := _contradiction(a, b, days)) is not None:
        return _veto(reason)
    likeness = sums_alike(a["amount"], b["amount"])
    if same is None and likeness and _plainly_differ(a["amount"], b["amount"]):
        likeness = False
    shared, counterparts = shared_words(a, b), shared_names(a, b, but=a["subject"])
    points, reasons = 0.0, []
    if same:
        points += 4
        reasons.append("same subject")
    elif same is None and (_says_subject(a, b) or _says_subject(b, a)):
        points += SAID_SUBJECT
        reasons.append("its words hold the subject")
    if likeness:
        points += 2
        reasons.append("same amount")
    elif likeness is False:
        points += _far_amount(a, b, days) if same else -2.0
        reasons.append("other amount")
    if counterparts:
        points += 1.5
        reasons.append("same counterpart")
    if sums_alike(a["valuation"], b["valuation"]):
        points += 1.5
        reasons.append("same valuation")
    if shared:
        points += min(shared, WORDS_COUNTED_MAX) * (0.75 if same else 1.0)
        reasons.append(f"{shared} words in common")
    if a["category"] == "funding" and a["type"] == b["type"] and a["type"] in _ROUNDS:
        points += 1
        reasons.append("same round")
    if same is None and likeness is None and shared + counterparts < 3:
        points -= 1
    points += _of_time(days, known=bool(same and (likeness or counterparts or (_is_talk(a, b) and days <= TALK_DAYS))))
    return Link(points, tuple(reasons))


def _says_subject(vague: Told, named: Told) -> bool:
    """Whether one names no subject and its title holds the other's all the same."""
    head = named["subject_head"]
    return not vague["subject"] and bool(named["subject"]) and head in vague["words"]


def _misnamed(a: Told, b: Told, days: float) -> bool:
    """Whether two names for the subject may be one slip: each sum agrees and one text says the other's subject."""
    return (
        days <= 3
        and bool(sums_alike(a["amount"], b["amount"]))
        and (a["subject_head"] in b["said"] or b["subject_head"] in a["said"])
        and shared_words(a, b) >= 2
    )


def _far_amount(a: Told, b: Told, days: float) -> float:
    """What another amount takes away: nothing of a price, in the first days, or where talk of one became another."""
    if a["category"] == "mna" or days <= 3 or (_is_talk(a, b) and _within_twice(a["amount"], b["amount"])):
        return 0.0
    if a["type"] == b["type"] and a["type"] in _ROUNDS and days <= EXTENSION_DAYS:
        return 0.0
    return -2.0


def _within_twice(one: Sum | None, two: Sum | None) -> bool:
    worth, other = (one[USD] if one else None), (two[USD] if two else None)
    return bool(worth and other and max(worth, other) <= 2 * min(worth, other))


def _of_time(days: float, *, known: bool) -> float:
    """What the days between two tellings take away; less where more than the subject agrees."""
    if days <= 3:
        return 0.5
    if days <= 14:
        return 0.0
    if known:
        return 0.0 if days <= 60 else -0.5 if days <= 90 else -1.5
    return -0.5 if days <= 30 else -1.5 if days <= 60 else -3.0


def _contradiction(a: Told, b: Told, days: float) -> str | None:
    """What two tellings of one subject say that cannot both be true of one deal."""
    if a["category"] == "funding":
        return _other_round(a, b, days)
    theirs, ours = _held(a, "acquirer"), _held(b, "acquirer")
    if theirs and ours and not _meet(theirs, ours) and (days > 3 or not _are_agreed(a, b)):
        return "other acquirer"
    if same_subject(a, b) is None and sums_alike(a["amount"], b["amount"]) is False:
        return "other price"
    return None


def _are_agreed(a: Told, b: Told) -> bool:
    """Whether both tell a takeover that is settled: a company is bought once, and the buyer's name may be a slip."""
    return all(t["status"] in {"announced", "cleared", "completed"} for t in (a, b))


def _other_round(a: Told, b: Told, days: float) -> str | None:
    one, two = a["type"], b["type"]
    alike = sums_alike(a["amount"], b["amount"])
    if one in _ROUNDS and two in _ROUNDS and one != two and not (alike and days <= 30):
        return "other round"
    if (one in _DEBT) != (two in _DEBT) and not alike:
        return "debt beside equity"
    if (one in _SHARES) != (two in _SHARES) and not (alike and days <= 14) and (one in _ROUNDS or two in _ROUNDS):
        return "listing beside round"
    if alike is False and days > 14 and not _is_talk(a, b):
        return None if one == two and one in _ROUNDS and days <= EXTENSION_DAYS else "other amount, weeks apart"
    return None


def _is_talk(a: Told, b: Told) -> bool:
    return any(t["status"] in {"rumored", "in_talks"} for t in (a, b))


def _hardware(a: Told, b: Told, days: float) -> Link:
    """Two tellings of a chip, a site or a supply deal: a name and at least one more thing must agree."""
    if _strangers(a, b):
        return _apart("neither names whom the other is about")
    names = shared_names(a, b)
    points, reasons = _alike(a, b, names)
    if not names and shared_words(a, b) < 3:
        return _apart("no name in common")
    if a["type"] == b["type"]:
        points += 0.75
        reasons.append("same type")
    if {a["type"], b["type"]} <= _SITES and any(is_place(word) for word in set(a["words"]).intersection(b["words"])):
        points += 0.5
        reasons.append("same site")
    if sums_alike(a["amount"], b["amount"]) is False:
        points -= 1.5
        reasons.append("other amount")
    if _quantities_differ(a, b):
        points -= 1.0
        reasons.append("other quantity")
    points += 0.5 if days <= 3 else -0.5 if days <= 14 else -2.0 if days <= 60 else -3.0
    return Link(points, tuple(reasons))


def _across(a: Told, b: Told, days: float) -> Link:
    """Two tellings that were understood as different kinds of deal: one deal only where much agrees, and soon."""
    if days > 7:
        return _apart("other category, days apart")
    names = shared_names(a, b)
    if not names or _strangers(a, b):
        return _apart("other category, no name in common")
    if sums_alike(a["amount"], b["amount"]) is False:
        return _apart("other category, other amount")
    points, reasons = _alike(a, b, names)
    return Link(points - 1.0 + (0.5 if days <= 3 else 0.0), tuple(reasons))


def _strangers(a: Told, b: Told) -> bool:
    """Whether each is about a company that the other does not mention at all."""
    return bool(a["subject"] and b["subject"]) and not (_mentions(a, b) or _mentions(b, a))


def _mentions(t: Told, other: Told) -> bool:
    """Whether the telling names whom the other is about, as a participant or in its title."""
    subject = other["subject"]
    return any(n[KEY] == subject for n in t["names"]) or other["subject_head"] in t["said"]


def _alike(a: Told, b: Told, names: int) -> tuple[float, list[str]]:
    points, reasons = 0.0, []
    if names:
        points += 1.75 + 1.5 * min(names - 1, 2)
        reasons.append(f"{names} names in common")
    if sums_alike(a["amount"], b["amount"]):
        points += 2
        reasons.append("same amount")
    if quantities_meet(a, b):
        points += 2
        reasons.append("same quantity")
    if shared := shared_words(a, b):
        points += min(shared, WORDS_COUNTED_MAX) * 1.0
        reasons.append(f"{shared} words in common")
    if set(a["regions"]) & set(b["regions"]):
        points += 0.25
        reasons.append("same place")
    return points, reasons


def same_subject(a: Told, b: Told) -> bool | None:
    """Whether both are about one company; None where one does not name it."""
    one, two = a["subject"], b["subject"]
    if not one or not two:
        return None
    if one == two or _by_alias(a, b) or _by_alias(b, a) or _contained(one, a["subject_head"], two, b["subject_head"]):
        return True
    if a["category"] == "mna" and {"merger", "joint_venture"} & {a["type"], b["type"]}:
        return shared_names(a, b) > 1
    return False


def _by_alias(a: Told, b: Told) -> bool:
    """Whether the name that the one writes was the other's own before an alias was learnt."""
    return bool(a["subject_written"]) and a["subject_written"] in {b["subject"], b["subject_written"]}


def _contained(one: str, one_head: str, two: str, two_head: str) -> bool:
    """Whether one name is the other with a word more: "moonshot" and "moonshotai"."""
    if one_head != two_head or len(one_head) < 3:
        return False
    return one == one_head or two == two_head or one.startswith(two) or two.startswith(one)


def _held(t: Told, *roles: str) -> set[str]:
    return {key for n in t["names"] if n[ROLE] in roles for key in (n[KEY], n[HEAD]) if len(key) > 2}


def _meet(one: set[str], two: set[str]) -> bool:
    return not one.isdisjoint(two)


def shared_names(a: Told, b: Told, but: str = "") -> int:
    """How many companies both name, the subject `but` left out."""
    ours = {n[KEY] for n in b["names"]}
    return len({n[KEY] for n in a["names"] if n[KEY] in ours and n[KEY] != but})


def shared_words(a: Told, b: Told) -> int:
    """How many distinctive words both titles hold, names that count by themselves left out."""
    shared = set(a["words"]).intersection(b["words"])
    if not shared:
        return 0
    theirs = {n[HEAD] for n in b["names"]}
    return len(shared.difference(n[HEAD] for n in a["names"] if n[HEAD] in theirs))


def sums_alike(one: Sum | None, two: Sum | None) -> bool | None:
    """Whether two sums may be one, within their precision; None where one is missing."""
    if one is None or two is None:
        return None
    if one[CURRENCY] == two[CURRENCY]:
        low, high = one[VALUE], two[VALUE]
    elif one[USD] and two[USD]:
        low, high = one[USD], two[USD]
    else:
        return None
    if low > high:
        low, high = high, low
        one, two = two, one
    if one[HIGH] and one[CURRENCY] == two[CURRENCY] and high <= one[HIGH]:
        return True
    vague = one[QUALIFIER] != "exact" or two[QUALIFIER] != "exact" or one[CURRENCY] != two[CURRENCY]
    return bool(high - low <= (NEAR_APPROX if vague else NEAR) * high)


def _plainly_differ(one: Sum | None, two: Sum | None) -> bool:
    """Whether two sums that are each told to the last digit are not the same; enough where nobody names the deal."""
    if not one or not two or one[CURRENCY] != two[CURRENCY]:
        return False
    exact = one[QUALIFIER] == two[QUALIFIER] == "exact"
    return bool(exact and abs(one[VALUE] - two[VALUE]) > NEAR_EXACT * max(one[VALUE], two[VALUE]))


def quantities_meet(a: Told, b: Told) -> bool:
    return any(x[0] == y[0] and _close(x[1], y[1]) for x in a["quantities"] for y in b["quantities"])


def _quantities_differ(a: Told, b: Told) -> bool:
    kinds = {x[0] for x in a["quantities"]} & {y[0] for y in b["quantities"]}
    return bool(kinds) and not quantities_meet(a, b)


def _close(one: float, two: float) -> bool:
    return abs(one - two) <= NEAR * max(abs(one), abs(two))
