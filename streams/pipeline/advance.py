"""Core: `advance`, one reading through the fold: what it withdraws, what it tells, which versions and alerts follow."""

from bisect import insort
from collections.abc import Iterable, Mapping

from dealwire.identity import digest
from dealwire.model import Alert, Reading
from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.pipeline.expiry import article_until, drop, keep_until
from streams.pipeline.merging import merge_stories
from streams.pipeline.outcome import Outcome, StoryStep
from streams.pipeline.settling import Settling
from streams.stories.clock import move, schedule, sweep
from streams.stories.correction import Advice, advice, is_about, pin
from streams.stories.draft import Draft
from streams.stories.index import Traces, enter, traces_of
from streams.stories.memo import Memo
from streams.stories.mention import Mention, find_mentioned, held_for, hold, may_tell, mention, says_more
from streams.stories.placing import find_place, may_join, strength
from streams.stories.record import (
    KNOWN_MAX,
    MENTIONS_MAX,
    TELLINGS_MAX,
    ArticleRecord,
    StoryRecord,
    article_key,
    articles_of,
    found,
    place_of,
    story_key,
)
from streams.stories.told import HEAD, KEY, Telling, Told, is_price_again, telling, told

FOREIGN = "language:"
"""How a reading begins to say that its article's words are of another language."""


def advance(
    state: Mapping[str, bytes], reading: Reading, book: RuleBook, companies: Companies, memo: Memo | None = None
) -> Outcome:
    """Fold one article revision with all its events.

    A revision that was taken before gives the same alerts again, verbatim, and no writes; one that is older than what
    is known changes nothing. A better extractor's reading of a known revision replaces the earlier one and is quiet:
    what it finds is news to dealwire, not to the world.
    """
    draft = Draft(state, memo)
    article = reading.article
    known = draft.article(article.id)
    if known is None and not reading.events and reading.passed_over.startswith(FOREIGN):
        return Outcome({}, passed_over=reading.passed_over)
    if known is not None:
        order = [moment.timestamp() for moment in article.order]
        if article.revision in known["known"]:
            read_better = article.revision == known["revision"] and is_later(
                reading.extractor, known.get("extractor", "")
            )
            if not read_better:
                return _again(draft, known, article.id, article.revision)
        elif (order, article.revision) < (known["order"], known["revision"]):
            return Outcome({}, passed_over="an older revision")
    return Fold(draft, reading, book, companies, known).run()


def is_later(extractor: str, other: str) -> bool:
    """Whether the one version of the understanding came after the other.

    >>> is_later("10", "9"), is_later("2", "2"), is_later("2.1", "2")
    (True, False, True)
    """
    one, two = ([int(part) for part in version.split(".") if part.isdigit()] for version in (extractor, other))
    return one > two


def _again(draft: Draft, known: ArticleRecord, article: str, revision: str) -> Outcome:
    """What a revision that was taken before gave rise to, as it was then."""
    alerts: list[Alert] = []
    for story in known["known"][revision]:
        record = draft.peek_itself(story)
        for log in record["logged"] if record else ():
            if log["article"] == article and log["revision"] == revision:
                alerts += [Alert.model_validate({**plain, "story_view": log["view"]}) for plain in log["alerts"]]
    records = [record for story in known["stories"] if (record := draft.peek(story)) is not None]
    steps = tuple(StoryStep(r, "known", tells=_reports(r, article)) for r in records)
    return Outcome({}, tuple(alerts), steps, passed_over="known revision")


def _reports(record: StoryRecord, article: str) -> bool:
    reported = any(t["article"] == article and not t["background"] for t in record["tellings"])
    return reported or any(m["article"] == article for m in record["mentions"])


def _record_of(by: Telling, stories: list[str], extractor: str) -> ArticleRecord:
    """The article's own record after its first revision."""
    return {
        "order": by["order"],
        "revision": by["revision"],
        "stories": stories,
        "known": {by["revision"]: stories},
        "extractor": extractor,
        "at": by["at"],
    }


