"""Core: `apply_correction`, a person's word through the fold, and `catch_up`, new rules over known stories."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dealwire.identity import digest
from dealwire.model import Alert
from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.pipeline.expiry import keep_until
from streams.pipeline.merging import merge_stories
from streams.pipeline.outcome import Held, Outcome
from streams.pipeline.settling import Settling
from streams.stories.clock import schedule
from streams.stories.correction import Correction, pinned_value, record_advice
from streams.stories.draft import Draft
from streams.stories.index import enter, leave
from streams.stories.record import StoryRecord, article_key, found, last_at, story_key
from streams.stories.told import Occasion

APPLIED = "correction-applied/"


def apply_correction(
    state: Mapping[str, bytes],
    correction: Correction,
    book: RuleBook,
    companies: Companies,  # noqa: ARG001 - the same arguments as `advance`, so that a shell drives both alike
) -> Outcome:
    """Take a correction: now for the stories there are, and from now on for the articles it names.

    One that comes again gives the same alerts and changes nothing; UsageError where its fact or value is none.
    """
    draft = Draft(state)
    applied: list[str] | None = draft.value(APPLIED + correction.id)
    if applied is not None:
        return Outcome({}, _logged(draft, applied, correction.id), passed_over="known correction")
    record_advice(draft, correction)
    by: Occasion = {"article": correction.id, "revision": "", "at": correction.at.timestamp()}
    settling = Settling(draft, book, by, revising=True)
    if correction.kind == "merge":
        _merge(draft, settling, correction)
    elif correction.kind == "split":
        _split(draft, settling, correction)
    else:
        _correct(draft, settling, correction)
    outcome = settling.finish()
    draft.put_value(APPLIED + correction.id, [step.id for step in outcome.steps])
    return Outcome(draft.writes(), outcome.alerts, outcome.steps, outcome.held)


def _logged(draft: Draft, stories: Iterable[str], occasion: str) -> tuple[Alert, ...]:
    records = (record for story in stories if (record := draft.story_itself(story)) is not None)
    return tuple(
        Alert.model_validate({**plain, "story_view": log["view"]})
        for record in records
        for log in record["logged"]
        if log["article"] == occasion
        for plain in log["alerts"]
    )


def stories_of(draft: Draft, articles: Iterable[str]) -> list[StoryRecord]:
    """The stories that any of these articles reports, each once, the one that most of them share first."""
    shared: dict[str, int] = {}
    records: dict[str, StoryRecord] = {}
    for article in articles:
        known = draft.article(article)
        for story in known["stories"] if known else ():
            record = draft.story(story)
            if record is not None:
                records[record["id"]] = record
                shared[record["id"]] = shared.get(record["id"], 0) + 1
    return [records[story] for story in sorted(shared, key=lambda s: (-shared[s], records[s]["founded"], s))]


def _merge(draft: Draft, settling: Settling, correction: Correction) -> None:
    one, two = stories_of(draft, correction.articles), stories_of(draft, correction.others)
    if one and two and one[0]["id"] != two[0]["id"]:
        merge_stories(draft, settling, one[0], two[0])


def _split(draft: Draft, settling: Settling, correction: Correction) -> None:
    """Those of the story's articles that leave it make a story of their own."""
    others = set(correction.others)
    for record in stories_of(draft, correction.articles):
        leaving = [t for t in record["tellings"] if t["article"] in correction.articles]
        if not leaving or not any(t["article"] in others for t in record["tellings"]):
            continue
        leave(draft, record)
        first = min(leaving, key=lambda t: (t["at"], t["article"]))
        new = found(digest("story", "split", correction.id, record["id"]), first["at"])
        record["tellings"] = [t for t in record["tellings"] if t["article"] not in correction.articles]
        new["tellings"], new["told_count"], new["heard"] = leaving, len(leaving), list(record["heard"])
        for part in (record, new):
            for t in part["tellings"]:
                enter(draft, part["id"], t)
            settling.touch(part, f"split: {correction.reason}")
        schedule(draft, story_key(new["id"]), keep_until(new))
        for article in {t["article"] for t in leaving}:
            _move(draft, article, record["id"], new["id"])


def _move(draft: Draft, article: str, source: str, target: str) -> None:
    known = draft.article(article)
    if known is not None:
        known["stories"] = sorted({*(s for s in known["stories"] if s != source), target})
        draft.put_value(article_key(article), known)


def _correct(draft: Draft, settling: Settling, correction: Correction) -> None:
    for record in stories_of(draft, correction.articles)[:1]:
        value = pinned_value(correction.fact, correction.value)
        record["pinned"] = {**record["pinned"], correction.fact: value}
        settling.touch(record, f"corrected: {correction.reason}")


def catch_up(state: Mapping[str, bytes], stories: Iterable[str], book: RuleBook, since: datetime) -> Outcome:
    """What rules that are new say of stories already known and told since then; the shell names the stories."""
    draft = Draft(state)
    alerts: list[Alert] = []
    held: list[Held] = []
    for story in stories:
        record = draft.story_itself(story)
        if record is None or record["merged_into"] or last_at(record) < since.timestamp():
            continue
        by: Occasion = {"article": f"catch-up/{book.hash}", "revision": "", "at": last_at(record)}
        settling = Settling(draft, book, by, revising=False)
        settling.touch(record, "catching up")
        outcome = settling.finish()
        alerts += outcome.alerts
        held += outcome.held
    return Outcome(draft.writes(), tuple(alerts), (), tuple(held))
