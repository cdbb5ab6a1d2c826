"""Shell: teaches the first look from unlabelled news what the whole understanding makes of it.

    python -m training.gates ARCHIVE.jsonl.gz... [--articles N] [--out FILE]

Each line of an archive is an article (`id, title, body?, source?`); no labels are needed. A sentence that gave an event
a fact is to pass, for that category; no other need be parsed at all. So the look learns from far more text than anybody
labels, and its price is known: the share of such sentences that it passes over in articles it has not learned from. The
models that ship do the reading, with the look open; run `training.train` afterwards, for the weighing sees what the
look says. scikit-learn does the fitting (the `train` group of pyproject.toml).
"""

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from dealwire.model import Category, MarketEvent
from dealwire.reference.companies import bundled_companies
from streams.understand.linear import Logistic
from streams.understand.look import TITLE, keys
from streams.understand.tokens import Sentence
from streams.understand.understander import Understander
from training.labels import FOLDS, Labelled, archived, articles_of
from training.train import (
    CATEGORIES,
    DATA,
    EVENT,
    OTHER,
    Examples,
    Sorted,
    fit_question,
    joined,
    least_of,
    lessons,
    scaled,
    unseen_events,
    write_tables,
)

ARTICLES_MAX = 20_000
"""Of each archive."""
SEED = 0
LESSON_COUNT = 30.0
"""As how many articles a lesson counts beside whole archives: it was made to tell what news seldom does."""
STRENGTH = 0.3
"""scikit-learn's C, the inverse of the L2 penalty."""
PASS = 0.98
"""Of the sentences that gave a claimed event a fact, and of the titles among them, the share that passes."""


def read(path: Path, articles_max: int) -> list[Labelled]:
    """Articles of an archive, drawn at random but the same each time."""
    rows = list(archived(path))
    drawn = random.Random(SEED).sample(rows, min(articles_max, len(rows)))  # noqa: S311  # a sample, no secret
    return articles_of({**row, "gold": []} for row in drawn)


def examples(items: Iterable[Labelled], understander: Understander) -> Sorted:
    """For each sentence that holds a trigger and each category, whether an event that was claimed took a fact from it.

    What was merely possible teaches nothing, either way.
    """
    found: Sorted = {c: Examples() for c in CATEGORIES}
    for item in items:
        reading = understander.understand(item.article)
        if reading.passed_over:
            continue
        for sentence in understander.sentences(item.article):
            seen = keys(sentence.quote, sentence.place)
            claimed, possible = (told_in(sentence, events) for events in (reading.events, reading.possible))
            for category in CATEGORIES:
                if category in claimed or category not in possible:
                    found[category].add(seen, EVENT if category in claimed else OTHER, item.count)
    return found


def told_in(sentence: Sentence, events: Iterable[MarketEvent]) -> set[Category]:
    """The categories of the events that took a fact from the sentence."""
    return {
        event.category
        for event in events
        for proof in event.evidence
        if proof.place == sentence.place and sentence.start <= proof.start < sentence.end
    }


def fit_look(parts: Sequence[Sorted], category: Category) -> Logistic:
    """The look of a category; by cross-validation over the parts, PASS of the sentences and of the titles pass."""
    events = unseen_events(parts, category, STRENGTH)
    least = least_of([score for _, score in events], PASS)
    least_title = least_of([score for seen, score in events if TITLE in seen], PASS)
    look = scaled(fit_question(joined(parts)[category], STRENGTH), 1.0, -least)
    return Logistic({**look.table, TITLE: look.table.get(TITLE, 0.0) + least - least_title})


def main() -> None:
    """Read the archives, fit the looks and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--articles", type=int, default=ARTICLES_MAX, help="drawn from each archive")
    parser.add_argument("--out", type=Path, default=DATA / "looks.json")
    arguments = parser.parse_args()
    items = [
        *articles_of(lessons(LESSON_COUNT)),
        *(i for path in arguments.archives for i in read(path, arguments.articles)),
    ]
    understander = Understander(bundled_companies(), looks_open=True)
    parts = [examples((i for i in items if i.fold == fold), understander) for fold in range(FOLDS)]
    looks = {category: fit_look(parts, category) for category in CATEGORIES}
    for category, look in looks.items():
        asked = [f for part in parts for f in part[category].features]
        passed = sum(look.probability(f) >= 0.5 for f in asked)
        sys.stderr.write(f"{category}: {passed} of {len(asked)} sentences pass\n")
    write_tables(arguments.out, looks, {"made_by": "python -m training.gates", "articles": len(items)})


if __name__ == "__main__":
    main()
