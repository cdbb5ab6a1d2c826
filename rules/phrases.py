"""Core: which of many phrases a text holds. Words are compared folded and whole; a trailing `*` lets the last go on.

Each phrase of several words is filed under one pair of neighbouring words, the one that fewest phrases share, so that a
text asks only for the pairs it has. Scripts without spaces are taken character by character. Punctuation separates
words and is not compared: "AT&T" is two words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Thai, Lao, kana, Han, and Hangul, whose particles follow a name without a space."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_DOTTED_I = "i\u0307"
"""What the Turkish capital İ folds to."""
_BREAK = "\n"
"""Stands between title and body, and is no word: no phrase runs over it."""
PHRASE_CHARACTERS_MAX = 200


def words_of(text: str) -> list[str]:
    """The words of a text as phrases are compared.

    >>> words_of("Nvidia\u2019s photonic-chip plans, İzmir")
    ['nvidia', 's', 'photonic', 'chip', 'plans', 'izmir']
    """
    if text.isascii():
        return _WORD.findall(text.lower())
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().replace(_DOTTED_I, "i")
    return _WORD.findall(folded)


def fold_phrase(phrase: str) -> str:
    """The phrase as it is known from here on: its words, one space between, and its `*`; empty where it has no word.

    >>> fold_phrase("  Optical  Inter-connect* ")
    'optical inter connect*'
    """
    words = " ".join(words_of(phrase))
    return words + "*" if words and phrase.rstrip().endswith("*") else words


class PhraseIndex:
    """Phrases (as fold_phrase makes them), ready to be looked for. Never changed once built."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._words: dict[str, tuple[str, ...]] = {}
        self._pairs: dict[tuple[str, str], tuple[str, ...]] = {}
        self._prefixes: dict[str, str] = {}
        self._prefix_lengths: tuple[int, ...] = ()
        self._build({phrase: tuple(phrase.removesuffix("*").split()) for phrase in phrases})

    def _build(self, phrases: dict[str, tuple[str, ...]]) -> None:
        shared: Counter[tuple[str, str]] = Counter()
        for phrase, words in phrases.items():
            shared.update(_whole_pairs(phrase, words))
        by_word: dict[str, list[str]] = {}
        by_pair: dict[tuple[str, str], list[str]] = {}
        for phrase, words in phrases.items():
            pairs = _whole_pairs(phrase, words)
            if pairs:
                by_pair.setdefault(min(pairs, key=lambda pair: (shared[pair], pair)), []).append(phrase)
            elif len(words) == 1 and phrase.endswith("*"):
                self._prefixes[words[0]] = phrase
            elif words:
                by_word.setdefault(words[0], []).append(phrase)
        self._words = {word: tuple(found) for word, found in by_word.items()}
        self._pairs = {pair: tuple(found) for pair, found in by_pair.items()}
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._prefixes}))

    def __len__(self) -> int:
        return sum(map(len, self._words.values())) + sum(map(len, self._pairs.values())) + len(self._prefixes)

    def find(self, title: str, body: str = "") -> frozenset[str]:
        """The phrases that stand in the title or in the body."""
        words = words_of(title)
        if body:
            words += (_BREAK, *words_of(body))
        distinct = set(words)
        near = [phrase for word in distinct & self._words.keys() for phrase in self._words[word]]
        if self._pairs:
            neighbours = set(pairwise(words))
            near += [phrase for pair in neighbours & self._pairs.keys() for phrase in self._pairs[pair]]
        found = set()
        if near:
            run = f" {' '.join(words)} "
            for phrase in near:
                if (f" {phrase[:-1]}" if phrase[-1] == "*" else f" {phrase} ") in run:
                    found.add(phrase)
        if self._prefixes:
            found.update(self._find_prefixes(distinct))
        return frozenset(found)

    def _find_prefixes(self, distinct: set[str]) -> Iterable[str]:
        for length in self._prefix_lengths:
            beginnings = {word[:length] for word in distinct}
            for prefix in beginnings & self._prefixes.keys():
                yield self._prefixes[prefix]


def _whole_pairs(phrase: str, words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The phrase's pairs of neighbours that stand in a text as they are: not its last, where that is a prefix."""
    whole = words[:-1] if phrase.endswith("*") else words
    return list(pairwise(whole))


def span_of(phrase: str, text: str) -> tuple[int, int] | None:
    """Where a phrase (as fold_phrase makes it) first stands in a text, in its code points; None where it does not."""
    words = phrase.removesuffix("*").split()
    places = [(found, match.start(), match.end()) for match in _SAID.finditer(text) for found in words_of(match[0])]
    said = [word for word, _, _ in places]
    size = len(words)
    for at in range(len(said) - size + 1):
        last = said[at + size - 1]
        ends = last.startswith(words[-1]) if phrase.endswith("*") else last == words[-1]
        if ends and said[at : at + size - 1] == words[:-1]:
            return places[at][1], places[at + size - 1][2]
    return None


_SAID = re.compile(rf"[{_UNSPACED}]|(?:[^\W{_UNSPACED}]|[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff])+")
