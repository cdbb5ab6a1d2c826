"""How right the understanding is on labelled articles, with bootstrap intervals.

    python benchmarks/quality.py [FOLDER] [--resamples 200]

FOLDER holds `dev.jsonl` and the scorer `score.py`; without it, ../shared/eval is looked at, and where that is missing
the benchmark says so and ends. A third of the articles, chosen by id, was set aside while dealwire was made: nothing
was learned from it, so its figures are the ones to believe.
"""

import argparse
import importlib.util
import random
import zlib
from datetime import UTC, datetime
from pathlib import Path

import orjson

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from streams.understand import Understander

FETCHED = datetime(2026, 11, 1, tzinfo=UTC)
SET_ASIDE_OF = 3


def is_set_aside(article_id: str) -> bool:
    try:
        number = int(article_id, 16)
    except ValueError:
        number = zlib.crc32(article_id.encode())
    return number % SET_ASIDE_OF == 0


def scorer_of(path: Path):
    spec = importlib.util.spec_from_file_location("score", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures_of(score, rows, predicted) -> dict[str, float]:
    f, _ = score.score(rows, predicted)
    return {
        "detection F1": f["detection"]["micro"]["f1"],
        "events F1": f["events"]["f1"],
        "roles F1": f["roles"]["f1"],
        "amount F1": f["amount"]["f1"],
        "valuation F1": f["valuation"]["f1"],
        "type": f["type_accuracy"],
        "status": f["status_accuracy"],
        "spans exact": f["spans_exact"],
        "facts supported": f["facts_supported"],
        "false claims": f["false_claims"],
        "sure and right": f["sure_right"],
        "share sure": f["sure_share"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "shared" / "eval")
    parser.add_argument("--resamples", type=int, default=200)
    arguments = parser.parse_args()
    labelled, scorer = arguments.folder / "dev.jsonl", arguments.folder / "score.py"
    if not (labelled.exists() and scorer.exists()):
        print(f"no labelled articles in {arguments.folder}: passed over")
        return
    score = scorer_of(scorer)
    rows = [orjson.loads(line) for line in labelled.read_bytes().splitlines()]
    understander = Understander(bundled_companies())
    predicted = {}
    for row in rows:
        article = Article.create(
            id=row["id"],
            title=row["title"],
            body=row.get("body") or "",
            source=row.get("source") or "",
            fetched=FETCHED,
        )
        events = [e for e in understander.understand(article).events if not e.background]
        predicted[row["id"]] = {"events": [e.model_dump(mode="json", by_alias=True) for e in events]}
    for name, part in (
        ("learned from", [r for r in rows if not is_set_aside(r["id"])]),
        ("set aside", [r for r in rows if is_set_aside(r["id"])]),
    ):
        best = figures_of(score, part, predicted)
        draws = random.Random(7)
        samples = [figures_of(score, draws.choices(part, k=len(part)), predicted) for _ in range(arguments.resamples)]
        print(f"\n{name}: {len(part)} articles (95 % intervals of {arguments.resamples} resamples)")
        for key, value in best.items():
            ordered = sorted(sample[key] for sample in samples)
            low, high = ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]
            print(f"  {key:<16}{value:>7.3f}   [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
