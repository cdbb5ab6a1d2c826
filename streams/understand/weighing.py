"""Core: how far a candidate is to be trusted: a logistic regression over its cues and words.

The frames propose; the weights, learned from labelled headlines by `python -m training.train`, dispose. They
ship as a table of numbers; no text does. The probability is calibrated and becomes the event's confidence.
"""

import itertools
import re
from collections.abc import Iterable
from functools import lru_cache

from dealwire.reference.companies import Companies
from streams.understand.candidate import Candidate
from streams.understand.lexicon import word_classes
from streams.understand.linear import Key, lexical_key
from streams.understand.shapes import NEAR

WORD = re.compile(r"[a-z][a-z'’-]+")
CONTEXT_CHARACTERS = 500
SURENESS_STEPS = 5
LOOK_STEPS = 10


def features(
    candidate: Candidate, noted: Iterable[str], source: str, companies: Companies, context: Iterable[Key]
) -> set[Key]:
    """What the weighing sees of a candidate."""
    sentence = candidate.sentence
    found: set[Key] = {
        f"frame={candidate.frame}",
        f"type={candidate.type}",
        f"status={candidate.status}",
        f"place={min(sentence.number, 4)}",
        f"amount={candidate.amount is not None}:valuation={candidate.valuation is not None}",
        f"{candidate.frame}:parties={min(len(candidate.parties), 3)}",
        f"{candidate.frame}:place={sentence.place}:amount={candidate.amount is not None}",
        f"style={'title' if sentence.is_title_case else 'sentence'}",
        f"known={any(m.known for m, _, _ in candidate.parties)}",
    }
    if source == "Techmeme":
        found.add("techmeme")
    found.update(f"cue={cue}" for cue in candidate.cues)
    found.update(f"{candidate.frame}:role={role}" for _, role, _ in candidate.parties)
    found.update(f"noted={name}" for name in noted)
    for mention, role, _ in candidate.parties:
        company = companies.resolve(mention.name) if mention.known else None
        if company is not None:
            found.add(f"kind={company.kind}:{role}")
            found.update(f"sector={sector}" for sector in company.sectors)
    if candidate.descriptor:
        found.update(lexical_key(f"called {word}") for word in candidate.descriptor.lower().split()[-3:])
    if not candidate.parties:
        found.add(f"nobody:amount={candidate.amount is not None}")
    found.update(candidate.shapes)
    found.update(map(lexical_key, cast(candidate)))
    found.update(context)
    for mention, role, _ in candidate.parties:
        words = mention.key.split()
        found.update(lexical_key(f"named {word}") for word in words)
        found.add(lexical_key(f"{role} {words[-1]}"))
    found.add(f"early={candidate.trigger[0] - sentence.start < 40}:{sentence.place}")
    found.add(f"look={int(candidate.look * LOOK_STEPS)}")
    found.add(f"sureness={int(candidate.sureness * SURENESS_STEPS)}:{min(len(candidate.parties), 3)}")
    return found


@lru_cache(maxsize=4)
def context_of(place: str, title: str, body: str) -> frozenset[Key]:
    """What stands around a sentence of this place: the words of the title or of the body, whichever it is not in.

    The candidates of an article are weighed one behind the other and ask for the same.
    """
    around, text = ("body", body[:CONTEXT_CHARACTERS]) if place == "title" else ("title", title)
    classes = word_classes()
    words = set(WORD.findall(text.lower()))
    return frozenset(lexical_key(f"{around} {name}") for w in words for name in (w, *classes.get(w, ())))


def cast(candidate: Candidate) -> set[str]:
    """Runs of words around the trigger with the names by the parts they take: "recipient raises $"."""
    bones = list(candidate.skeleton)
    for at, role in candidate.roles.items():
        bones[at] = f"<{role}>"
    low, high = max(0, candidate.bone - NEAR), candidate.bone + NEAR + 1
    near = bones[low:high]
    found = {f"r2 {a} {b}" for a, b in itertools.pairwise(near) if "<" in a or "<" in b}
    found.update(
        f"r3 {a} {b} {c}" for a, b, c in zip(near, near[1:], near[2:], strict=False) if "<" in a or "<" in b or "<" in c
    )
    order = [b for b in bones if b[:1] == "<" or b == "$"]
    trigger = candidate.skeleton[candidate.bone] if candidate.bone < len(bones) else ""
    found.add("order " + " ".join(order[:5]))
    found.add(f"order {trigger} " + " ".join(order[:4]))
    return found


def early_features(candidate: Candidate) -> set[Key]:
    """What is known of a candidate before its roles and kind are read: enough to drop the hopeless."""
    found: set[Key] = set(candidate.shapes)
    found.add(f"frame={candidate.frame}")
    found.add(f"type={candidate.type}")
    found.add(f"look={int(candidate.look * LOOK_STEPS)}")
    found.add(f"place={min(candidate.sentence.number, 4)}")
    found.add(f"amount={candidate.amount is not None}:valuation={candidate.valuation is not None}")
    found.update(f"cue={cue}" for cue in candidate.cues)
    return found
