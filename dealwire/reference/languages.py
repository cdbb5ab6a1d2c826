"""Core: which language a text is in. English unless sure otherwise: a headline wrongly passed over is a deal lost."""

import functools
import re

from dealwire.reference.table import read_lines, read_rows

ENGLISH = "en"

_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ja", "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"),
    ("ko", "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("ru", "\u0400-\u052f"),
    ("ar", "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("gu", "\u0a80-\u0aff"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("th", "\u0e00-\u0e7f"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("ka", "\u10a0-\u10ff"),
    ("hy", "\u0530-\u058f"),
)
"""ISO 639-1 codes by block, the telling ones first: Japanese has Han characters too. A script of several languages
carries the code of the one most read; Ukrainian is told from Russian by its own letters."""

_OTHER_SCRIPTS = frozenset(code for code, _ in _SCRIPTS) | {"uk", "fa"}
_OTHER_SCRIPT = re.compile(f"[{''.join(block for _, block in _SCRIPTS)}]")
_BY_SCRIPT = tuple((code, re.compile(f"[{block}]")) for code, block in _SCRIPTS)
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_PERSIAN = re.compile("[پچژگ]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LINK = re.compile(r"https?:\S+")
_READ_CHARACTERS = 400
"""A language shows within its first sentences."""

_ENGLISH_WORDS = frozenset(read_lines("english_words.txt"))
_LEAST_HITS = 2
_LEAST_PLAIN_HITS = 3
"""Without an accent, two short words may be names or abbreviations in English."""
_LEAST_SHARE = 0.18
"""Function words make up a third of running text; headlines drop some."""


@functools.cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """The languages that each function word marks."""
    marks: dict[str, list[str]] = {}
    for row in read_rows("function_words.tsv"):
        for word in row["words"].split():
            marks.setdefault(word, []).append(row["language"])
    return {word: tuple(codes) for word, codes in marks.items() if word not in _ENGLISH_WORDS and len(word) > 1}


def detect(text: str) -> str:
    """The text's language as ISO 639-1, "en" where nothing else is certain.

    >>> detect("Nvidia buys a chip start-up"), detect("Der Konzern will das Werk in Dresden nicht bauen")
    ('en', 'de')
    """
    head = text[:_READ_CHARACTERS]
    if not head.isascii() and _OTHER_SCRIPT.search(head):
        return _by_script(head)
    return _by_words(head)


def is_english_title(title: str, language: str) -> bool:
    """Whether a title is English though its text is in this language, of another script: aggregators translate titles.

    >>> is_english_title("Nvidia buys a start-up", "zh"), is_english_title("Nvidia 收购", "zh")
    (True, False)
    """
    return language in _OTHER_SCRIPTS and _OTHER_SCRIPT.search(title) is None and _by_words(title) == ENGLISH


def _by_script(head: str) -> str:
    counts = {code: len(script.findall(head)) for code, script in _BY_SCRIPT}
    others, latin = sum(counts.values()), len(_LATIN.findall(head))
    ideographs = counts["ja"] + counts["zh"] + counts["ko"]
    if 3 * ideographs + others - ideographs <= latin:
        return ENGLISH
    if counts["ja"]:
        return "ja" if counts["ja"] + counts["zh"] > counts["ko"] else "ko"
    code = max(counts, key=lambda known: counts[known])
    if code == "ru" and _UKRAINIAN.search(head):
        return "uk"
    if code == "ar" and _PERSIAN.search(head):
        return "fa"
    return code


def _by_words(head: str) -> str:
    marks = _languages_of()
    words = _WORDS.findall(_LINK.sub(" ", head.lower()))
    telling = marks.keys() & words
    if len(telling) < _LEAST_HITS:
        return ENGLISH
    english = sum(word in _ENGLISH_WORDS for word in words)
    hits: dict[str, int] = {}
    for word in telling:
        for code in marks[word]:
            hits[code] = hits.get(code, 0) + 1
    best = max(hits, key=lambda code: hits[code])
    least = _LEAST_HITS if _ACCENTED.search(head) else _LEAST_PLAIN_HITS
    sure = hits[best] >= least and hits[best] > 2 * english and hits[best] >= _LEAST_SHARE * len(words)
    return best if sure else ENGLISH
