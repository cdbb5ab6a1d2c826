"""Core: what all frames of hardware share: who takes part, and the figures."""

from collections.abc import Callable

from dealwire.model import Role
from dealwire.reference.places import region
from streams.understand.candidate import Candidate
from streams.understand.figures import roles_of, sums_with
from streams.understand.grammar import Parse
from streams.understand.lexicon import cue, table, word_list
from streams.understand.mentions import Mention
from streams.understand.status import Telling
from streams.understand.tokens import Sentence

STATE_BODY = cue("hardware", "state_body")


class HardwareSlots:
    """The slots of a hardware event."""

    def __init__(self, is_company: Callable[[str], bool]) -> None:
        self._is_company = is_company
        self._products = word_list("words", "products")
        words = table("frames")["hardware"]
        self._hard = frozenset(words["hard_chip_nouns"].split())
        self._unveil = frozenset(words["unveil_verbs"].split())
        self._buy = frozenset(words["buy_verbs"].split())
        self._deals = frozenset(words["deal_nouns"].split())
        self._build = frozenset(words["build_verbs"].split())
        self._price = frozenset(words["price_words"].split())

    def _candidate(self, parse: Parse, i: int, kind: str, frame: str, chain: str = "") -> Candidate:
        status = Telling(parse, 0, len(parse.tokens)).hardware(chain=chain)
        token = parse.tokens[i]
        return Candidate(
            "hardware", kind, status.value, frame, parse.sentence, (token.start, token.end), status_words=status.words
        )

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
                    known=True,
                )
        return mention

    def _pair_of(self, mention: Mention) -> tuple[Mention, ...]:
        """The two makers of "Nvidia-Groq", where both are known; else the mention."""
        left, dash, right = mention.name.partition("-")
        if mention.known or not dash or not (self._is_company(left) and self._is_company(right)):
            return (mention,)
        cut = mention.start + len(left)
        return (
            Mention(left, mention.first, mention.last, mention.start, cut, known=True),
            Mention(right, mention.first, mention.last, cut + 1, mention.end, known=True),
        )

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

    def _is_place(self, mention: Mention) -> bool:
        return not mention.known and region(mention.name) is not None

    def _is_state(self, mention: Mention) -> bool:
        return self._is_place(mention) or bool(STATE_BODY.search(mention.name))

    def _near(self, mention: Mention, things: list[int]) -> bool:
        return any(0 < j - mention.last <= 4 for j in things)

    def _after(self, parse: Parse, mention: Mention, words: set[str]) -> bool:
        return mention.first > 0 and parse.lowers[mention.first - 1] in words
