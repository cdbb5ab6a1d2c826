"""Shell: learns the models of the understanding from labelled articles.

    python -m training.train [LABELLED.jsonl...] [--folder DATA]

Each line is a labelled article (`training/labels.py` tells its form). The models fitted are: who takes which
part (`roles`), of what type (`types`) and status (`statuses`) an event is, and whether a candidate is one (`weights`).
The last is fitted on what the others, fitted without the article, make of it, and calibrated the same way, so that the
confidence holds for articles never seen. What is written are tables of numbers; no text leaves the labelled files. The
same input gives the same tables. scikit-learn does the fitting (the `train` group of pyproject.toml).
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from dealwire.model import Category
from dealwire.reference.companies import bundled_companies
from dealwire.reference.names import fold_name
from streams.understand.candidate import Candidate
from streams.understand.kinds import features as kind_features
from streams.understand.linear import BIAS, Key, Linear, Logistic, bundled_logistic, key_named, key_of
from streams.understand.roles import NONE, ROLES
from streams.understand.understander import Models, Proposal, Understander
from streams.understand.weighing import context_of, early_features
from streams.understand.weighing import features as weigh_features
from training.labels import FOLDS, Labelled, articles_of, is_open

LESSON_COUNT = 3.0
"""Each lesson counts as so many articles: it was made to tell what news seldom does."""
LESSONS = Path(__file__).parent / "lessons.jsonl"
DATA = Path(__file__).parents[1] / "streams" / "understand" / "data"
STRENGTH = {"roles": 0.25, "types": 0.5, "statuses": 0.5, "weights": 0.2, "early": 0.2}
"""scikit-learn's C, the inverse of the L2 penalty, chosen by cross-validation."""
EMPHASIS = 3.0
"""How much less a feature that begins with "!" is drawn to zero: what a frame's own grammar says."""
EARLY_PASS = 0.985
"""Of what tells an event, the share that the early weighing lets pass."""
SEEN_MIN = 2
"""A feature of fewer examples teaches nothing of the next article."""
DIGITS = 3
NEGLIGIBLE = 0.01
NO_TABLES: Mapping[Category, Linear] = {}
NO_WEIGHTS: Mapping[Category, Logistic] = {}


@dataclass
class Examples:
    """Features, the class that each set of them should give, and how much it counts."""

    features: list[list[Key]] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)

    def add(self, features: Iterable[Key], label: str, count: float = 1.0) -> None:
        self.features.append(sorted(set(features), key=str))
        self.classes.append(label)
        self.counts.append(count)

    def extend(self, other: "Examples") -> None:
        self.features.extend(other.features)
        self.classes.extend(other.classes)
        self.counts.extend(other.counts)


Sorted = dict[Category, Examples]
"""Examples by category: each has models of its own."""
CATEGORIES: tuple[Category, ...] = ("funding", "mna", "hardware")
READINGS = ("early", "roles", "types", "statuses")
"""The models that read a candidate, before it is weighed. (The first look is made by `training.gates`.)"""
EVERYTHING: Mapping[Category, Logistic] = {c: Logistic({BIAS: 1.0}) for c in CATEGORIES}
EVENT = "event"
OTHER = "none"


# -- examples -------------------------------------------------------------------------------------------------------


def reading_examples(labelled: Sequence[Labelled], understander: Understander) -> dict[str, Sorted]:
    """What the frames propose, with the roles, types and statuses that it should get."""
    found: dict[str, Sorted] = {name: {c: Examples() for c in CATEGORIES} for name in READINGS}
    for item in labelled:
        proposals = understander.proposals(item.article)
        for proposal in proposals:
            asked = [c for c in proposal.candidates if item.is_asked(c)]
            labels = [item.told(c, proposal) for c in asked]
            for candidate, label in zip(asked, labels, strict=True):
                category = candidate.category
                found["early"][category].add(early_features(candidate), OTHER if label is None else EVENT, item.count)
                if label is None and not any(g["category"] == category for g in item.gold):
                    continue
                roles = {fold_name(p["name"]): p["role"] for p in (label or {}).get("participants") or []}
                for names, role in _parts(understander, candidate, proposal, proposals, roles):
                    found["roles"][category].add(names, role, item.count)
                if label is None:
                    continue
                seen = kind_features(candidate, item.article.title)
                found["types"][category].add(seen, label["type"], item.count)
                found["statuses"][category].add([*seen, f"settled={label['type']}"], label["status"], item.count)
    return found


def _parts(
    understander: Understander,
    candidate: Candidate,
    proposal: Proposal,
    proposals: Sequence[Proposal],
    roles: Mapping[str, str],
) -> Iterator[tuple[list[Key], str]]:
    """The features of each name of the sentence, and the role that it should get."""
    named = understander.named_in_title(proposals)
    before = NONE
    read = understander.roles.features(candidate, proposal.parse, proposal.candidates, named)
    for mention, seen in zip(proposal.parse.names, read, strict=True):
        role = roles.get(fold_name(mention.name), NONE)
        role = role if role in ROLES[candidate.category] else NONE
        yield [*map(key_of, seen), f"before={before}"], role
        before = role


