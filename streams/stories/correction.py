"""Core: what people know better: two stories are one, one story is two, a fact is wrong; and that none of it was so.

A correction is a record like any other: who, why, when, and which articles it is about. Notes of it are kept in the
state under those articles, not under a story, so that it holds for whatever stories the same articles make in a restart
or replay. What the notes advise follows from all of them together, in whatever order they came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from dealwire.errors import UsageError
from dealwire.model import STATUSES, TYPES, Category, Instant, Record
from dealwire.reference.companies import Companies
from dealwire.reference.money import parse_sum
from streams.stories.draft import Draft
from streams.stories.record import StoryRecord
from streams.stories.told import sum_of

FACTS = ("amount", "valuation", "status", "type", "subject")

CorrectionKind = Literal["merge", "split", "correct", "undo"]


class Correction(Record):
    """One correction: the two sides of a merge or a split, a `fact` and its right `value`, or the one it `undoes`."""

    id: str
    kind: CorrectionKind
    author: str
    reason: str
    at: Instant
    articles: tuple[str, ...]
    others: tuple[str, ...] = ()
    about: str = ""
    """The subject of the story that `articles` tell: an article may tell several deals. Empty where none is named."""
    others_about: str = ""
    fact: str = ""
    value: str = ""
    undoes: str = ""
    """The id of the correction that does not hold; `articles` and `others` are those of that one."""


class Note(TypedDict):
    """What one correction says about one article."""

    id: str
    at: float
    kind: CorrectionKind
    about: str
    """The key of the subject that it is about."""
    others: list[str]
    """The articles of the other side."""
    others_about: str
    fact: str
    value: Any
    undoes: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the corrections that hold say about one article. Not to be changed once it is made."""

    together: dict[str, str] = field(default_factory=dict)
    """Each article that tells the same deal → the subject under which it does."""
    apart: set[str] = field(default_factory=set)
    pinned: dict[str, tuple[float, str, Any]] = field(default_factory=dict)
    """Each fact → when it was set, by which correction, and to what."""


NOTHING_SAID = Advice()


def notes_key(article: str) -> str:
    return f"correction/{article}"


def notes(draft: Draft, article: str) -> list[Note]:
    """The corrections that are about this article, in the order in which they were made."""
    held: list[Note] | None = draft.value(notes_key(article))
    return held or []


def advice(draft: Draft, article: str, subject: str) -> Advice:
    """What people have said about what this article tells of the subject; the later of two contrary ones holds."""
    said = notes(draft, article)
    if not said:
        return NOTHING_SAID
    undone = {note["undoes"] for note in said if note["kind"] == "undo"}
    advised = Advice()
    for note in said:
        if note["id"] in undone or not is_about(note["about"], subject):
            continue
        if note["kind"] == "merge":
            advised.together.update(dict.fromkeys(note["others"], note["others_about"]))
            advised.apart.difference_update(note["others"])
        elif note["kind"] == "split":
            advised.apart.update(note["others"])
            for other in note["others"]:
                advised.together.pop(other, None)
        elif note["kind"] == "correct":
            advised.pinned[note["fact"]] = (note["at"], note["id"], note["value"])
    return advised


def is_about(noted: str, subject: str) -> bool:
    """Whether two keys of subjects may be one; a missing one may be any."""
    return not noted or not subject or noted.startswith(subject) or subject.startswith(noted)


def pin(draft: Draft, record: StoryRecord) -> None:
    """Set the story's facts that people have corrected for any of its articles; the latest word on each holds."""
    latest: dict[str, tuple[float, str, Any]] = {}
    for article, subject in sorted({(t["article"], t["subject"]) for t in record["tellings"]}):
        for fact, said in advice(draft, article, subject).pinned.items():
            if fact not in latest or said[:2] > latest[fact][:2]:
                latest[fact] = said
    record["pinned"] = {fact: value for fact, (_, _, value) in sorted(latest.items())}


def take_note(draft: Draft, correction: Correction, companies: Companies) -> None:
    """Keep the correction under every article it is about."""
    ours, theirs = correction.articles, correction.others
    about, others_about = (companies.key(name) if name else "" for name in (correction.about, correction.others_about))
    value = pinned_value(correction.fact, correction.value) if correction.kind == "correct" else None
    for mine, own, others, other in ((ours, about, theirs, others_about), (theirs, others_about, ours, about)):
        for article in mine:
            held = notes(draft, article)
            if any(note["id"] == correction.id for note in held):
                continue
            note: Note = {
                "id": correction.id,
                "at": correction.at.timestamp(),
                "kind": correction.kind,
                "about": own,
                "others": sorted(others),
                "others_about": other,
                "fact": correction.fact,
                "value": value,
                "undoes": correction.undoes,
            }
            draft.put_value(notes_key(article), sorted([*held, note], key=lambda n: (n["at"], n["id"])))


def is_undone(draft: Draft, correction: Correction) -> bool:
    """Whether another correction, which may have come first, says that this one does not hold."""
    return any(note["undoes"] == correction.id for note in notes(draft, correction.articles[0]))


def pinned_value(fact: str, text: str) -> Any:
    """The fact as the state holds it; UsageError where the text does not say one."""
    if fact in {"amount", "valuation"}:
        money = parse_sum(text)
        if money is None:
            raise UsageError(f"{fact}: {text!r} is no sum; write it as '100M USD'")
        return sum_of(money)
    known: dict[str, set[str]] = {"status": _every(STATUSES), "type": _every(TYPES)}
    if fact in known and text not in known[fact]:
        raise UsageError(f"{fact}: unknown {text!r}; one of {', '.join(sorted(known[fact]))}")
    if fact not in FACTS:
        raise UsageError(f"{fact!r} cannot be corrected; one of {', '.join(FACTS)}")
    return text


def _every(by_category: Mapping[Category, tuple[str, ...]]) -> set[str]:
    return {value for values in by_category.values() for value in values}
