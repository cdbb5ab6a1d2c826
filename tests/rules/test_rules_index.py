"""The index finds what a plain loop over all rules finds: a million pairs of rules and stories made at random."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealwire.model import CATEGORIES, STATUSES, TYPES
from rules.comparison import Interval
from rules.load import Source, load

NAMES = ("MatX", "Nvidia", "Cerebras", "Groq", "SoftBank", "Apple", "Helioforge", "Kestrel Compute", "Quebec")
REGIONS = ("US", "CA", "DE", "SA", "IN", "CN")
PHRASES = ("optical chip", "photonic*", "data centre", "quantum")
SUMS = ("1M USD", "50M EUR", "100M USD", "500M USD", "1B USD", "2B GBP")
ROLES = ("recipient", "investor", "lead_investor", "acquirer", "target", "vendor", "customer", "operator")
WATCHLISTS = {"chips": ["MatX", "Nvidia", {"watchlist": "more"}], "more": ["Groq"], "makers": ["Apple", "Cerebras"]}
OPERATORS = (">=", ">", "<", "<=", "=")


class Choice:
    """One way of choosing for both: `random` for the large run, hypothesis for the small, hard cases."""

    def __init__(self, one_of, number):
        self.one_of, self.number = one_of, number


def field(choose):
    kind = choose.number(0, 11)
    comparison = f"{choose.one_of(OPERATORS)} {choose.one_of(SUMS)}"
    several = [choose.one_of(NAMES), {"watchlist": choose.one_of(sorted(WATCHLISTS))}]
    return (
        lambda: {"category": choose.one_of(CATEGORIES)},
        lambda: {"type": [choose.one_of(TYPES["funding"]), choose.one_of(TYPES["mna"])]},
        lambda: {"status": choose.one_of(STATUSES["mna"])},
        lambda: {"company": choose.one_of(NAMES)},
        lambda: {choose.one_of(ROLES): several},
        lambda: {"subject": {"watchlist": choose.one_of(sorted(WATCHLISTS))}},
        lambda: {"region": [choose.one_of(REGIONS), choose.one_of(("EU", "GCC"))]},
        lambda: {"amount": [comparison, "undisclosed"] if choose.number(0, 2) == 0 else comparison},
        lambda: {choose.one_of(("valuation", "price")): comparison},
        lambda: {"text": choose.one_of(PHRASES)},
        lambda: {"source_count": f">= {choose.number(1, 4)}"},
        lambda: {"cross_border": choose.one_of((True, False))},
    )[kind]()


def match_of(choose, depth=2):
    kind = choose.number(0, 7) if depth else 0
    if kind == 1:
        return {"any": [match_of(choose, depth - 1) for _ in range(choose.number(1, 3))]}
    if kind == 2:
        return {"all": [match_of(choose, depth - 1) for _ in range(choose.number(1, 3))]}
    if kind == 3:
        return {"not": match_of(choose, depth - 1)}
    found = {}
    for _ in range(choose.number(1, 3)):
        found |= field(choose)
    return found


def story_of(choose, make, number):
    category = choose.one_of(CATEGORIES)
    facts = {role: [choose.one_of(NAMES)] for role in ROLES if choose.number(0, 3) == 0}
    return make(
        f"s{number}", category=category, type=choose.one_of(TYPES[category]), status=choose.one_of(STATUSES[category]),
        amount=choose.one_of((None, *SUMS)), valuation=choose.one_of((None, *SUMS)),
        regions=tuple({choose.one_of(REGIONS) for _ in range(choose.number(0, 2))}),
        cross_border=choose.one_of((None, True, False)), source_count=choose.number(1, 5), **facts,
    )  # fmt: skip


def book_of(matches, monkeypatch):
    """A book of rules, also of those that could never fire: the index must be right about them too."""
    monkeypatch.setattr("rules.load.find_dead", lambda _: ([], False))
    rules = [{"id": f"r{number}", "match": match} for number, match in enumerate(matches)]
    return load([Source("random", json.dumps({"version": 1, "watchlists": WATCHLISTS, "rules": rules}))])


def assert_agrees(book, story, heard):
    facts = book.facts(story, heard)
    looped = [rule.id for rule in book.rules if rule.clause.holds(facts)]
    assert [match.rule.id for match in book.match(story, heard)] == looped
    return len(looped)


@pytest.mark.timeout(300)
def test_index_and_loop_agree_on_a_million_pairs(story, monkeypatch):
    chance = random.Random(6)
    choose = Choice(chance.choice, chance.randint)
    book = book_of([match_of(choose) for _ in range(2_000)], monkeypatch)
    matched = 0
    for number in range(500):
        heard = frozenset(phrase for phrase in PHRASES if chance.random() < 0.2)
        matched += assert_agrees(book, story_of(choose, story, number), heard)
    assert matched > 10_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_index_and_loop_agree_whatever_the_rules(story, monkeypatch, data):
    choose = Choice(
        lambda options: data.draw(st.sampled_from(list(options))), lambda low, high: data.draw(st.integers(low, high))
    )
    book = book_of([match_of(choose) for _ in range(data.draw(st.integers(1, 24)))], monkeypatch)
    heard = frozenset(data.draw(st.sets(st.sampled_from(PHRASES))))
    for number in range(4):
        assert_agrees(book, story_of(choose, story, number), heard)


def test_a_rule_that_the_reader_calls_impossible_matches_no_story(story):
    """What loading refuses as never firing does not fire on any of many random stories."""
    from rules.sense import is_possible  # noqa: PLC0415 - beside what it is held against

    chance = random.Random(7)
    choose = Choice(chance.choice, chance.randint)
    with pytest.MonkeyPatch.context() as patch:
        book = book_of([match_of(choose) for _ in range(1_500)], patch)
    impossible = [rule for rule in book.rules if not is_possible(rule.clause)]
    assert len(impossible) > 20
    for number in range(300):
        facts = book.facts(story_of(choose, story, number), frozenset(PHRASES))
        assert not [rule.id for rule in impossible if rule.clause.holds(facts)]


@given(st.floats(-5, 5), st.floats(-5, 5), st.booleans(), st.booleans(), st.floats(-6, 6))
def test_what_lies_in_both_intervals_lies_in_what_they_share(low, high, low_open, high_open, value):
    one, other = Interval(low=low, low_open=low_open), Interval(high=high, high_open=high_open)
    both = one.meet(other)
    assert (value in both) is (value in one and value in other)
    assert not (both.is_empty and value in both)
