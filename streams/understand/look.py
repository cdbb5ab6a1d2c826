"""Core: the first look at a sentence: which categories its words could speak of at all.

A logistic regression over single words and pairs of neighbours, with numbers by their kind. It is asked before anything
is parsed and answers at the price of a few dozen look-ups; its threshold lets nearly every sentence pass that would
give an event a fact (`training.gates`).
"""

import math
import re
from collections.abc import Mapping
from itertools import repeat
from zlib import crc32

from dealwire.model import Category
from streams.understand.linear import BIAS, Key, Logistic, chance_of
from streams.understand.tokens import Sentence

WORD = re.compile(r"[a-z][a-z'’&.-]*[a-z]|[a-z]|[$€£¥₹%]|(\d)[\d.,]*")

TITLE = "title"
"""The feature of a sentence that is one: titles tell more of a deal than bodies do."""


def keys(text: str, place: str) -> set[Key]:
    """The features of a sentence: the checksums of its words and of its pairs of neighbours, and whether it is a title.

    >>> from streams.understand.linear import lexical_key
    >>> keys("raises $5M", "body") == {lexical_key(w) for w in ("raises", "$", "#", "m", "raises $", "$ #", "# m")}
    True
    """
    words = [b"#" if m[1] else m[0].encode() for m in WORD.finditer(text.lower())]
    singles = list(map(crc32, words))
    pairs = map(crc32, words[1:], map(crc32, repeat(b" "), singles))  # a checksum goes on from what came before
    return {*singles, *pairs, TITLE} if place == TITLE else {*singles, *pairs}


class FirstLook:
    """Asks the models of all categories at once."""

    def __init__(self, models: Mapping[Category, Logistic], *, is_open: bool = False) -> None:
        """Open, it says what it thinks and lets everything pass."""
        self._least = -math.inf if is_open else 0.0
        self._categories = tuple(models)
        self._bias = [model.table[BIAS] for model in models.values()]
        seen: set[Key] = {key for model in models.values() for key in model.table}
        self._table = {key: tuple(model.table.get(key, 0.0) for model in models.values()) for key in seen - {BIAS}}

    def categories(self, sentence: Sentence) -> dict[Category, float]:
        """The categories that the sentence may speak of, with the chance of each."""
        rows = filter(None, map(self._table.get, keys(sentence.quote, sentence.place)))
        scores = [math.fsum(column) for column in zip(self._bias, *rows, strict=True)]
        return {c: chance_of(score) for c, score in zip(self._categories, scores, strict=True) if score >= self._least}
