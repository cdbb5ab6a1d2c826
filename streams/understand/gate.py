"""Core: the cheap look at a text that passes over what holds no trigger: nine articles in ten.

A set of words is looked up, not an alternation matched: the words of a text cost the same however many triggers there
are.
"""

import re

from streams.understand.lexicon import cue, table, word_list

WORD = re.compile(r"[a-z]+")
SIGNS = "$€£₹¥"
TRIGGERS = word_list("grammar", "triggers")
PHRASES = cue("gate", "phrases")


def holds_trigger(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether any frame could find something in text[start:end].

    >>> holds_trigger("Acme raises $5 million"), holds_trigger("Rain expected in Lisbon")
    (True, False)
    """
    part = text[start:end].lower()
    if not TRIGGERS.isdisjoint(WORD.findall(part)) or any(sign in part for sign in SIGNS):
        return True
    return PHRASES.search(part) is not None


def baseline_words() -> tuple[str, ...]:
    """Every single trigger word of the frame tables: what a plain alternation would look for."""
    frames = table("frames")
    return tuple(sorted({w for part in frames.values() for words in part.values() for w in str(words).split()}))
