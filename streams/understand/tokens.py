"""Core: words and sentences of headlines and press releases, with their places in the text as given.

A token is a word, a number, a sign or a mark. Words keep inner dots, hyphens, ampersands and apostrophes ("JD.com",
"M&S", "Toys-R-Us"), but a possessive "'s" is a token of its own, so that "Sony's gaming division" begins with a name.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

SENTENCE_CHARACTERS_MAX = 1200
"""A longer stretch without an end is cut: no sentence that tells a deal is this long."""

TOKEN = re.compile(
    r"(?P<entity>&(?:amp|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);)"
    r"|(?P<possessive>['’](?:s|S)\b|['’](?=\s))"
    r"|(?P<word>(?:[A-Z]\.){2,}|[^\W_]+(?:(?:&amp;|[.+&@]|['’](?![sS]\b)|-|‑|/(?=[A-Z]))[^\W_]+)*\+*)"
    r"|(?P<mark>\S)"
)
SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"”’')\]]*\s+(?=[\"“‘'(\[]*[A-Z0-9$€£])|\n\s*\n|\n\s*(?=[*•·–-]\s)|\s\*\s(?=[A-Z])"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|LLC|L\.P|Dr|Mr|Mrs|Ms|Jr|Sr|St|No|vs|v|approx|Nos|U\.S|U\.K|U\.N|E\.U|D\.C|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|[A-Z]|Pte|Pty|Gov|Sen|Rep|Gen|Rs|a\.m|p\.m|i\.e|e\.g|Wash|Calif|Mass|Ga|Fla|Minn"
    r"|Conn|Ind|Ont|Tenn|Va|N\.Y|N\.J|A\.I))\.\s*$"
)


class Token(NamedTuple):
    """One word or mark at [start, end) of the text."""

    text: str
    lower: str
    start: int
    end: int
    is_word: bool
    is_capitalised: bool

    @property
    def is_possessive(self) -> bool:
        return not self.is_word and self.lower in {"'s", "’s", "'", "’"} and len(self.text) <= 2


@dataclass(frozen=True)
class Sentence:
    """A stretch of the title or the body, with its tokens."""

    place: str
    number: int
    """0 for the title; then the body's sentences from 1."""
    text: str
    """The whole title or body, so that every span is one of the article's own."""
    start: int
    end: int

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(tokenise(self.text, self.start, self.end))

    @cached_property
    def is_title_case(self) -> bool:
        """Whether most words are capitalised, so that a capital says little."""
        words = [t for t in self.tokens[1:] if t.is_word and len(t.text) > 3 and t.text[0].isalpha()]
        return len(words) > 1 and sum(t.is_capitalised for t in words) > 0.62 * len(words)

    @property
    def quote(self) -> str:
        return self.text[self.start : self.end]


def tokenise(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of text[start:end], placed in the whole text.

    >>> [t.text for t in tokenise("Sony's unit buys invrs.io for $1.5B")]
    ['Sony', "'s", 'unit', 'buys', 'invrs.io', 'for', '$', '1.5B']
    """
    found = []
    for match in TOKEN.finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup
        word = match.group()
        is_word = kind in {"word", "entity"}
        found.append(Token(word, word.lower(), *match.span(), is_word, word[0].isupper()))
    return found


def split_sentences(text: str, place: str, limit: int = 60) -> list[Sentence]:
    """The sentences of a title or body, at most `limit` of them.

    >>> [s.quote for s in split_sentences("Acme Inc. buys Bolt. Terms were not disclosed.", "body")]
    ['Acme Inc. buys Bolt.', 'Terms were not disclosed.']
    """
    found: list[Sentence] = []
    first = 0 if place == "title" else 1
    start = 0
    for match in SENTENCE_END.finditer(text):
        tail = text[max(start, match.start() - 12) : match.start()]
        if match.group().count("\n") < 2 and ABBREVIATION.search(tail):
            continue
        _add(found, text, place, start, match.start(), first)
        start = match.end()
        if len(found) >= limit:
            return found
    _add(found, text, place, start, len(text), first)
    return found


def _add(found: list[Sentence], text: str, place: str, start: int, end: int, first: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Sentence(place, first + len(found), text, start, min(end, start + SENTENCE_CHARACTERS_MAX)))
