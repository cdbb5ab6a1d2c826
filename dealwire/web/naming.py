"""Shell: companies by what people call them: by name, alias or former name, whole or begun.

A story names a company once; the gazetteer and the watchlists know what else it goes by.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
    aliased = [company.id for company in companies if any(folded in fold_name(one) for one in company.aliases)]
    return browse.companies(connection, folded, aliased) if folded else []


def suggested(connection: sqlite3.Connection, text: str, companies: Companies, *, sentence: bool) -> list[Suggestion]:
    """The companies with a name or alias that begins as typed, those of most stories first.

    In a `sentence` the name is at the end: "everything on Boss Semi" begins "Boss Semiconductor".
    """
    for typed in ends(text) if sentence else (text.strip(),):
        folded = fold_name(typed)
        if len(folded) < LETTERS_MIN:
            continue
        aliases = _aliases(typed, companies)
        rows = browse.companies_that_begin(connection, folded, typed, list(aliases), SUGGESTED_MAX)
        if rows:
            return [_suggestion(row, typed, aliases) for row in rows]
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


def begins(name: str, typed: str) -> bool:
    """Whether the name, or one of its words, begins as typed.

    >>> begins("Boss Semiconductor", "semi"), begins("Amazon.com", "zon")
    (True, False)
    """
    return fold_name(name).startswith(fold_name(typed)) or f" {typed.casefold()}" in f" {name.casefold()}"


def _aliases(typed: str, companies: Companies) -> Mapping[str, str]:
    """By the key of each company that goes by such an alias: the alias."""
    found = ((company.id, next((one for one in company.aliases if begins(one, typed)), "")) for company in companies)
    return {key: alias for key, alias in found if alias}


def _suggestion(row: CompanyRow, typed: str, aliases: Mapping[str, str]) -> Suggestion:
    known_as = "" if begins(row.name, typed) else aliases.get(row.key, "")
    return Suggestion(row.key, row.name, known_as, typed, row.stories)
