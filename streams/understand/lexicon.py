"""Core: the word lists and frame tables of the understanding, read once from `data/` (constants of the package)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def _text(name: str) -> str:
    return files("streams.understand").joinpath("data", name).read_text(encoding="utf-8")


@cache
def table(name: str) -> Mapping[str, Any]:
    """The YAML table `name` of the data folder."""
    loaded: Mapping[str, Any] = yaml.load(_text(name + ".yaml"), Loader=yaml.CSafeLoader)
    return loaded


@cache
def word_list(table_name: str, key: str, *, fold: bool = False) -> frozenset[str]:
    """The words of one entry of a table, as a set."""
    words = str(table(table_name)[key]).replace("_", " ").split()
    return frozenset(w.lower() for w in words) if fold else frozenset(words)


@cache
def common_words() -> frozenset[str]:
    """Words that the news writes in lower case."""
    return frozenset(line for line in _text("common_words.txt").splitlines() if not line.startswith("#"))
