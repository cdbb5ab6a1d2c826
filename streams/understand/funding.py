"""Core: frames of money put into organisations, funds and programmes."""

import re
from collections.abc import Iterator
from dataclasses import replace

from dealwire.model import Role
from dealwire.reference.money import FoundSum
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.figures import roles_of, sums_with
from streams.understand.grammar import NOBODY, Parse, Party
from streams.understand.lexicon import cue, table
from streams.understand.mentions import Mention
from streams.understand.status import Telling

SERIES = cue("funding", "series")
SEED = cue("funding", "seed")
PRE_SEED = cue("funding", "pre_seed")
IPO = cue("funding", "ipo")
DEBT = cue("funding", "debt")
CONVERTIBLE = cue("funding", "convertible")
GRANT = cue("funding", "grant")
FUND = cue("funding", "fund")
SECONDARY = cue("funding", "secondary")
PLACEMENT = cue("funding", "placement")
STRATEGIC = cue("funding", "strategic")
CROWD = cue("funding", "crowd")
EQUITY_WORDS = cue("funding", "equity_words")
SPENDING_AIM = cue("funding", "spending_aim")
STATE = cue("funding", "state")
LED_BY = ("led by", "co-led by", "headed by", "spearheaded by", "anchored by", "both led by")
BACKERS = cue("funding", "backers")
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
RAISE_STOP = frozenset({"for", "of", "over", "about", "after", "awareness"})


