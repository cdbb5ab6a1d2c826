"""Core: frames of chips and of the places that make or house them."""

import re
from collections.abc import Callable, Iterator

from dealwire.model import Role
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.figures import roles_of, sums_with
from streams.understand.grammar import Parse, Party
from streams.understand.lexicon import cue, table, word_list
from streams.understand.mentions import Mention
from streams.understand.status import COLLAPSE, DELAYED, Telling
from streams.understand.tokens import Sentence

DATA_CENTRE = cue("hardware", "data_centre")
FAB = cue("hardware", "fab")
CAPACITY = cue("hardware", "capacity")
EXPORT = cue("hardware", "export")
OFFICIAL = cue("hardware", "official")
PROGRAMME = cue("hardware", "programme")
PRICE = cue("hardware", "price")
ROADMAP = cue("hardware", "roadmap")
DESIGN_WIN = cue("hardware", "design_win")
GADGET = cue("hardware", "gadget")
BENCHMARK = cue("hardware", "benchmark")
LINKING = frozenset(
    [
        "with",
        "for",
        "of",
        "from",
        "in",
        "to",
        "on",
        "at",
        "by",
        "and",
        "as",
        "that",
        "which",
        "using",
        "via",
        "about",
        "over",
        "through",
        "into",
        "its",
    ]
)
LOOSE = frozenset({"memory", "silicon", "server", "servers", "semiconductor", "semiconductors"})
"""Words that speak of chips only in some company."""
CHIP_AFTER_MEMORY = frozenset(
    [
        "chip",
        "chips",
        "maker",
        "makers",
        "chipmaker",
        "supplier",
        "prices",
        "price",
        "production",
        "supply",
        "plant",
        "plants",
        "module",
        "modules",
        "technology",
        "technologies",
        "giant",
    ]
)
LISTING = frozenset(
    {
        "partner",
        "partners",
        "partnered",
        "partnering",
        "team",
        "teams",
        "teamed",
        "collaborate",
        "collaborates",
        "join",
        "joins",
        "joined",
        "partnership",
        "collaboration",
        "co-develop",
        "alliance",
        "works",
        "working",
    }
)


