"""Core: the cheap look at a text that passes over what holds no trigger: nine articles in ten."""

import re

from streams.understand.lexicon import table

FIXED = (
    r"rais(?:e[sd]?|ing)|rounds?|valuing|leads?|programmes?|programs?|subsid(?:y|ies)|export\w*|takes? in|sets? aside|setting aside|inference|buying|deals?|offers?|offered|suitors?|approach(?:es|ed)?|selling|sold|vying|combin\w+|amalgamat\w+|outbids?|rescue|spun|hives?|offloads?|absorbs?|stock sale|share sale|lends?|loaned|injects?|pours?|bankrolls?|fund(?:ing|raise|raising|s|ed)?|financing|invest(?:s|ed|ing|ment|ments)?|IPOs?|valuations?|valued|series [a-j]\b|seed|loans?|bonds?|grants?|pre-?sale|offering"
    r"|placement|acqui(?:re[sd]?|ring|sitions?)|acqui-?hires?|merge[rsd]?|merging|mergers|takeover|buyout|buys?|bought|purchases?d?|stakes?|tie-up|joint venture|JV|spin(?:s|ning)?[ -]?off|spinoff"
    r"|divest\w*|bids?|sells?|sale|snaps? up|scoops? up|picks up|takes? over|taken over|taking over|go(?:es|ing)? public|stock market debut|market debut|private|lands?|secures?d?|bags|nabs|backs|crowdfunding"
    r"|chips?|chipsets?|chipmak\w+|[gctnld]pus?|processors?|semiconductors?|accelerators?|wafers?|dram|hbm\d?|foundry|fabs?|data ?cent(?:er|re)s?|photonics?|quantum|silicon|supercomputers?"
    r"|asics?|compute|gigawatts?|megawatts?|\d ?[gm]w|ai factor(?:y|ies)|h200|h20|h100|blackwell|trainium|graviton|snapdragon|ai infrastructure|terafab|commits?|pledges?d?|allocates?d?|earmarks?|awarded|awards|servers?|xeon|m\d pro|memory|lists?|listing|combine|debut"
)
GATE = re.compile(r"\b(?:" + FIXED + r")\b", re.IGNORECASE)


def holds_trigger(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether any frame could find something in text[start:end]."""
    return GATE.search(text, start, len(text) if end is None else end) is not None


def baseline_words() -> tuple[str, ...]:
    """Every single trigger word of the frame tables: what a plain alternation would look for."""
    frames = table("frames")
    return tuple(sorted({w for part in frames.values() for words in part.values() for w in str(words).split()}))
