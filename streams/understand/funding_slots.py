"""Core: what all frames of funding share: the type of a round, its sums, its investors."""

import re
from dataclasses import dataclass

from dealwire.reference.money import FoundSum
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.figures import sums_with
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue, table
from streams.understand.mentions import Mention
from streams.understand.status import Telling

SERIES = cue("funding", "series")
SEED = cue("funding", "seed")
PRE_SEED = cue("funding", "pre_seed")
IPO = cue("funding", "ipo")
DEBT = cue("funding", "debt")
CONVERTIBLE = cue("funding", "convertible")
SECONDARY = cue("funding", "secondary")
PLACEMENT = cue("funding", "placement")
STRATEGIC = cue("funding", "strategic")
CROWD = cue("funding", "crowd")
LED_BY = ("led by", "co-led by", "headed by", "spearheaded by", "anchored by", "both led by")
WITH = (
    "participation from",
    "participation by",
    "backing from",
    "backed by",
    "joined by",
    "support from",
    "investment from",
    "investments from",
    "funding from",
    "supported by",
    "investors including",
    "investors such as",
    "contributions from",
    "alongside",
    "as well as",
    "round from",
    "led by existing investor",
    "investors like",
    "financing from",
    "capital from",
    "invested by",
    "co-investors",
    "existing investors",
    "includes investors",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words around a noun say of a round."""

    recipient: Party
    investor: Party = NOBODY
    amount: FoundSum | None = None
    kind: str = ""


class FundingSlots:
    """The slots of a funding event."""

    def __init__(self) -> None:
        words = table("frames")["funding"]
        self._raise = frozenset(words["raise_verbs"].split())
        self._gain = frozenset(words["gain_verbs"].split())
        self._valued_verbs = frozenset(words["valued_verbs"].split())
        self._give = frozenset(words["give_verbs"].split())
        self._back = frozenset(words["back_verbs"].split())
        self._invest = frozenset(words["invest_verbs"].split()) | self._give | self._back
        self._sum_verbs = frozenset(words["sum_verbs"].split())
        self._rounds = frozenset(words["round_nouns"].split())
        self._not_raise = frozenset(words["not_after_raise"].split())

    def round_type(self, words: str, parse: Parse, amount: FoundSum | None) -> tuple[str, str]:
        """The type that the words around the sum give, and the frame that found it."""
        series = SERIES.search(words)
        if amount is not None:
            behind = self._round_behind(parse, amount)
            if behind.startswith("series"):
                return "series_" + behind[-1], "round"
            if behind == "seed" and not series:
                return "seed", "round"
        if PRE_SEED.search(words) and not series:
            return "pre_seed", "round"
        if series:
            return "series_" + series.group(1).lower(), "round"
        if CROWD.search(words):
            return "undisclosed", "presale"
        if PLACEMENT.search(words):
            return "equity_round", "placement"
        if SECONDARY.search(words):
            return "secondary", "offering"
        if IPO.search(words):
            return "ipo", "ipo"
        if CONVERTIBLE.search(words):
            return "convertible", "debt"
        if SEED.search(words):
            return "seed", "round"
        if STRATEGIC.search(words):
            return "strategic_investment", "round"
        if DEBT.search(words) and not re.search(r"\bequity\b", words, re.IGNORECASE):
            return "debt", "debt"
        if amount is not None and re.match(
            r"^\+?\s*(?:[\w'’-]+\s){0,4}(?:fund|funds|vehicle)\b(?!ing)",
            parse.sentence.text[amount.end : amount.end + 50],
            re.IGNORECASE,
        ):
            return "fund_close", "fund"
        if re.search(r"\bgrants?\b", words, re.IGNORECASE):
            return "grant", "grant"
        return "equity_round", "raise"

    def _round_behind(self, parse: Parse, found: FoundSum) -> str:
        behind = parse.sentence.text[found.end : found.end + 28]
        match = re.match(r"^\+?\s*(?:(?:in|as|of|a|an)\s+)*(series[\s-]+[a-j]\b|pre-?seed|seed)", behind, re.IGNORECASE)
        return match.group(1).lower() if match else ""

    def _money(
        self,
        candidate: Candidate,
        parse: Parse,
        roles: dict[int, str],
        amount: FoundSum | None,
        span: tuple[int, int],
        *,
        with_valuation: bool = True,
    ) -> None:
        candidate.amount, candidate.amount_in = amount, parse.sentence if amount else None
        if with_valuation:
            first, last = span
            valued = sums_with(parse, roles, "valuation", first, max(last, parse.segment(first)[1]))
            behind = parse.segment(first)[1]
            if not valued and parse.lowers[behind - 1 : behind + 1] in (["as", "it"], ["as", "the"], ["as", "startup"]):
                valued = sums_with(parse, roles, "valuation", behind, parse.segment(behind)[1])
            if valued:
                candidate.valuation, candidate.valuation_in = valued[0], parse.sentence

    def _investors(self, candidate: Candidate, parse: Parse, first: int, last: int) -> None:
        start, _ = parse.segment(first)
        for i in range(start, first + 1):
            self._led_modifier(candidate, parse, i)
        for i in range(first, last):
            self._led_modifier(candidate, parse, i)
        for phrase in LED_BY:
            for mention in parse.names_after(phrase, first, last):
                candidate.add_mention(mention, "lead_investor")
        for phrase in WITH:
            for mention in parse.names_after(phrase, first, last):
                candidate.add_mention(mention, "investor")
        for i in range(first, last - 1):
            if parse.lowers[i] == "from" and parse.lowers[i - 1] not in {
                "up",
                "down",
                "stealth",
                "emerges",
                "emerged",
                "away",
                "apart",
                "different",
            }:
                party = parse.phrase_from(i + 1, words_max=8)
                if party.of_owner and not re.search(r"fund|ventures|capital", party.descriptor, re.IGNORECASE):
                    continue
                candidate.add(Party(tuple(m for m in party.mentions if region(m.name) is None)), "investor")
                if (
                    candidate.amount
                    and not candidate.named("recipient")
                    and party.mentions
                    and region(party.mentions[0].name)
                ):
                    candidate.type = "sovereign_commitment"
                    candidate.add_mention(party.mentions[0], "government")
            if parse.lowers[i] == "with" and re.search(
                r"\bamong (?:the )?(?:investors|backers)|\bparticipating\b|\bjoining\b",
                parse.sentence.text[parse.tokens[i].start : parse.tokens[min(i + 16, last - 1)].end],
                re.IGNORECASE,
            ):
                candidate.add(Party(parse.phrase_from(i + 1).mentions), "investor")

    def _led_modifier(self, candidate: Candidate, parse: Parse, i: int) -> None:
        match = re.match(r"^(.+?)-(led|backed)$", parse.tokens[i].text)
        following = " ".join(parse.lowers[i + 1 : i + 4])
        if (
            match
            and match.group(2) == "led"
            and match.group(1)[0].isupper()
            and re.search(r"round|funding|financing|investment", following)
        ):
            token = parse.tokens[i]
            name = match.group(1)
            candidate.add_mention(Mention(name, i, i, token.start, token.start + len(name)), "lead_investor")

    def _nominal(self, parse: Parse, roles: dict[int, str], i: int, span: tuple[int, int], told: Told) -> Candidate:
        words = parse.sentence.text[parse.tokens[max(span[0], i - 6)].start : parse.tokens[min(i + 3, span[1] - 1)].end]
        chosen = told.kind or self.round_type(words, parse, told.amount)[0]
        status = Telling(parse, *span, i).funding(ipo=False, chain=" ".join(parse.lowers[max(span[0], i - 12) : i]))
        candidate = Candidate(
            "funding",
            chosen,
            status.value,
            "nominal",
            parse.sentence,
            (parse.tokens[i].start, parse.tokens[i].end),
            status_words=status.words,
        )
        candidate.add(told.recipient, "recipient")
        candidate.add(told.investor, "investor")
        self._money(candidate, parse, roles, told.amount, span)
        self._investors(candidate, parse, i, span[1])
        return candidate
