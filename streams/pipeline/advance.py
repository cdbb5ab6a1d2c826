"""Core: `advance`, one reading through the fold: what it withdraws, what it tells, which versions and alerts follow."""

from collections.abc import Iterable, Mapping
from typing import Any

from dealwire.identity import digest
from dealwire.model import Alert, MarketEvent, Reading
from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.pipeline.expiry import drop, keep_until
from streams.pipeline.merging import merge_stories
from streams.pipeline.outcome import Outcome, StoryStep
from streams.pipeline.settling import Settling
from streams.stories.clock import move, schedule, sweep
from streams.stories.correction import Advice, advice, is_about, pin
from streams.stories.draft import Draft
from streams.stories.index import enter
from streams.stories.placing import find_place, may_join, strength
from streams.stories.record import TELLINGS_MAX, ArticleRecord, StoryRecord, article_key, found, story_key
from streams.stories.told import Told, telling, told


def advance(state: Mapping[str, bytes], reading: Reading, book: RuleBook, companies: Companies) -> Outcome:
    """Fold one article revision with all its events.

    A revision that was taken before gives the same alerts again, verbatim, and no writes; one that is older than what
    is known changes nothing.
    """
    draft = Draft(state)
    article = reading.article
    known = draft.article(article.id)
    if known is None and not reading.events:
        return Outcome({}, passed_over=reading.passed_over or "no events")
    if known is not None:
        if article.revision in known["known"]:
            return _again(draft, known, article.id, article.revision)
        order = [moment.timestamp() for moment in article.order]
        if (order, article.revision) < (known["order"], known["revision"]):
            return Outcome({}, passed_over="an older revision")
    return Fold(draft, reading, book, companies, known).run()


def _again(draft: Draft, known: ArticleRecord, article: str, revision: str) -> Outcome:
    """What a revision that was taken before gave rise to, as it was then."""
    alerts: list[Alert] = []
    for story in known["known"][revision]:
        record = draft.story_itself(story)
        for log in record["logged"] if record else ():
            if log["article"] == article and log["revision"] == revision:
                alerts += [Alert.model_validate({**plain, "story_view": log["view"]}) for plain in log["alerts"]]
    records = [record for story in known["stories"] if (record := draft.story(story)) is not None]
    steps = tuple(StoryStep(r, "known", tells=_reports(r, article)) for r in records)
    return Outcome({}, tuple(alerts), steps, passed_over="known revision")


def _reports(record: StoryRecord, article: str) -> bool:
    return any(t["article"] == article and not t["background"] for t in record["tellings"])


