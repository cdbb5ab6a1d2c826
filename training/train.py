"""Shell: learns the models of the understanding from labelled articles.

    python -m training.train [LABELLED.jsonl...] [--folder DATA]

Each line is an article (`id, title, body?, source?`) with `gold`, its events. Four models are fitted: who takes which
part (`roles`), of what type (`types`) and status (`statuses`) an event is, and whether a candidate is one (`weights`).
The last is fitted on what the others, fitted without the article, make of it, and calibrated the same way, so that the
confidence holds for articles never seen. What is written are tables of numbers; no text leaves the labelled files. The
same input gives the same tables. scikit-learn does the fitting (the `train` group of pyproject.toml).
"""

import argparse
import math
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from dealwire.model import Article, Category
from dealwire.reference.companies import bundled_companies
from dealwire.reference.names import fold_name
from streams.understand.candidate import Candidate
from streams.understand.kinds import features as kind_features
from streams.understand.linear import BIAS, Key, Linear, Logistic, key_named, key_of
from streams.understand.look import keys as look_keys
from streams.understand.roles import NONE, ROLES
from streams.understand.understander import Models, Proposal, Understander
from streams.understand.weighing import context_of, early_features
from streams.understand.weighing import features as weigh_features

FOLDS = 5
LESSONS = Path(__file__).parent / "lessons.jsonl"
DATA = Path(__file__).parents[1] / "streams" / "understand" / "data"
STRENGTH = {"roles": 0.25, "types": 0.5, "statuses": 0.5, "weights": 0.2, "looks": 1.0, "early": 0.2}
"""scikit-learn's C, the inverse of the L2 penalty, chosen by cross-validation."""
EMPHASIS = 3.0
"""How much less a feature that begins with "!" is drawn to zero: what a frame's own grammar says."""
PASS = {"looks": 0.98, "early": 0.985}
"""Of what tells an event, the share that the first look and the early weighing let pass."""
SEEN_MIN = 2
"""A feature of fewer examples teaches nothing of the next article."""
DIGITS = 3
NEGLIGIBLE = 0.01
EPOCH_START = datetime(2026, 1, 1, tzinfo=UTC)
NO_TABLES: Mapping[Category, Linear] = {}
NO_WEIGHTS: Mapping[Category, Logistic] = {}


@dataclass
class Examples:
    """Features and the class that each set of them should give."""

    features: list[list[Key]] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)

    def add(self, features: Iterable[Key], label: str) -> None:
        self.features.append(sorted(set(features), key=str))
        self.classes.append(label)

    def extend(self, other: "Examples") -> None:
        self.features.extend(other.features)
        self.classes.extend(other.classes)


Sorted = dict[Category, Examples]
"""Examples by category: each has models of its own."""
CATEGORIES: tuple[Category, ...] = ("funding", "mna", "hardware")
READINGS = ("looks", "early", "roles", "types", "statuses")
"""The models that read a candidate, before it is weighed."""
EVERYTHING: Mapping[Category, Logistic] = {c: Logistic({BIAS: 1.0}) for c in CATEGORIES}
EVENT = "event"
OTHER = "none"


@dataclass
class Labelled:
    """One labelled article, and which part of the cross-validation it is of."""

    row: Mapping[str, Any]
    article: Article
    fold: int


def articles_of(rows: Iterable[Mapping[str, Any]]) -> list[Labelled]:
    """The rows as articles, each with its fold of the cross-validation."""
    return [
        Labelled(
            row,
            Article.create(
                id=row["id"],
                title=row["title"],
                body=row.get("body") or "",
                source=row.get("source") or "",
                fetched=EPOCH_START,
            ),
            zlib.crc32(row["id"].encode()) % FOLDS,
        )
        for row in rows
    ]


# -- labels ---------------------------------------------------------------------------------------------------------


def best_label(candidate: Candidate, gold: Sequence[Mapping[str, Any]], used: set[int]) -> int | None:
    """The index of the label that the candidate tells, by shared names and amount."""
    names = {fold_name(m.name) for m, _, _ in candidate.parties}
    best: tuple[float, int] | None = None
    for index, label in enumerate(gold):
        if index in used or label["category"] != candidate.category:
            continue
        shared = len(names & {fold_name(p["name"]) for p in label.get("participants") or []})
        money = same_money(candidate, label.get("amount"))
        kind = label["type"] == candidate.type
        factless = not label.get("participants") and not label.get("amount")
        if not (shared or money or (factless and kind)):
            continue
        likeness = 2.0 * shared + 2.0 * money + kind - 0.5 * bool(label.get("background"))
        if best is None or likeness > best[0]:
            best = (likeness, index)
    return best[1] if best else None


