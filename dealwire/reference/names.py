"""Core: how a company's name is compared: case, punctuation and legal form gone."""

import functools
import re

from dealwire.reference.table import read_lines

_PUNCTUATION = re.compile(r"[^\w&.+\- ]")
_NOT_WORD = re.compile(r"[^\w]+")
_REMEMBERED_NAMES = 1 << 16


@functools.cache
def _suffix() -> re.Pattern[str]:
    words = sorted(read_lines("legal_suffixes.txt"), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(words)})\b\.?")


@functools.cache
def _suffix_at_end() -> re.Pattern[str]:
    words = sorted(set(read_lines("legal_suffixes.txt")) - {"the", "group", "holding", "holdings"}, key=len)
    dotted = "|".join((*words, r"s\.a\.", r"n\.v\.", r"b\.v\.", r"s\.p\.a\.", r"pvt", r"private(?= limited| ltd)"))
    return re.compile(rf"(?<=\w)(?:,? +(?:{dotted})\b\.?)+ *$", re.IGNORECASE)


@functools.lru_cache(_REMEMBERED_NAMES)
def fold_name(name: str) -> str:
    """The name as compared. A name made of nothing but legal words keeps them.

    >>> fold_name("Boss Semiconductor Co., Ltd.")
    'bosssemiconductor'
    >>> fold_name("The Limited")
    'thelimited'
    """
    folded = _PUNCTUATION.sub(" ", name.casefold())
    return _NOT_WORD.sub("", _suffix().sub(" ", folded)) or _NOT_WORD.sub("", folded)


def bare_name(name: str) -> str:
    """The name as written, without a legal form at its end.

    >>> bare_name("Marvell Technology, Inc.")
    'Marvell Technology'
    """
    return _suffix_at_end().sub("", name) or name