def weighing_examples(labelled: Sequence[Labelled], understander: Understander) -> Sorted:
    """The candidates that the labels judge, and whether each is an event."""
    found: Sorted = {c: Examples() for c in CATEGORIES}
    companies = bundled_companies()
    for item in labelled:
        draft = understander.draft(item.article)
        used: set[int] = set()
        for candidate in draft.candidates:
            if not item.is_asked(candidate):
                continue
            index = item.best(candidate, used)
            if index is not None:
                used.add(index)
                if item.gold[index].get("background"):
                    continue
            elif item.judged is None and is_open(item.gold, candidate, used):
                continue
            around = context_of(candidate.sentence.place, item.article.title, item.article.body)
            seen = weigh_features(candidate, draft.noted, item.article.source, companies, around)
            found[candidate.category].add(seen, OTHER if index is None else EVENT, item.count)
    return found


# -- fitting --------------------------------------------------------------------------------------------------------


def fit(examples: Examples, strength: float) -> Linear:
    """The multinomial logistic regression of these examples."""
    features, classes = examples.features, examples.classes
    if len(set(classes)) < 2:
        msg = f"too few labelled articles: of {len(classes)} examples, all are {set(classes) or 'missing'}"
        raise ValueError(msg)
    counts = Counter(f for found in features for f in found)
    vectoriser = DictVectorizer(sort=True)
    matrix = vectoriser.fit_transform(
        [{str(f): _value(f) for f in found if counts[f] >= SEEN_MIN} for found in features]
    )
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-3).fit(matrix, classes, examples.counts)
    names = [*vectoriser.get_feature_names_out(), BIAS]
    rows = [*model.coef_.T, model.intercept_]
    table = {
        key_named(name): tuple(round(float(w) * _value(name), DIGITS) for w in row)
        for name, row in zip(names, rows, strict=True)
        if name == BIAS or any(abs(w) > NEGLIGIBLE for w in row)
    }
    return Linear(tuple(str(c) for c in model.classes_), table)


def fit_question(examples: Examples, strength: float) -> Logistic:
    """The logistic regression of EVENT against OTHER."""
    linear = fit(replace(examples, classes=[str(c == EVENT) for c in examples.classes]), strength)
    return Logistic({key: row[0] for key, row in linear.table.items()})


def _value(feature: Key) -> float:
    return EMPHASIS if str(feature).startswith("!") else 1.0


def fit_gate(parts: Sequence[Sorted], strength: float, share: float) -> dict[Category, Logistic]:
    """The gate of each category; by cross-validation over the parts, it lets this share of the events pass."""
    gates = {}
    for category in CATEGORIES:
        least = least_of([score for _, score in unseen_events(parts, category, strength)], share)
        gates[category] = scaled(fit_question(joined(parts)[category], strength), 1.0, -least)
    return gates


def unseen_events(parts: Sequence[Sorted], category: Category, strength: float) -> list[tuple[Sequence[Key], float]]:
    """The features of each event, and the score that it has from a model of the other parts."""
    found: list[tuple[Sequence[Key], float]] = []
    for held in parts:
        model = fit_question(joined([p for p in parts if p is not held])[category], strength)
        found += [
            (seen, _score(model.probability(seen)))
            for seen, label in zip(held[category].features, held[category].classes, strict=True)
            if label == EVENT
        ]
    return found


def least_of(scores: Sequence[float], share: float) -> float:
    """The score that this share of them reaches."""
    return sorted(scores)[int((1 - share) * len(scores))]


def fit_questions(name: str, examples: Sorted) -> dict[Category, Logistic]:
    """The model of one question of each category."""
    return {c: fit_question(found, STRENGTH[name]) for c, found in examples.items()}


def fit_all(name: str, examples: Sorted) -> dict[Category, Linear]:
    """The model of each category."""
    return {c: fit(found, STRENGTH[name]) for c, found in examples.items()}


def joined(parts: Sequence[Sorted]) -> Sorted:
    """All examples of these parts."""
    whole: Sorted = {c: Examples() for c in CATEGORIES}
    for part in parts:
        for category, examples in part.items():
            whole[category].extend(examples)
    return whole


@dataclass(frozen=True)
class Trained:
    """The models for new articles, and for each fold those which have not seen its articles."""

    models: Models
    unseen: tuple[Models, ...]
    report: str