def told_label(candidate: Candidate, proposal: Proposal, gold: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The label that the candidate's sentence tells, by the names in it and the amount."""
    named = {fold_name(m.name) for m in proposal.parse.names}
    own = {fold_name(m.name) for m, _, _ in candidate.parties}
    best: tuple[float, int] | None = None
    for index, label in enumerate(gold):
        if label["category"] != candidate.category:
            continue
        theirs = {fold_name(p["name"]) for p in label.get("participants") or []}
        money = same_money(candidate, label.get("amount"))
        shared = len(named & theirs)
        if not (shared or money):
            continue
        likeness = shared + len(own & theirs) + 2.0 * money + 0.5 * (label["type"] == candidate.type)
        likeness -= 0.25 * bool(label.get("background"))
        if best is None or likeness > best[0]:
            best = (likeness, index)
    return gold[best[1]] if best else None


def same_money(candidate: Candidate, label: Mapping[str, Any] | None) -> bool:
    """Whether the candidate's amount is the labelled one, within 1 %."""
    if candidate.amount is None or not label:
        return False
    money = candidate.amount.money
    return bool(money.currency == label["currency"] and abs(money.value - label["value"]) <= 0.01 * abs(label["value"]))


def _is_open(gold: Sequence[Mapping[str, Any]], candidate: Candidate, used: set[int]) -> bool:
    """Whether a label of the category is still unpaired: the candidate saw the event and misread its names."""
    return any(
        g["category"] == candidate.category and not g.get("background") and i not in used for i, g in enumerate(gold)
    )


# -- examples -------------------------------------------------------------------------------------------------------


def reading_examples(labelled: Sequence[Labelled], understander: Understander) -> dict[str, Sorted]:
    """What the frames propose, with the roles, types and statuses that it should get."""
    found: dict[str, Sorted] = {name: {c: Examples() for c in CATEGORIES} for name in READINGS}
    for item in labelled:
        gold = item.row["gold"]
        proposals = understander.proposals(item.article)
        for proposal in proposals:
            told = {c.category for c in proposal.candidates if told_label(c, proposal, gold) is not None}
            seen_words = look_keys(proposal.parse.sentence.quote)
            for category in CATEGORIES:
                found["looks"][category].add(seen_words, EVENT if category in told else OTHER)
            for candidate in proposal.candidates:
                label = told_label(candidate, proposal, gold)
                found["early"][candidate.category].add(early_features(candidate), OTHER if label is None else EVENT)
                if label is None:
                    if any(g["category"] == candidate.category for g in gold):
                        _add_parts(found["roles"][candidate.category], understander, candidate, proposal, proposals, {})
                    continue
                roles = {fold_name(p["name"]): p["role"] for p in label.get("participants") or []}
                _add_parts(found["roles"][candidate.category], understander, candidate, proposal, proposals, roles)
                seen = kind_features(candidate, item.article.title)
                found["types"][candidate.category].add(seen, label["type"])
                found["statuses"][candidate.category].add([*seen, f"settled={label['type']}"], label["status"])
    return found


def _add_parts(
    examples: Examples,
    understander: Understander,
    candidate: Candidate,
    proposal: Proposal,
    proposals: Sequence[Proposal],
    roles: Mapping[str, str],
) -> None:
    named = understander.named_in_title(proposals)
    before = NONE
    read = understander.roles.features(candidate, proposal.parse, proposal.candidates, named)
    for mention, seen in zip(proposal.parse.names, read, strict=True):
        role = roles.get(fold_name(mention.name), NONE)
        role = role if role in ROLES[candidate.category] else NONE
        examples.add([*map(key_of, seen), f"before={before}"], role)
        before = role


def weighing_examples(labelled: Sequence[Labelled], understander: Understander) -> Sorted:
    """The candidates that the labels judge, and whether each is an event."""
    found: Sorted = {c: Examples() for c in CATEGORIES}
    companies = bundled_companies()
    for item in labelled:
        gold = item.row["gold"]
        draft = understander.draft(item.article)
        used: set[int] = set()
        for candidate in draft.candidates:
            label = best_label(candidate, gold, used)
            if label is not None:
                used.add(label)
                if gold[label].get("background"):
                    continue
            elif _is_open(gold, candidate, used):
                continue
            around = context_of(candidate.sentence.place, item.article.title, item.article.body)
            seen = weigh_features(candidate, draft.noted, item.article.source, companies, around)
            found[candidate.category].add(seen, OTHER if label is None else EVENT)
    return found


# -- fitting --------------------------------------------------------------------------------------------------------


def fit(features: Sequence[Sequence[Key]], classes: Sequence[str], strength: float) -> Linear:
    """The multinomial logistic regression of these examples."""
    if len(set(classes)) < 2:
        msg = f"too few labelled articles: of {len(classes)} examples, all are {set(classes) or 'missing'}"
        raise ValueError(msg)
    counts = Counter(f for found in features for f in found)
    vectoriser = DictVectorizer(sort=True)
    matrix = vectoriser.fit_transform(
        [{str(f): _value(f) for f in found if counts[f] >= SEEN_MIN} for found in features]
    )
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-3).fit(matrix, classes)
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
    linear = fit(examples.features, [str(c == EVENT) for c in examples.classes], strength)
    return Logistic({key: row[0] for key, row in linear.table.items()})


