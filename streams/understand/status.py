"""Core: how certain an event is told to be: rumor, talks, plan, fact, close, collapse."""

import re
from dataclasses import dataclass

from streams.understand.grammar import Parse
from streams.understand.lexicon import cue

SOURCED_LEAD = cue("status", "sourced_lead")
SOURCED_TAIL = cue("status", "sourced_tail")
SOURCED_IN = cue("status", "sourced_in")
TALKS = cue("status", "talks")
WEIGHS = cue("status", "weighs")
PLANS = cue("status", "plans")
COLLAPSE = cue("status", "collapse")
DENIED = cue("status", "denied")
REJECTED = cue("status", "rejected")
BID = cue("status", "bid")
CLEARED = cue("status", "cleared")
COMPLETED = cue("status", "completed")
CLOSED = cue("status", "closed")
CONSTRUCTION = cue("status", "construction")
DELAYED = cue("status", "delayed")
CLOSED_IN_CHAIN = cue("status", "closed_in_chain")
INTENDED = re.compile(r"\b(?:will|to|is|are|launch\w*|for)\s+(?:be\s+)?$", re.IGNORECASE)
LISTED = cue("status", "listed")
NEARING = cue("status", "nearing")
PLANNING = cue("status", "planning")


@dataclass(frozen=True, slots=True)
class Status:
    """A status and the words that say so, where any do."""

    value: str
    words: tuple[int, int] | None = None


class Telling:
    """The cues of one sentence."""

    def __init__(self, parse: Parse, first: int, last: int, trigger: int | None = None) -> None:
        sentence = parse.sentence
        self._parse = parse
        self._start = parse.tokens[first].start if first < len(parse.tokens) else sentence.start
        self._end = parse.tokens[last - 1].end if 0 < last <= len(parse.tokens) else sentence.end
        whole = sentence.quote
        before = parse.tokens[min(trigger, len(parse.tokens) - 1)].start if trigger is not None else self._end
        hedge = SOURCED_IN.search(sentence.text, sentence.start, before)
        self.sourced = SOURCED_LEAD.search(whole) or SOURCED_TAIL.search(whole) or hedge

    def _in(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self._parse.sentence.text, self._start, self._end)

    def funding(self, *, ipo: bool, chain: str) -> Status:
        """The status of a funding event; `chain` is what leads up to its verb ("in talks to raise")."""
        if found := self._in(COLLAPSE):
            return Status("cancelled", found.span())
        if ipo:
            return self._ipo()
        if CLOSED_IN_CHAIN.search(chain):
            return Status("closed")
        if TALKS.search(chain) or INTENDED.search(chain):
            return Status("in_talks", self._span(TALKS))
        if WEIGHS.search(chain):
            return Status("rumored" if self.sourced else "in_talks", self._span(WEIGHS))
        if self.sourced:
            return Status("rumored", self._span(SOURCED_IN))
        return Status("announced")

    def _ipo(self) -> Status:
        if found := self._in(LISTED):
            return Status("closed", found.span())
        return Status("in_talks", self._span(TALKS))

    def mna(self, *, chain: str, sale: bool = False) -> Status:
        """The status of a deal between companies."""
        for pattern, value in ((DENIED, "denied"), (REJECTED, "rejected"), (COLLAPSE, "terminated")):
            if found := self._in(pattern):
                return Status(value, found.span())
        if (found := self._in(CLEARED)) and re.search(
            r"\b(?:received|receives|gets|wins|secures|clears|cleared|approves|approved|green)\b",
            self._text(),
            re.IGNORECASE,
        ):
            return Status("cleared", found.span())
        if found := self._in(BID):
            return Status("bid", found.span())
        if NEARING.search(chain) or (
            sale and re.search(r"\bexplor\w+|\bseek\w*|\bconsider\w*|\bweigh\w*", chain, re.IGNORECASE)
        ):
            return Status("in_talks", self._span(TALKS))
        if WEIGHS.search(chain):
            return Status("rumored", self._span(WEIGHS))
        if found := self._in(COMPLETED):
            return Status("completed", found.span())
        if found := self._in(
            re.compile(r"\b(?:merger|takeover|acquisition|deal|sale|buyout)\s+talks\b|\bin\s+talks\b", re.IGNORECASE)
        ):
            return Status("in_talks", found.span())
        if self.sourced:
            return Status("rumored", self._span(SOURCED_IN))
        return Status("announced")

    def hardware(self, *, chain: str) -> Status:
        """The status of a chip, site or supply."""
        if self.sourced:
            return Status("rumored", self._span(SOURCED_IN))
        if found := self._in(CONSTRUCTION):
            return Status("under_construction", found.span())
        if PLANNING.search(chain):
            return Status("planned", self._span(PLANS))
        return Status("announced")

    def _text(self) -> str:
        return self._parse.sentence.text[self._start : self._end]

    def _span(self, pattern: re.Pattern[str]) -> tuple[int, int] | None:
        found = self._in(pattern)
        return found.span() if found else None
