"""Shell: learns the weights of the weighing from labelled articles.

    python -m streams.understand.train LABELLED.jsonl... [--weights FILE]

Each line is an article (`id, title, body?, source?`) with `gold`, its events (of the categories in `judged`, where
given). A candidate that pairs with a label is
right, one that pairs with none is wrong, one that pairs with a background label teaches nothing. What is written is a
table of numbers; no text leaves the labelled file. The same input gives the same table.
"""

import argparse
import math
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from dealwire.reference.names import fold_name
from streams.understand.candidate import Candidate
from streams.understand.understander import Understander
from streams.understand.weighing import features, probability

FOLDS = 5
EPOCHS = 30
RATE = 0.25
DECAY = 0.1
"""L2: how strongly a weight is drawn to zero; chosen by cross-validation."""
DIGITS = 4
EPOCH_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Example:
    """One candidate: its features, whether it is right, and which article it came from."""

    article: str
    values: Mapping[str, float]
    right: bool
    weight: float = 1.0


def examples_of(rows: Iterable[Mapping[str, Any]]) -> list[Example]:
    """The training examples of labelled articles."""
    companies = bundled_companies()
    understander = Understander(companies)
    found = []
    for row in rows:
        article = Article.create(
            id=row["id"],
            title=row["title"],
            body=row.get("body") or "",
            source=row.get("source") or "",
            fetched=EPOCH_START,
        )
        draft = understander.draft(article)
        used: set[int] = set()
        judged = row.get("judged")
        for candidate in draft.candidates:
            if judged is not None and candidate.category not in judged:
                continue
            label = best_label(candidate, row["gold"], used)
            if label is not None:
                used.add(label)
                if row["gold"][label].get("background"):
                    continue
            if label is None and _open_label(row["gold"], candidate, used):
                continue
            values = features(candidate, draft.noted, article.source, companies)
            found.append(Example(row["id"], values, label is not None, float(row.get("weight", 1.0))))
    return found


def _open_label(gold: Sequence[Mapping[str, Any]], candidate: Candidate, used: set[int]) -> bool:
    """Whether a label of the category is still unpaired: the candidate saw the event and misread its names."""
    return any(
        g["category"] == candidate.category and not g.get("background") and i not in used for i, g in enumerate(gold)
    )


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


def same_money(candidate: Candidate, label: Mapping[str, Any] | None) -> bool:
    """Whether the candidate's amount is the labelled one, within 1 %."""
    if candidate.amount is None or not label:
        return False
    money = candidate.amount.money
    return bool(money.currency == label["currency"] and abs(money.value - label["value"]) <= 0.01 * abs(label["value"]))


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """Logistic regression by AdaGrad, in a fixed order of the examples."""
    table: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 1e-6)
    ordered = sorted(examples, key=lambda e: zlib.crc32(f"{e.article}{sorted(e.values)}".encode()))
    for _ in range(EPOCHS):
        for example in ordered:
            error = (probability(example.values, table) - example.right) * example.weight
            for name, value in example.values.items():
                slope = error * value + DECAY * table[name] / 10
                squares[name] += slope * slope
                table[name] -= RATE * slope / math.sqrt(squares[name])
    return dict(table)


def cross_validate(examples: Sequence[Example]) -> list[tuple[Example, float]]:
    """Each example with the probability that a model gives it which has not seen its article."""
    judged = []
    for fold in range(FOLDS):
        seen = [e for e in examples if zlib.crc32(e.article.encode()) % FOLDS != fold]
        table = fit(seen)
        judged += [
            (e, probability(e.values, table)) for e in examples if zlib.crc32(e.article.encode()) % FOLDS == fold
        ]
    return judged


def calibrate(judged: Sequence[tuple[Example, float]]) -> tuple[float, float]:
    """Platt's (slope, offset) that turn cross-validated scores into probabilities (Platt 1999), by gradient descent."""
    slope, offset = 1.0, 0.0
    scores = [(math.log(max(p, 1e-9) / max(1 - p, 1e-9)), e.right, e.weight) for e, p in judged]
    total = sum(w for _, _, w in scores) or 1.0
    for _ in range(500):
        d_slope = d_offset = 0.0
        for score, right, weight in scores:
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, slope * score + offset)))) - right) * weight
            d_slope += error * score
            d_offset += error
        slope -= 0.05 * d_slope / total
        offset -= 0.5 * d_offset / total
    return slope, offset


def report(judged: Sequence[tuple[Example, float]], slope: float, offset: float) -> str:
    """What cross-validation says: right and wrong at the threshold, and how the sure ones fare."""
    counts = [0, 0, 0, 0]
    sure = [0, 0]
    for example, p in judged:
        score = math.log(max(p, 1e-9) / max(1 - p, 1e-9))
        q = 1 / (1 + math.exp(-(slope * score + offset)))
        counts[2 * example.right + (q >= 0.5)] += 1
        if q >= 0.9:
            sure[example.right] += 1
    tn, fp, fn, tp = counts
    return (
        f"cross-validated: right {tp}, wrongly claimed {fp}, wrongly rejected {fn}, rightly rejected {tn}; "
        f"sure {sum(sure)}, of them right {sure[1]}; slope {slope:.2f}, offset {offset:.2f}"
    )


def main() -> None:
    """Train and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("labelled", nargs="+", type=Path)
    parser.add_argument("--weights", type=Path, default=Path(__file__).parent / "data" / "weights.json")
    arguments = parser.parse_args()
    rows = [
        orjson.loads(line) for path in arguments.labelled for line in path.read_bytes().splitlines() if line.strip()
    ]
    examples = examples_of(rows)
    judged = cross_validate(examples)
    slope, offset = calibrate(judged)
    sys.stderr.write(f"{len(rows)} articles, {len(examples)} candidates\n{report(judged, slope, offset)}\n")
    table = {
        name: round(weight * slope, DIGITS) for name, weight in sorted(fit(examples).items()) if abs(weight) > 0.01
    }
    table["bias"] = round(table.get("bias", 0.0) + offset, DIGITS)
    note = {"made_by": "python -m streams.understand.train", "articles": len(rows), "candidates": len(examples)}
    arguments.weights.write_bytes(orjson.dumps({"note": note, "weights": table}))


if __name__ == "__main__":
    main()
