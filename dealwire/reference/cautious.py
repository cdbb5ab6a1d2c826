"""Core: whether a word that is also a company's name ("Meta", "Target", "Block") stands for the company."""

import functools
import re

from dealwire.reference.table import read_lines

_SENTENCE_BEFORE = re.compile(r"(?:^|[.!?:;|\n\u2022\"“‘(\[>\u2013\u2014]|[-\u2013\u2014] )\s*$")
_LOOK_BACK = 24
_LOOK_AHEAD = 32
_TITLE_CASE_SHARE = 0.6
_CAPITALISED = re.compile(r"\b[A-Z]\w{3,}")
_LONG_WORD = re.compile(r"\b[A-Za-z]\w{3,}")
_HYPHENATED = re.compile(
    r"[-\u2010\u2011](?!backed|owned|led|based|made|developed|designed|supported|funded|linked)[a-z]"
)


@functools.cache
def _cue_after() -> re.Pattern[str]:
    verbs = "|".join(line.strip() for line in read_lines("name_cues.txt") if not line.startswith("<"))
    return re.compile(rf"['’]s?\b|,? (?:{verbs})\b|[-\u2010\u2011](?:backed|owned|led|funded)\b| ?\([A-Z.: ]+\)")


@functools.cache
def _cue_before() -> re.Pattern[str]:
    words = "|".join(line[1:].strip() for line in read_lines("name_cues.txt") if line.startswith("<"))
    return re.compile(rf"\b(?:{words})\s+$", re.IGNORECASE)


def stands_as_name(text: str, start: int, end: int, listed: str) -> bool:
    """Whether the words at [start, end), which match a cautious name, are used as a name.

    Inside a sentence a capital is enough; at its start, or where every word has a capital, something must show that a
    company is meant: an apostrophe, a verb of business after it, "by" or "from" before it.
    """
    said = text[start:end]
    if said != listed or _HYPHENATED.match(text, end):
        return False
    if _cue_after().match(text[end : end + _LOOK_AHEAD]):
        return True
    before = text[max(0, start - _LOOK_BACK) : start]
    if _cue_before().search(before):
        return True
    return not _SENTENCE_BEFORE.search(before) and not _in_title_case(text)


def _in_title_case(text: str) -> bool:
    head = text[:200]
    return len(_CAPITALISED.findall(head)) >= _TITLE_CASE_SHARE * max(1, len(_LONG_WORD.findall(head)))
