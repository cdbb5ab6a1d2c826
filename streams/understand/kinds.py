"""Core: the type and the status of a candidate, learned from labelled articles; the frame's reading is a feature."""

import re
from collections.abc import Mapping

from dealwire.model import Category
from streams.understand.candidate import Candidate
from streams.understand.lexicon import cue
from streams.understand.linear import Key, Linear, lexical_key

SAID = {status: cue("kinds", status) for status in ("closed", "completed")}
"""What is claimed only where the sentence says so."""
WORD = re.compile(r"[a-z][a-z'’-]+|\$")


class KindReader:
    """Decides the type and the status of a candidate."""

    def __init__(self, types: Mapping[Category, Linear], statuses: Mapping[Category, Linear]) -> None:
        self._types = types
        self._statuses = statuses

    def settle(self, candidate: Candidate, title: str) -> None:
        """Set the type and the status of the highest chance."""
        keys = features(candidate, title)
        candidate.type = self._types[candidate.category].likeliest(keys)
        chances = self._statuses[candidate.category].probabilities([*keys, f"settled={candidate.type}"])
        text = candidate.sentence.quote
        told = {status: chance for status, chance in chances.items() if status not in SAID or SAID[status].search(text)}
        candidate.status = max(sorted(told), key=told.__getitem__)


def features(candidate: Candidate, title: str) -> list[Key]:
    """What the two models see; "!" marks what the frame's own grammar says, which training trusts sooner."""
    sentence = candidate.sentence
    trigger = candidate.sentence.text[candidate.trigger[0] : candidate.trigger[1]].lower()
    found: list[Key] = [
        f"frame={candidate.frame}",
        f"!type={candidate.type}",
        f"type={candidate.type}:{candidate.frame}",
        f"!status={candidate.status}",
        f"status={candidate.status}:{candidate.frame}",
        f"money={candidate.amount is not None}:{candidate.valuation is not None}",
        f"place={sentence.place}",
        lexical_key(f"trigger {trigger}"),
        *(f"cue={cue}" for cue in candidate.cues),
        *(f"role={role}" for role in {role for _, role, _ in candidate.parties}),
        *candidate.shapes,
    ]
    if sentence.place == "body":
        found.extend(lexical_key(f"title {word}") for word in set(WORD.findall(title.lower())))
    return found
