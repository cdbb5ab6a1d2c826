"""Core: a multinomial logistic regression over named features, shipped as a table of numbers.

The features of a model are strings; one that tells of words of the text ("w:…") is kept under its checksum, so that the
table holds no text. `training.train` makes the tables.

Features come as sets, whose order differs from process to process: weights are summed by `fsum`, which gives the same
number in any order. A last digit would else decide now and then, and two workers would read one article in two ways.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import repeat
from typing import Any
from zlib import crc32

import orjson

from dealwire.model import Category

LEXICAL = "w:"
BIAS = "bias"

Key = str | int
"""A feature as the tables know it."""


def lexical_key(words: str) -> Key:
    """The key of a feature that tells of words."""
    return crc32(words.encode())


def key_of(feature: str) -> Key:
    """The key of a feature: its name, or its checksum where it tells of words."""
    return crc32(feature.encode()) if feature.startswith(LEXICAL) else feature


def chance_of(score: float) -> float:
    """The logistic function.

    >>> chance_of(0.0)
    0.5
    """
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


@dataclass(frozen=True)
class Linear:
    """Classes, and for each feature a weight per class."""

    classes: tuple[str, ...]
    table: Mapping[Key, tuple[float, ...]]

    def probabilities(self, keys: Iterable[Key]) -> dict[str, float]:
        """P(class | features), by softmax.

        >>> Linear(("a", "b"), {"bias": (0.0, 0.0), "x": (0.0, 0.0)}).probabilities(["x"])
        {'a': 0.5, 'b': 0.5}
        """
        table = self.table
        rows = list(filter(None, map(table.get, keys)))
        rows.append(table[BIAS])
        scores = [math.fsum(column) for column in zip(*rows, strict=True)]
        top = max(scores)
        shares = [math.exp(s - top) for s in scores]
        total = sum(shares)
        return {c: share / total for c, share in zip(self.classes, shares, strict=True)}

    def likeliest(self, keys: Iterable[Key]) -> str:
        """The class of the highest chance; the first by name among equals."""
        chances = self.probabilities(keys)
        return max(sorted(chances), key=chances.__getitem__)


@dataclass(frozen=True)
class Logistic:
    """A logistic regression of one question: for each feature a weight for yes."""

    table: Mapping[Key, float]

    def probability(self, keys: Iterable[Key]) -> float:
        """P(yes | features).

        >>> Logistic({"bias": 0.0}).probability(["unknown"])
        0.5
        """
        score = math.fsum((self.table[BIAS], *map(self.table.get, keys, repeat(0.0))))
        return chance_of(score)


@cache
def bundled_linear(name: str) -> Mapping[Category, Linear]:
    """The model of each category that ships under `data/<name>.json`."""
    one = _Pool()
    return {
        category: Linear(tuple(model["classes"]), {key_named(f): tuple(map(one, w)) for f, w in model["table"].items()})
        for category, model in _document(name)["models"].items()
    }


@cache
def bundled_logistic(name: str) -> Mapping[Category, Logistic]:
    """The same for models of one question."""
    one = _Pool()
    return {
        category: Logistic({key_named(f): one(w) for f, w in model["table"].items()})
        for category, model in _document(name)["models"].items()
    }


class _Pool(dict[float, float]):
    """Gives equal weights as one object: rounded as they are, a few thousand stand for a million."""

    def __call__(self, weight: float) -> float:
        return self.setdefault(weight, weight)


def _document(name: str) -> dict[str, Any]:
    text = files("streams.understand").joinpath("data", f"{name}.json").read_bytes()
    document: dict[str, Any] = orjson.loads(text)
    return document


def key_named(name: str) -> Key:
    """The key that a table on disk holds under this name."""
    return int(name) if name.isdigit() else name