class FundingFrames:
    """Reads rounds, loans, grants, listings, funds and investments."""

    def __init__(self) -> None:
        words = table("frames")["funding"]
        self._raise = frozenset(words["raise_verbs"].split())
        self._gain = frozenset(words["gain_verbs"].split())
        self._invest = frozenset(words["invest_verbs"].split())
        self._sum_verbs = frozenset(words["sum_verbs"].split())
        self._rounds = frozenset(words["round_nouns"].split())
        self._not_raise = frozenset(words["not_after_raise"].split())

    def read(self, parse: Parse) -> Iterator[Candidate]:
        """The events of one sentence."""
        roles = roles_of(parse)
        text = parse.sentence.quote
        seen: list[Candidate] = []
        for candidate in (
            *self._ipos(parse, roles),
            *self._raises(parse, roles),
            *self._investments(parse, roles),
            *self._nominals(parse, roles, text),
            *self._valued(parse, roles),
        ):
            twin = next((c for c in seen if _same(c, candidate)), None)
            if twin is None:
                seen.append(candidate)
            else:
                _fill(twin, candidate)
        yield from seen

    # -- raising ------------------------------------------------------------------------------------------------------

    def _raises(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        taken_until = -1
        for i, word in enumerate(parse.lowers):
            is_raise = word in self._raise
            if i <= taken_until or i in parse.name_at or not (is_raise or word in self._gain):
                continue
            first, last = parse.segment(i)
            last = self._reach(parse, i, last)
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
            elif (valued and word in self._sum_verbs and parse.token_at(valued[0].start) - i <= 5) or (
                word in {"takes", "took", "take", "brings", "brought", "rakes", "raked"}
                and parse.lowers[i + 1 : i + 2] == ["in"]
                and close_sums
            ):
                pass
            elif not round_near or re.search(
                r"\b(?:fundraising record|funding bill|funding gap)\b", " ".join(near), re.IGNORECASE
            ):
                if not (
                    close_sums
                    and word
                    in {
                        "lands",
                        "landed",
                        "bags",
                        "nabs",
                        "nabbed",
                        "snags",
                        "secures",
                        "secured",
                        "scores",
                        "pulls",
                        "nets",
                        "banks",
                        "emerges",
                        "hauls",
                        "grabs",
                        "closes",
                        "pockets",
                    }
                    and parse.token_at(close_sums[0].start) - i <= 5
                ) or (SPENDING_AIM.search(window[:60]) and word in {"secures", "secured", "lands"}):
                    continue
                if (
                    re.search(
                        r"^\W*[$€£¥\w.,]+\s*(?:million|billion|bn|m|b|k)?\+?\s*(?:\w+\s){0,2}(?:contract|deal|order|award|settlement|prize|acquisition|takeover|merger|stake|sale)\b",
                        window.strip(),
                        re.IGNORECASE,
                    )
                    and not round_near
                ):
                    continue
            chain = " ".join(parse.lowers[parse.chain_start(i) : i + 1])
            subject = self._subject(parse, i)
            if len(subject.mentions) > 1 and not close_sums:
                for mention in subject.mentions:
                    own = replace(subject, mentions=(mention,))
                    yield from self._rounds_of(parse, roles, i, last, own, chain)
            else:
                yield from self._rounds_of(parse, roles, i, last, subject, chain)
            taken_until = max((parse.token_at(s.start) for s in close_sums), default=i)

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
                parse.lowers[j] in {"and"}
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
            candidate = self._make(parse, roles, i, (begin, end), chain, amount)
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

    def _round_behind(self, parse: Parse, found: FoundSum) -> str:
        behind = parse.sentence.text[found.end : found.end + 28]
        match = re.match(r"^\+?\s*(?:(?:in|as|of|a|an)\s+)*(series[\s-]+[a-j]\b|pre-?seed|seed)", behind, re.IGNORECASE)
        return match.group(1).lower() if match else ""

    def _including(self, parse: Parse, whole: FoundSum, part: FoundSum) -> bool:
        return bool(
            re.search(
                r"\bincluding|\bof which|\bcomprising|\bcomprised", parse.sentence.text[whole.end : part.start], re.IGNORECASE
            )
        )

    def _make(
        self, parse: Parse, roles: dict[int, str], i: int, span: tuple[int, int], chain: str, amount: FoundSum | None
    ) -> Candidate | None:
        begin, end = span
        first, _ = parse.segment(i)
        words = parse.sentence.text[
            parse.tokens[min(begin, i)].start if begin > i else parse.tokens[i].start : parse.tokens[end - 1].end
        ]
        kind, frame = self._type(words, parse, amount)
        telling = Telling(parse, first, end, i)
        status = telling.funding(ipo=kind == "ipo", chain=chain)
        trigger = (parse.tokens[i].start, parse.tokens[i].end)
        return Candidate("funding", kind, status.value, frame, parse.sentence, trigger, status_words=status.words)

    def _type(self, words: str, parse: Parse, amount: FoundSum | None) -> tuple[str, str]:
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

    def investors_of(self, parse: Parse) -> list[tuple[Mention, Role]]:
        """Who invested, where a sentence of the body tells only that: "The round was led by …"."""
        sentence = parse.sentence
        if not BACKERS.search(sentence.quote):
            return []
        found: list[tuple[Mention, Role]] = []
        whole = len(parse.tokens)
        for phrase in LED_BY:
            found.extend((m, "lead_investor") for m in parse.names_after(phrase, 0, whole))
        for phrase in (
            *WITH,
            "participation of",
            "include",
            "includes",
            "included",
            "including",
            "investors like",
            "from",
        ):
            if phrase == "from" and not re.search(
                r"\b(?:investment|funding|participation|backing|support|round|investors?|raised)\b", sentence.quote, re.IGNORECASE
            ):
                continue
            found.extend((m, "investor") for m in parse.names_after(phrase, 0, whole))
        led = re.search(r"\b(?:led|co-led|participated|joined)\b(?!\s+by)", sentence.quote)
        if led:
            at = parse.token_at(sentence.start + led.start())
            role: Role = "investor" if led.group() in {"participated", "joined"} else "lead_investor"
            found.extend((m, role) for m in parse.subject_of(at).mentions)
        return found

    # -- listings -----------------------------------------------------------------------------------------------------

    def _ipos(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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
        amounts = [s for s in sums_with(parse, roles, "amount", first, last)]
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
            if parse.lowers[j] in {"its"}:
                break
            j -= 1
        if j >= 0 and parse.tokens[j].is_possessive and parse.name_at.get(j - 1):
            mention = parse.name_at[j - 1]
            return Party((mention,), "", mention.start, mention.end)
        if j >= 0 and (mention := parse.name_at.get(j)) is not None and mention.name not in {"Hong Kong", "US"}:
            return Party((mention,), "", mention.start, mention.end)
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

    # -- investing ----------------------------------------------------------------------------------------------------

    def _investments(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        for i, word in enumerate(parse.lowers):
            if word not in self._invest or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            found = self._invest_at(parse, roles, i, (first, last))
            if found is not None:
                yield found

    def _invest_at(self, parse: Parse, roles: dict[int, str], i: int, span: tuple[int, int]) -> Candidate | None:
        word = parse.lowers[i]
        _, last = span
        amounts = sums_with(parse, roles, "amount", i + 1, min(last, i + 16))
        amount = amounts[0] if amounts else None
        ahead = parse.sentence.text[parse.tokens[i].end : parse.tokens[last - 1].end][:160]
        subject = parse.subject_of(i)
        state = self._is_state(parse, subject)
        if word.startswith("invest"):
            into = next((j for j in range(i + 1, min(i + 16, last)) if parse.lowers[j] in {"in", "into"}), None)
            if into is None:
                return None
            if parse.lowers[into + 1 : into + 2] == ["and"]:
                into = next(
                    (j for j in range(into + 2, min(into + 6, last)) if parse.lowers[j] in {"with", "in"}), into
                )
            recipient = parse.phrase_from(into + 1, words_max=9)
            if SPENDING_AIM.search(ahead[:110]) and not recipient.mentions:
                return None
            if not recipient.mentions and not (state and amount):
                return None
        elif word in {"leads", "led", "co-leads", "co-led", "lead"}:
            if parse.lowers[i + 1 : i + 2] == ["by"] or not re.search(
                r"\b(?:round|funding|financing|investment|series\s+[a-j]|seed)\b", ahead[:60], re.IGNORECASE
            ):
                return None
            into = next(
                (j for j in range(i + 1, min(i + 16, last)) if parse.lowers[j] in {"in", "into", "for", "at"}), None
            )
            recipient = parse.phrase_from(into + 1, words_max=9) if into else NOBODY
        elif word in {"backs", "bankrolls", "funds", "finances"} and not state:
            recipient = parse.object_of(i)
            if not recipient.mentions:
                return None
        elif (
            state
            and amount is not None
            and word
            not in {"spends", "spend", "spent", "buys"}
            | ({"plans"} if not re.search(r"\b(?:fund|spend|invest)", ahead) else set())
        ):
            to = next(
                (
                    j
                    for j in range(i + 1, min(i + 22, last))
                    if parse.lowers[j] in {"to", "for", "in"} and j > parse.token_at(amount.start)
                ),
                None,
            )
            recipient = parse.phrase_from(to + 1, words_max=6) if to else NOBODY
        elif (
            re.search(r"\bgrants?\b", ahead[:60], re.IGNORECASE)
            and word in {"awards", "awarded", "approves", "provides", "gives", "announces"}
            and re.search(r"\bto\b", ahead)
        ):
            to = next((j for j in range(i + 1, last) if parse.lowers[j] == "to"), None)
            recipient = parse.phrase_from(to + 1, words_max=6) if to else NOBODY
        elif (
            word
            in {
                "commits",
                "committed",
                "pledges",
                "pledged",
                "injects",
                "pours",
                "pumps",
                "ploughs",
                "plows",
                "puts",
                "contributes",
                "allocates",
                "lends",
                "commit",
                "pledge",
            }
            and amount is not None
        ):
            into = next(
                (
                    j
                    for j in range(i + 1, min(i + 16, last))
                    if parse.lowers[j] in {"in", "into", "to"} and j > parse.token_at(amount.start)
                ),
                None,
            )
            recipient = parse.phrase_from(into + 1, words_max=8) if into else NOBODY
            if not recipient.mentions and SPENDING_AIM.search(ahead[:110]):
                return None
        else:
            return None
        grant = bool(re.search(r"\bgrants?\b", ahead[:90], re.IGNORECASE)) or (
            state and bool(re.search(r"\bresearch\b", ahead[:90], re.IGNORECASE))
        )
        kind = "sovereign_commitment" if state and not grant else "grant" if grant else "strategic_investment"
        series = SERIES.search(ahead[:90])
        if word in {"leads", "led", "co-leads", "co-led", "lead"}:
            kind = "series_" + series.group(1).lower() if series else "equity_round"
        chain = " ".join(parse.lowers[parse.chain_start(i) : i + 1])
        status = Telling(parse, *span, i).funding(ipo=False, chain=chain)
        candidate = Candidate(
            "funding",
            kind,
            status.value,
            "invest",
            parse.sentence,
            (parse.tokens[i].start, parse.tokens[i].end),
            status_words=status.words,
        )
        doer: Role = (
            "government" if state else "lead_investor" if word.startswith(("lead", "led", "co-l")) else "investor"
        )
        candidate.add(Party(recipient.mentions, recipient.descriptor if not recipient.mentions else ""), "recipient")
        candidate.add(Party(subject.mentions), doer)
        if state:
            candidate.parties.sort(key=lambda p: p[1] == "recipient")
            if recipient.mentions and not self._fundable(recipient):
                candidate.parties = [p for p in candidate.parties if p[1] != "recipient"]
        candidate.cues |= {"verb=" + word} | ({"relative"} if subject.relative else set())
        self._money(candidate, parse, roles, amount, (i, last))
        return candidate

    def _fundable(self, party: Party) -> bool:
        return not any(len(m.name) <= 3 for m in party.mentions)

    def _is_state(self, parse: Parse, subject: Party) -> bool:
        if re.search(r"\b(?:government|ministry|state)\b", subject.descriptor, re.IGNORECASE):
            return True
        return (
            any(
                region(m.name) is not None
                or m.name
                in {
                    "EU",
                    "European Union",
                    "European Commission",
                    "Congress",
                    "White House",
                    "Beijing",
                    "Pentagon",
                    "WH",
                }
                or re.search(r"\b(?:Ministry|Department|Government|Commission|Council|Province)\b", m.name)
                for m in subject.mentions[:1]
            )
            and not subject.owner
        )

    # -- nouns --------------------------------------------------------------------------------------------------------

    def _nominals(self, parse: Parse, roles: dict[int, str], text: str) -> Iterator[Candidate]:
        """Rounds told by a noun: "Blackstone's $1.2 billion investment in Neysa", "GIC funding", "Harvey's $200M round"."""
        sentence = parse.sentence
        for match in re.finditer(r"\b(?:investment|round|funding|stake|financing|seed|loan|Series [A-J])\b", text):
            i = parse.trigger_at(sentence.start + match.start())
            if i >= len(parse.tokens) or i in parse.name_at:
                continue
            first, last = parse.segment(i)
            amount = next((s for s in reversed(sums_with(parse, roles, "amount", max(first, i - 8), i))), None)
            owner = self._owner_before(parse, i)
            if match.group() == "investment" and parse.lowers[i + 1 : i + 2] and parse.lowers[i + 1] in {"in", "into"}:
                recipient = parse.phrase_from(i + 2, words_max=9)
                if not recipient.mentions or (SPENDING_AIM.search(text[match.end() : match.end() + 60]) and not amount):
                    continue
                if owner is None and amount is None:
                    continue
                investor = Party((owner,)) if owner else NOBODY
                yield self._nominal(parse, roles, i, (first, last), recipient, investor, amount, "strategic_investment")
            elif (
                owner is not None
                and amount is not None
                and match.group() in {"round", "funding", "financing", "seed"} | {f"Series {c}" for c in "ABCDEFGHIJ"}
            ):
                yield self._nominal(parse, roles, i, (first, last), Party((owner,)), NOBODY, amount, "")

    def _valued(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
        """A valuation told with a round whose size is not: "Acme valued at $2 billion after new funding"."""
        sentence = parse.sentence
        match = re.search(r"\bvalued\s+at\b", sentence.quote)
        if match is None or not re.search(
            r"\b(?:funding|round|investment|investors|raise|fundraise|financing)\b", sentence.quote, re.IGNORECASE
        ):
            return
        i = parse.trigger_at(sentence.start + match.start())
        subject = parse.subject_of(i)
        if not subject.mentions or subject.relative:
            return
        candidate = self._nominal(parse, roles, i, parse.segment(i), subject, NOBODY, None, "equity_round")
        if candidate.valuation is not None:
            yield candidate

    def _owner_before(self, parse: Parse, i: int) -> Mention | None:
        for j in range(i - 1, max(i - 10, -1), -1):
            if parse.tokens[j].is_possessive:
                return parse.name_at.get(j - 1)
            if parse.lowers[j] in {",", ";", "of", "in", "for", "to", "from", "at"}:
                return None
        return None

    def _nominal(
        self,
        parse: Parse,
        roles: dict[int, str],
        i: int,
        span: tuple[int, int],
        recipient: Party,
        investor: Party,
        amount: FoundSum | None,
        kind: str,
    ) -> Candidate:
        words = parse.sentence.text[parse.tokens[max(span[0], i - 6)].start : parse.tokens[min(i + 3, span[1] - 1)].end]
        chosen = kind or self._type(words, parse, amount)[0]
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
        candidate.add(recipient, "recipient")
        candidate.add(investor, "investor")
        self._money(candidate, parse, roles, amount, span)
        self._investors(candidate, parse, i, span[1])
        return candidate


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
