"""Near misses: rules that a story met but for one clause, how near it came, and what is none."""

from datetime import UTC, datetime

import pytest

from dealwire.model import Figure, Money, Party, Story
from rules.load import Source, load
from rules.near_misses import near_misses

AT = datetime(2026, 3, 2, tzinfo=UTC)


def story(usd=90e6, **changes):
    amount = Figure(best=Money(value=usd, currency="USD", usd=usd), low=usd, high=usd) if usd else None
    given = {
        "id": "s", "category": "funding", "type": "series_b", "status": "announced", "subject": "Vela",
        "participants": (Party(name="Vela", role="recipient"),), "amount": amount, "first_at": AT, "last_at": AT,
    }  # fmt: skip
    return Story(**given | changes)


def missed(match, told=None, more=""):
    text = f"version: 1\nrules:\n  - {{id: r, match: {match}{more}}}\n"
    return [
        (m.clause, m.met_by, round(m.nearness, 2))
        for m in near_misses(load([Source("w.yaml", text)]), told or story(), frozenset())
    ]


@pytest.mark.parametrize(
    ("match", "near"),
    [
        ('{category: funding, amount: ">= 100M USD"}', [("amount >= 100M USD", "$90M", 0.9)]),
        ('{category: funding, amount: "< 60M USD"}', [("amount < 60M USD", "$90M", 0.67)]),
        ("{category: funding, recipient: Orbital}", [("recipient: Orbital", "Vela", 0.4)]),
        ("{category: funding, not: {status: announced}}", [("not status: announced", "announced", 0.4)]),
        ('{category: funding, any: [{status: rumored}, {amount: ">= 1B USD"}]}',
         [("status: rumored or amount >= 1B USD", "", 0.4)]),
        ('{category: funding, amount: ">= 50M USD"}', []),
        ('{category: funding, amount: ">= 1B USD"}', []),
        ('{category: mna, amount: ">= 50M USD"}', []),
        ("{category: funding, type: seed}", []),
        ('{category: funding, amount: ">= 100M USD", status: rumored}', []),
        ('{amount: ">= 100M USD"}', []),
    ],
)  # fmt: skip
def test_one_clause_that_nearly_held_is_a_near_miss_and_nothing_else_is(match, near):
    assert missed(match) == near


def test_a_sum_that_is_not_given_may_be_a_near_miss():
    assert missed('{category: funding, amount: ">= 100M USD"}', story(usd=0)) == [
        ("amount >= 100M USD", "not given", 0.4)
    ]


def test_a_rule_that_is_switched_off_misses_nothing():
    assert missed('{category: funding, amount: ">= 100M USD"}', more=", enabled: false") == []
