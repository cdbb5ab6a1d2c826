"""The first look learns what the understanding makes of sentences, and lets pass what it would claim."""

import gzip

import orjson
import pytest

from dealwire.reference.companies import bundled_companies
from streams.understand.understander import Understander
from training.gates import examples, fit_look, read
from training.labels import FOLDS, articles_of
from training.train import EVENT, LESSONS

CATEGORY = "funding"


@pytest.fixture(scope="module")
def parts():
    items = articles_of(orjson.loads(line) for line in LESSONS.read_bytes().splitlines())
    understander = Understander(bundled_companies(), looks_open=True)
    return [examples((i for i in items if i.fold == fold), understander) for fold in range(FOLDS)]


def test_what_is_claimed_passes_and_most_else_does_not(parts):
    look = fit_look(parts, CATEGORY)
    passed = {True: [], False: []}
    for part in parts:
        for seen, label in zip(part[CATEGORY].features, part[CATEGORY].classes, strict=True):
            passed[label == EVENT].append(look.probability(seen) >= 0.5)
    assert sum(passed[True]) / len(passed[True]) > 0.95
    assert sum(passed[False]) / len(passed[False]) < 0.8, "lessons are few, and made to look alike"


def test_an_open_look_lets_every_sentence_be_parsed():
    [item] = articles_of([{"id": "1", "title": "Farmers raise chickens by the lake", "gold": []}])
    understander = Understander(bundled_companies(), looks_open=True)
    [sentence] = understander.sentences(item.article)
    assert set(understander.look.categories(sentence)) == {"funding", "mna", "hardware"}
    closed = Understander(bundled_companies()).look.categories(sentence)
    assert set(closed) < set(understander.look.categories(sentence)), "raising chickens is no trade in chips"


def test_the_same_articles_are_drawn_each_time(tmp_path):
    archive = tmp_path / "archive.jsonl.gz"
    rows = [{"id": str(i), "title": f"Headline {i}"} for i in range(50)]
    archive.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, rows))))
    first, second = (read(archive, 10) for _ in range(2))
    assert [i.row["id"] for i in first] == [i.row["id"] for i in second]
    assert len({i.row["id"] for i in first}) == 10