def _value(feature: Key) -> float:
    return EMPHASIS if str(feature).startswith("!") else 1.0


def fit_gate(name: str, parts: Sequence[Sorted]) -> dict[Category, Logistic]:
    """The gate of each category, its threshold moved to even odds by cross-validation over the parts."""
    looks = {}
    for category in CATEGORIES:
        chances = []
        for held in parts:
            model = fit_question(joined([p for p in parts if p is not held])[category], STRENGTH[name])
            chances += [
                _score(model.probability(seen))
                for seen, label in zip(held[category].features, held[category].classes, strict=True)
                if label == EVENT
            ]
        least = sorted(chances)[int((1 - PASS[name]) * len(chances))]
        whole = fit_question(joined(parts)[category], STRENGTH[name])
        looks[category] = scaled(whole, 1.0, -least)
    return looks


def fit_questions(name: str, examples: Sorted) -> dict[Category, Logistic]:
    """The model of one question of each category."""
    return {c: fit_question(found, STRENGTH[name]) for c, found in examples.items()}


def fit_all(name: str, examples: Sorted) -> dict[Category, Linear]:
    """The model of each category."""
    return {c: fit(found.features, found.classes, STRENGTH[name]) for c, found in examples.items()}


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
    plain = Understander(companies, Models(EVERYTHING, EVERYTHING, NO_TABLES, NO_TABLES, NO_TABLES, NO_WEIGHTS))
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
    weights = fit_questions("weights", joined(judged))
    return Trained(
        replace(final, weights={c: scaled(weights[c], *scales[c]) for c in CATEGORIES}),
        tuple(
            replace(reading, weights={c: scaled(weighed[fold][c], *scales[c]) for c in CATEGORIES})
            for fold, reading in enumerate(readings)
        ),
        "\n".join(f"{c}: {report(scores[c], *scales[c])}" for c in CATEGORIES),
    )


def _reading(told: Sequence[Mapping[str, Sorted]]) -> Models:
    """Every model but the weights, from these parts."""
    roles, types, statuses = (fit_all(name, joined([t[name] for t in told])) for name in ("roles", "types", "statuses"))
    looks, early = (fit_gate(name, [t[name] for t in told]) for name in ("looks", "early"))
    return Models(looks=looks, early=early, roles=roles, types=types, statuses=statuses, weights=NO_WEIGHTS)


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


def main() -> None:
    """Train and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("labelled", nargs="*", type=Path, help="besides the lessons, which are always read")
    parser.add_argument("--folder", type=Path, default=DATA)
    arguments = parser.parse_args()
    rows = [
        orjson.loads(line)
        for path in (LESSONS, *arguments.labelled)
        for line in path.read_bytes().splitlines()
        if line.strip()
    ]
    trained = train(rows)
    sys.stderr.write(f"{len(rows)} articles\n{trained.report}\n")
    write(trained.models, arguments.folder, len(rows))


def write(models: Models, folder: Path, articles: int) -> None:
    """Write the tables of all models into a folder."""
    note = {"made_by": "python -m training.train", "articles": articles}
    for name in (*READINGS, "weights"):
        tables = {
            category: {"table": {str(k): model.table[k] for k in sorted(model.table, key=str)}}
            | ({"classes": model.classes} if isinstance(model, Linear) else {})
            for category, model in getattr(models, name).items()
        }
        (folder / f"{name}.json").write_bytes(orjson.dumps({"note": note, "models": tables}))


if __name__ == "__main__":
    main()
