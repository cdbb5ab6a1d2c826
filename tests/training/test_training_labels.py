"""What a labelled article teaches, and what one teaches of which a reader judged only some proposals."""

import pytest

from dealwire.reference.companies import bundled_companies
from streams.understand.understander import Understander
from training.labels import articles_of, asked_of
from training.train import CATEGORIES, EVENT, OTHER, reading_examples, weighing_examples

TITLE = "Halcyon Forge raises $40M from Birch Row to buy Tidewell Labs"
ROUND = {
    "category": "funding",
    "type": "equity_round",
    "status": "announced",
    "participants": [{"name": "Halcyon Forge", "role": "recipient"}],
}


@pytest.fixture(scope="module")
def understander():
    return Understander(bundled_companies())


@pytest.fixture(scope="module")
def candidates(understander):
    [item] = articles_of([{"id": "1", "title": TITLE, "gold": []}])
    return understander.draft(item.article).candidates


def judged(candidates, **labels):
    return [
        {"category": category, "place": place, "start": start, "label": labels[category]}
        for category, place, start in map(asked_of, candidates)
        if category in labels
    ]


def weighed(understander, row):
    found = weighing_examples(articles_of([row]), understander)
    return {c: found[c].classes for c in CATEGORIES if found[c].classes}


def test_of_a_labelled_article_every_candidate_is_judged(understander, candidates):
    assert {c.category for c in candidates} >= {"funding", "mna"}
    row = {"id": "1", "title": TITLE, "gold": [ROUND]}
    assert weighed(understander, row) == {"funding": [EVENT], "mna": [OTHER]}


def test_of_a_judged_article_only_what_was_asked_is_learned(understander, candidates):
    row = {"id": "1", "title": TITLE, "gold": [ROUND], "judged": judged(candidates, funding=0)}
    assert weighed(understander, row) == {"funding": [EVENT]}
    found = reading_examples(articles_of([row]), understander)
    assert found["types"]["funding"].classes == ["equity_round"]
    assert not found["early"]["mna"].classes


def test_a_proposal_that_was_rejected_is_no_event(understander, candidates):
    row = {"id": "1", "title": TITLE, "gold": [], "judged": judged(candidates, funding=None)}
    assert weighed(understander, row) == {"funding": [OTHER]}
    assert not reading_examples(articles_of([row]), understander)["types"]["funding"].classes
