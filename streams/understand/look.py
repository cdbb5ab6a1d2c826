"""Core: the first look at a sentence: which categories its words could speak of at all.

A logistic regression over single words and pairs of neighbours, with numbers by their kind. It is asked before anything
is parsed and answers at the price of a few dozen look-ups; its threshold lets nearly every sentence pass that tells an
event (`train.LOOK_RECALL`).
"""

import itertools
import re
from collections.abc import Mapping

from dealwire.model import Category
from streams.understand.linear import Key, Logistic, lexical_key

WORD = re.compile(r"[a-z][a-z'’&.-]*[a-z]|[a-z]|[$€£¥₹%]|(\d)[\d.,]*")


def keys(text: str) -> list[Key]:
    """The features of a sentence."""
    words = ["#" if m[1] else m[0] for m in WORD.finditer(text.lower())]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(words)]
    return [lexical_key(w) for w in {*words, *pairs}]


class FirstLook:
    """Asks the model of each category."""

    def __init__(self, models: Mapping[Category, Logistic]) -> None:
        self._models = models

    def categories(self, text: str) -> dict[Category, float]:
        """The categories that the text may speak of, with the chance of each."""
        found = keys(text)
        chances = {category: model.probability(found) for category, model in self._models.items()}
        return {category: chance for category, chance in chances.items() if chance >= 0.5}
