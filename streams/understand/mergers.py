"""Core: frames of companies that merge, found a venture together or leave the market."""

import re
from collections.abc import Iterator

from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.clauses import Party
from streams.understand.deal_slots import DealSlots
from streams.understand.figures import roles_of
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue
from streams.understand.mentions import Mention, halves_of
from streams.understand.status import Status, Telling

JOINT = cue("mna", "joint")
REGULATOR = cue("mna", "regulator")
DEAL_DONE = cue("mna", "deal_done")
DEAL_SAY = cue("mna", "deal_say")


class MergerFrames(DealSlots):
    """Reads mergers, pending deals known by two names, joint ventures and companies taken private."""

    def mergers(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        sentence = parse.sentence
        match = re.search(
            r"\b(?:merger|merge|merges|merging|tie-up|business\s+combination|reverse\s+takeover|to\s+combine|amalgamat\w+)\b",
            sentence.quote,
            re.IGNORECASE,
        )
        if match is None:
            return
        i = parse.trigger_at(sentence.start + match.start())
        if i >= len(parse.tokens):
            return
        first, last = parse.segment(i)
        partners = self._partners(parse, i)
        if not partners:
            return
        status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[max(first, i - 10) : i]))
        candidate = self._candidate(parse, i, "merger", status, "merger")
        for mention in partners:
            candidate.add_mention(mention, "partner")
        self._price(candidate, parse, roles, i)
        if REGULATOR.search(sentence.quote):
            candidate.cues.add("regulator")
        if len(partners) == 1:
            candidate.cues.add("one_partner")
        yield candidate

    def _partners(self, parse: Parse, i: int) -> list[Mention]:
        """Who merges: "X-Y merger", "X, Y merger", "merger of X and Y", "X to merge with Y"."""
        found: list[Mention] = []
        behind = parse.lowers[i + 1 : i + 3]
        if behind and behind[0] in {"of", "between"}:
            found = list(parse.phrase_from(i + 2).mentions)
            if len(found) == 1:
                for j in range(i + 2, min(i + 14, len(parse.tokens))):
                    if parse.lowers[j] in {"with", "and", "into"}:
                        found.extend(m for m in parse.phrase_from(j + 1).mentions if m not in found)
                        break
            return found
        with_at = next(
            (j for j in range(i + 1, min(i + 6, len(parse.tokens))) if parse.lowers[j] in {"with", "into"}), None
        )
        adjacent = (
            parse.name_at.get(i - 1) if parse.lowers[i].startswith(("merger", "tie", "amalg", "business")) else None
        )
        if adjacent is not None:
            found = list(parse.coordinated(adjacent).mentions)
            if len(found) == 1 and "-" in adjacent.name and (halves := list(halves_of(adjacent))):
                return halves
        if not found:
            subject = (
                parse.subject_of(i)
                if parse.lowers[i].startswith("merg") and not parse.lowers[i].startswith("merger")
                else parse.lead_of(i)
            )
            owner = self._owner(parse, i)
            found = [owner] if owner else list(subject.mentions)
        if with_at is not None:
            found.extend(m for m in parse.phrase_from(with_at + 1).mentions if m not in found)
        return found

    def named_deals(self, parse: Parse) -> Iterator[Candidate]:
        """A pending deal known by its two names: "the Boeing, Embraer deal", where regulators or owners have a say."""
        sentence = parse.sentence
        for i, word in enumerate(parse.lowers):
            adjacent = parse.name_at.get(i - 1)
            if (
                word not in {"deal", "tie-up", "buy", "acquisition", "takeover"}
                or adjacent is None
                or region(adjacent.name)
            ):
                continue
            pair = list(parse.coordinated(adjacent).mentions)
            if len(pair) == 1 and "-" in adjacent.name:
                pair = list(halves_of(adjacent))
            owner = self._owner(parse, adjacent.first)
            if (
                len(pair) == 1
                and owner is not None
                and owner is not pair[0]
                and (DEAL_SAY.search(sentence.quote) or parse.sums)
            ):
                pair = [owner, pair[0]]
            elif (
                len(pair) == 1
                and word in {"buy", "deal"}
                and (self._sum_before(parse, adjacent.first) or (word == "deal" and DEAL_DONE.search(sentence.quote)))
            ):
                lead = parse.lead_of(i)
                pair = [*lead.mentions[:1], pair[0]]
            if len(pair) != 2 or any(region(m.name) for m in pair) or pair[0] is pair[1]:
                continue
            first, last = parse.segment(i)
            status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]))
            kept = status if status.value in {"terminated", "cleared", "completed"} else Status("announced")
            candidate = self._candidate(parse, i, "acquisition", kept, "named_deal")
            candidate.add_mention(pair[0], "acquirer")
            candidate.add_mention(pair[1], "target")
            self._price(candidate, parse, roles_of(parse), i)
            yield candidate

    def ventures(self, parse: Parse) -> Iterator[Candidate]:
        match = JOINT.search(parse.sentence.text, parse.sentence.start, parse.sentence.end)
        if match is None:
            return
        i = parse.trigger_at(match.start())
        first, last = parse.segment(i)
        if not set(parse.lowers[first:i]) & {
            "form",
            "forms",
            "formed",
            "forming",
            "create",
            "creates",
            "created",
            "launch",
            "launches",
            "launched",
            "establish",
            "establishes",
            "established",
            "set",
            "sets",
            "announce",
            "announces",
            "announced",
            "sign",
            "signs",
            "signed",
            "agree",
            "agrees",
            "enter",
            "enters",
            "entered",
            "plan",
            "plans",
            "invest",
        }:
            return
        lead = parse.lead_of(i)
        with_at = next((j for j in range(i + 1, min(i + 10, last)) if parse.lowers[j] == "with"), None)
        status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]))
        candidate = self._candidate(parse, i, "joint_venture", status, "joint_venture")
        candidate.add(Party(lead.mentions), "partner")
        if with_at is not None:
            candidate.add(Party(parse.phrase_from(with_at + 1).mentions), "partner")
        if candidate.parties:
            yield candidate

    def private(self, parse: Parse) -> Iterator[Candidate]:
        """A listed company taken off the market: "in talks to take Acme private"."""
        for i, word in enumerate(parse.lowers):
            if (
                word not in {"take", "takes", "taking", "took", "taken", "go", "goes", "going"}
                or "private" not in parse.lowers[i + 1 : i + 9]
            ):
                continue
            first, last = parse.segment(i)
            status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]))
            candidate = self._candidate(parse, i, "going_private", status, "going_private")
            subject = parse.subject_of(i)
            if word.startswith("go"):
                candidate.add(Party(subject.mentions), "target")
            else:
                candidate.add(Party(parse.object_of(i).mentions), "target")
                candidate.add(Party(subject.mentions), "acquirer")
            if candidate.parties:
                self._price(candidate, parse, roles_of(parse), i)
                yield candidate