class Fold:
    """One reading over one draft of the state."""

    def __init__(
        self, draft: Draft, reading: Reading, book: RuleBook, companies: Companies, known: ArticleRecord | None
    ) -> None:
        self._draft = draft
        self._reading = reading
        self._known = known
        self._by = telling(reading.article)
        self._companies = companies
        self._settling = Settling(draft, book, self._by, revising=known is not None)
        self._withdrawn: list[tuple[StoryRecord, Told]] = []
        self._tells_several = len(reading.events) > 1
        self._heard = sorted(book.heard(reading.article)) if book.rules and reading.events else []

    def run(self) -> Outcome:
        self._withdraw()
        for event in sorted(self._reading.events, key=lambda e: e.background):
            self._place(event)
        outcome = self._settling.finish()
        self._remember(outcome.steps)
        clock = move(self._draft, self._by["at"])
        sweep(self._draft, clock, lambda key, day: drop(self._draft, key, day))
        return Outcome(self._draft.writes(), outcome.alerts, outcome.steps, outcome.held)

    def _withdraw(self) -> None:
        """Take back what the article's earlier revision told."""
        article = self._by["article"]
        for story in self._known["stories"] if self._known else ():
            record = self._draft.story(story)
            if record is None:
                continue
            mine = [t for t in record["tellings"] if t["article"] == article]
            if mine:
                self._settling.touch(record, "")
                record["tellings"] = [t for t in record["tellings"] if t["article"] != article]
                self._withdrawn += [(record, t) for t in mine]

    def _place(self, event: MarketEvent) -> None:
        t = told(event, self._by, self._companies)
        kept = self._kept_place(t)
        advised = advice(self._draft, t["article"], t["subject"] if self._tells_several else "")
        place = find_place(self._draft, t, frozenset(advised.apart), self._likely(advised))
        if kept is not None:
            self._add(self._joined(kept, place.stories, t), t, "the same article told it before")
            return
        if not place.stories:
            if not t["background"]:
                self._found(t)
            return
        record = self._joined(place.stories[0], place.stories[1:], t)
        self._add(record, t, ", ".join(place.link.reasons) if place.link else "")

    def _joined(self, record: StoryRecord, others: Iterable[StoryRecord], t: Told) -> StoryRecord:
        """The story with all others that this telling shows to be the same; what is told in passing shows nothing."""
        for other in others:
            if not t["background"] and other["id"] != record["id"] and may_join(self._draft, record, other):
                record = merge_stories(self._draft, self._settling, record, other)
        return record

    def _likely(self, advised: Advice) -> dict[str, bool]:
        """Stories to compare whatever the indexes say → whether a person has said that the article belongs there."""
        likely = {record["id"]: False for record, _ in self._withdrawn}
        for article, about in sorted(advised.together.items()):
            known = self._draft.article(article)
            for story in known["stories"] if known else ():
                record = self._draft.story(story)
                tells = record is not None and any(
                    t["article"] == article and is_about(about, t["subject"]) for t in record["tellings"]
                )
                if tells:
                    likely[story] = True
        return likely

    def _kept_place(self, t: Told) -> StoryRecord | None:
        """The story that this article's earlier revision told by the same event; an edit stays where it was.

        Where the edit names another subject, others who tell the story decide whether it still belongs.
        """
        alike = [pair for pair in self._withdrawn if pair[1]["category"] == t["category"]]
        chosen = next((p for p in alike if p[1]["subject"] == t["subject"]), None)
        if chosen is None and len(alike) == 1:
            chosen = alike[0]
        if chosen is None:
            return None
        record, earlier = chosen
        others = [o for o in record["tellings"] if not o["background"]]
        if others and earlier["subject"] != t["subject"]:
            linked = strength(t, others)
            if linked is None or not linked.joins:
                return None
        self._withdrawn.remove(chosen)
        return record

    def _found(self, t: Told) -> None:
        record = found(digest("story", t["event"]), t["at"])
        held = self._draft.story_itself(record["id"])
        if held is not None:
            record = self._draft.story(record["id"]) or held
        self._add(record, t, "nothing known tells it")

    def _add(self, record: StoryRecord, t: Told, reason: str) -> None:
        self._settling.touch(record, reason, t)
        record["told_count"] += 1
        record["tellings"].append(t)
        if len(record["tellings"]) > TELLINGS_MAX:
            del record["tellings"][TELLINGS_MAX // 2]
        if advice(self._draft, t["article"], t["subject"]).pinned:
            pin(self._draft, record)
        if self._heard:
            record["heard"] = sorted({*record["heard"], *self._heard})
        if not t["background"]:
            enter(self._draft, record["id"], t)
        if not record["versions"]:
            schedule(self._draft, story_key(record["id"]), keep_until(record))

    def _remember(self, steps: tuple[StoryStep, ...]) -> None:
        """The article's own record: its newest revision, and where alerts of each of its revisions stand."""
        by = self._by
        article = by["article"]
        told_in = [s.id for s in steps if any(t["article"] == article for t in s.record["tellings"])]
        known: dict[str, Any] = dict(self._known["known"]) if self._known else {}
        known[by["revision"]] = [s.id for s in steps]
        record: ArticleRecord = {
            "order": by["order"],
            "revision": by["revision"],
            "stories": told_in,
            "known": known,
            "at": by["at"],
        }
        self._draft.put_value(article_key(article), record)
        if not told_in:
            schedule(self._draft, article_key(article), int(by["at"] // 86_400) + 60)
