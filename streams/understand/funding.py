"""Core: frames of money raised: rounds, loans, offerings, funds; listings and investments are read beside them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from dealwire.model import Role
from dealwire.reference.money import FoundSum
from streams.understand.candidate import Candidate
from streams.understand.clauses import Party
from streams.understand.figures import roles_of, sums_with
from streams.understand.funding_slots import FundingSlots
from streams.understand.grammar import Parse
from streams.understand.investments import InvestmentFrames
from streams.understand.lexicon import cue
from streams.understand.listings import ListingFrames
from streams.understand.mentions import Mention
from streams.understand.status import Telling

SPENDING_AIM = cue("funding", "spending_aim")
NO_ROUND = re.compile(r"\b(?:fundraising record|funding bill|funding gap)\b", re.IGNORECASE)
IN_VERBS = frozenset({"takes", "took", "take", "brings", "brought", "rakes", "raked", "pulls", "pulled"})
VALUE_WITHIN = 5
"""Tokens between such a verb and its sum."""
CONTRACT_WITHIN = 70
"""Characters in which a contract, not a round, would be named."""
CONTRACTED = cue("funding", "contracted")


class FundingFrames(FundingSlots):
    """Reads rounds, and gathers what the frames beside it read."""

    def __init__(self) -> None:
        super().__init__()
        self._listings = ListingFrames()
        self._given = InvestmentFrames()

    def read(self, parse: Parse) -> Iterator[Candidate]:
        """The events of one sentence."""
        roles = roles_of(parse)
        text = parse.sentence.quote
        seen: list[Candidate] = []
        for candidate in (
            *self._listings.ipos(parse, roles),
            *self._raises(parse, roles),
            *self._given.investments(parse, roles),
            *self._given.nominals(parse, roles, text),
            *self._given.valued(parse, roles),
        ):
            twin = next((c for c in seen if _same(c, candidate)), None)
            if twin is None:
                seen.append(candidate)
            else:
                _fill(twin, candidate)
        yield from seen

    def investors_of(self, parse: Parse) -> list[tuple[Mention, Role]]:
        """Who invested, where a sentence of the body tells only that."""
        return self._given.investors_of(parse)

    def _raises(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        taken_until = -1
        for i, word in enumerate(parse.lowers):
            is_raise = word in self._raise
            if i <= taken_until or not (is_raise or word in self._gain) or i in parse.name_at:
                continue
            last = self._reach(parse, i, parse.segment(i)[1])
            window = parse.sentence.text[
                parse.tokens[i].end : parse.tokens[last - 1].end if last > i + 1 else parse.tokens[i].end
            ]
            near = parse.lowers[i + 1 : min(i + 13, last)]
            amounts = sums_with(parse, roles, "amount", i + 1, last)
            close_sums = [s for s in amounts if parse.token_at(s.start) - i <= (9 if is_raise else 8)]
            round_near = any(w in self._rounds for w in near) and bool(
                re.search(
                    r"\b(?:round|funding|financing|seed|series\s+[a-j]\b|fundraise|fundraising|investment|capital|loan|debt|bonds?|notes|credit|grant|placement|offering|presale|pre-sale|crowdfunding|backing)",
                    " ".join(near),
                    re.IGNORECASE,
                )
            )
            valued = sums_with(parse, roles, "valuation", i + 1, last)
            if is_raise:
                if near[:1] and self._raise_is_other(near):
                    continue
                if not (
                    close_sums
                    or round_near
                    or re.search(r"\b(?:money|cash|capital|funds?|undisclosed)\b", " ".join(near[:6]))
                ):
                    continue
            elif not self._is_gain(parse, i, last, (close_sums, valued), window, round_near=round_near):
                continue
            chain = " ".join(parse.lowers[parse.chain_start(i) : i + 1])
            subject = self._subject(parse, i)
            if len(subject.mentions) > 1 and not close_sums and not valued:
                for mention in subject.mentions:
                    own = replace(subject, mentions=(mention,))
                    yield from self._rounds_of(parse, roles, i, last, own, chain)
            else:
                yield from self._rounds_of(parse, roles, i, last, subject, chain)
            taken_until = max((parse.token_at(s.start) for s in close_sums), default=i)

    def _is_gain(
        self,
        parse: Parse,
        i: int,
        last: int,
        sums: tuple[list[FoundSum], list[FoundSum]],
        window: str,
        *,
        round_near: bool,
    ) -> bool:
        """Whether a verb of wider use ("lands", "gets", "hits") tells of money raised here."""
        word, behind = parse.lowers[i], parse.lowers[i + 1 : i + 13]
        amounts, valuations = sums
        if round_near:
            return not NO_ROUND.search(" ".join(behind))
        if valuations and word in self._valued_verbs and parse.token_at(valuations[0].start) - i <= VALUE_WITHIN:
            return True
        if not amounts or CONTRACTED.search(window[:CONTRACT_WITHIN]):
            return False
        if word in IN_VERBS:
            return behind[:1] == ["in"]
        near = parse.token_at(amounts[0].start) - i <= VALUE_WITHIN
        if word in self._sum_verbs and near:
            return not (SPENDING_AIM.search(window[:60]) and word in {"secures", "secured", "lands"})
        return near and self._from_whom(parse, i, last)

    def _from_whom(self, parse: Parse, i: int, last: int) -> bool:
        """Whether money comes "from" somebody with a name."""
        return any(
            parse.lowers[j] == "from" and parse.phrase_from(j + 1, words_max=4).mentions for j in range(i + 1, last)
        )

    def _raise_is_other(self, near: list[str]) -> bool:
        for w in near[:5]:
            if w in self._rounds or w in {"$", "€", "£"}:
                return False
            if w in self._not_raise:
                return True
        return False

    def _reach(self, parse: Parse, i: int, last: int) -> int:
        """How far a round's words go: to the clause's end, and over "after raising", "as it …" not at all."""
        for j in range(i + 1, last):
            if parse.lowers[j] in {"following", "versus"} or (
                parse.lowers[j] == "on" and parse.lowers[j + 1 : j + 3] == ["top", "of"]
            ):
                return j
            if (
                parse.lowers[j] == "and"
                and j + 1 < last
                and parse.lowers[j + 1]
                in {
                    "acquires",
                    "acquired",
                    "buys",
                    "unveils",
                    "reports",
                    "says",
                    "plans",
                    "will",
                    "pledged",
                    "hires",
                    "launches",
                }
            ):
                return j
        return last

    def _subject(self, parse: Parse, i: int) -> Party:
        return parse.subject_of(i)

    def _rounds_of(
        self, parse: Parse, roles: dict[int, str], i: int, last: int, subject: Party, chain: str
    ) -> Iterator[Candidate]:
        """One event for each round that the verb at i names: "a $14M seed and $30M Series A" are two."""
        amounts = sums_with(parse, roles, "amount", i + 1, last)
        pieces = self._pieces(parse, i, last, amounts)
        for number, (begin, end, amount) in enumerate(pieces):
            candidate = self._make(parse, i, (begin, end), chain, amount)
            if candidate is None:
                continue
            candidate.add(subject, "recipient")
            if subject.relative:
                candidate.cues.add("relative")
            candidate.cues.add("verb=" + parse.lowers[i])
            self._money(candidate, parse, roles, amount, (i, last), with_valuation=number == len(pieces) - 1)
            self._investors(candidate, parse, i, last)
            yield candidate

    def _pieces(
        self, parse: Parse, i: int, last: int, amounts: list[FoundSum]
    ) -> list[tuple[int, int, FoundSum | None]]:
        if not amounts:
            return [(i, last, None)]
        named = [(s, self._round_behind(parse, s)) for s in amounts[:4]]
        rounds = [(s, r) for s, r in named if r]
        if len({r for _, r in rounds}) > 1 or (
            len(rounds) == 1 and rounds[0][0] is not amounts[0] and self._including(parse, amounts[0], rounds[0][0])
        ):
            return [(parse.token_at(s.start), min(last, parse.token_at(s.end) + 4), s) for s, _ in rounds]
        return [(i, last, amounts[0])]

    def _including(self, parse: Parse, whole: FoundSum, part: FoundSum) -> bool:
        return bool(
            re.search(
                r"\bincluding|\bof which|\bcomprising|\bcomprised",
                parse.sentence.text[whole.end : part.start],
                re.IGNORECASE,
            )
        )

    def _make(
        self, parse: Parse, i: int, span: tuple[int, int], chain: str, amount: FoundSum | None
    ) -> Candidate | None:
        begin, end = span
        first, _ = parse.segment(i)
        words = parse.sentence.text[
            parse.tokens[min(begin, i)].start if begin > i else parse.tokens[i].start : parse.tokens[end - 1].end
        ]
        kind, frame = self.round_type(words, parse, amount)
        telling = Telling(parse, first, end, i)
        status = telling.funding(ipo=kind == "ipo", chain=chain)
        trigger = (parse.tokens[i].start, parse.tokens[i].end)
        return Candidate("funding", kind, status.value, frame, parse.sentence, trigger, status_words=status.words)


def _same(a: Candidate, b: Candidate) -> bool:
    """Whether two readings of one sentence are one event."""
    if a.amount is not None and b.amount is not None:
        return a.amount.start == b.amount.start
    rounds = {a.type, b.type}
    if len(rounds) > 1 and "equity_round" not in rounds and "strategic_investment" not in rounds:
        return False
    return (
        bool({m.key for m in a.named("recipient")} & {m.key for m in b.named("recipient")})
        or not a.named("recipient")
        or not b.named("recipient")
    )


def _fill(into: Candidate, other: Candidate) -> None:
    for mention, role, sentence in other.parties:
        if role == "recipient" and into.named("recipient"):
            continue
        into.add_mention(mention, role, sentence)
    into.amount, into.amount_in = (into.amount, into.amount_in) if into.amount else (other.amount, other.amount_in)
    into.valuation, into.valuation_in = (
        (into.valuation, into.valuation_in) if into.valuation else (other.valuation, other.valuation_in)
    )
    into.cues |= other.cues
