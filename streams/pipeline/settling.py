"""Core: the end of a reading: each story it touched gets its version, its rules are asked, and its alerts are kept."""

from dataclasses import dataclass
from typing import Literal

from dealwire.model import Alert, Change
from dealwire.reference.money import format_money
from rules.book import RuleBook
from streams.pipeline.firing import Fire
from streams.pipeline.outcome import Decision, Held, Outcome, StoryStep
from streams.stories.change import Facts, material_changes
from streams.stories.draft import Draft
from streams.stories.link import DAY
from streams.stories.record import LOGGED_DAYS, LOGGED_MAX, StoryRecord
from streams.stories.told import Occasion, Told, money_of
from streams.stories.view import facts_of, moment, story_of

VERSIONS_MAX = 100


@dataclass(slots=True)
class Touched:
    """A story as this reading leaves it."""

    record: StoryRecord
    reason: str = ""
    told: int = 0
    mentioned: bool = False
    background: bool = True

    @property
    def tells(self) -> bool:
        """The reading's article reports this story, and not only something of its past."""
        return self.mentioned or (self.told > 0 and not self.background)


class Settling:
    """Which stories a reading touched, and what follows for each."""

    def __init__(self, draft: Draft, book: RuleBook, by: Occasion, *, revising: bool, quiet: bool = False) -> None:
        """`revising`: differences count that would not be news from another article; `quiet`: nobody is alerted."""
        self._draft = draft
        self._book = book
        self._by = by
        self._revising = revising
        self._quiet = quiet
        self._touched: dict[str, Touched] = {}
        self._gone: list[StoryRecord] = []

    def touch(self, record: StoryRecord, reason: str, t: Told | None = None) -> None:
        touched = self._touched.setdefault(record["id"], Touched(record))
        touched.reason = touched.reason or reason
        if t is not None:
            touched.told += 1
            touched.background = touched.background and t["background"]
        self._draft.keep(record)

    def mention(self, record: StoryRecord, reason: str) -> None:
        """The reading's headline tells of the story, and adds nothing to what is known of it."""
        self._touched.setdefault(record["id"], Touched(record, reason, mentioned=True))
        self._draft.keep(record)

    def joined(self, older: StoryRecord, younger: StoryRecord) -> None:
        """Settle what joining itself changes: it may make a version, and re-alerts nothing."""
        self._gone.append(younger)
        self._take_back(younger)
        before = self._touched.pop(younger["id"], None)
        touched = self._touched[older["id"]]
        if before is not None:
            touched.told += before.told
            touched.background = touched.background and before.background
        self._revise(touched)
        version = older["versions"][-1]["number"]
        for rule, fired in older["fired"].items():
            held_at = version if fired["held"] else fired["held_at"]
            older["fired"][rule] = {**fired, "version": version, "held_at": held_at}

    def finish(self) -> Outcome:
        """Versions, alerts and steps of all that was touched."""
        alerts: list[Alert] = []
        held: list[Held] = []
        steps = [StoryStep(record, "merged", reason=f"merged into {record['merged_into']}") for record in self._gone]
        for touched in sorted(self._touched.values(), key=lambda t: t.record["id"]):
            record = touched.record
            if touched.mentioned and not touched.told:
                steps.append(StoryStep(record, "repeat", (), touched.reason, tells=True))
                continue
            is_first = not record["versions"]
            changes = self._revise(touched)
            if self._book.rules:
                fire = Fire(self._draft, self._book, record, self._by["at"], self._by["article"], quiet=self._quiet)
                fire.run()
                self._log(record, fire.alerts)
                alerts += fire.alerts
                held += fire.held
            decision = _decision(touched, is_first=is_first, changes=changes)
            steps.append(StoryStep(record, decision, changes, touched.reason, tells=touched.tells))
        return Outcome({}, tuple(alerts), tuple(steps), tuple(held))

    def _revise(self, touched: Touched) -> tuple[Change, ...]:
        """Give the story a version where its facts changed in a way that is news."""
        record = touched.record
        told = any(not t["background"] for t in record["tellings"])
        if not told:
            if record["retracted"]:
                return ()
            record["retracted"] = True
            return self._version(record, (Change(kind="retracted", before=record["facts"]["status"]),))
        facts = facts_of(record)
        if not record["versions"]:
            record["facts"] = dict(facts)
            return self._version(record, ())
        before: Facts = record["facts"]  # type: ignore[assignment] # set with the first version
        changes = material_changes(before, facts)
        if record["retracted"]:
            record["retracted"] = False
            changes = (Change(kind="status", before="retracted", after=facts["status"]), *changes)
        if not changes and self._revising:
            changes = _corrections(before, facts)
        if changes:
            record["facts"] = dict(facts)
            self._version(record, changes)
        return changes

    def _version(self, record: StoryRecord, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        number = record["versions"][-1]["number"] + 1 if record["versions"] else 1
        record["versions"].append(
            {
                "number": number,
                "at": moment(self._by["at"]).isoformat(),
                "article": self._by["article"],
                "changes": [c.model_dump(mode="json") for c in changes],
            }
        )
        del record["versions"][:-VERSIONS_MAX]
        return changes

    def _take_back(self, record: StoryRecord) -> None:
        """Rules over several stories no longer count one that was merged away."""
        if self._book.rules:
            sightings = self._book.correlate(self._draft, story_of(record), frozenset())
            for key, value in sightings.writes.items():
                self._draft.put(key, value)

    def _log(self, record: StoryRecord, alerts: list[Alert]) -> None:
        """Keep the alerts verbatim for a reading that comes again; prune what lies beyond the redelivery horizon."""
        if not alerts:
            return
        view = alerts[0].story_view
        record["logged"].append(
            {
                "article": self._by["article"],
                "revision": self._by["revision"],
                "at": self._by["at"],
                "alerts": [a.model_dump(mode="json", exclude={"story_view"}, exclude_none=True) for a in alerts],
                "view": view.model_dump(mode="json", exclude_none=True) if view else {},
            }
        )
        if len(record["logged"]) > LOGGED_MAX:
            horizon = max(log["at"] for log in record["logged"]) - LOGGED_DAYS * DAY
            record["logged"] = [log for log in record["logged"] if log["at"] >= horizon]


def _decision(touched: Touched, *, is_first: bool, changes: tuple[Change, ...]) -> Decision:
    if touched.record["retracted"]:
        return "retracted"
    if is_first:
        return "new"
    if changes:
        return "changed"
    return "background" if touched.background and touched.told else "repeat"


def _corrections(before: Facts, after: Facts) -> tuple[Change, ...]:
    """What an edit or a correction changes that would not be news from another article."""
    pairs = [(_said(before, fact), _said(after, fact)) for fact in ("type", "status", "subject", "amount", "valuation")]
    return tuple(Change(kind="corrected", before=one, after=two) for one, two in pairs if one != two)


def _said(facts: Facts, fact: Literal["type", "status", "subject", "amount", "valuation"]) -> str:
    value = facts[fact]
    return value if isinstance(value, str) else format_money(money_of(value)) if value else ""
