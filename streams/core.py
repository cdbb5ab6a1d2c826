"""Core: one article the whole way, from its text to the alerts it causes. The shells that need no network between the
halves (embedded, replay) take this step; the Kafka shell takes the halves apart, on either side of `events.v1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from dealwire.model import Article, Reading
from dealwire.reference.companies import Companies
from rules.book import RuleBook
from streams.pipeline import Outcome, advance, apply_correction
from streams.stories.correction import Correction
from streams.stories.memo import Memo
from streams.understand import Understander


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one article."""

    reading: Reading
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Core:
    """The rules that run, with the names and the reading that go with them."""

    book: RuleBook
    companies: Companies
    understander: Understander
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    @classmethod
    def of(cls, book: RuleBook, companies: Companies) -> Self:
        """The core for these rules: aliases that users give in watchlists win over the gazetteer's."""
        named = companies.with_aliases(book.aliases)
        return cls(book, named, Understander(named))

    def step(self, state: Mapping[str, bytes], article: Article) -> Step:
        """Understand the article and fold it; the caller applies `outcome.writes`."""
        reading = self.understander.understand(article)
        return Step(reading, advance(state, reading, self.book, self.companies, self.memo))

    def correct(self, state: Mapping[str, bytes], correction: Correction) -> Outcome:
        """Take a person's correction; the caller applies the outcome's writes."""
        return apply_correction(state, correction, self.book, self.companies, self.memo)
