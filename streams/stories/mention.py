"""Core: headlines of which no event was understood, and the known stories that they plainly tell of all the same.

"Harbor Fund is said to like lens maker Vellum at $900M" may be beyond a frame; beside a story of Vellum's round at that
valuation it is one more telling. A mention joins where a name and something else agree, and soon. It adds no
fact, makes no version, causes no alert and founds nothing: what was not understood is not claimed.

A headline that tells one deal may hold another *aside*: "Vellum raises $80M, supplies Brask for $2B". There only a
possible event counts, or parties with a price that is not of the deals it tells.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dealwire.reference.money import find_sums
from dealwire.reference.names import fold_name
from dealwire.reference.quantities import find_quantities
from streams.stories.clock import schedule
from streams.stories.correction import Advice
from streams.stories.draft import Draft
from streams.stories.index import HIGH, ITS_SUBJECT, LOW, ON, PART, STORY, mask_of_words, split_mask
from streams.stories.link import DAY, Link, sums_alike
from streams.stories.placing import SAID_SO, best_first
from streams.stories.possible import MENTION_DAYS, find_possible, fit
from streams.stories.record import StoryRecord, articles_of
from streams.stories.told import COMPANY, HEAD, KEY, WRITTEN, Sum, Telling, Told, sum_of
from streams.stories.words import deal_words, is_distinctive, tokens_of, words_of

_SIGN = re.compile(r"[$€£¥₹]")
HELD = "mention/"
HELD_INDEX = "index/mention/"
HELD_MAX = 16
"""Headlines held under one name."""
SOON_DAYS = 2
TOKENS_MAX = 16
CANDIDATES_MAX = 16
SUBJECT, PARTY, SUM, WORD, WORDS_MAX = 2.0, 1.5, 2.0, 1.0, 3
ALONE_KNOWN = 1.0
"""What the name of one company says that the gazetteer knows: such are in the news every day."""
ALL_NAMED = 0.5
"""What it says more that everybody is named whom one of the tellings names."""
SUBJECT_SUM = 0.5
"""What a sum that agrees says more where the subject is named with it."""
OFTEN = 3
"""Who takes part in more stories than this about that time is in the news whatever happens."""
OFTEN_NAMED = 0.5
"""What the name of such a company says."""


def held_key(article: str) -> str:
    return f"{HELD}{article}"


@dataclass(frozen=True, slots=True)
class Mention:
    """What a headline offers for comparison."""

    telling: Telling
    possible: tuple[Told, ...]
    words: frozenset[str]
    distinctive: frozenset[str]
    sums: tuple[Sum, ...]
    aside: bool
    """Its article tells other deals."""


class Held(Telling):
    """A headline that waits for its story. One that an earlier dealwire held has neither of these."""

    possible: list[Told]
    told: list[Sum] | None
    """The sums of the deals that its article tells; None where it tells none."""


def mention(by: Telling, possible: Iterable[Told] = (), told: Sequence[Sum] | None = None) -> Mention:
    """`told`: the sums of the deals that the article tells, None where it tells none."""
    sums: tuple[Sum, ...] = ()
    if told is None or says_more(by["title"], told):
        found = (s for found in find_sums(by["title"]) if (s := sum_of(found.money)) is not None)
        sums = tuple(s for s in found if not any(sums_alike(s, other) for other in told or ()))
    return Mention(by, tuple(possible), frozenset(by["said"]), frozenset(by["words"]), sums, aside=told is not None)


def says_more(title: str, told: Sequence[Sum]) -> bool:
    """Whether a headline may hold other sums than those of the deals it tells: where it holds more signs."""
    return len(_SIGN.findall(title)) > len(told)


def may_tell(said: Mention) -> bool:
    """Whether a headline is worth holding: for a possible event, a figure, or a word that deals are told with."""
    if said.possible:
        return True
    if not said.distinctive:
        return False
    if said.aside:
        return bool(said.sums)
    return bool(said.sums) or not deal_words().isdisjoint(said.words) or bool(find_quantities(said.telling["title"]))


def find_mentioned(draft: Draft, said: Mention, advised: Advice) -> tuple[StoryRecord, Link] | None:
    """The story that the headline tells of, to look at, and why; None where none is plain enough."""
    for article in sorted(advised.together) if not said.aside else ():
        known = draft.article(article)
        for story in known["stories"] if known else ():
            if (record := draft.peek(story)) is not None:
                return record, SAID_SO
    apart = {*advised.apart, said.telling["article"]}
    if (fitting := find_possible(draft, said.possible, apart)) is not None:
        return fitting
    found: list[tuple[Link, StoryRecord]] = []
    likely, often = candidates(draft, said)
    for story in likely:
        record = draft.peek(story)
        if record is None or not articles_of(record).isdisjoint(apart):
            continue
        link = mentions(said, record, often)
        if link is not None and link.joins:
            found.append((link, record))
    return next(((record, link) for link, record in best_first(found)), None)


def hold(draft: Draft, said: Mention, told: Sequence[Sum] | None = None) -> None:
    """Keep the headline for a story that may yet be told: the one that was understood may come after it."""
    article = said.telling["article"]
    key = held_key(article)
    held: Held = {**said.telling, "possible": list(said.possible), "told": list(told) if told is not None else None}
    draft.put_value(key, held)
    schedule(draft, key, held_until(held))
    enter_held(draft, held)


def held_until(by: Telling) -> int:
    """The day after which no story can be near enough any more."""
    return int(by["at"] // DAY) + MENTION_DAYS + 1


def enter_held(draft: Draft, by: Held) -> None:
    """Make a held headline findable by its names."""
    possible = (name[HEAD] for t in by.get("possible", ()) for name in t["names"])
    for token in dict.fromkeys((*names_in(by["title"]), *possible)):
        held: list[str] = draft.value(f"{HELD_INDEX}{token}") or []
        if by["article"] not in held:
            draft.put_value(f"{HELD_INDEX}{token}", [*held, by["article"]][-HELD_MAX:])


def held_for(draft: Draft, record: StoryRecord, names: Iterable[str]) -> list[tuple[Telling, Link]]:
    """The held headlines that plainly tell of the story, with what they share with it. They are held no longer."""
    articles = dict.fromkeys(a for name in names for a in draft.value(f"{HELD_INDEX}{name}") or ())
    found: list[tuple[Telling, Link]] = []
    for article in articles:
        by: Held | None = draft.value(held_key(article))
        if by is None or _is_placed(draft, by, record):
            continue
        said = mention(by, by.get("possible", ()), by.get("told"))
        link = next((link for t in said.possible if (link := fit(draft, t, record)) is not None), None)
        if link is None:
            link = mentions(said, record, candidates(draft, said)[1])
        if link is not None and link.joins:
            found.append((by, link))
            draft.put(held_key(article), None)
    return found


def _is_placed(draft: Draft, by: Held, record: StoryRecord) -> bool:
    """Whether a held headline waits no longer: its article was edited, or tells the story already."""
    known = draft.article(by["article"])
    if known is None:
        return False
    return by.get("told") is None or known["revision"] != by["revision"] or record["id"] in known["stories"]


def candidates(draft: Draft, said: Mention) -> tuple[list[str], set[str]]:
    """The stories that hold a name of the headline and share more with it, the likeliest first; and the names that many
    stories of those days hold.
    """
    low, high = split_mask(mask_of_words(said.telling["words"]))
    day = int(said.telling["at"] // DAY)
    agreed: dict[str, int] = {}
    often: set[str] = set()
    for token in names_in(said.telling["title"]):
        near = 0
        for posting in draft.value(f"index/name/{token}") or ():
            if abs(posting[ON] - day) > MENTION_DAYS + SOON_DAYS:
                continue
            near += 1
            shared = (posting[LOW] & low).bit_count() + (posting[HIGH] & high).bit_count()
            if shared > 1 or posting[PART] == ITS_SUBJECT:
                agreed[posting[STORY]] = agreed.get(posting[STORY], 0) + shared + posting[PART]
        if near > OFTEN:
            often.add(token)
    return sorted(agreed, key=lambda story: (-agreed[story], story))[:CANDIDATES_MAX], often


def names_in(title: str) -> list[str]:
    """The title's words under which stories may be listed by name."""
    return list(dict.fromkeys(fold_name(t) for t in tokens_of(title) if is_distinctive(t)))[:TOKENS_MAX]