def train(rows: Sequence[Mapping[str, Any]]) -> Trained:
    """Fit everything on these labelled articles."""
    companies = bundled_companies()
    labelled = articles_of(rows)
    parts = [[i for i in labelled if i.fold == fold] for fold in range(FOLDS)]
    plain = Understander(
        companies, Models(bundled_logistic("looks"), EVERYTHING, NO_TABLES, NO_TABLES, NO_TABLES, NO_WEIGHTS)
    )
    told = [reading_examples(part, plain) for part in parts]
    readings = [_reading([t for k, t in enumerate(told) if k != fold]) for fold in range(FOLDS)]
    final = _reading(told)
    judged = [
        weighing_examples(part, Understander(companies, replace(reading, weights=NO_WEIGHTS)))
        for part, reading in zip(parts, readings, strict=True)
    ]
    weighed = [
        fit_questions("weights", joined([j for k, j in enumerate(judged) if k != fold])) for fold in range(FOLDS)
    ]
    scores = {
        c: [
            (_score(weighed[fold][c].probability(seen)), label == EVENT)
            for fold, part in enumerate(judged)
            for seen, label in zip(part[c].features, part[c].classes, strict=True)
        ]
        for c in CATEGORIES
    }
    scales = {c: calibrate(found) for c, found in scores.items()}
    weights = [{c: scaled(part[c], *scales[c]) for c in CATEGORIES} for part in weighed]
    return Trained(
        replace(final, weights={c: mean_of([part[c] for part in weights]) for c in CATEGORIES}),
        tuple(replace(reading, weights=part) for reading, part in zip(readings, weights, strict=True)),
        "\n".join(f"{c}: {report(scores[c], *scales[c])}" for c in CATEGORIES),
    )


def _reading(told: Sequence[Mapping[str, Sorted]]) -> Models:
    """Every model but the weights, from these parts."""
    roles, types, statuses = (fit_all(name, joined([t[name] for t in told])) for name in ("roles", "types", "statuses"))
    early = fit_gate([t["early"] for t in told], STRENGTH["early"], EARLY_PASS)
    return Models(
        looks=bundled_logistic("looks"), early=early, roles=roles, types=types, statuses=statuses, weights=NO_WEIGHTS
    )


def _score(chance: float) -> float:
    return math.log(max(chance, 1e-9) / max(1 - chance, 1e-9))


def calibrate(scores: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Platt's (slope, offset) that turn cross-validated scores into probabilities (Platt 1999)."""
    model = LogisticRegression(C=1e6).fit([[s] for s, _ in scores], [right for _, right in scores])
    return float(model.coef_[0][0]), float(model.intercept_[0])


def scaled(model: Logistic, slope: float, offset: float) -> Logistic:
    """The model with its scores multiplied and moved."""
    table = {key: round(weight * slope, DIGITS) for key, weight in model.table.items()}
    table[BIAS] = round(table[BIAS] + offset, DIGITS)
    return Logistic(table)


def mean_of(models: Sequence[Logistic]) -> Logistic:
    """The mean of models that were each fitted without one part: of the strength that they were calibrated at."""
    keys = {key for model in models for key in model.table}
    means = {key: round(sum(m.table.get(key, 0.0) for m in models) / len(models), DIGITS) for key in keys}
    return Logistic({key: weight for key, weight in means.items() if key == BIAS or abs(weight) > NEGLIGIBLE})


def report(scores: Sequence[tuple[float, bool]], slope: float, offset: float) -> str:
    """What cross-validation says: right and wrong at one half, and how the sure ones fare."""
    counts: Counter[tuple[bool, bool]] = Counter()
    sure: Counter[bool] = Counter()
    for score, right in scores:
        chance = 1 / (1 + math.exp(-(slope * score + offset)))
        counts[right, chance >= 0.5] += 1
        if chance >= 0.9:
            sure[right] += 1
    return (
        f"cross-validated: right {counts[True, True]}, wrongly claimed {counts[False, True]}, wrongly rejected "
        f"{counts[True, False]}, rightly rejected {counts[False, False]}; sure {sum(sure.values())}, of them right "
        f"{sure[True]}; slope {slope:.2f}, offset {offset:.2f}"
    )


def lessons(count: float = LESSON_COUNT) -> list[dict[str, Any]]:
    """The invented articles, each to count as so many."""
    return [{**orjson.loads(line), "count": count} for line in LESSONS.read_bytes().splitlines()]


def main() -> None:
    """Train and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("labelled", nargs="*", type=Path, help="besides the lessons, which are always read")
    parser.add_argument("--folder", type=Path, default=DATA)
    arguments = parser.parse_args()
    rows = lessons()
    for path in arguments.labelled:
        rows += [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    trained = train(rows)
    sys.stderr.write(f"{len(rows)} articles\n{trained.report}\n")
    write(trained.models, arguments.folder, len(rows))


def write(models: Models, folder: Path, articles: int) -> None:
    """Write the tables of the models fitted here into a folder."""
    note = {"made_by": "python -m training.train", "articles": articles}
    for name in (*READINGS, "weights"):
        write_tables(folder / f"{name}.json", getattr(models, name), note)


def write_tables(path: Path, models: Mapping[Category, Linear] | Mapping[Category, Logistic], note: object) -> None:
    """Write the tables of one model, in a fixed order."""
    tables = {
        category: {"table": {str(k): model.table[k] for k in sorted(model.table, key=str)}}
        | ({"classes": model.classes} if isinstance(model, Linear) else {})
        for category, model in models.items()
    }
    path.write_bytes(orjson.dumps({"note": note, "models": tables}))


if __name__ == "__main__":
    main()
