"""Core: which rules speak up about a story that a reading touched, and of what kind: `new`, `changed`, or held back.

A rule's first match is `new` whatever the story's version. Later it speaks only of a version it has not spoken of, or
once when the story stops matching. A throttle holds back new stories and never an update of one already alerted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from dealwire.model import Alert, Change, Reason, Story
from rules.book import Match, Rule, RuleBook
from streams.pipeline.outcome import Held
from streams.stories.change import summed
from streams.stories.clock import DAY, schedule
from streams.stories.draft import Draft
from streams.stories.record import Fired, StoryRecord
from streams.stories.view import moment, story_of

Kind = Literal["new", "changed"]
NO_LONGER = Reason(clause="match", field="story", met_by="no longer matches")
RETRACTED = Reason(clause="match", field="story", met_by="retracted")


@dataclass(slots=True)
class Fire:
    """The rules over one story at the moment of one reading."""

    draft: Draft
    book: RuleBook
    record: StoryRecord
    at: float
    """Event time of the reading's article."""
    occasion: str
    """The article, or the correction, that made the rules look."""
    quiet: bool = False
    """Note what matches and say nothing."""
    alerts: list[Alert] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def run(self) -> None:
        """Evaluate every rule; what fires is in `alerts`, what was held back in `held`."""
        story = story_of(self.record)
        heard = frozenset(self.record["heard"])
        matched: set[str] = set()
        for match in self._matches(story, heard):
            matched.add(match.rule.id)
            self._matched(story, match)
        for rule_id in sorted(self.record["fired"].keys() - matched):
            self._unmatched(story, rule_id)

    def _matches(self, story: Story, heard: frozenset[str]) -> Iterable[Match]:
        """The rules that hold; none does of a story that was retracted, which also takes back what it counted for."""
        correlated = self.book.correlate(self.draft, story, heard)
        for key, value in correlated.writes.items():
            self.draft.put(key, value)
        return () if story.retracted else (*self.book.match(story, heard), *correlated.matches)

    def _matched(self, story: Story, match: Match) -> None:
        rule, fired = match.rule, self.record["fired"]
        entry = fired.get(rule.id)
        if entry is None or (entry["held"] and story.version > entry["held_at"]):
            self._first(story, match)
        elif not entry["held"]:
            if story.version > entry["version"]:
                self._speak(story, rule, "changed", match.reasons, since=entry["version"])
            fired[rule.id] = _fired(story.version)

    def _first(self, story: Story, match: Match) -> None:
        rule = match.rule
        wait = "" if self.quiet else self._throttled(story, rule)
        if wait:
            self.record["fired"][rule.id] = _fired(story.version, held=wait)
            if "new" in rule.alert_on:
                self.held.append(Held(self._alert(story, rule, "new", match.reasons, ()), wait))
            return
        self.record["fired"][rule.id] = _fired(story.version)
        self._speak(story, rule, "new", match.reasons, since=story.version)

    def _unmatched(self, story: Story, rule_id: str) -> None:
        """A story already alerted that stopped matching: said once."""
        entry = self.record["fired"][rule_id]
        if entry["ended"] or entry["held"]:
            return
        rule = self.book.find(rule_id)
        if rule is None or rule.correlation is not None:
            return
        reason = RETRACTED if story.retracted else NO_LONGER
        self._speak(story, rule, "changed", (reason,), since=entry["version"])
        self.record["fired"][rule_id] = _fired(story.version, ended=True)

    def _throttled(self, story: Story, rule: Rule) -> str:
        """Why a new story has to wait, empty where it need not; a story that may pass starts the wait for others."""
        if rule.throttle is None:
            return ""
        group = rule.throttle.key(story)
        key = f"throttle/{rule.id}/{group}"
        every = rule.throttle.every.total_seconds()
        last: dict[str, Any] | None = self.draft.value(key)
        if last is not None and abs(self.at - last["at"]) < every:
            return f"throttled: {group or 'all'} spoke of story {last['story']} at {moment(last['at']).isoformat()}"
        self.draft.put_value(key, {"at": self.at, "every": every, "story": story.id})
        schedule(self.draft, key, int((self.at + every) // DAY) + 1)
        return ""

    def _speak(self, story: Story, rule: Rule, kind: Kind, reasons: tuple[Reason, ...], *, since: int) -> None:
        if self.quiet or kind not in rule.alert_on:
            return
        changes = summed([c for v in story.versions if v.number > since for c in v.changes])
        alert = self._alert(story, rule, kind, reasons, changes)
        if any(alert.id == said["id"] for log in self.record["logged"] for said in log["alerts"]):
            return
        if rule.experimental:
            self.held.append(Held(alert, "experimental"))
        else:
            self.alerts.append(alert)

    def _alert(
        self, story: Story, rule: Rule, kind: Kind, reasons: tuple[Reason, ...], changes: tuple[Change, ...]
    ) -> Alert:
        return Alert(
            id=Alert.id_of(rule.id, story.id, story.version, kind),
            rule=rule.id,
            rule_title=rule.title,
            severity=rule.severity,
            labels=dict(rule.labels or {}),
            rules_hash=self.book.hash,
            story=story.id,
            version=story.version,
            kind=kind,
            at=moment(self.at),
            articles=tuple(t.article for t in story.tellings) or (self.occasion,),
            reasons=reasons,
            changes=changes,
            send_to=rule.send_to,
            experimental=rule.experimental,
            story_view=story,
        )


def _fired(version: int, *, ended: bool = False, held: str = "") -> Fired:
    return {"version": version, "ended": ended, "held": held, "held_at": version if held else 0}
