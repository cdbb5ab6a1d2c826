"""Core: an event as a frame proposes it, before it is merged, weighed and put on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dealwire.model import Category, Role
from dealwire.reference.money import FoundSum
from dealwire.reference.quantities import FoundQuantity
from streams.understand.clauses import Party
from streams.understand.linear import Key
from streams.understand.mentions import Mention
from streams.understand.tokens import Sentence


@dataclass(frozen=True, slots=True)
class Part:
    """One name of a sentence, the role it takes (None: none), and how sure that is."""

    mention: Mention
    role: Role | None
    sureness: float


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
    skeleton: tuple[str, ...] = ()
    """The bones of the sentence (`Clauses.skeleton`)."""
    bone_tokens: tuple[int, ...] = ()
    """The first token of each bone."""
    bone: int = 0
    """Where in the skeleton the trigger stands."""
    roles: dict[int, Role] = field(default_factory=dict)
    """The roles of the names of the sentence, by their place in the skeleton."""
    shapes: frozenset[Key] = frozenset()
    """What the learned models see of the sentence around the trigger."""
    look: float = 0.0
    """The chance that the first look gave the sentence."""
    sureness: float = 0.0
    """How sure the least sure of the parties is of its part."""

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

    def take(self, parts: Sequence[Part]) -> None:
        """Put these parts in the place of the frame's."""
        self.parties = []
        for part in parts:
            if part.role is not None:
                self.add_mention(part.mention, part.role)
        at = {first: bone for bone, first in enumerate(self.bone_tokens)}
        self.roles = {at[p.mention.first]: p.role for p in parts if p.role is not None and p.mention.first in at}
        self.sureness = min((p.sureness for p in parts if p.role is not None), default=0.0)

    def named(self, *roles: Role) -> list[Mention]:
        return [m for m, role, _ in self.parties if role in roles]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(m.key for m, _, _ in self.parties)
