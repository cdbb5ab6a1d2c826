"""Core: an event as a frame proposes it, before it is merged, weighed and put on record."""

from dataclasses import dataclass, field

from dealwire.model import Category, Role
from dealwire.reference.money import FoundSum
from dealwire.reference.quantities import FoundQuantity
from streams.understand.clauses import Party
from streams.understand.mentions import Mention
from streams.understand.tokens import Sentence


@dataclass
class Candidate:
    """What one frame read in one sentence."""

    category: Category
    type: str
    status: str
    frame: str
    sentence: Sentence
    trigger: tuple[int, int]
    """[start, end) of the words that gave it away, in the text of the sentence's place."""
    parties: list[tuple[Mention, Role, Sentence]] = field(default_factory=list)
    amount: FoundSum | None = None
    amount_in: Sentence | None = None
    valuation: FoundSum | None = None
    valuation_in: Sentence | None = None
    quantities: list[tuple[FoundQuantity, Sentence]] = field(default_factory=list)
    descriptor: str = ""
    background: bool = False
    status_words: tuple[int, int] | None = None
    cues: set[str] = field(default_factory=set)
    """What was noticed on the way: the features of the weighing and the reasons of the explanation."""
    ruled_out: str = ""

    def add(self, party: Party, role: Role) -> None:
        """Put a party's names into a role; who already has a part keeps it."""
        for mention in party.mentions:
            self.add_mention(mention, role)
        if (
            not party.mentions
            and party.descriptor
            and not self.descriptor
            and role in {"recipient", "target", "vendor", "operator"}
        ):
            self.descriptor = party.descriptor[:120]

    def add_mention(self, mention: Mention, role: Role, sentence: Sentence | None = None) -> None:
        if any(known.key == mention.key for known, _, _ in self.parties):
            return
        self.parties.append((mention, role, sentence or self.sentence))

    def named(self, *roles: Role) -> list[Mention]:
        return [m for m, role, _ in self.parties if role in roles]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(m.key for m, _, _ in self.parties)