def _is_background(t: Told) -> bool:
    return t["background"]


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
        quiet = known is not None and known["revision"] == reading.article.revision
        self._settling = Settling(draft, book, self._by, revising=known is not None, quiet=quiet)
        self._withdrawn: list[tuple[StoryRecord, Told]] = []
        self._tells_several = len(reading.events) > 1
        self._heard = sorted(book.heard(reading.article)) if book.rules and reading.events else []

    def run(self) -> Outcome:
        self._withdraw()
        events = sorted((told(e, self._by, self._companies) for e in self._reading.events), key=_is_background)
        for t in events:
            if is_price_again(t, events):
                continue
            advised = advice(self._draft, t["article"], t["subject"] if self._tells_several else "")
            record = self._place(t, advised)
            if record is not None and advised.pinned:
                pin(self._draft, record)
        if events:
            self._mention_aside(events)
        elif not self._withdrawn:
            said = mention(self._by, self._possible())
            if not self._join_mentioned(said) and self._known is None:
                return self._pass_over(said)
        outcome = self._settling.finish()
        self._remember(outcome.steps)
        self._keep_time()
        return Outcome(self._draft.writes(), outcome.alerts, outcome.steps, outcome.held)

    def _pass_over(self, said: Mention) -> Outcome:
        """The article tells nothing; a headline that may be of a story yet to be told is held for it."""
        if may_tell(said):
            hold(self._draft, said)
            self._keep_time()
        return Outcome(self._draft.writes(), passed_over=self._reading.passed_over or "no events")

    def _keep_time(self) -> None:
        clock = move(self._draft, self._by["at"])
        sweep(self._draft, clock, lambda key, day: drop(self._draft, key, day))

    def _withdraw(self) -> None:
        """Take back what the article's earlier revision told."""
        article = self._by["article"]
        for story in self._known["stories"] if self._known else ():
            record = self._draft.open(story)
            if record is None:
                continue
            mine = [t for t in record["tellings"] if t["article"] == article]
            if any(m["article"] == article for m in record["mentions"]):
                record["mentions"] = [m for m in record["mentions"] if m["article"] != article]
                self._draft.keep(record)
            if mine:
                self._settling.touch(record, "")
                record["tellings"] = [t for t in record["tellings"] if t["article"] != article]
                if all(t["background"] for t in record["tellings"]):
                    record["withdrawn"] = mine
                self._withdrawn += [(record, t) for t in mine]

    def _place(self, t: Told, advised: Advice) -> StoryRecord | None:
        """Give the telling to the story that it belongs to, or found one; None for background of nothing known."""
        kept = self._kept_place(t)
        traces = traces_of(t)
        place = find_place(self._draft, t, traces, advised.apart, self._likely(advised))
        if kept is not None:
            record, reason = self._joined(kept, place.stories, t), "the same article told it before"
        elif place.link is not None:
            record, reason = self._joined(place.stories[0], place.stories[1:], t), ", ".join(place.link.reasons)
        elif t["background"]:
            return None
        else:
            story = digest("story", t["event"])
            record, reason = self._draft.open(story) or found(story, t["at"]), "nothing known tells it"
        return self._add(record, t, traces, reason)

    def _mention_aside(self, events: Iterable[Told]) -> None:
        """What the headline may say of other stories than those that its events tell."""
        sums = [s for t in events for s in (t["amount"], t["valuation"]) if s is not None]
        if not self._reading.possible and not says_more(self._by["title"], sums):
            return
        said = mention(self._by, self._possible(), sums)
        if may_tell(said) and not self._join_mentioned(said):
            hold(self._draft, said, sums)

    def _join_mentioned(self, said: Mention) -> bool:
        """Whether the headline plainly tells of a known story of which the article claims no event."""
        found = find_mentioned(self._draft, said, advice(self._draft, self._by["article"], ""))
        if found is None:
            return False
        known, link = found
        record = self._draft.opened(known)
        record["mentions"] = [*record["mentions"], self._by][-MENTIONS_MAX:]
        self._settling.mention(record, ", ".join(link.reasons))
        return True

    def _possible(self) -> Iterable[Told]:
        return (told(event, self._by, self._companies) for event in self._reading.possible)

    def _take_in(self, record: StoryRecord, t: Told) -> None:
        """Headlines that came before what they tell of was plain."""
        for by, _ in held_for(self._draft, record, {key for name in t["names"] for key in (name[HEAD], name[KEY])}):
            record["mentions"] = [*record["mentions"], by][-MENTIONS_MAX:]
            self._draft.put_value(article_key(by["article"]), self._record_with(by, record["id"]))

    def _record_with(self, by: Telling, story: str) -> ArticleRecord:
        """The record of a headline's article, which tells this story too."""
        known = self._draft.article(by["article"])
        if known is None:
            return _record_of(by, [story], "")
        revisions = {**known["known"], by["revision"]: [*known["known"].get(by["revision"], ()), story]}
        return {**known, "stories": [*known["stories"], story], "known": revisions}

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
                record = self._draft.peek(story)
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

    def _add(self, known: StoryRecord, t: Told, traces: Traces, reason: str) -> StoryRecord:
        record = self._draft.opened(known)
        self._settling.touch(record, reason, t)
        record["told_count"] += 1
        insort(record["tellings"], t, key=place_of)
        if len(record["tellings"]) > TELLINGS_MAX:
            del record["tellings"][TELLINGS_MAX // 2]
        if self._heard:
            record["heard"] = sorted({*record["heard"], *self._heard})
        if not t["background"]:
            record["withdrawn"] = []
            enter(self._draft, record["id"], traces)
            self._take_in(record, t)
        if not record["versions"]:
            schedule(self._draft, story_key(record["id"]), keep_until(record))
        return record

    def _remember(self, steps: tuple[StoryStep, ...]) -> None:
        """The article's own record: its newest revision, and where alerts of each of its revisions stand."""
        by = self._by
        article = by["article"]
        told_in = [s.id for s in steps if article in articles_of(s.record)]
        known = dict(self._known["known"]) if self._known else {}
        known[by["revision"]] = [s.id for s in steps]
        for revision in list(known)[:-KNOWN_MAX]:
            del known[revision]
        record = {**_record_of(by, told_in, self._reading.extractor), "known": known}
        self._draft.put_value(article_key(article), record)
        if not told_in:
            schedule(self._draft, article_key(article), article_until(by["at"]))
