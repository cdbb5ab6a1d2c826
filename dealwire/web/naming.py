"""Shell: companies by what people call them: by name, alias or former name, whole or begun.

A story names a company once; the gazetteer and the watchlists know what else it goes by.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from dealwire.store import browse
from dealwire.store.browse import CompanyRow
from dealwire.web.search import CATEGORIES, PASSED_OVER

WORD = re.compile(r"\S+")
NAME_WORDS_MAX = 4
"""Of a sentence's end, so many words are tried as a name."""
LETTERS_MIN = 2
SUGGESTED_MAX = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A company that the typed text may mean."""

    key: str
    name: str
    known_as: str
    """The alias that begins as typed; empty where the name itself does."""
    typed: str
    """What of the text the name would take the place of."""
    stories: int


def called(connection: sqlite3.Connection, name: str, companies: Companies) -> list[CompanyRow]:
    """The companies with a name or alias that holds `name`, those of most stories first; all where it is empty."""
    if not name:
        return browse.companies(connection)
    folded = fold_name(name)
    aliased = {alias.key for alias in aliases_of(companies) if folded in alias.folded}
    return browse.companies(connection, folded, sorted(aliased)) if folded else []


def suggested(connection: sqlite3.Connection, text: str, companies: Companies, *, sentence: bool) -> list[Suggestion]:
    """The companies with a name or alias that begins as typed, those of most stories first; then those with a word so.

    In a `sentence` the name is at the end: "everything on Boss Semi" begins "Boss Semiconductor".
    """
    for typed in ends(text) if sentence else (text.strip(),):
        folded = fold_name(typed)
        if len(folded) < LETTERS_MIN:
            continue
        aliases = {alias.key: alias.name for alias in reversed(aliases_of(companies)) if alias.begins(folded, typed)}
        rows = browse.companies_that_begin(connection, folded, list(aliases), SUGGESTED_MAX)
        if len(rows) < SUGGESTED_MAX and WORD.fullmatch(typed):
            found = browse.companies_with_word(connection, typed, SUGGESTED_MAX)
            rows += [row for row in found if row not in rows]
        if rows:
            return [_suggestion(row, typed, aliases) for row in rows[:SUGGESTED_MAX]]
    return []


def ends(text: str) -> Iterator[str]:
    """The last words that may be the beginning of a name, the longest run first; none once a word is finished.

    >>> list(ends("everything on Boss Semi"))
    ['everything on Boss Semi', 'on Boss Semi', 'Boss Semi', 'Semi']
    >>> list(ends("chips over $100M since "))
    []
    """
    words = [] if text[-1:].isspace() else list(WORD.finditer(text))[-NAME_WORDS_MAX:]
    for word in words:
        typed = text[word.start() :]
        if typed.casefold() not in PASSED_OVER and typed.casefold() not in CATEGORIES:
            yield typed


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of a company, ready to be compared."""

    key: str
    name: str
    folded: str

    def begins(self, folded: str, typed: str) -> bool:
        """Whether it, or one of its words, begins as typed.

        >>> alias = Alias("x", "Boss Semiconductor", "bosssemiconductor")
        >>> alias.begins("bosss", "Boss S"), alias.begins("semi", "semi"), alias.begins("oss", "oss")
        (True, True, False)
        """
        return self.folded.startswith(folded) or f" {typed.casefold()}" in f" {self.name.casefold()}"


@lru_cache(2)
def aliases_of(companies: Companies) -> tuple[Alias, ...]:
    """Every other name that is known; they change with the watchlists only."""
    return tuple(Alias(one.id, name, fold_name(name)) for one in companies for name in one.aliases)


def _suggestion(row: CompanyRow, typed: str, aliases: Mapping[str, str]) -> Suggestion:
    named = Alias(row.key, row.name, fold_name(row.name)).begins(fold_name(typed), typed)
    return Suggestion(row.key, row.name, "" if named else aliases.get(row.key, ""), typed, row.stories)
