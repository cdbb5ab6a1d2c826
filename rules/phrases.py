"""Core: which of many phrases a text holds. Words are compared folded and whole; a trailing `*` lets the last go on.

Each phrase of several words is filed under one pair of neighbouring words, the one that fewest phrases share, so that a
text asks only for the pairs it has. Scripts without spaces are taken character by character. Punctuation separates
words and is not compared: "AT&T" is two words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


_OTHER_PUNCTUATION = re.compile(r"[^\x00-\x7f\w]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_ASCII_WORDS = bytes(
    byte if byte > 0x7F else ord(chr(byte).lower()) if chr(byte).isalnum() or byte == ord("_") else ord(" ")
    for byte in range(256)
)
"""Lowers letters and blanks all that is no part of a word; what is not ASCII stays as it is."""


def words_of(text: str) -> list[str]:
    """The words of a text as phrases are compared.

    >>> words_of("Nvidia\u2019s photonic-chip plans, İzmir")
    ['nvidia', 's', 'photonic', 'chip', 'plans', 'izmir']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().replace(_DOTTED_I, "i")
        if _IS_UNSPACED.search(text):
            return _WORD.findall(text)
        text = _OTHER_PUNCTUATION.sub(" ", text)
    return text.encode("utf-8", "replace").translate(_ASCII_WORDS).decode("utf-8").split()


def fold_phrase(phrase: str) -> str:
    """The phrase as it is known from here on: its words, one space between, and its `*`; empty where it has no word.

    >>> fold_phrase("  Optical  Inter-connect* ")
    'optical inter connect*'
    """
    words = " ".join(words_of(phrase))
    return words + "*" if words and phrase.rstrip().endswith("*") else words


@dataclass(slots=True)
class _Filed:
    """Phrases filed under two neighbouring words, or under one: found with them, or to be looked for."""

    found: tuple[str, ...] = ()
    sought: tuple[tuple[str, str], ...] = ()
    """With what must stand in the words, one space between and around."""


class PhraseIndex:
    """Phrases (as fold_phrase makes them), ready to be looked for. Never changed once built."""

    def __init__(self, phrases: Iterable[str]) -> None:
        distinct = {phrase: tuple(phrase.removesuffix("*").split()) for phrase in phrases}
        self._size = len(distinct)
        self._filed: dict[str, dict[str, _Filed]] = {}
        self._alone: dict[str, _Filed] = {}
        self._prefixes: dict[str, str] = {}
        shared: Counter[tuple[str, str]] = Counter()
        for phrase, words in distinct.items():
            shared.update(_whole_pairs(phrase, words))
        for phrase, words in distinct.items():
            self._file(phrase, words, shared)
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._prefixes}))

    def _file(self, phrase: str, words: tuple[str, ...], shared: Mapping[tuple[str, str], int]) -> None:
        is_prefix = phrase.endswith("*")
        if is_prefix and len(words) == 1:
            self._prefixes[words[0]] = phrase
            return
        pairs = _whole_pairs(phrase, words)
        if pairs:
            first, second = min(pairs, key=lambda pair: (shared[pair], pair))
            filed = self._filed.setdefault(first, {}).setdefault(second, _Filed())
        else:
            filed = self._alone.setdefault(words[0], _Filed())
        if is_prefix or len(words) > 2:
            needle = f" {phrase[:-1]}" if is_prefix else f" {phrase} "
            filed.sought = (*filed.sought, (phrase, needle))
        else:
            filed.found = (*filed.found, phrase)

    def __len__(self) -> int:
        return self._size

    def find(self, title: str, body: str = "") -> frozenset[str]:
        """The phrases that stand in the title or in the body."""
        words = words_of(title)
        if body:
            words += (_BREAK, *words_of(body))
        if not words:
            return frozenset()
        after = zip(map(self._filed.get, words), [*words[1:], _BREAK], strict=True)
        filed = [seconds[second] for seconds, second in after if seconds is not None and second in seconds]
        alone = self._alone
        found = {phrase for word in words if word in alone for phrase in alone[word].found}
        sought = [one for word in words if word in alone for one in alone[word].sought]
        for one in filed:
            found.update(one.found)
            sought += one.sought
        if sought:
            run = f" {' '.join(words)} "
            found.update(phrase for phrase, needle in sought if needle in run)
        if self._prefixes:
            found.update(self._find_prefixes(set(words)))
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
