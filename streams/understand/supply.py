"""Core: frames of chips and capacity supplied, and of the sites that are built."""

import re

from dealwire.model import Role
from streams.understand.candidate import Candidate
from streams.understand.clauses import Party
from streams.understand.grammar import Parse
from streams.understand.hardware_slots import HardwareSlots
from streams.understand.lexicon import cue
from streams.understand.mentions import Mention
from streams.understand.status import COLLAPSE, DELAYED

DATA_CENTRE = cue("hardware", "data_centre")
FAB = cue("hardware", "fab")
CAPACITY = cue("hardware", "capacity")
DESIGN_WIN = cue("hardware", "design_win")


class SupplyFrames(HardwareSlots):
    """Reads supply and capacity deals, data centres and fabs."""

    def supply(self, parse: Parse, chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        capacity = CAPACITY.search(text)
        things = list(chips)
        if capacity:
            things.append(parse.trigger_at(parse.sentence.start + capacity.start()))
        customer = re.search(r"\b(?:customers?|buyers?|users?)\s+(?:of|for)\b", text, re.IGNORECASE)
        verb = self._verb(parse, self._buy, things, 14)
        if verb is None and customer and things:
            verb = parse.trigger_at(parse.sentence.start + customer.start())
        deal = next((i for i, w in enumerate(parse.lowers) if w in self._deals and i not in parse.name_at), None)
        if verb is None and (deal is None or not things or min(abs(deal - t) for t in things) > 14):
            return None
        i = verb if verb is not None else deal
        if i is None:
            return None
        names = [m for m in parse.names if not self._is_place(m)]
        if not names:
            return None
        renting = bool(capacity) or parse.has(
            {"rent", "rents", "lease", "leases", "clusters", "access", "renting", "cloud", "servers"}
        )
        kind = "capacity_commitment" if renting and not parse.has({"manufacture", "order", "orders"}) else "supply_deal"
        if (
            re.search(r"\b(?:partner(?:s|ed|ship)?|team(?:s|ed)?\s+up|co-develop|collaborat\w+)\b", text, re.IGNORECASE)
            and deal is not None
            and verb is None
        ):
            kind = "partnership"
        if customer and verb is not None and parse.lowers[verb].startswith(("customer", "buyer", "user")):
            kind = "capacity_commitment" if renting else "design_win"
        elif DESIGN_WIN.search(text) and not renting and deal is None:
            kind = "design_win"
        candidate = self._candidate(parse, i, kind, "supply", " ".join(parse.lowers[parse.chain_start(i) : i + 1]))
        subject = parse.subject_of(i)
        subject = subject if subject.mentions else parse.lead_of(i)
        sells = parse.lowers[i] in {
            "sell",
            "sells",
            "sold",
            "supply",
            "supplies",
            "ship",
            "provide",
            "provides",
            "manufacture",
            "selling",
            "supplying",
        }
        role: Role = "partner" if kind == "partnership" else "vendor" if sells else "customer"
        candidate.add(Party(tuple(m for m in subject.mentions if not self._is_place(m))), role)
        for mention in names:
            if (
                mention.known
                or self._near(mention, things)
                or self._after(parse, mention, {"with", "from", "to", "for"})
            ):
                candidate.add_mention(
                    mention, "partner" if kind == "partnership" else "customer" if sells else "vendor"
                )
        return candidate if candidate.parties else None

    def _owner_between(self, parse: Parse, verb: int, end: int) -> Mention | None:
        """Whose site it is where the verb has no doer: "construction starts on Acme's data centre"."""
        between = (m for m in parse.names if m.first > verb and m.end <= end and not self._is_place(m))
        return next(between, None)

    def fab(self, parse: Parse, _chips: list[int]) -> Candidate | None:
        return self._site(parse, FAB, "fab")

    def centre(self, parse: Parse, _chips: list[int]) -> Candidate | None:
        return self._site(parse, DATA_CENTRE, "data_centre")

    def _site(self, parse: Parse, site: re.Pattern[str], kind: str) -> Candidate | None:
        found = site.search(parse.sentence.text, parse.sentence.start, parse.sentence.end)
        if found is None:
            return None
        at = parse.trigger_at(found.start())
        verb = next(
            (
                i
                for i in range(at - 1, max(at - 22, -1), -1)
                if parse.lowers[i] in self._build and i not in parse.name_at
            ),
            None,
        )
        collapse = COLLAPSE.search(parse.sentence.text, parse.sentence.start, parse.sentence.end)
        if verb is None:
            verb = self._verb(parse, self._build)
            if verb is None:
                return None
            i = verb
        else:
            i = verb
        lead = parse.subject_of(i)
        if not lead.mentions:
            lead = parse.lead_of(i)
        if (
            lead.mentions
            and self._is_state(lead.mentions[0])
            and parse.lowers[i]
            in {
                "commit",
                "commits",
                "committed",
                "pledge",
                "pledges",
                "pledged",
                "invest",
                "invests",
                "invested",
                "allocates",
            }
        ):
            return None
        candidate = self._candidate(parse, i, kind, "site", " ".join(parse.lowers[parse.chain_start(i) : i + 1]))
        if collapse:
            candidate.status = "cancelled"
            candidate.status_words = collapse.span()
        elif DELAYED.search(parse.sentence.quote):
            candidate.status = "delayed"
        owner = None if lead.mentions else self._owner_between(parse, i, found.end())
        candidate.add(Party((owner,) if owner else tuple(lead.mentions)), "operator")
        for mention in parse.names:
            if (
                mention.known
                and not self._is_place(mention)
                and (
                    self._after(parse, mention, {"with", "and", "for", "from"})
                    or mention.possessive
                    or mention.last < i
                )
            ):
                candidate.add_mention(mention, "partner")
        if not candidate.parties:
            candidate.descriptor = lead.descriptor
        return candidate
