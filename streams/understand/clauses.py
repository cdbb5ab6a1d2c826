"""Core: a sentence with its names and sums, cut into clauses, and what leads each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from dealwire.reference.money import FoundSum, find_sums
from dealwire.reference.quantities import FoundQuantity, find_quantities
from streams.understand.lexicon import word_list
from streams.understand.mentions import Mention, NameFinder
from streams.understand.tokens import Sentence, Token

BREAKS = frozenset({";", ":", "—", "–", "|", "•", "!", "?", "…"})
CLAUSE_OPENERS = frozenset(
    {"as", "after", "while", "amid", "before", "because", "but", "although", "though", "when", "where", "since"}
)
RELATIVES = frozenset({"which", "who", "whose", "that"})


@dataclass(frozen=True, slots=True)
class Party:
    """A noun phrase that takes part: its names, or how it is called where it has none."""

    mentions: tuple[Mention, ...] = ()
    descriptor: str = ""
    start: int = 0
    end: int = 0
    relative: bool = False
    """Whether the verb stood in a relative clause about it ("Yupp, which raised …")."""
    owner: Mention | None = None
    """Whose it is: "Sony's gaming division"."""
    of_owner: bool = False
    """Whether the mention is itself the owner, because the thing has no name."""


NOBODY = Party()


class Clauses:
    """The clauses of a sentence."""

    def __init__(self, sentence: Sentence, names: NameFinder) -> None:
        self.sentence = sentence
        self.tokens: tuple[Token, ...] = sentence.tokens
        self.lowers = [t.lower for t in self.tokens]
        self._finder = names

    @cached_property
    def names(self) -> tuple[Mention, ...]:
        return self._finder.find(self.sentence)

    @cached_property
    def name_at(self) -> dict[int, Mention]:
        return {i: m for m in self.names for i in range(m.first, m.last + 1)}

    @cached_property
    def sums(self) -> tuple[FoundSum, ...]:
        offset = self.sentence.start
        found = find_sums(self.sentence.quote)
        return tuple(FoundSum(money=s.money, start=s.start + offset, end=s.end + offset, per=s.per) for s in found)

    @cached_property
    def sum_tokens(self) -> dict[int, FoundSum]:
        return {i: s for i, t in enumerate(self.tokens) for s in self.sums if s.start <= t.start < s.end}

    @cached_property
    def quantities(self) -> tuple[FoundQuantity, ...]:
        offset = self.sentence.start
        return tuple(
            FoundQuantity(quantity=q.quantity, start=q.start + offset, end=q.end + offset)
            for q in find_quantities(self.sentence.quote)
        )

    @cached_property
    def skeleton(self) -> tuple[tuple[str, int], ...]:
        """The sentence's words with names, sums and numbers by their kind, each with its first token.

        "Acme raises $5 million" is N raises $: what news is told with, whoever and however much it is about.
        """
        bones: list[tuple[str, int]] = []
        i = 0
        while i < len(self.tokens):
            mention = self.name_at.get(i)
            if mention is not None:
                bones.append(("K" if mention.known else "N", i))
                i = mention.last + 1
                continue
            found = self.sum_tokens.get(i)
            if found is not None:
                bones.append(("$", i))
                while i < len(self.tokens) and self.sum_tokens.get(i) is found:
                    i += 1
                continue
            bones.append(("#" if self.lowers[i][:1].isdigit() else self.lowers[i], i))
            i += 1
        return tuple(bones)

    def bone_at(self, token: int) -> int:
        """The place in the skeleton of a token."""
        return bisect_right([i for _, i in self.skeleton], token) - 1

    def token_at(self, offset: int) -> int:
        """The index of the first token that starts at or behind `offset`."""
        return bisect_left(self._starts, offset)

    def trigger_at(self, offset: int) -> int:
        """The token that holds the word at `offset`, where a pattern found it inside one ("merger-arb")."""
        return max(0, bisect_right(self._starts, offset) - 1)

    @cached_property
    def _starts(self) -> list[int]:
        return [t.start for t in self.tokens]

    def has(self, words: Iterable[str], first: int = 0, last: int | None = None) -> bool:
        wanted = frozenset(words)
        return any(w in wanted for w in self.lowers[max(first, 0) : last])

    @cached_property
    def segment_starts(self) -> list[int]:
        """Where clauses begin: behind a semicolon, colon or dash, and at "as", "after", "while"."""
        starts = [0]
        for i, token in enumerate(self.tokens):
            if (
                token.text in BREAKS
                or (token.text == "-" and i > 0 and token.start > self.tokens[i - 1].end)
                or (token.lower in CLAUSE_OPENERS and i and not self._is_preposition_as(i))
            ):
                starts.append(i + 1)
        return starts

    def _is_preposition_as(self, i: int) -> bool:
        if self.lowers[i] != "as":
            return False
        if i and self.lowers[i - 1] in {"such", "well", "much", "soon", "long"}:
            return True
        following = self.lowers[i + 1 : i + 3]
        return (
            not following
            or following[0]
            in {"the", "a", "an", "its", "part", "soon", "much", "many", "well", "early", "it's", "of", "first"}
            or i in self.sum_tokens
        )

    def segment(self, i: int) -> tuple[int, int]:
        """The first token of the clause around i, and the first behind it."""
        starts = self.segment_starts
        behind = bisect_right(starts, i)
        return starts[behind - 1], starts[behind] if behind < len(starts) else len(self.tokens)

    def lead_of(self, i: int) -> Party:
        """The noun phrase that leads the clause around i: its subject, where the verb stands far behind it."""
        start, _ = self.segment(i)
        found = self._lead_from(start, i)
        if found.mentions or found.descriptor:
            return found
        return self._lead_from(0, i) if start else NOBODY

    def _lead_from(self, start: int, limit: int) -> Party:
        verbs = _words("finite_verbs")
        i = start
        run: list[Mention] = []
        while i < limit:
            word = self.lowers[i]
            mention = self.name_at.get(i)
            if mention is not None:
                run.append(mention)
                i = mention.last + 1
                continue
            if word == "(":
                i = self._skip_parenthesis(i)
                continue
            if word == "," and run and self._list_goes_on(i):
                i += 1
                continue
            if word in {"and", "&"} and run and self.name_at.get(i + 1):
                i += 1
                continue
            if (
                word in verbs
                or word in RELATIVES
                or word == ","
                or (run and word in {"of", "from", "at", "in", "for", "to", "with", "on", "by"})
            ):
                break
            if run and self.tokens[i].is_possessive:
                i += 1
                continue
            i += 1
        if run:
            return self._heads(run)
        return self._descriptor(start, i) if i > start else NOBODY

    def _list_goes_on(self, comma: int) -> bool:
        """Whether a comma joins names to a list: "Anthropic, Blackstone, and Hellman & Friedman"."""
        i = comma + 1
        if i < len(self.lowers) and self.lowers[i] == "and":
            i += 1
        mention = self.name_at.get(i)
        if mention is None:
            return False
        j = mention.last + 1
        if j < len(self.tokens) and self.tokens[j].is_possessive:
            return self.lowers[comma + 1] == "and"
        return j < len(self.lowers) and (self.lowers[j] in {",", "and", "&"} or self.lowers[comma + 1] == "and" or True)

    def _skip_parenthesis(self, i: int) -> int:
        for j in range(i + 1, min(i + 24, len(self.tokens))):
            if self.tokens[j].text == ")":
                return j + 1
        return i + 1

    def _heads(self, run: list[Mention]) -> Party:
        """The names that a run means: the last of a compound ("Acme CEO Jo Ray's Bolt"), all of a list."""
        heads = [run[-1]]
        for earlier, later in zip(reversed(run[:-1]), reversed(run[1:]), strict=True):
            between = self.lowers[earlier.last + 1 : later.first]
            if between and set(between) <= {",", "and", "&", "the"}:
                heads.append(earlier)
            else:
                break
        heads.reverse()
        last = run[-1]
        owner = next((m for m in run[:-1] if m.possessive and m not in heads), None)
        return Party(tuple(heads), "", heads[0].start, last.end, owner=owner, of_owner=last.possessive)

    def _descriptor(self, first: int, behind: int) -> Party:
        """A phrase without a name, as the text calls it."""
        while first < behind and self.lowers[first] in {
            "the",
            "a",
            "an",
            "this",
            "these",
            "that",
            ",",
            "“",
            "”",
            '"',
            "exclusive",
            "sources",
            "and",
        }:
            first += 1
        if first >= behind:
            return NOBODY
        start, end = self.tokens[first].start, self.tokens[behind - 1].end
        return Party((), self.sentence.text[start:end], start, end)


def _words(key: str) -> frozenset[str]:
    return word_list("grammar", key)
