"""Core: frames of chips announced, restricted and subsidised; supply and sites are read beside them."""

import re
from collections.abc import Callable, Iterator

from streams.understand.candidate import Candidate
from streams.understand.clauses import Party
from streams.understand.grammar import Parse
from streams.understand.hardware_slots import HardwareSlots
from streams.understand.lexicon import cue
from streams.understand.status import DELAYED
from streams.understand.supply import SupplyFrames

DATA_CENTRE = cue("hardware", "data_centre")
FAB = cue("hardware", "fab")
CAPACITY = cue("hardware", "capacity")
EXPORT = cue("hardware", "export")
OFFICIAL = cue("hardware", "official")
PROGRAMME = cue("hardware", "programme")
PRICE = cue("hardware", "price")
ROADMAP = cue("hardware", "roadmap")
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
STATE_AT_MAX = 8
"""A state that acts stands at the head of its sentence."""
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
CONTROLS = cue("hardware", "controls")


class HardwareFrames(HardwareSlots):
    """Reads chips, export controls and state programmes, and gathers what the frames beside it read."""

    def __init__(self, is_company: Callable[[str], bool]) -> None:
        super().__init__(is_company)
        self._supply_frames = SupplyFrames(is_company)

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
            self._supply_frames.supply,
            self._supply_frames.fab,
            self._supply_frames.centre,
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

    def _export(self, parse: Parse, chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        if not chips or not OFFICIAL.search(text):
            return None
        found = EXPORT.search(text)
        if not found or not CONTROLS.search(text):
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

    def _programme(self, parse: Parse, _chips: list[int]) -> Candidate | None:
        text = parse.sentence.quote
        state = next((m for m in parse.names if self._is_state(m)), None)
        found = PROGRAMME.search(text)
        if (
            state is None
            or found is None
            or state.first > STATE_AT_MAX
            or not (re.search(r"chip|semiconductor|quantum|silicon", text, re.IGNORECASE))
        ):
            return None
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
        if i is None and parse.sentence.place == "body":
            return None
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
            begin = parse.chain_start(i)
            aim = "will " if parse.lowers[begin] == "to" and begin - 1 in parse.name_at else ""
            candidate = self._candidate(parse, i, kind, "unveil", aim + " ".join(parse.lowers[begin : i + 1]))
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
