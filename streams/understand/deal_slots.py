"""Core: what all frames of deals share: the price, the seller, what can be a target, who owns what."""

import re

from dealwire.reference.money import FoundSum
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.figures import sums_with
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue, table, word_list
from streams.understand.mentions import Mention
from streams.understand.status import Status

SURE_NOUNS = frozenset(
    {"startup", "company", "unit", "business", "division", "maker", "firm", "stake", "arm", "subsidiary"}
)
PRICE_TOLD_AFTER = cue("mna", "price_told_after")


class DealSlots:
    """The slots of a deal."""

    def __init__(self) -> None:
        words = table("frames")["mna"]
        self._acquire = frozenset(words["acquire_verbs"].split())
        self._take = frozenset(words["take_verbs"].split())
        self._sell = frozenset(words["sell_verbs"].split())
        self._company_nouns = frozenset(words["company_nouns"].split()) | word_list(
            "words", "descriptor_nouns", fold=True
        )
        self._not_targets = frozenset(words["not_targets"].split())

    def _candidate(self, parse: Parse, i: int, kind: str, status: Status, frame: str, length: int = 1) -> Candidate:
        last = min(i + length, len(parse.tokens)) - 1
        return Candidate(
            "mna",
            kind,
            status.value,
            frame,
            parse.sentence,
            (parse.tokens[i].start, parse.tokens[last].end),
            status_words=status.words,
        )

    def _price(
        self, candidate: Candidate, parse: Parse, roles: dict[int, str], i: int, *, behind_only: bool = False
    ) -> None:
        first, last = parse.segment(i)
        amounts = [
            s
            for s in sums_with(parse, roles, "amount", i if behind_only else first, last)
            if not self._is_round(parse, s)
        ]
        if not amounts:
            following = sums_with(parse, roles, "amount", last, None)
            amounts = [
                s
                for s in following
                if PRICE_TOLD_AFTER.search(parse.sentence.text[max(parse.sentence.start, s.start - 50) : s.start])
            ]
        trigger = candidate.trigger[0]
        chosen = min(amounts, key=lambda s: (s.start < trigger, abs(s.start - trigger)), default=None)
        if chosen is not None:
            candidate.amount, candidate.amount_in = chosen, parse.sentence
        valued = sums_with(parse, roles, "valuation", first, None)
        if valued:
            deal_value = re.search(
                r"\b(?:deal|transaction|acquisition|merger)\s+(?:is\s+)?(?:valued|worth|valuing)\W+(?:\w+\W+){0,2}$",
                parse.sentence.text[max(parse.sentence.start, valued[0].start - 50) : valued[0].start],
                re.IGNORECASE,
            )
            if deal_value and chosen is None:
                candidate.amount, candidate.amount_in = valued[0], parse.sentence
            elif not re.search(
                r"\b(?:was|were|last|startup\s+was)\s+valued",
                parse.sentence.text[max(parse.sentence.start, valued[0].start - 40) : valued[0].start],
                re.IGNORECASE,
            ):
                candidate.valuation, candidate.valuation_in = valued[0], parse.sentence

    def _is_round(self, parse: Parse, found: FoundSum) -> bool:
        before = parse.sentence.text[max(parse.sentence.start, found.start - 40) : found.start]
        behind = parse.sentence.text[found.end : found.end + 40]
        return bool(
            re.search(
                r"\b(?:raised|raising|raises|invest(?:s|ed|ment)?(?:\s+of)?|funding|spend|loan|debt)\W+(?:\w+\W+){0,2}$",
                before,
                re.IGNORECASE,
            )
            or re.match(
                r"^\+?\s*(?:\w+\s){0,2}(?:funding|round|investment|in\s+debt|loan|fund\b|IPO|seed|settlement|series)",
                behind,
                re.IGNORECASE,
            )
        )

    def _targets(self, candidate: Candidate, target: Party) -> None:
        if target.of_owner:
            candidate.add(Party(target.mentions), "seller")
            candidate.descriptor = target.descriptor[:120]
            return
        candidate.add(Party(target.mentions), "target")
        if target.owner is not None and target.owner.known:
            candidate.add_mention(target.owner, "seller")

    def _tail(self, parse: Parse, j: int) -> set[str]:
        words: set[str] = set()
        while (
            j < len(parse.tokens) and len(words) < 4 and parse.tokens[j].is_word and not parse.tokens[j].is_capitalised
        ):
            if parse.lowers[j] in {
                "for",
                "in",
                "to",
                "at",
                "with",
                "by",
                "from",
                "and",
                "that",
                "as",
                "on",
                "which",
                "of",
                "after",
                "is",
                "will",
            }:
                break
            words.add(parse.lowers[j])
            j += 1
        return words

    def _owner(self, parse: Parse, i: int) -> Mention | None:
        for j in range(i - 1, max(i - 9, -1), -1):
            if parse.tokens[j].is_possessive:
                return parse.name_at.get(j - 1)
            if parse.lowers[j] in {",", ";", "of", "for", "to", "from", "at", "in", "over"}:
                return None
        return None

    def _adjacent(self, parse: Parse, i: int) -> Mention | None:
        j = i - 1
        while j >= 0 and (
            parse.lowers[j] in {"proposed", "planned", "bank", "pending", "hostile"} or j in parse.sum_tokens
        ):
            j -= 1
        return parse.name_at.get(j)

    def _is_company(self, parse: Parse, end: int, target: Party) -> bool:
        """Whether what is bought can be a company or a business of one."""
        if target.of_owner and target.descriptor:
            owned = set(target.descriptor.lower().split())
            return bool(owned & self._company_nouns) and not (owned & self._not_targets and not owned & SURE_NOUNS)
        if target.mentions and target.mentions[-1].name.split()[-1].lower() in self._not_targets:
            return False
        stop = parse.token_at(target.mentions[0].start) if target.mentions else min(end + 12, len(parse.tokens))
        behind = target.mentions[-1].last + 1 if target.mentions else stop
        plain = parse.lowers[end:stop]
        if target.mentions:
            tail = self._tail(parse, behind)
            if tail & self._not_targets and not tail & {
                "maker",
                "startup",
                "company",
                "business",
                "firm",
                "developer",
                "stake",
                "unit",
            }:
                return False
            if set(plain) & {"from", "for", "in", "into", "by"}:
                return False
            return not (plain and plain[0] in {"shares", "more", "time"}) and not any(
                p in self._not_targets and not set(plain) & self._company_nouns for p in plain
            )
        words = []
        for j in range(end, stop):
            w = parse.lowers[j]
            if w in {"for", "from", "in", "to", "at", "with", "by", ",", ";", "that", "which", "as", "on"}:
                break
            words.append(w)
        if not words or (set(words) & self._not_targets and words[-1] in self._not_targets):
            return False
        return bool(set(words) & self._company_nouns)

    def _sum_before(self, parse: Parse, i: int) -> bool:
        return any(j in parse.sum_tokens for j in range(max(0, i - 3), i))

    def _seller(self, parse: Parse, i: int, last: int) -> Party:
        for j in range(i + 1, last):
            if parse.lowers[j] == "from" and parse.lowers[j - 1] not in {"approval", "funding", "money"}:
                party = parse.phrase_from(j + 1, words_max=7)
                return Party(party.mentions)
        return NOBODY
