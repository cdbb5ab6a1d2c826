"""Core: how far a candidate is to be trusted: a logistic regression over its cues and words.

The frames propose; the weights, learned from labelled headlines by `python -m streams.understand.train`, dispose. They
ship as a table of numbers; no text does. The probability is calibrated and becomes the event's confidence.
"""

import math
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import orjson

from dealwire.reference.companies import Companies
from streams.understand.candidate import Candidate

BUCKETS = 1 << 14
WORD = re.compile(r"[a-z][a-z'’-]+|\$|%")


def bucket(feature: str) -> str:
    """The slot of a feature in the table: names stay readable, words share a fixed number of slots."""
    if not feature.startswith(("w:", "b:")):
        return feature
    return f"{feature[0]}{zlib.crc32(feature.encode()) % BUCKETS}"


def features(candidate: Candidate, noted: Iterable[str], source: str, companies: Companies) -> dict[str, float]:
    """What the weighing sees of a candidate."""
    sentence = candidate.sentence
    kind = candidate.category
    found = {
        "bias",
        f"{kind}",
        f"frame={candidate.frame}",
        f"{kind}:type={candidate.type}",
        f"{kind}:status={candidate.status}",
        f"{kind}:place={min(sentence.number, 4)}",
        f"{kind}:amount={candidate.amount is not None}:valuation={candidate.valuation is not None}",
        f"{candidate.frame}:parties={min(len(candidate.parties), 3)}",
        f"{candidate.frame}:place={sentence.place}:amount={candidate.amount is not None}",
        f"style={'title' if sentence.is_title_case else 'sentence'}",
        f"{kind}:known={any(m.known for m, _, _ in candidate.parties)}",
    }
    if source == "Techmeme":
        found.add(f"{kind}:techmeme")
    found.update(f"{kind}:cue={cue}" for cue in candidate.cues)
    found.update(f"{candidate.frame}:role={role}" for _, role, _ in candidate.parties)
    found.update(f"{kind}:noted={name}" for name in noted)
    for mention, role, _ in candidate.parties:
        company = companies.resolve(mention.name) if mention.known else None
        if company is not None:
            found.add(f"{kind}:kind={company.kind}:{role}")
            found.update(f"{kind}:sector={sector}" for sector in company.sectors)
    if candidate.descriptor:
        found.update(f"w:{kind}:desc:{word}" for word in candidate.descriptor.lower().split()[-3:])
    if not candidate.parties:
        found.add(f"{kind}:nobody:amount={candidate.amount is not None}")
    lower = sentence.quote.lower()
    words = WORD.findall(lower)
    at = len(WORD.findall(lower[: max(0, candidate.trigger[0] - sentence.start)]))
    found.update(f"w:{kind}:{w}" for w in set(words[max(0, at - 12) : at + 14]))
    found.update(
        f"b:{kind}:{a} {b}"
        for a, b in zip(words[max(0, at - 6) : at + 8], words[max(0, at - 5) : at + 9], strict=False)
    )
    found.add(f"b:{candidate.frame}:first:{words[0] if words else ''}")
    found.add(f"{kind}:early={candidate.trigger[0] - sentence.start < 40}:{sentence.place}")
    return {bucket(f): (0.5 if f.startswith(("w:", "b:")) else 1.0) for f in found}


@cache
def weights() -> Mapping[str, float]:
    """The learned table."""
    loaded: dict[str, float] = orjson.loads(files("streams.understand").joinpath("data", "weights.json").read_bytes())[
        "weights"
    ]
    return loaded


def probability(values: Mapping[str, float], table: Mapping[str, float]) -> float:
    """The logistic function of the weighted features.

    >>> probability({"a": 1.0}, {"a": 0.0})
    0.5
    """
    score = sum(table.get(name, 0.0) * value for name, value in values.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