class HardwareFrames:
    """Reads chips, supply and capacity deals, data centres, fabs, export controls and state programmes."""

    def __init__(self, is_company: Callable[[str], bool]) -> None:
        self._is_company = is_company
        self._products = word_list("words", "products")
        words = table("frames")["hardware"]
        self._chips = frozenset(words["chip_nouns"].replace("_", " ").split())
        self._hard = frozenset(words["hard_chip_nouns"].split())
        self._unveil = frozenset(words["unveil_verbs"].split())
        self._buy = frozenset(words["buy_verbs"].split())
        self._deals = frozenset(words["deal_nouns"].split())
        self._partner = frozenset(words["partner_verbs"].split())
        self._build = frozenset(words["build_verbs"].split())
        self._control = frozenset(words["control_words"].split())
        self._price = frozenset(words["price_words"].split())

    def read(self, parse: Parse) -> Iterator[Candidate]:
        """The event of one sentence: hardware news tells one thing a sentence."""
        lowers = parse.lowers
        text = parse.sentence.quote
        chip_at = [
            i
            for i, w in enumerate(lowers)
            if w in self._hard or w.endswith(("-chip", "-chips")) or (w in LOOSE and self._is_chip_phrase(lowers, i))
        ]
        centre, fab, capacity = DATA_CENTRE.search(text), FAB.search(text), CAPACITY.search(text)
        if not (chip_at or centre or fab or capacity):
            return
        for frame in (
            self._export,
            self._price_change,
            self._programme,
            self._supply,
            self._fab,
            self._centre,
            self._partners,
            self._unveiled,
        ):
            candidate = frame(parse, chip_at)
            if candidate is not None:
                self._tidy(candidate, parse)
                self._facts(candidate, parse)
                self._note_chip(candidate, parse, chip_at)
                if GADGET.search(text):
                    candidate.cues.add("gadget")
                yield candidate
                return

    def _candidate(self, parse: Parse, i: int, kind: str, frame: str, chain: str = "") -> Candidate:
        status = Telling(parse, 0, len(parse.tokens)).hardware(chain=chain)
        token = parse.tokens[i]
        return Candidate(
            "hardware", kind, status.value, frame, parse.sentence, (token.start, token.end), status_words=status.words
        )

    def _note_chip(self, candidate: Candidate, parse: Parse, chips: list[int]) -> None:
        """How the chip stands to the verb: its object ("unveils a chip") or an aside ("a laptop with a chip")."""
        at = parse.token_at(candidate.trigger[0])
        near = min((j for j in chips if j >= at), default=None)
        if near is None:
            candidate.cues.add("chip_before" if chips else "no_chip")
            return
        between = [w for w in parse.lowers[at + 1 : near] if w in LINKING]
        candidate.cues.add(f"chip_link={between[-1] if between else 'object'}")
        candidate.cues.add(f"chip_far={min(near - at, 12) // 3}")
        candidate.cues.add(f"chip_word={parse.lowers[near].rstrip('s')}")

    def _is_chip_phrase(self, lowers: list[str], i: int) -> bool:
        """Whether a word of wider use speaks of chips here: "memory maker", "AI servers", "semiconductor push"."""
        before, after = lowers[i - 1] if i else "", lowers[i + 1] if i + 1 < len(lowers) else ""
        if lowers[i] == "memory":
            return after in CHIP_AFTER_MEMORY or before in {"dram", "flash", "bandwidth", "3d"}
        if lowers[i] == "silicon":
            return before in {"custom", "ai", "in-house"} or after in {
                "photonics",
                "wafer",
                "wafers",
                "chip",
                "programmes",
                "programs",
                "programme",
            }
        if lowers[i] in {"server", "servers"}:
            return before in {"ai", "gpu", "inference", "quantum", "vera"}
        return True

    def _tidy(self, candidate: Candidate, parse: Parse) -> None:
        """Keep who takes part: makers without their products ("Nvidia Blackwell"), no tickers, no products alone."""
        kept: list[tuple[Mention, Role, Sentence]] = []
        start, end = self._bounds(parse, candidate)
        for mention, role, sentence in candidate.parties:
            for part in self._pair_of(mention):
                short = self._maker_of(part)
                if short is None or not start <= short.start < end:
                    continue
                if not any(m.key == short.key for m, _, _ in kept):
                    kept.append((short, role, sentence))
        candidate.parties = kept

    def _pair_of(self, mention: Mention) -> tuple[Mention, ...]:
        """The two makers of "Nvidia-Groq", where both are known; else the mention."""
        left, dash, right = mention.name.partition("-")
        if mention.known or not dash or not (self._is_company(left) and self._is_company(right)):
            return (mention,)
        cut = mention.start + len(left)
        return (
            Mention(left, mention.first, mention.last, mention.start, cut, False, True),
            Mention(right, mention.first, mention.last, cut + 1, mention.end, False, True),
        )

    def _bounds(self, parse: Parse, candidate: Candidate) -> tuple[int, int]:
        """The trigger's statement: what a semicolon cuts off is another."""
        at = parse.token_at(candidate.trigger[0])
        start, end = parse.sentence.start, parse.sentence.end
        for i, token in enumerate(parse.tokens):
            if token.text == ";":
                if i < at:
                    start = token.end
                else:
                    end = token.start
                    break
        return start, end

    def _maker_of(self, mention: Mention) -> Mention | None:
        words = mention.name.split()
        if mention.name in self._products or (words[0] in self._products and not mention.known):
            return None
        if mention.known or len(words) == 1:
            return mention
        for count in range(len(words) - 1, 0, -1):
            head = " ".join(words[:count])
            if self._is_company(head) or (
                words[count] in self._products
                or (words[count] == "AI" and count + 1 == len(words) and self._is_company(head))
            ):
                return Mention(
                    head,
                    mention.first,
                    mention.last,
                    mention.start,
                    mention.start + len(head),
                    mention.possessive,
                    True,
                )
        return mention

    def _facts(self, candidate: Candidate, parse: Parse) -> None:
        roles = roles_of(parse)
        start, end = parse.sentence.start, parse.sentence.end
        candidate.quantities = [
            (q, parse.sentence)
            for q in parse.quantities
            if q.quantity.kind in {"power", "chips", "process", "memory", "area"} and start <= q.start < end
        ]
        first, last = parse.segment(parse.token_at(candidate.trigger[0]))
        amounts = sums_with(parse, roles, "amount", first, last)
        if amounts and candidate.type in {
            "supply_deal",
            "capacity_commitment",
            "data_centre",
            "fab",
            "government_programme",
            "partnership",
        }:
            candidate.amount, candidate.amount_in = amounts[0], parse.sentence

    def _verb(self, parse: Parse, verbs: frozenset[str], near: list[int] | None = None, reach: int = 16) -> int | None:
        """The first of the verbs, before one of the things it may be done to."""
        for i, word in enumerate(parse.lowers):
            if word in verbs and i not in parse.name_at and (near is None or any(i < j <= i + reach for j in near)):
                return i
        return None

    # -- frames -------------------------------------------------------------------------------------------------------

    def _export(self, parse: Parse, chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        if not chips or not OFFICIAL.search(text):
            return None
        found = EXPORT.search(text)
        if not found or not re.search(
            r"\b(?:export|smuggl|ban|curb|restrict|sanction|licen[cs]|cut off|blacklist|cleared|halt|limit|cap|approve|refuse|requir|reject|block)",
            text,
            re.IGNORECASE,
        ):
            return None
        strong = re.search(
            r"\b(?:export|smuggl\w*|curbs?|sanction\w*|blacklist\w*|entity list|licen[cs]e)\b", text, re.IGNORECASE
        )
        if not strong and not re.search(r"\bChina|Chinese|Beijing\b", text):
            return None
        i = parse.trigger_at(parse.sentence.start + found.start())
        if i >= len(parse.tokens):
            return None
        candidate = self._candidate(parse, i, "export_control", "export", " ".join(parse.lowers[max(0, i - 6) : i]))
        for mention in parse.names:
            if self._is_state(mention):
                if (not candidate.named("government") and mention.name not in {"China", "Taiwan"}) or (
                    mention.first < 3 and not candidate.named("government")
                ):
                    candidate.add_mention(mention, "government")
            elif mention.known:
                candidate.add_mention(mention, "vendor")
        if strong:
            candidate.cues.add("strong_export")
        return candidate

    def _price_change(self, parse: Parse, chips: list[int]) -> Candidate | None:
        if not chips or not PRICE.search(parse.sentence.quote):
            return None
        i = self._verb(parse, self._price)
        if i is None or not any(w in {"price", "prices"} for w in parse.lowers[i + 1 : i + 6]):
            return None
        candidate = self._candidate(parse, i, "price_change", "price")
        candidate.add(parse.subject_of(i), "vendor")
        return candidate

    def _programme(self, parse: Parse, chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        state = next((m for m in parse.names if self._is_state(m)), None)
        if (
            state is None
            or state.first > 8
            or not (PROGRAMME.search(text) and re.search(r"chip|semiconductor|quantum|silicon", text, re.IGNORECASE))
        ):
            return None
        found = PROGRAMME.search(text)
        assert found is not None
        i = min(parse.trigger_at(parse.sentence.start + found.start()), len(parse.tokens) - 1)
        candidate = self._candidate(parse, i, "government_programme", "programme", " ".join(parse.lowers[:i]))
        for mention in parse.list_after(state):
            if self._is_state(mention):
                candidate.add_mention(mention, "government")
        candidate.parties.insert(0, (state, "government", parse.sentence))
        for mention in parse.names:
            if mention.known and not self._is_state(mention):
                candidate.add_mention(mention, "vendor")
        return candidate

    def _supply(self, parse: Parse, chips: list[int]) -> Candidate | None:
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
        assert i is not None
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

    def _near(self, mention: Mention, things: list[int]) -> bool:
        return any(0 < j - mention.last <= 4 for j in things)

    def _after(self, parse: Parse, mention: Mention, words: set[str]) -> bool:
        return mention.first > 0 and parse.lowers[mention.first - 1] in words

    def _fab(self, parse: Parse, chips: list[int]) -> Candidate | None:
        return self._site(parse, FAB, "fab")

    def _centre(self, parse: Parse, chips: list[int]) -> Candidate | None:
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
        candidate.add(Party(tuple(lead.mentions)), "operator")
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

    def _partners(self, parse: Parse, chips: list[int]) -> Candidate | None:
        if not chips:
            return None
        i = next((j for j, w in enumerate(parse.lowers) if w in LISTING and j not in parse.name_at), None)
        if i is None:
            return None
        names = [m for m in parse.names if not self._is_place(m)]
        subject = parse.subject_of(i)
        subject = subject if subject.mentions else parse.lead_of(i)
        candidate = self._candidate(
            parse, i, "partnership", "partners", " ".join(parse.lowers[parse.chain_start(i) : i + 1])
        )
        candidate.add(Party(subject.mentions), "partner")
        for mention in names:
            if mention.known or self._after(parse, mention, {"with", "and", "joins", "join"}):
                candidate.add_mention(mention, "partner")
        return candidate if len(candidate.parties) > 1 else None

    def _unveiled(self, parse: Parse, chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        if not chips:
            return None
        i = self._verb(parse, self._unveil, chips, 14)
        if i is None:
            i = chips[0]
            candidate = self._candidate(parse, i, "chip_announcement", "chip", "")
            candidate.cues.add("no_verb")
            subject = self._chip_owner(parse, i)
        else:
            kind = (
                "chip_release"
                if parse.lowers[i] in {"releases", "released", "launches", "launched", "ships"}
                and re.search(r"\b(?:now|available|ships|shipping)\b", text, re.IGNORECASE)
                else "chip_announcement"
            )
            if ROADMAP.search(text) and not re.search(r"\bunveil", text, re.IGNORECASE):
                kind = "roadmap"
            elif BENCHMARK.search(text) and not parse.has({"unveils", "launches", "announces", "unveiled"}):
                kind = "benchmark"
            elif re.search(r"\btape(?:s|d)?[\s-]out\b", text, re.IGNORECASE):
                kind = "tape_out"
            candidate = self._candidate(parse, i, kind, "unveil", " ".join(parse.lowers[parse.chain_start(i) : i + 1]))
            subject = parse.subject_of(i)
            if not subject.mentions:
                subject = self._chip_owner(parse, chips[0])
            candidate.cues.add("verb=" + parse.lowers[i])
        if DELAYED.search(text):
            candidate.type, candidate.status = "delay", "delayed"
        mentions = tuple(m for m in subject.mentions if not self._is_place(m))
        candidate.add(Party(mentions, subject.descriptor), "vendor")
        return candidate

    def _chip_owner(self, parse: Parse, at: int) -> Party:
        known = [m for m in parse.names if m.last < at and not self._is_place(m)]
        near = next((m for m in reversed(known) if at - m.last <= 6), None)
        return Party((near,)) if near else parse.lead_of(at)

    def _is_place(self, mention: Mention) -> bool:
        return not mention.known and region(mention.name) is not None

    def _is_state(self, mention: Mention) -> bool:
        return self._is_place(mention) or bool(
            re.search(
                r"^(?:EU|DOJ|US DOJ|WH|White House|Congress|US Congress|Commerce Department|US Commerce Department|Pentagon|Beijing|Washington|European (?:Union|Commission))$|\b(?:Ministry|Department|Government)\b",
                mention.name,
            )
        )