def mentions(said: Mention, record: StoryRecord, often: Collection[str]) -> Link | None:
    """How much of the story the headline holds; None where it is too far from it in time, or names nobody in it."""
    tellings = [t for t in record["tellings"] if not t["background"]]
    days = min((abs(t["at"] - said.telling["at"]) / DAY for t in tellings), default=MENTION_DAYS + 1)
    if days > MENTION_DAYS:
        return None
    if said.aside and not any(_says_aside(said, t) for t in tellings):
        return None
    heads = {t["subject_head"] for t in tellings if t["subject"]}
    named = _named(said, tellings)
    if not named:
        return None
    points = 0.5 if days <= SOON_DAYS else 0.0
    points += _weight_of(named, heads, often)
    reasons = [f"names {', '.join(sorted(name for name, _ in named.values()))}"]
    alike = [_sums_meet(said.sums, t) for t in tellings]
    if any(meets is True for meets in alike):
        points += SUM + (SUBJECT_SUM if named.keys() & heads else 0.0)
        reasons.append("same sum")
    elif said.sums and any(meets is False for meets in alike):
        points -= SUM
        reasons.append("other sum")
    taken = {word for name, _ in named.values() for word in words_of(name)}
    shared = said.distinctive.intersection(*[{w for t in tellings for w in t["words"]}]) - taken
    if shared:
        points += WORD * min(len(shared), WORDS_MAX)
        reasons.append(f"{len(shared)} words in common")
    if "ipo" in said.words and any(t["type"] == "ipo" for t in tellings):
        points += WORD
        reasons.append("a listing")
    if len(named) > 1 and _names_all(said, tellings):
        points += ALL_NAMED
    elif len(reasons) == 1:
        return None
    return Link(points, tuple(reasons))


