"""Core: `apply_correction`, a person's word through the fold: stories joined, parted, set right, and that undone."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from dealwire.identity import digest
from dealwire.model import Alert
from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.pipeline.merging import merge_stories, move_tellings, take_from
from streams.pipeline.outcome import Outcome
from streams.pipeline.settling import Settling
from streams.stories.correction import Correction, CorrectionKind, is_about, is_undone, pin, take_note
from streams.stories.draft import Draft
from streams.stories.memo import Memo
from streams.stories.placing import strength
from streams.stories.record import StoryRecord, found
from streams.stories.told import Occasion, Told

TAKEN = "correction-taken/"


class Taken(TypedDict):
    """What a correction did, so that it does it once, and can be undone."""

    kind: CorrectionKind
    stories: list[str]
    gone: str
    """The story that a merge ended."""
    brought: list[str]
    """The articles that it brought along."""
    lent: list[str]
    """The rules that had spoken of it and not of the story that survived."""


def apply_correction(
    state: Mapping[str, bytes],
    correction: Correction,
    book: RuleBook,
    companies: Companies,
    memo: Memo | None = None,
) -> Outcome:
    """Take a correction: now for the stories there are, and from now on for the articles it names.

    One that comes again gives the same alerts and changes nothing; UsageError where its fact or value is none.
    """
    draft = Draft(state, memo)
    before: Taken | None = draft.value(TAKEN + correction.id)
    if before is not None:
        return Outcome({}, _logged(draft, before["stories"], correction.id), passed_over="known correction")
    take_note(draft, correction, companies)
    by: Occasion = {"article": correction.id, "revision": "", "at": correction.at.timestamp()}
    correcting = Correcting(draft, Settling(draft, book, by, revising=True), correction, companies)
    if not is_undone(draft, correction):
        correcting.run()
    return correcting.finish()


def _logged(draft: Draft, stories: Iterable[str], occasion: str) -> tuple[Alert, ...]:
    records = (record for story in stories if (record := draft.peek_itself(story)) is not None)
    return tuple(
        Alert.model_validate({**plain, "story_view": log["view"]})
        for record in records
        for log in record["logged"]
        if log["article"] == occasion
        for plain in log["alerts"]
    )


class Correcting:
    """One correction over one draft of the state."""

    def __init__(self, draft: Draft, settling: Settling, correction: Correction, companies: Companies) -> None:
        self._draft = draft
        self._settling = settling
        self._correction = correction
        self._about = companies.key(correction.about) if correction.about else ""
        self._others_about = companies.key(correction.others_about) if correction.others_about else ""
        self._taken: Taken = {"kind": correction.kind, "stories": [], "gone": "", "brought": [], "lent": []}

    def run(self) -> None:
        """Bring the stories there are in line with it."""
        kind, word = self._correction.kind, self._correction.reason
        if kind == "merge":
            self._merge()
        elif kind == "split":
            self._split()
        elif kind == "correct":
            self._pin(f"corrected: {word}")
        else:
            self._undo()

    def finish(self) -> Outcome:
        outcome = self._settling.finish()
        self._taken["stories"] = [step.id for step in outcome.steps]
        self._draft.put_value(TAKEN + self._correction.id, self._taken)
        return Outcome(self._draft.writes(), outcome.alerts, outcome.steps, outcome.held)

    def _undo(self) -> None:
        undone: Taken | None = self._draft.value(TAKEN + self._correction.undoes)
        if undone is None:  # it has yet to come, and will find that it does not hold
            return
        if undone["kind"] == "merge":
            self._part(undone)
        elif undone["kind"] == "split":
            self._merge()
        else:
            self._pin(f"correction undone: {self._correction.reason}")

    def _stories(self, articles: Iterable[str], about: str) -> list[StoryRecord]:
        """The stories that these articles tell of the subject, the one that most of them share first."""
        shared: dict[str, int] = {}
        records: dict[str, StoryRecord] = {}
        for article in articles:
            known = self._draft.article(article)
            for story in known["stories"] if known else ():
                record = self._draft.peek(story)
                if record is not None and any(
                    t["article"] == article and is_about(about, t["subject"]) for t in record["tellings"]
                ):
                    records[record["id"]] = record
                    shared[record["id"]] = shared.get(record["id"], 0) + 1
        return [records[story] for story in sorted(shared, key=lambda s: (-shared[s], records[s]["founded"], s))]

    def _merge(self) -> None:
        ours = self._stories(self._correction.articles, self._about)
        theirs = self._stories(self._correction.others, self._others_about)
        if not ours or not theirs or ours[0]["id"] == theirs[0]["id"]:
            return
        older, younger = sorted((ours[0], theirs[0]), key=lambda r: (r["founded"], r["id"]))
        self._taken["gone"] = younger["id"]
        self._taken["brought"] = sorted({t["article"] for t in younger["tellings"]})
        self._taken["lent"] = sorted(younger["fired"].keys() - older["fired"].keys())
        merge_stories(self._draft, self._settling, older, younger)

    def _split(self) -> None:
        """Those of the story's articles that leave it make a story of their own."""
        leaving, staying = set(self._correction.articles), set(self._correction.others)
        self._leave_unmentioned(leaving)
        for known in self._stories(self._correction.articles, self._about):
            record = self._draft.opened(known)
            moved = [t for t in record["tellings"] if t["article"] in leaving]
            if any(t["article"] in staying for t in record["tellings"]):
                first = min(moved, key=lambda t: (t["at"], t["article"]))
                new = found(digest("story", "split", self._correction.id, record["id"]), first["at"])
                new["heard"] = list(record["heard"])
                move_tellings(self._draft, self._settling, moved, record, new, f"split: {self._correction.reason}")

    def _leave_unmentioned(self, leaving: set[str]) -> None:
        """Headlines that were only thought to tell of the story leave it, and make none of their own."""
        for article in sorted(leaving):
            known = self._draft.article(article)
            for story in known["stories"] if known else ():
                held = self._draft.peek(story)
                if held is not None and any(m["article"] == article for m in held["mentions"]):
                    record = self._draft.opened(held)
                    record["mentions"] = [m for m in record["mentions"] if m["article"] != article]
                    self._settling.mention(record, f"split: {self._correction.reason}")
                    take_from(self._draft, article, record["id"])

    def _part(self, undone: Taken) -> None:
        """The two stories that were merged, each with its own again; what joined them since goes where it fits."""
        signpost = self._draft.peek_itself(undone["gone"])
        record = self._draft.open(undone["gone"])
        if signpost is None or record is None or signpost["id"] == record["id"]:
            return
        gone = self._draft.opened(signpost)
        brought = [t for t in record["tellings"] if t["article"] in undone["brought"]]
        since = {*undone["brought"], *self._correction.articles, *self._correction.others}
        own = [t for t in record["tellings"] if t["article"] in since and t["article"] not in undone["brought"]]
        moved = [*brought, *(t for t in record["tellings"] if t["article"] not in since and _fits(t, brought, own))]
        if not moved or len(moved) == len(record["tellings"]):
            return
        for rule in undone["lent"]:
            record["fired"].pop(rule, None)
        gone["merged_into"] = ""
        move_tellings(self._draft, self._settling, moved, record, gone, f"merge undone: {self._correction.reason}")

    def _pin(self, reason: str) -> None:
        for known in self._stories(self._correction.articles, self._about)[:1]:
            record = self._draft.opened(known)
            pin(self._draft, record)
            self._settling.touch(record, reason)


def _fits(t: Told, those: list[Told], these: list[Told]) -> bool:
    """Whether the telling is nearer to those than to these."""
    one, two = strength(t, those), strength(t, these)
    return one is not None and (two is None or one.points > two.points)
