"""Core: frames of one organisation buying another, told by a verb or a noun; the other deals are read beside them."""

import re
from collections.abc import Iterator

from dealwire.reference.places import region
from streams.understand.bids import BidFrames
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.deal_slots import DealSlots
from streams.understand.figures import roles_of
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue
from streams.understand.mergers import MergerFrames
from streams.understand.stakes import StakeFrames
from streams.understand.status import Telling

STAKE = cue("mna", "stake")
DEAL_NOUN = cue("mna", "deal_noun")
REGULATOR = cue("mna", "regulator")
REGULATOR_VERB = cue("mna", "regulator_verb")
BY_AFTER = 8


class DealFrames(DealSlots):
    """Reads acquisitions, and gathers what the frames beside it read."""

    def __init__(self) -> None:
        super().__init__()
        self._mergers = MergerFrames()
        self._stakes = StakeFrames()
        self._bids = BidFrames()

    def read(self, parse: Parse) -> Iterator[Candidate]:
        """The events of one sentence; what one word told, no other repeats."""
        roles = roles_of(parse)
        found: list[Candidate] = []
        for candidate in (
            *self._verbs(parse, roles),
            *self._nouns(parse, roles),
            *self._mergers.mergers(parse, roles),
            *self._mergers.named_deals(parse),
            *self._stakes.stakes(parse, roles),
            *self._stakes.sales(parse, roles),
            *self._bids.bids(parse, roles),
            *self._mergers.ventures(parse),
            *self._mergers.private(parse),
            *self._bids.approaches(parse, roles),
            *self._stakes.sale_of_named(parse, roles),
            *self._bids.deals_for(parse, roles),
            *self._stakes.sold_to(parse, roles),
        ):
            if not any(_overlap(candidate, c) for c in found):
                found.append(candidate)
        yield from found

    def _verbs(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        for i, word in enumerate(parse.lowers):
            if not (word in self._acquire or (word in self._take and self._is_taking(parse, i))) or i in parse.name_at:
                continue
            end = i + 1 if word in self._acquire else self._behind_particle(parse, i)
            passive = self._passive(parse, i, end)
            if passive is not None:
                yield from self._bought(parse, roles, i, passive)
                continue
            if (
                word in {"acquired", "bought", "purchased"}
                and parse.lowers[i - 1 : i]
                and parse.lowers[i - 1] in {"recently", "newly", "the", "a", "its", "previously", "of"}
                and not parse.subject_of(i).mentions
            ):
                continue
            target = parse.object_of(end - 1)
            if not self._is_company(parse, end, target):
                continue
            yield from self._buys(parse, roles, i, target)

    def _is_taking(self, parse: Parse, i: int) -> bool:
        word, following = parse.lowers[i], parse.lowers[i + 1 : i + 7]
        if not following:
            return False
        if word.startswith(("snap", "scoop", "gobbl")):
            return "up" in following[:1] or "up" in following
        if word.startswith("pick"):
            return following[0] == "up"
        return following[0] == "over"

    def _behind_particle(self, parse: Parse, i: int) -> int:
        return i + 2 if parse.lowers[i + 1 : i + 2] and parse.lowers[i + 1] in {"up", "over"} else i + 1

    def _passive(self, parse: Parse, i: int, end: int) -> int | None:
        """The token behind "by" where the verb is passive: "acquired by", "bought for $1B by"."""
        if not parse.lowers[i].endswith(("ed", "bought", "taken")):
            return None
        for j in range(end, min(end + BY_AFTER, len(parse.tokens))):
            if parse.lowers[j] == "by":
                auxiliaries = {"is", "was", "were", "be", "been", "being", "get", "gets", "got", "to", "are"}
                return j + 1 if j == end or set(parse.lowers[max(0, i - 3) : i]) & auxiliaries else None
            if j in parse.name_at or parse.lowers[j] in {",", ";"}:
                return None
        return None

    def _bought(self, parse: Parse, roles: dict[int, str], i: int, behind_by: int) -> Iterator[Candidate]:
        target = parse.subject_of(i)
        acquirer = parse.phrase_from(behind_by)
        if not target.mentions and not acquirer.mentions:
            return
        first, last = parse.segment(i)
        status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]))
        candidate = self._candidate(parse, i, "acquisition", status, "bought_by")
        candidate.add(target, "target")
        candidate.add(Party(acquirer.mentions), "acquirer")
        if target.relative or re.search(r"\b(?:that|which|who)\b", " ".join(parse.lowers[max(0, i - 4) : i])):
            candidate.cues.add("relative")
        if not (
            set(parse.lowers[max(0, i - 5) : i])
            & {"to", "is", "was", "been", "be", "gets", "get", "being", "got", "agrees", "has"}
        ) and i + 1 < len(parse.lowers):
            candidate.cues.add("bare_participle")
        self._price(candidate, parse, roles, i)
        yield candidate

    def _buys(self, parse: Parse, roles: dict[int, str], i: int, target: Party) -> Iterator[Candidate]:
        first, last = parse.segment(i)
        acquirer = parse.subject_of(i)
        stake = STAKE.search(
            parse.sentence.text, parse.tokens[i].end, min(parse.sentence.end, parse.tokens[i].end + 90)
        )
        if stake:
            return
        status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]))
        candidate = self._candidate(parse, i, "acquisition", status, "buys")
        candidate.add(acquirer, "acquirer")
        self._targets(candidate, target)
        seller = self._seller(parse, i, last)
        candidate.add(seller, "seller")
        candidate.cues.add("verb=" + parse.lowers[i])
        if acquirer.relative:
            candidate.cues.add("relative")
        if not acquirer.mentions:
            candidate.cues.add("no_acquirer")
        if not target.mentions:
            candidate.cues.add("no_target")
            candidate.descriptor = target.descriptor[:120]
        self._price(candidate, parse, roles, i)
        yield candidate

    def _nouns(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        sentence = parse.sentence
        for match in DEAL_NOUN.finditer(sentence.text, sentence.start, sentence.end):
            i = parse.trigger_at(match.start())
            if i >= len(parse.tokens) or match.group().lower() in {"merger", "mergers", "tie-up"}:
                continue
            if parse.lowers[i + 1 : i + 2] and parse.lowers[i + 1] in {"bid", "bids", "offer", "proposal"}:
                continue
            acquirer, target = self._around_noun(parse, i)
            if match.group().lower() == "purchase" and not (target.mentions and (acquirer.mentions or parse.sums)):
                continue
            if not target.mentions and not (
                acquirer.mentions and target.descriptor and set(target.descriptor.lower().split()) & self._company_nouns
            ):
                continue
            if self._tail(parse, target.mentions[-1].last + 1 if target.mentions else i + 1) & self._not_targets:
                continue
            first, last = parse.segment(i)
            status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[max(first, i - 10) : i]))
            candidate = self._candidate(parse, i, "acquisition", status, "acquisition_of")
            candidate.add(Party(acquirer.mentions), "acquirer")
            candidate.add(target, "target")
            self._price(candidate, parse, roles, i)
            if REGULATOR.search(sentence.quote):
                candidate.cues.add("regulator")
            yield candidate

    def _around_noun(self, parse: Parse, i: int) -> tuple[Party, Party]:
        """(acquirer, target) of "X's acquisition of Y", "the acquisition of Y by X", "X takeover"."""
        acquirer, target = NOBODY, NOBODY
        owner = self._owner(parse, i)
        following = parse.lowers[i + 1 : i + 2]
        if following and following[0] == "of":
            target = parse.phrase_from(i + 2)
            behind = target.mentions[-1].last + 1 if target.mentions else i + 2
            for j in range(behind, min(behind + 6, len(parse.tokens))):
                if parse.lowers[j] == "by" and not parse.lowers[j - 1].endswith("ed"):
                    acquirer = parse.phrase_from(j + 1)
                    break
            if not acquirer.mentions:
                near = self._adjacent(parse, i)
                acquirer = Party((owner,)) if owner else Party((near,)) if near else self._announcer(parse, i)
        elif (
            following
            and following[0] in {"talks", "discussions", "offer", "approach", "bid"}
            and (behind_talks := self._behind_talks(parse, i)).mentions
        ):
            adjacent = self._adjacent(parse, i)
            if adjacent is not None and "by" in parse.lowers[i + 1 : i + 4]:
                acquirer, target = Party(behind_talks.mentions), Party((adjacent,))
            else:
                acquirer, target = self._announcer(parse, i), behind_talks
        elif owner is not None:
            before = self._adjacent(parse, i)
            acquirer, target = Party((owner,)), Party((before,)) if before and before is not owner else NOBODY
        else:
            before = self._adjacent(parse, i)
            if before is not None:
                target = Party((before,))
                for j in range(i + 1, min(i + 8, len(parse.tokens))):
                    if parse.lowers[j] == "by":
                        acquirer = Party(parse.phrase_from(j + 1).mentions)
                        break
                lead = parse.lead_of(i)
                if not acquirer.mentions and lead.mentions and lead.mentions[0].last < before.first:
                    acquirer = lead
        if acquirer.mentions and region(acquirer.mentions[0].name) and REGULATOR_VERB.search(parse.sentence.quote):
            acquirer = NOBODY
        return Party(tuple(m for m in acquirer.mentions if m not in target.mentions)), target

    def _behind_talks(self, parse: Parse, i: int) -> Party:
        """With whom the talks are: "takeover talks with Y", "takeover approach by X"."""
        for j in range(i + 2, min(i + 5, len(parse.tokens))):
            if parse.lowers[j] in {"with", "by", "for", "from"}:
                return parse.phrase_from(j + 1)
        return NOBODY

    def _announcer(self, parse: Parse, i: int) -> Party:
        lead = parse.lead_of(i)
        return lead if lead.mentions and lead.mentions[0].last < i else NOBODY


def _overlap(a: Candidate, b: Candidate) -> bool:
    """Whether two frames read the same deal."""
    if not a.keys or not b.keys:
        return True
    return bool(a.keys & b.keys) and not (
        a.amount and b.amount and a.amount.start != b.amount.start and len(a.keys & b.keys) < 2
    )
