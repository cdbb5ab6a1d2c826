"""The grammars over the labelled articles, where those are at hand: which labelled sums and quantities they find."""

import json
from pathlib import Path

import pytest

from dealwire.reference.languages import detect
from dealwire.reference.money import find_sums
from dealwire.reference.quantities import find_quantities

LABELLED = Path(__file__).parents[3] / "shared" / "eval" / "dev.jsonl"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not LABELLED.exists(), reason="the labelled articles are not at hand"),
]


@pytest.fixture(scope="module")
def articles():
    with LABELLED.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def agrees(value, wanted):
    return abs(value - wanted) <= 0.01 * abs(wanted)


def test_labelled_sums_are_found_in_their_currency(articles):
    wanted = found = 0
    for article in articles:
        sums = [one.money for text in (article["title"], article.get("body") or "") for one in find_sums(text)]
        for money in (event.get(key) for event in article["gold"] for key in ("amount", "valuation")):
            if money:
                wanted += 1
                found += any(s.currency == money["currency"] and agrees(s.value, money["value"]) for s in sums)
    assert wanted > 100
    assert found / wanted >= 0.99


def test_labelled_quantities_are_found(articles):
    wanted = found = 0
    for article in articles:
        texts = (article["title"], article.get("body") or "")
        quantities = [one.quantity for text in texts for one in find_quantities(text)]
        for fact in (fact for event in article["gold"] for fact in event.get("quantities") or ()):
            wanted += 1
            found += any(q.kind == fact["kind"] and agrees(q.value, fact["value"]) for q in quantities)
    assert wanted > 10
    assert found / wanted >= 0.9


def test_no_article_with_an_event_is_taken_for_another_language(articles):
    assert [a["title"] for a in articles if a["gold"] and detect(f"{a['title']} {a.get('body') or ''}") != "en"] == []
