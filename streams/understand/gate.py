"""Core: the cheap look at a text that passes over what holds no trigger: nine articles in ten."""

from streams.understand.lexicon import cue, table

GATE = cue("gate", "gate")


def holds_trigger(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether any frame could find something in text[start:end]."""
    return GATE.search(text, start, len(text) if end is None else end) is not None


def baseline_words() -> tuple[str, ...]:
    """Every single trigger word of the frame tables: what a plain alternation would look for."""
    frames = table("frames")
    return tuple(sorted({w for part in frames.values() for words in part.values() for w in str(words).split()}))
