"""Core: sentences that no frame reads, proposed as a whole; who takes which part is left to what was learned.

The frames know the constructions they were written for. News has others without end, so a sentence that holds a word of
a category's trade is a candidate even where no frame fits; the weighing, which has seen many such, keeps few of them.
"""

from collections.abc import Collection, Iterator, Sequence

from dealwire.model import Category
from streams.understand.candidate import Candidate
from streams.understand.clauses import RELATIVES
from streams.understand.figures import roles_of, sums_with
from streams.understand.funding_slots import FundingSlots
from streams.understand.grammar import Parse
from streams.understand.lexicon import table
from streams.understand.status import Telling

FRAME = "whole"
RELATIVE_WITHIN = 4
"""Tokens before the trigger in which "which" makes it an aside."""
DEFAULT_TYPE: dict[Category, str] = {
    "funding": "equity_round",
    "mna": "acquisition",
    "hardware": "chip_announcement",
}


class WholeSentences:
    """Proposes a sentence for each category that it speaks of and no frame has read."""

    def __init__(self) -> None:
        self._slots = FundingSlots()
        words = table("frames")["open"]
        self._rank: dict[Category, dict[str, int]] = {
            category: {w.replace("_", " "): rank for rank, w in enumerate(words[category].split())}
            for category in DEFAULT_TYPE
        }

    def read(self, parse: Parse, seen: Sequence[Candidate], categories: Collection[Category]) -> Iterator[Candidate]:
        """At most one candidate of each of these categories, where `seen` holds none of it."""
        for category, rank in self._rank.items():
            if category == "hardware" and parse.sentence.place == "body":
                continue  # bodies speak of chips and sites in passing; the frames read those that are news
            if category not in categories or any(c.category == category for c in seen):
                continue
            at = self._trigger(parse, rank)
            if at is None:
                continue
            first, behind = at
            candidate = Candidate(
                category,
                DEFAULT_TYPE[category],
                "announced",
                FRAME,
                parse.sentence,
                (parse.tokens[first].start, parse.tokens[behind - 1].end),
            )
            self._figures(candidate, parse, first)
            self._told(candidate, parse, first)
            if not RELATIVES.isdisjoint(parse.lowers[max(0, first - RELATIVE_WITHIN) : first]):
                candidate.cues.add("relative")
            yield candidate

    def _trigger(self, parse: Parse, rank: dict[str, int]) -> tuple[int, int] | None:
        """[first, behind) of the tokens that say most of the category."""
        best: tuple[int, int, int] | None = None
        lowers = parse.lowers
        for i, word in enumerate(lowers):
            span = 1
            value = rank.get(word)
            if value is None and i + 1 < len(lowers):
                value, span = rank.get(f"{word} {lowers[i + 1]}"), 2
            if value is not None and (best is None or value < best[0]):
                best = (value, i, i + span)
        return best[1:] if best else None

    def _told(self, candidate: Candidate, parse: Parse, trigger: int) -> None:
        """The status and the round as the words around the trigger give them."""
        first, behind = parse.segment(trigger)
        chain = " ".join(parse.lowers[parse.chain_start(trigger) : trigger + 1])
        telling = Telling(parse, first, behind, trigger)
        if candidate.category == "funding":
            candidate.type = self._slots.round_type(parse.sentence.quote, parse, candidate.amount)[0]
            status = telling.funding(ipo=candidate.type == "ipo", chain=chain)
        elif candidate.category == "mna":
            status = telling.mna(chain=chain)
        else:
            status = telling.hardware(chain=chain)
        candidate.status, candidate.status_words = status.value, status.words

    def _figures(self, candidate: Candidate, parse: Parse, trigger: int) -> None:
        roles = roles_of(parse)
        amounts, valued = sums_with(parse, roles, "amount"), sums_with(parse, roles, "valuation")
        if amounts:
            at = parse.tokens[trigger].start
            candidate.amount = min(amounts, key=lambda s: abs(s.start - at))
            candidate.amount_in = parse.sentence
        if valued and candidate.category != "hardware":
            candidate.valuation, candidate.valuation_in = valued[0], parse.sentence
        candidate.quantities.extend((q, parse.sentence) for q in parse.quantities if candidate.category == "hardware")
