"""Core: a text with the words behind its facts marked: spans that may overlap in, pieces that do not out."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from dealwire.model import Quote


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and the facts that all of it proves."""

    text: str
    facts: tuple[str, ...] = ()
    anchor: str = ""
    """The fact whose words begin here: a link to the fact leads here."""


def marked(text: str, quotes: Iterable[Quote]) -> tuple[Piece, ...]:
    """The text in pieces. Quotes that do not stand where they say, as of another revision, are left out.

    >>> from dealwire.model import Quote
    >>> quote = Quote(article="a", fact="amount", place="title", start=7, end=11, quote="$50M")
    >>> [(piece.text, piece.facts) for piece in marked("raises $50M now", [quote])]
    [('raises ', ()), ('$50M', ('amount',)), (' now', ())]
    """
    true = [quote for quote in quotes if 0 <= quote.start < quote.end and text[quote.start : quote.end] == quote.quote]
    bounds = sorted({0, len(text), *(q.start for q in true), *(q.end for q in true)})
    begun: set[str] = set()
    pieces = []
    for start, end in pairwise(bounds):
        facts = tuple(dict.fromkeys(q.fact for q in true if q.start <= start and end <= q.end))
        fresh = next((q.fact for q in true if q.start == start and q.fact not in begun), "")
        begun.add(fresh)
        pieces.append(Piece(text[start:end], facts, fresh))
    return tuple(pieces)


def excerpt(pieces: Iterable[Piece], around: int) -> tuple[Piece, ...]:
    """The pieces with long unmarked runs shortened to `around` characters beside what is marked."""
    held = tuple(pieces)
    return tuple(
        piece
        if piece.facts
        else Piece(_shortened(piece.text, around, at_start=number == 0, at_end=number == len(held) - 1))
        for number, piece in enumerate(held)
    )


def _shortened(text: str, around: int, *, at_start: bool, at_end: bool) -> str:
    if at_start and at_end:
        return text if len(text) <= 2 * around else f"{text[: 2 * around].rstrip()} …"
    if at_start:
        return text if len(text) <= around else f"… {text[-around:].lstrip()}"
    if at_end:
        return text if len(text) <= around else f"{text[:around].rstrip()} …"
    return text if len(text) <= 2 * around else f"{text[:around].rstrip()} … {text[-around:].lstrip()}"
