"""Core: the word lists and frame tables of the understanding, read once from `data/` (constants of the package)."""

import re
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


@cache
def cue(module: str, name: str) -> re.Pattern[str]:
    """The regular expression of a cue."""
    entry = table("cues")[module][name]
    return re.compile(entry["pattern"], 0 if entry["case"] else re.IGNORECASE)


@cache
def rule_outs() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """The rule-outs: their name, whether they look at the title or at any text, and their pattern."""
    return tuple(
        (name, entry["where"], re.compile(entry["pattern"], 0 if entry["case"] else re.IGNORECASE))
        for name, entry in table("cues")["rule_outs"].items()
    )


@cache
def word_classes() -> Mapping[str, tuple[str, str]]:
    """The broad and the narrow class of each word of the news, by the company it keeps."""
    lines = (line.split(" ") for line in _text("word_classes.txt").splitlines() if not line.startswith("#"))
    return {word: (f"B{broad}", f"C{narrow}") for word, broad, narrow in lines}
