"""Core: frames of one organisation buying, selling, merging with or taking a stake in another."""

import re
from collections.abc import Iterator

from dealwire.model import Role
from dealwire.reference.money import FoundSum
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.figures import roles_of, sums_with
from streams.understand.grammar import NOBODY, Parse, Party
from streams.understand.lexicon import cue, table, word_list
from streams.understand.mentions import Mention
from streams.understand.status import Status, Telling

STAKE = cue("mna", "stake")
MERGE = cue("mna", "merge")
DEAL_NOUN = cue("mna", "deal_noun")
JOINT = cue("mna", "joint")
SPIN = cue("mna", "spin")
PRIVATE = cue("mna", "private")
REGULATOR = cue("mna", "regulator")
REGULATOR_VERB = cue("mna", "regulator_verb")
DEAL_DONE = cue("mna", "deal_done")
DEAL_SAY = cue("mna", "deal_say")
BY_AFTER = 8


class DealFrames:
    """Reads acquisitions, mergers, stakes, sales, bids and joint ventures."""

    def __init__(self) -> None:
        words = table("frames")["mna"]
        self._acquire = frozenset(words["acquire_verbs"].split())
        self._take = frozenset(words["take_verbs"].split())
        self._sell = frozenset(words["sell_verbs"].split())
        self._company_nouns = frozenset(words["company_nouns"].split()) | word_list(
            "words", "descriptor_nouns", fold=True
        )
        self._not_targets = frozenset(words["not_targets"].split())

    def read(self, parse: Parse) -> Iterator[Candidate]:
        """The events of one sentence; what one word told, no other repeats."""
        roles = roles_of(parse)
        found: list[Candidate] = []
        for candidate in (
            *self._verbs(parse, roles),
            *self._nouns(parse, roles),
            *self._mergers(parse, roles),
            *self._named_deals(parse),
            *self._stakes(parse, roles),
            *self._sales(parse, roles),
            *self._bids(parse, roles),
            *self._ventures(parse),
            *self._private(parse),
            *self._approaches(parse, roles),
            *self._sale_of_named(parse, roles),
            *self._deals_for(parse, roles),
            *self._sold_to(parse, roles),
        ):
            if not any(_overlap(candidate, c) for c in found):
                found.append(candidate)
        yield from found

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
                if re.search(
                    r"sources?\b.{0,30}\bfor\s+(?:\S+\s+){0,2}$|\bpric\w+\W+(?:\w+\W+){0,3}$|\bdeal\s+(?:is\s+)?(?:worth|valued at)\s*$",
                    parse.sentence.text[max(parse.sentence.start, s.start - 50) : s.start],
                    re.IGNORECASE,
                )
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

    # -- verbs --------------------------------------------------------------------------------------------------------

    def _verbs(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        for i, word in enumerate(parse.lowers):
            if i in parse.name_at or not (word in self._acquire or (word in self._take and self._is_taking(parse, i))):
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
            behind = parse.lowers[end : end + 14]
            if not self._is_company(parse, end, target):
                continue
            yield from self._buys(parse, roles, i, target, behind)

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

    def _buys(
        self, parse: Parse, roles: dict[int, str], i: int, target: Party, behind: list[str]
    ) -> Iterator[Candidate]:
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
        self._targets(candidate, parse, target)
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

    def _targets(self, candidate: Candidate, parse: Parse, target: Party) -> None:
        if target.of_owner:
            candidate.add(Party(target.mentions), "seller")
            candidate.descriptor = target.descriptor[:120]
            return
        candidate.add(Party(target.mentions), "target")
        if target.owner is not None and target.owner.known:
            candidate.add_mention(target.owner, "seller")

    def _seller(self, parse: Parse, i: int, last: int) -> Party:
        for j in range(i + 1, last):
            if parse.lowers[j] == "from" and parse.lowers[j - 1] not in {"approval", "funding", "money"}:
                party = parse.phrase_from(j + 1, words_max=7)
                return Party(party.mentions)
        return NOBODY

    # -- nouns --------------------------------------------------------------------------------------------------------

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
        if following and following[0] in {"of"}:
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

    def _announcer(self, parse: Parse, i: int) -> Party:
        lead = parse.lead_of(i)
        return lead if lead.mentions and lead.mentions[0].last < i else NOBODY

    # -- mergers ------------------------------------------------------------------------------------------------------

    def _mergers(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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

    def _named_deals(self, parse: Parse) -> Iterator[Candidate]:
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
                pair = self._halves(adjacent)
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

    def _sum_before(self, parse: Parse, i: int) -> bool:
        return any(j in parse.sum_tokens for j in range(max(0, i - 3), i))

    def _halves(self, mention: Mention) -> list[Mention]:
        """The two names of "Qualcomm-NXP"."""
        left, right = mention.name.split("-", 1)
        if not left or not right[:1].isupper() or len(left) < 3:
            return []
        cut = mention.start + len(left)
        return [
            Mention(left, mention.first, mention.first, mention.start, cut),
            Mention(right, mention.first, mention.last, cut + 1, mention.end),
        ]

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
            if len(found) == 1 and "-" in adjacent.name:
                if halves := self._halves(adjacent):
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

    # -- stakes -------------------------------------------------------------------------------------------------------

    def _stakes(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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

    # -- sales --------------------------------------------------------------------------------------------------------

    def _sales(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        spin = SPIN.search(parse.sentence.text, parse.sentence.start, parse.sentence.end)
        for i, word in enumerate(parse.lowers):
            if i in parse.name_at:
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
                word in {"sale"}
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

    # -- bids ---------------------------------------------------------------------------------------------------------

    def _bids(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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

    def _approaches(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """Who is after whom: "X approaches Y about acquisition", "X offers $38 billion for Y", "suitors for Y"."""
        for i, word in enumerate(parse.lowers):
            if i in parse.name_at or word not in SUIT_WORDS:
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
            self._targets(candidate, parse, target)
            self._price(candidate, parse, roles, i)
            yield candidate

    def _sale_of_named(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """ "X shelves $2 billion sale of Y", "X close to sale to Z"."""
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
                self._targets(candidate, parse, other)
            else:
                candidate.add(Party(other.mentions), "acquirer")
            self._price(candidate, parse, roles, i)
            yield candidate

    def _private(self, parse: Parse) -> Iterator[Candidate]:
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

    def _deals_for(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """ "X strikes €18bn deal for Y's cable assets", "X is weighing a deal for Y"."""
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
            self._targets(candidate, parse, target)
            self._price(candidate, parse, roles, i)
            yield candidate

    def _sold_to(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """ "X sells Y to Z", "X agrees to sell its stake in Y to Z"."""
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

    def _ventures(self, parse: Parse) -> Iterator[Candidate]:
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


SURE_NOUNS = frozenset(
    {"startup", "company", "unit", "business", "division", "maker", "firm", "stake", "arm", "subsidiary"}
)
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
STAKE_VERBS = word_list("grammar", "stake_verbs")


def _overlap(a: Candidate, b: Candidate) -> bool:
    """Whether two frames read the same deal."""
    if not a.keys or not b.keys:
        return True
    return bool(a.keys & b.keys) and not (
        a.amount and b.amount and a.amount.start != b.amount.start and len(a.keys & b.keys) < 2
    )
