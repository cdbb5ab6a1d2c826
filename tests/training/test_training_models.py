"""How the models are made: the same from the same, better than nothing, and without a word of the texts."""

import re
from pathlib import Path

import orjson
import pytest

from dealwire.reference.companies import bundled_companies
from streams.understand.linear import Linear, Logistic
from streams.understand.understander import Understander
from training.labels import articles_of
from training.train import CATEGORIES, LESSONS, READINGS, train, write
from training.word_classes import classes_of

LESSONS_STEP = 2
NAMED = re.compile(r"!?[a-z_]+(?:=|:|$)")


@pytest.fixture(scope="module")
def rows():
    return [orjson.loads(line) for line in LESSONS.read_bytes().splitlines()][::LESSONS_STEP]


@pytest.fixture(scope="module")
def trained(rows):
    return train(rows)


def test_every_lesson_names_what_its_text_says():
    for line in LESSONS.read_bytes().splitlines():
        lesson = orjson.loads(line)
        text = f"{lesson['title']} {lesson.get('body') or ''}"
        for event in lesson["gold"]:
            assert event["category"] in CATEGORIES
            for party in event.get("participants", []):
                assert party["name"] in text, lesson["id"]


def test_models_know_events_of_articles_they_have_not_seen(trained, rows):
    companies = bundled_companies()
    readers = [Understander(companies, models) for models in trained.unseen]
    right = claimed = told = 0
    for item in articles_of(rows):
        events = [e for e in readers[item.fold].understand(item.article).events if not e.background]
        found = {e.category for e in events}
        asked = {g["category"] for g in item.row["gold"] if not g.get("background")}
        right += len(found & asked)
        claimed += len(found)
        told += len(asked)
    assert 2 * right / (claimed + told) > 0.5


def test_the_same_articles_give_the_same_tables(trained, rows, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    write(trained.models, first, len(rows))
    write(train(rows).models, second, len(rows))
    for name in (*READINGS, "weights"):
        assert (first / f"{name}.json").read_bytes() == (second / f"{name}.json").read_bytes()


def test_the_tables_hold_no_words_of_the_texts(trained):
    keys = set()
    for name in (*READINGS, "weights"):
        for model in getattr(trained.models, name).values():
            assert isinstance(model, Linear | Logistic)
            keys.update(key for key in model.table if isinstance(key, str))
    assert keys
    assert all(NAMED.match(key) for key in keys)
    words = {
        w for row in orjson_rows() for p in row["gold"] for q in p.get("participants", []) for w in q["name"].split()
    }
    assert not {w for key in keys for w in re.findall(r"\w+", key)} & {w for w in words if w[0].isupper()}


def orjson_rows():
    return [orjson.loads(line) for line in LESSONS.read_bytes().splitlines()]


def test_too_few_articles_are_said_to_be_too_few(rows):
    with pytest.raises(ValueError, match="too few labelled articles"):
        train([row for row in rows if not row["gold"]])


def test_words_of_one_use_share_a_class():
    verbs, nouns = ("raises", "lands", "bags"), ("round", "loan", "grant")
    sentences = [
        ["acme", verb, "a", noun, "in", place] for verb in verbs for noun in nouns for place in ("paris", "oslo")
    ]
    classes = classes_of(sentences * 3, seen_min=3)
    assert {classes[v][0] for v in verbs}.isdisjoint({classes[n][0] for n in nouns})


def test_the_shipped_tables_are_of_one_making():
    data = Path(train.__code__.co_filename).parents[1] / "streams" / "understand" / "data"
    notes = {
        orjson.dumps(orjson.loads((data / f"{name}.json").read_bytes())["note"]) for name in (*READINGS, "weights")
    }
    assert len(notes) == 1