def _says_aside(said: Mention, t: Told) -> bool:
    """Whether a headline that tells another deal holds the telling's price with two of its parties, or with its subject
    where that is a company that is seldom in the news.
    """
    if abs(t["at"] - said.telling["at"]) > SOON_DAYS * DAY or not any(sums_alike(s, t["amount"]) for s in said.sums):
        return False
    named = [name for name in t["names"] if _says(said.words, words_of(name[WRITTEN]))]
    return len(named) > 1 or any(name[KEY] == t["subject"] and not name[COMPANY] for name in named)


def _names_all(said: Mention, tellings: Iterable[Told]) -> bool:
    """Whether the headline holds every name of one of the tellings: enough where nothing but names agrees."""
    return any(t["names"] and all(_says(said.words, words_of(n[WRITTEN])) for n in t["names"]) for t in tellings)


def _named(said: Mention, tellings: Iterable[Told]) -> dict[str, tuple[str, bool]]:
    """The story's parties whom the headline names: head word → the name, and whether the gazetteer knows it."""
    named: dict[str, tuple[str, bool]] = {}
    for t in tellings:
        for name in t["names"]:
            if name[HEAD] not in named and _says(said.words, words_of(name[WRITTEN])):
                named[name[HEAD]] = (name[WRITTEN], bool(name[COMPANY]))
    return named


def _weight_of(named: Mapping[str, tuple[str, bool]], subjects: Collection[str], often: Collection[str]) -> float:
    """What the names say together: little where they are of companies that are always in the news."""
    points = 0.0
    known = 0
    for head, (_, is_known) in named.items():
        if head in often:
            points += OFTEN_NAMED
        elif is_known:
            points += PARTY if known else ALONE_KNOWN
            known += 1
        else:
            points += SUBJECT if head in subjects else PARTY
    return points


def _says(said: Collection[str], words: list[str]) -> bool:
    """Whether a headline's words hold the name, or the word that it is known by."""
    return bool(words) and (all(w in said for w in words) or (words[0] in said and is_distinctive(words[0])))


def _sums_meet(sums: Iterable[Sum], t: Told) -> bool | None:
    """Whether a sum of the headline is one of the telling's; None where either has none."""
    verdicts = [sums_alike(one, theirs) for one in sums for theirs in (t["amount"], t["valuation"])]
    if any(verdicts):
        return True
    return False if False in verdicts else None
