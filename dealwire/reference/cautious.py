"""Core: whether a word that is also a company's name ("Meta", "Target", "Block") stands for the company."""

import functools
import re

from dealwire.reference.table import read_lines

_SENTENCE_BEFORE = re.compile(r"(?:^|[.!?:;|\n\u2022\"“‘(\[>\u2013\u2014]|[-\u2013\u2014] )\s*$")
_LOOK_BACK = 24
_AFTER = re.compile(r"['’]s?\b|[-\u2010\u2011](?:backed|owned|led|funded)\b| ?\([A-Z.: ]+\)|,? (?P<word>[A-Za-z]+)")
_WORD_BEFORE = re.compile(r"(?P<word>[A-Za-z-]+)\.? $")
_NAME_BEFORE = re.compile(r"\b[A-Z][a-z]+ $")
_TITLE_CASE_SHARE = 0.6
_HEADLINE_LENGTH = 200
_LONGER_NAME = re.compile(r" [A-Z0-9]|[-\u2010\u2011][A-Z0-9]")
_CAPITALISED = re.compile(r"\b[A-Z]\w{3,}")
_LONG_WORD = re.compile(r"\b[A-Za-z]\w{3,}")
_HYPHENATED = re.compile(
    r"[-\u2010\u2011](?!backed|owned|led|based|made|developed|designed|supported|funded|linked)[a-z]"
)


@functools.cache
def _cues(side: str) -> frozenset[str]:
    """The words that show a name where they stand before ("<") or after (">") it, in lower case."""
    return frozenset(line[1:] for line in read_lines("name_cues.txt") if line[0] == side)


def _has_cue_after(text: str, end: int) -> bool:
    match = _AFTER.match(text, end)
    return match is not None and (match["word"] is None or match["word"].lower() in _cues(">"))


def _has_cue_before(text: str, start: int) -> bool:
    match = _WORD_BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
    return match is not None and match["word"].lower() in _cues("<")


def stands_as_name(text: str, start: int, end: int, listed: str) -> bool:
    """Whether the words at [start, end), which match a cautious name, are used as a name.

    Inside a sentence a capital is enough; at its start, or where every word has a capital, something must show that a
    company is meant: an apostrophe, a verb of business after it, "by" or "from" before it. The same goes for what may
    be part of a longer name ("Orange County"), a number ("3M") or a single letter.
    """
    if text[start:end] != listed or _HYPHENATED.match(text, end):
        return False
    before = text[max(0, start - _LOOK_BACK) : start]
    if _has_cue_before(text, start):
        return not _LONGER_NAME.match(text, end) or _has_cue_after(text, end)
    if _NAME_BEFORE.search(before):
        return False
    if _has_cue_after(text, end):
        return True
    if _LONGER_NAME.match(text, end):
        return False
    bare = listed[0].isdigit() or len(listed) == 1
    return not bare and not _SENTENCE_BEFORE.search(before) and not _in_title_case(text)


def _in_title_case(text: str) -> bool:
    head = text[:_HEADLINE_LENGTH]
    return len(_CAPITALISED.findall(head)) >= _TITLE_CASE_SHARE * max(1, len(_LONG_WORD.findall(head)))
