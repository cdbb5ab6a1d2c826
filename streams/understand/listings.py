"""Core: frames of companies going public."""

from collections.abc import Iterator

from streams.understand.candidate import Candidate
from streams.understand.clauses import Party
from streams.understand.figures import sums_with
from streams.understand.funding_slots import FundingSlots
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue
from streams.understand.status import Telling

IPO = cue("funding", "ipo")


class ListingFrames(FundingSlots):
    """Reads listings."""

    def ipos(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        sentence = parse.sentence
        match = IPO.search(sentence.text, sentence.start, sentence.end)
        if match is None:
            return
        i = parse.trigger_at(match.start())
        first, last = parse.segment(i)
        recipient = self._listed(parse, i)
        telling = Telling(parse, first, last)
        status = telling.funding(ipo=True, chain="")
        candidate = Candidate("funding", "ipo", status.value, "ipo", sentence, match.span(), status_words=status.words)
        candidate.add(recipient, "recipient")
        if recipient.relative:
            candidate.cues.add("relative")
        amounts = sums_with(parse, roles, "amount", first, last)
        amount = min(amounts, key=lambda s: abs(s.start - match.start()), default=None)
        if amount is not None and abs(amount.start - match.start()) > 90:
            amount = None
        self._money(candidate, parse, roles, amount, (first, last))
        before = parse.lowers[max(0, i - 8) : i]
        if set(before) & {"ahead", "before", "since", "after", "possible", "any", "risk"}:
            candidate.cues.add("ipo_aside")
        if not set(parse.lowers[first:last]) & {
            "plans",
            "files",
            "filed",
            "file",
            "filing",
            "seeks",
            "raise",
            "raises",
            "raising",
            "prices",
            "priced",
            "launch",
            "launches",
            "readies",
            "preps",
            "prepares",
            "eyes",
            "targets",
            "debut",
            "sets",
            "considers",
            "picks",
            "taps",
            "postpones",
            "withdraws",
            "pursue",
            "plan",
            "planning",
            "confidentially",
            "could",
            "weighs",
            "delays",
            "halted",
            "gears",
            "hires",
            "list",
        }:
            candidate.cues.add("ipo_no_verb")
        yield candidate

    def _listed(self, parse: Parse, i: int) -> Party:
        """Whose listing the word at i is."""
        j = i - 1
        while j >= 0 and (
            parse.lowers[j]
            in {
                "billion",
                "million",
                "$",
                "us",
                "blockbuster",
                "confidential",
                "planned",
                "upcoming",
                "its",
                "an",
                "a",
                "the",
                "public",
                "pending",
                "kong",
                "hong",
                "potential",
                "possible",
                "massive",
                "record",
                "stock",
                "market",
                "first",
                "mega",
                "proposed",
                "second",
                "retail",
            }
            or j in parse.sum_tokens
        ):
            if parse.lowers[j] == "its":
                break
            j -= 1
        if j >= 0 and parse.tokens[j].is_possessive and parse.name_at.get(j - 1):
            mention = parse.name_at[j - 1]
            return Party((mention,), "", mention.start, mention.end)
        if j >= 0 and (near := parse.name_at.get(j)) is not None and near.name not in {"Hong Kong", "US"}:
            return Party((near,), "", near.start, near.end)
        if (of := parse.lowers[i + 1 : i + 2]) and of[0] in {"of", "by"} and parse.name_at.get(i + 2):
            mention = parse.name_at[i + 2]
            return Party((mention,), "", mention.start, mention.end)
        k = i
        first, _ = parse.segment(i)
        while k > first:
            if parse.lowers[k] in {"in", "with", "for", "its"}:
                lead = parse.lead_of(k)
                said = next((j for j in range(first, k) if parse.lowers[j] in {"says", "said"}), None)
                named = parse.name_at.get(said + 1) if said is not None else None
                if named is not None:
                    return Party((named,), "", named.start, named.end)
                if lead.mentions:
                    return lead
            if parse.lowers[k] in {
                "for",
                "to",
                "plans",
                "files",
                "filed",
                "plan",
                "its",
                "prices",
                "launch",
                "seeks",
                "in",
                "initiated",
                "as",
                "eyes",
                "raise",
                "raises",
                "toward",
                "preps",
                "weighs",
                "considers",
                "debuts",
                "with",
                "an",
            }:
                subject = parse.subject_of(k)
                if subject.mentions:
                    return subject
            k -= 1
        return parse.lead_of(i)
