"""Core: how certain an event is told to be: rumor, talks, plan, fact, close, collapse."""

import re
from dataclasses import dataclass

from streams.understand.grammar import Parse

I = re.IGNORECASE
SOURCED_LEAD = re.compile(
    r"^\W*(?:exclusive\W+)?(?:sources?|filings? and sources?|memo and sources?|report|rumor|rumour)\b\s*(?::|say|said|detail)",
    I,
)
SOURCED_TAIL = re.compile(
    r"(?:[:\-–—]\s*(?:(?:two|three|four|one)\s+)?(?:sources?|report|wsj|bloomberg|ft|nikkei|variety|reuters|cnbc|the information|nyt|axios|handelsblatt|media|sky news|globes|il sole|el \w+|les echos|newspaper|paper|source close[\w\s]*|person familiar|people familiar)|\((?:report|sources?)\))\W*$"
    r"|\breports\W*$|\bsources say\W*$",
    I,
)
SOURCED_IN = re.compile(
    r"\b(?:reportedly|according to (?:sources|people|a person|two|three|four)|people familiar|sources (?:tell|told|said|say)|is said to|are said to|said to be|rumou?red|rumou?rs?)\b",
    I,
)
TALKS = re.compile(
    r"\b(?:in\s+(?:\w+[\s-]){0,3}?(?:talks|discussions|negotiations)|talks|discuss(?:es|ing|ed)?|negotiat\w+|seek(?:s|ing)?|sought|looking\s+to|looks\s+to|eye(?:s|ing)?|plan(?:s|ning)?|aim(?:s|ing)?\s+to|near(?:s|ing)?|close\s+to|set\s+to|about\s+to"
    r"|prepar(?:es|ing)|preps|wants?\s+to|hop(?:es|ing)\s+to|intend(?:s|ing)?|courting|approach(?:es|ed)|in\s+the\s+process|expected\s+to|finali[sz]ing|kicks?\s+off|launch(?:es|ing)?\s+(?:a\s+)?(?:roadshow|road\s+show|sale)|on\s+track\s+to|gear(?:s|ing)\s+up|in\s+line\s+to|ready\s+to|targeting|targets|working\s+(?:to|with\s+bankers)|would\s+like\s+to|tapping|taps\s+banks|interviewing|is\s+raising|are\s+raising)\b",
    I,
)
WEIGHS = re.compile(
    r"\b(?:weigh(?:s|ing|ed)?|consider(?:s|ing|ed)?|mull(?:s|ing|ed)?|explor(?:es|ing|ed|e)|could|may|might|would|possib\w+|potential(?:ly)?|contemplat\w+|evaluat\w+|studying|floated)\b",
    I,
)
PLANS = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|will|aim(?:s|ing|ed)?|intend(?:s|ed)?|to\s+(?!date)\w+|set\s+to|expects?|wants?|hop(?:es|ing)|eye(?:s|ing)?|could|may|might|consider\w*|weigh\w*|explor\w+|prepar\w+|propos\w+|seek\w*|vow\w*|pledg\w+|commit\w*|looking)\b",
    I,
)
COLLAPSE = re.compile(
    r"\b(?:scrap(?:s|ped|ping)?|call(?:s|ed|ing)?\s+off|cancel(?:s|led|ed|ling)?|withdr(?:aws?|ew|awn|awing)|shelv(?:es|ed|ing)|abandon(?:s|ed|ing)?|collaps(?:es|ed|ing|e)|terminat(?:es|ed|ing|ion)|walk(?:s|ed|ing)?\s+away|drop(?:s|ped|ping)?\s+(?:its\s+|the\s+|a\s+)?(?:\S+\s+){0,3}(?:bid|plans?|deal|offer|ipo|takeover|merger|acquisition|pursuit)|block(?:s|ed|ing)?|halt(?:s|ed|ing)?|fall(?:s|en)?\s+(?:through|apart)|fell\s+(?:through|apart)|pull(?:s|ed|ing)?\s+(?:out|the\s+plug|its\s+ipo|ipo)|end(?:s|ed)?\s+(?:(?:its|the|their|merger|takeover|acquisition|\S+)\s+){0,4}(?:talks|partnership|deal|pact|bid|agreement)|no\s+longer|killed|kills|unwind(?:s|ing)?|ditch(?:es|ed)?|axe[sd]?|back(?:s|ed|ing)?\s+out|prohibit(?:s|ed)?|veto(?:es|ed)?|postpon(?:es|ed)\s+(?:its\s+)?ipo)\b",
    I,
)
DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied)|dismiss(?:es|ed)|rul(?:es|ed)\s+out|not\s+in\s+talks|no\s+plans?\s+to|refut\w+)\b", I
)
REJECTED = re.compile(
    r"\b(?:reject(?:s|ed|ing)?|rebuff(?:s|ed)?|spurn(?:s|ed)?|turn(?:s|ed)\s+down|snub(?:s|bed)?)\b", I
)
BID = re.compile(
    r"\b(?:bids?|bidding|offers?\s+(?:to\s+(?:buy|acquire)|for|of)|hostile|takeover\s+(?:offer|battle|approach|proposal)|proposal\s+to\s+(?:buy|acquire)|makes?\s+(?:an?\s+)?(?:\S+\s+){0,3}(?:offer|bid|approach)|tender\s+offer|counterbid|unsolicited|offers\s+\$)\b",
    I,
)
CLEARED = re.compile(
    r"\b(?:clear(?:s|ed|ance)|approv(?:es|ed|al|als)|green\s*-?light\w*|nod\b|regulatory\s+approvals?|gets\s+ok|waves?\s+through|sign(?:s|ed)?\s+off)\b",
    I,
)
COMPLETED = re.compile(
    r"\b(?:complet(?:es|ed|ion|ing)|clos(?:es|ed|ing)\s+(?:(?:its|the|on|a|of|previously|announced|\$\S+)\s+){0,4}(?:\S+\s+){0,2}(?:acquisition|merger|deal|purchase|takeover|transaction|sale|buyout)|finali[sz](?:es|ed)|(?:deal|acquisition|merger|transaction|sale)\s+(?:has\s+)?(?:closed|closes|completed)|successful\s+(?:acquisition|completion)|consummat\w+)\b",
    I,
)
CLOSED = re.compile(
    r"\b(?:clos(?:es|ed|ing|e)\b(?!\s+to\b)|complet(?:es|ed|ion|ing)|finali[sz](?:es|ed)|final\s+close|consummat\w+|priced\b|prices\b|began\s+trading|begins\s+trading|market\s+debut|trading\s+debut|debuts?\s+on|ipo\s+debut|oversubscribed\s+and\s+closed|became\s+a|successful\s+clos\w+)",
    I,
)
CONSTRUCTION = re.compile(
    r"\b(?:under\s+construction|broke\s+ground|breaks?\s+ground|breaking\s+ground|groundbreaking|constructing|being\s+built|on\s+track|construction\s+(?:began|begins|has\s+begun|is\s+underway))\b",
    I,
)
SHIPPING = re.compile(
    r"\b(?:ship(?:s|ped|ping)|now\s+available|in\s+(?:mass|volume|full)\s+production|mass[- ]produc\w+|goes\s+on\s+sale|start(?:s|ed)\s+(?:shipping|mass)|deliver(?:s|ed|ing)|hits\s+shelves|general(?:ly)?\s+availab\w+\s+(?:now|today))\b",
    I,
)
DELAYED = re.compile(
    r"\b(?:delay(?:s|ed|ing)?|postpon\w+|push(?:es|ed)\s+back|slips?\s+to|behind\s+schedule|setback)\b", I
)


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

    def _in(self, cue: re.Pattern[str]) -> re.Match[str] | None:
        return cue.search(self._parse.sentence.text, self._start, self._end)

    def funding(self, *, ipo: bool, chain: str) -> Status:
        """The status of a funding event; `chain` is what leads up to its verb ("in talks to raise")."""
        if found := self._in(COLLAPSE):
            return Status("cancelled", found.span())
        if ipo:
            return self._ipo()
        if found := re.search(
            r"\b(?:close[sd]?|closing|completed?|completes|finali[sz]e[sd]|completion|priced)\b", chain, I
        ):
            return Status("closed")
        if TALKS.search(chain) or re.search(r"\b(?:will|to|is|are|launch\w*|for)\s+(?:be\s+)?$", chain, I):
            return Status("in_talks", self._span(TALKS))
        if WEIGHS.search(chain):
            return Status("rumored" if self.sourced else "in_talks", self._span(WEIGHS))
        if self.sourced:
            return Status("rumored", self._span(SOURCED_IN))
        return Status("announced")

    def _ipo(self) -> Status:
        if found := self._in(
            re.compile(
                r"\b(?:priced|prices\s+(?:its\s+)?(?:\S+\s+){0,2}ipo|debuts?|began\s+trading|begins\s+trading|raised|pops|became|goes\s+public\s+in|opens?\s+at|closed?s?)\b",
                I,
            )
        ):
            return Status("closed", found.span())
        return Status("in_talks", self._span(TALKS))

    def mna(self, *, chain: str, sale: bool = False) -> Status:
        """The status of a deal between companies."""
        for cue, value in ((DENIED, "denied"), (REJECTED, "rejected"), (COLLAPSE, "terminated")):
            if found := self._in(cue):
                return Status(value, found.span())
        if found := self._in(CLEARED):
            if re.search(
                r"\b(?:received|receives|gets|wins|secures|clears|cleared|approves|approved|green)\b", self._text(), I
            ):
                return Status("cleared", found.span())
        if found := self._in(BID):
            return Status("bid", found.span())
        if re.search(
            r"\b(?:talks|discussions|negotiations|discuss\w*|seek\w*|sought|near\w*|close to|courting|race|looking|approach\w*|eyes|eyeing|interest\w*)\b",
            chain,
            I,
        ) or (sale and re.search(r"\bexplor\w+|\bseek\w*|\bconsider\w*|\bweigh\w*", chain, I)):
            return Status("in_talks", self._span(TALKS))
        if WEIGHS.search(chain):
            return Status("rumored", self._span(WEIGHS))
        if found := self._in(COMPLETED):
            return Status("completed", found.span())
        if found := self._in(
            re.compile(r"\b(?:merger|takeover|acquisition|deal|sale|buyout)\s+talks\b|\bin\s+talks\b", I)
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
        if re.search(
            r"\b(?:plan\w*|will|aim\w*|intend\w*|set to|could|may|might|consider\w*|weigh\w*|propos\w*|seek\w*|want\w*|expects?|prepar\w*|vow\w*|hop\w+)\b",
            chain,
            I,
        ):
            return Status("planned", self._span(PLANS))
        return Status("announced")

    def _text(self) -> str:
        return self._parse.sentence.text[self._start : self._end]

    def _span(self, cue: re.Pattern[str]) -> tuple[int, int] | None:
        found = self._in(cue)
        return found.span() if found else None
