"""Core: frames of bids, offers and approaches, whatever becomes of them."""

import re
from collections.abc import Iterator

from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.deal_slots import DealSlots
from streams.understand.figures import sums_with
from streams.understand.grammar import Parse
from streams.understand.mentions import Mention
from streams.understand.status import Status, Telling

SUIT_WORDS = frozenset(
    {
        "approach",
        "approaches",
        "approached",
        "offers",
        "offered",
        "suitors",
        "suitor",
        "vying",
        "vie",
        "compete",
        "competing",
        "race",
        "bidders",
        "bids",
        "interest",
    }
)


class BidFrames(DealSlots):
    """Reads bids and approaches."""

    def bids(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        for i, word in enumerate(parse.lowers):
            if word not in {"bid", "bids", "offer", "offers", "approach", "proposal"} or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            behind = parse.lowers[i + 1 : i + 4]
            target, acquirer = NOBODY, NOBODY
            buying = behind[:1] == ["to"] and behind[1:2] and behind[1] in {"buy", "acquire"}
            if behind and (behind[0] == "for" or buying):
                j = i + 3 if buying else i + 2
                target = parse.phrase_from(j)
                acquirer = parse.subject_of(i) if word.endswith("s") else parse.lead_of(i)
            elif (before := self._bid_on(parse, i)) is not None and not word.endswith("s"):
                lead = parse.lead_of(i)
                if set(parse.lowers[first:i]) & {
                    "rejects",
                    "rebuffs",
                    "rejected",
                    "rebuffed",
                    "spurns",
                    "dismisses",
                    "snubs",
                    "reviews",
                    "receives",
                    "weigh",
                    "considers",
                    "tops",
                }:
                    target, acquirer = lead, parse.coordinated(before)
                else:
                    target = Party((before,))
                    acquirer = lead if lead.mentions and lead.mentions[0] is not before else NOBODY
            elif word in {"bid", "offer", "approach", "proposal"} and behind[:1] and behind[0] in {"from", "by"}:
                acquirer = parse.phrase_from(i + 2)
                target = parse.lead_of(i)
            if not target.mentions and re.search(
                r"\b(?:reject|rebuff|spurn|dismiss|snub)\w*\b", " ".join(parse.lowers[first:i])
            ):
                target = parse.lead_of(i)
            if not target.mentions or any(m in target.mentions for m in acquirer.mentions):
                continue
            if word in {"offer", "offers", "proposal", "approach"} and not re.search(
                r"\b(?:takeover|buy|acquire|buyout|acquisition|raises|sweeten\\w*|ups|reject\\w*|hostile|unsolicited|tender|cash|all-cash|billion|million|bn)\b",
                parse.sentence.quote,
                re.IGNORECASE,
            ):
                continue
            telling = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]))
            status = (
                telling
                if telling.value in {"denied", "rejected", "terminated", "in_talks"}
                else Status("bid", (parse.tokens[i].start, parse.tokens[i].end))
            )
            candidate = self._candidate(parse, i, "acquisition", status, "bid")
            candidate.add(Party(acquirer.mentions), "acquirer")
            candidate.add(Party(target.mentions), "target")
            self._price(candidate, parse, roles, i)
            yield candidate

    def _bid_on(self, parse: Parse, i: int) -> Mention | None:
        """The name in front of "bid", over "takeover" and sums: "Sky takeover bid"."""
        j = i - 1
        while j >= 0 and (
            parse.lowers[j]
            in {
                "takeover",
                "buyout",
                "hostile",
                "cash",
                "all-cash",
                "unsolicited",
                "revised",
                "improved",
                "acquisition",
                "merger",
            }
            or j in parse.sum_tokens
        ):
            j -= 1
        return parse.name_at.get(j)

    def approaches(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """Who is after whom: "X approaches Y about acquisition", "X offers $38 billion for Y", "suitors for Y"."""
        for i, word in enumerate(parse.lowers):
            if word not in SUIT_WORDS or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            behind = parse.lowers[i + 1 : i + 14]
            target = NOBODY
            if word.startswith("approach"):
                if not set(behind) & {"acquisition", "takeover", "offer", "buyout", "deal", "merger", "bid"}:
                    continue
                target = parse.object_of(i)
            else:
                at = next((j for j in range(i + 1, min(i + 10, last)) if parse.lowers[j] in {"for", "over"}), None)
                if at is None or (word.startswith("offer") and not sums_with(parse, roles, "amount", i + 1, at)):
                    continue
                target = parse.phrase_from(at + 1)
            subject = parse.subject_of(i)
            if not subject.mentions:
                subject = parse.lead_of(i)
            if not target.mentions or not subject.mentions or region(target.mentions[0].name):
                continue
            telling = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]))
            rumored = telling if telling.value in {"denied", "rejected", "terminated"} else Status("in_talks")
            status = (
                Status("bid", (parse.tokens[i].start, parse.tokens[i].end))
                if word.startswith(("offer", "bid"))
                else rumored
            )
            candidate = self._candidate(parse, i, "acquisition", status, "approach")
            candidate.add(Party(tuple(m for m in subject.mentions if m not in target.mentions)), "acquirer")
            self._targets(candidate, target)
            self._price(candidate, parse, roles, i)
            yield candidate

    def deals_for(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """As in "X strikes €18bn deal for Y's cable assets", "X is weighing a deal for Y".."""
        for i, word in enumerate(parse.lowers):
            if word != "deal" or parse.lowers[i + 1 : i + 2] != ["for"]:
                continue
            target = parse.phrase_from(i + 2)
            lead = parse.lead_of(i)
            if (
                not target.mentions
                or not lead.mentions
                or any(m in target.mentions for m in lead.mentions)
                or region(target.mentions[0].name)
            ):
                continue
            first, last = parse.segment(i)
            status = Telling(parse, first, last, i).mna(chain=" ".join(parse.lowers[first:i]))
            candidate = self._candidate(parse, i, "acquisition", status, "deal_for")
            candidate.add(Party(lead.mentions), "acquirer")
            self._targets(candidate, target)
            self._price(candidate, parse, roles, i)
            yield candidate
