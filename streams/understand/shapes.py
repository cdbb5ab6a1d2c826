"""Core: a sentence as the learned models see it: its words and runs of words, without who and how much.

Names and sums stand by their kind (`Clauses.skeleton`); beside the words stand their classes, so that what was learned
of "lands" helps with "bags".
"""

import itertools
from functools import lru_cache

from streams.understand.lexicon import word_classes
from streams.understand.linear import Key, lexical_key

NEAR = 7
"""Words looked at on either side of the trigger, as a run."""


@lru_cache(maxsize=16)
def shapes(bones: tuple[str, ...], at: int) -> frozenset[Key]:
    """The words and runs of words around the bone `at` and in the whole sentence.

    What several frames propose at one word asks for the same.
    """
    found = set(bones)
    found.update(f"2 {a} {b}" for a, b in itertools.pairwise(bones))
    low, high = max(0, at - NEAR), at + NEAR + 1
    near = bones[low:high]
    found.update(f"n {a}" for a in near)
    found.update(f"n2 {a} {b}" for a, b in itertools.pairwise(near))
    found.update(f"n3 {a} {b} {c}" for a, b, c in zip(near, near[1:], near[2:], strict=False))
    found.update(f"@{offset} {bones[at + offset]}" for offset in range(-3, 4) if 0 <= at + offset < len(bones))
    classes = word_classes()
    broad = [classes.get(b, (b, b))[0] for b in near]
    narrow = [classes.get(b, (b, b))[1] for b in near]
    found.update(f"c {a}" for a in narrow)
    found.update(f"cs {classes[b][1]}" for b in bones if b in classes)
    found.update(f"c2 {a} {b}" for a, b in itertools.pairwise(narrow))
    found.update(f"c3 {a} {b} {c}" for a, b, c in zip(narrow, narrow[1:], narrow[2:], strict=False))
    found.update(f"c3 {a} {b} {c}" for a, b, c in zip(broad, broad[1:], broad[2:], strict=False))
    here = at - low
    found.update(f"c@{offset} {narrow[here + offset]}" for offset in range(-3, 4) if 0 <= here + offset < len(near))
    found.add("^ " + " ".join(bones[:2]))
    found.add("^ " + " ".join(bones[:1]))
    found.add("$ " + " ".join(bones[-2:]))
    return frozenset(map(lexical_key, found))
