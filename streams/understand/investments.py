"""Core: frames of money put in, told of the giver: investments, grants, state commitments."""

import re
from collections.abc import Iterator

from dealwire.model import Role
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.clauses import NOBODY, Party
from streams.understand.figures import sums_with
from streams.understand.funding_slots import LED_BY, WITH, FundingSlots, Told
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue
from streams.understand.mentions import Mention
from streams.understand.status import Telling

SERIES = cue("funding", "series")
SPENDING_AIM = cue("funding", "spending_aim")
BACKERS = cue("funding", "backers")
ROUND_TOLD = re.compile(r"\b(?:rounds?|valu(?:es|ed|ing|ation))\b", re.IGNORECASE)


class InvestmentFrames(FundingSlots):
    """Reads investments, and who took part in a round."""

    def investments(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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
        state = self._is_state(subject)
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
        elif word in self._back and not state:
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
                    if parse.lowers[j] in {"to", "for", "in"} and (amount is None or j > parse.token_at(amount.start))
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
        elif word in self._give and (amount is not None or "money" in parse.lowers[i + 1 : i + 4]):
            into = next(
                (
                    j
                    for j in range(i + 1, min(i + 16, last))
                    if parse.lowers[j] in {"in", "into", "to"} and (amount is None or j > parse.token_at(amount.start))
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
        if word in {"leads", "led", "co-leads", "co-led", "lead"}:
            kind = _round_named(ahead)
        elif kind == "strategic_investment" and len(subject.mentions) > 1 and ROUND_TOLD.search(ahead):
            kind = "equity_round"
        status = Telling(parse, *span, i).funding(ipo=False, chain=" ".join(parse.lowers[parse.chain_start(i) : i + 1]))
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

    def _is_state(self, subject: Party) -> bool:
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

    def nominals(self, parse: Parse, roles: dict[int, str], text: str) -> Iterator[Candidate]:
        """Rounds told by a noun: "Blackstone's $1.2 billion investment in Neysa", "Harvey's $200M round"."""
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
                yield self._nominal(
                    parse, roles, i, (first, last), Told(recipient, investor, amount, "strategic_investment")
                )
            elif (
                owner is not None
                and amount is not None
                and match.group() in {"round", "funding", "financing", "seed"} | {f"Series {c}" for c in "ABCDEFGHIJ"}
            ):
                yield self._nominal(parse, roles, i, (first, last), Told(Party((owner,)), amount=amount))

    def valued(self, parse: Parse, roles: dict[int, str]) -> Iterator[Candidate]:
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
        candidate = self._nominal(parse, roles, i, parse.segment(i), Told(subject, kind="equity_round"))
        if candidate.valuation is not None:
            yield candidate

    def _owner_before(self, parse: Parse, i: int) -> Mention | None:
        for j in range(i - 1, max(i - 10, -1), -1):
            if parse.tokens[j].is_possessive:
                return parse.name_at.get(j - 1)
            if parse.lowers[j] in {",", ";", "of", "in", "for", "to", "from", "at"}:
                return None
        return None

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
                r"\b(?:investment|funding|participation|backing|support|round|investors?|raised)\b",
                sentence.quote,
                re.IGNORECASE,
            ):
                continue
            found.extend((m, "investor") for m in parse.names_after(phrase, 0, whole))
        led = re.search(r"\b(?:led|co-led|participated|joined)\b(?!\s+by)", sentence.quote)
        if led:
            at = parse.token_at(sentence.start + led.start())
            role: Role = "investor" if led.group() in {"participated", "joined"} else "lead_investor"
            found.extend((m, role) for m in parse.subject_of(at).mentions)
        return found


def _round_named(ahead: str) -> str:
    series = SERIES.search(ahead[:90])
    return "series_" + series.group(1).lower() if series else "equity_round"
