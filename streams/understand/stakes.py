"""Core: frames of stakes taken and of stakes, units and companies sold."""

import re
from collections.abc import Iterator

from dealwire.model import Role
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.deal_slots import DealSlots
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue, word_list
from streams.understand.status import Status, Telling

STAKE = cue("mna", "stake")
SPIN = cue("mna", "spin")
STAKE_VERBS = word_list("grammar", "stake_verbs")


class StakeFrames(DealSlots):
    """Reads stakes and sales."""

    def stakes(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        sentence = parse.sentence
        match = STAKE.search(sentence.text, sentence.start, sentence.end)
        if match is None:
            return
        i = parse.trigger_at(match.end() - 1)
        first, last = parse.segment(min(i, len(parse.tokens) - 1))
        text = sentence.quote
        verb = next((j for j in range(i - 1, max(first - 1, i - 14), -1) if parse.lowers[j] in STAKE_VERBS), None)
        if verb is None:
            return
        selling = parse.lowers[verb] in self._sell or parse.lowers[verb] in {
            "sale",
            "cuts",
            "trims",
            "reduces",
            "sells",
        }
        target = self._stake_target(parse, match, i)
        subject = parse.subject_of(verb)
        percent = (
            float(match.group("percent"))
            if match.group("percent") and re.fullmatch(r"\d+(?:\.\d+)?", match.group("percent"))
            else None
        )
        majority = (match.group("kind") or "").lower() in {"majority", "controlling", "major"} or (
            percent is not None and percent > 50
        )
        kind = "divestiture" if selling else "majority_stake" if majority else "minority_stake"
        status = Telling(parse, first, last, i).mna(
            chain=" ".join(parse.lowers[parse.chain_start(verb) : verb + 1]), sale=selling
        )
        candidate = self._candidate(parse, verb, kind, status, "stake")
        doer: Role = "seller" if selling else "acquirer"
        candidate.add(Party(subject.mentions), doer)
        candidate.add(Party(target.mentions), "target")
        for j in range(i + 1, last):
            if parse.lowers[j] == ("to" if selling else "from"):
                candidate.add(
                    Party(parse.phrase_from(j + 1, words_max=6).mentions), "acquirer" if selling else "seller"
                )
                break
        if not candidate.parties:
            return
        self._price(candidate, parse, roles, verb)
        if "worth" in text:
            candidate.cues.add("worth")
        yield candidate

    def _stake_target(self, parse: Parse, match: re.Match[str], i: int) -> Party:
        behind = parse.token_at(match.end())
        for j in range(behind - 1, min(behind + 3, len(parse.tokens))):
            if parse.lowers[j] in {"in", "of"}:
                return parse.phrase_from(j + 1)
        before = parse.name_at.get(parse.trigger_at(match.start()) - 1)
        if before is None:
            before = parse.name_at.get(i - 1)
        return Party((before,)) if before else NOBODY

    def sales(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        spin = SPIN.search(parse.sentence.text, parse.sentence.start, parse.sentence.end)
        for i, word in enumerate(parse.lowers):
            if not (word in self._sell or word in {"sale", "buyout"}) or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            behind = parse.lowers[i + 1 : i + 12]
            if (
                word in self._sell
                and set(behind)
                & {"unit", "business", "division", "arm", "subsidiary", "operations", "brand", "assets", "itself"}
                and not STAKE.search(" ".join(behind))
            ):
                kind = "spin_off" if spin else "divestiture"
                subject = parse.subject_of(i)
                status = Telling(parse, first, last, i).mna(
                    chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]), sale=True
                )
                if not subject.mentions:
                    continue
                candidate = self._candidate(parse, i, kind, status, "sells")
                candidate.add(Party(subject.mentions), "seller")
                thing = parse.object_of(i)
                if not thing.of_owner:
                    candidate.add(Party(thing.mentions), "target")
                candidate.descriptor = thing.descriptor[:120]
                to = next((j for j in range(i + 2, last) if parse.lowers[j] == "to"), None)
                if to is not None:
                    candidate.add(Party(parse.phrase_from(to + 1, words_max=7).mentions), "acquirer")
                self._price(candidate, parse, roles, i)
                yield candidate
            elif (
                word == "sale"
                and parse.lowers[i - 1 : i]
                and parse.lowers[i + 1 : i + 2] == ["of"]
                and re.search(
                    r"\b(?:unit|business|division|subsidiary|assets|company|arm|operations|itself)\b", " ".join(behind)
                )
            ):
                subject = parse.lead_of(i)
                if not subject.mentions or subject.mentions[0].first > i:
                    continue
                status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]), sale=True)
                candidate = self._candidate(parse, i, "divestiture", status, "sale_of")
                candidate.add(Party(subject.mentions), "seller")
                to = next((j for j in range(i + 2, last) if parse.lowers[j] == "to"), None)
                if to is not None:
                    candidate.add(Party(parse.phrase_from(to + 1, words_max=7).mentions), "acquirer")
                self._price(candidate, parse, roles, i)
                yield candidate
            elif word in {"sale", "buyout"} and set(parse.lowers[max(first, i - 5) : i]) & {
                "explores",
                "exploring",
                "considers",
                "considering",
                "weighs",
                "weighing",
                "seeks",
                "possible",
                "potential",
            }:
                subject = parse.lead_of(i)
                if not subject.mentions:
                    continue
                candidate = self._candidate(parse, i, "acquisition", Status("in_talks"), "explores_sale")
                candidate.add(Party(subject.mentions), "target")
                self._price(candidate, parse, roles, i)
                yield candidate

    def sold_to(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """As in "X sells Y to Z", "X agrees to sell its stake in Y to Z".."""
        for i, word in enumerate(parse.lowers):
            if word not in self._sell or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            thing = parse.object_of(i)
            to = next((j for j in range(i + 2, min(i + 16, last)) if parse.lowers[j] == "to"), None)
            buyer = parse.phrase_from(to + 1, words_max=7) if to is not None else NOBODY
            if not buyer.mentions or not thing.mentions or any(region(m.name) for m in buyer.mentions):
                continue
            if self._tail(parse, thing.mentions[-1].last + 1) & self._not_targets:
                continue
            subject = parse.subject_of(i)
            status = Telling(parse, first, last, i).mna(
                chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]), sale=True
            )
            candidate = self._candidate(parse, i, "divestiture", status, "sold_to")
            candidate.add(Party(subject.mentions), "seller")
            candidate.add(Party(thing.mentions), "target")
            candidate.add(Party(buyer.mentions), "acquirer")
            self._price(candidate, parse, roles, i)
            yield candidate

    def sale_of_named(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """As in "X shelves $2 billion sale of Y", "X close to sale to Z".."""
        for i, word in enumerate(parse.lowers):
            behind = parse.lowers[i + 1 : i + 2]
            if word != "sale" or i in parse.name_at or behind not in (["of"], ["to"]):
                continue
            subject = parse.lead_of(i)
            other = parse.phrase_from(i + 2)
            if (
                not other.mentions
                or region(other.mentions[0].name)
                or not subject.mentions
                or subject.mentions[0] in other.mentions
            ):
                continue
            if self._tail(parse, other.mentions[-1].last + 1) & self._not_targets:
                continue
            first, last = parse.segment(i)
            status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]), sale=True)
            candidate = self._candidate(
                parse, i, "divestiture" if behind == ["of"] else "acquisition", status, "sale_of"
            )
            candidate.add(Party(subject.mentions), "seller" if behind == ["of"] else "target")
            if behind == ["of"]:
                self._targets(candidate, other)
            else:
                candidate.add(Party(other.mentions), "acquirer")
            self._price(candidate, parse, roles, i)
            yield candidate
