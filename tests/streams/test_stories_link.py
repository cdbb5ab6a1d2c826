"""Which tellings are of one deal, and which only look it. The decision is symmetric and has reasons."""

import pytest
from newsroom import COMPANIES, article, dollars, event, reading

from dealwire.model import Money
from streams.stories.link import link, sums_alike
from streams.stories.told import sum_of, telling, told

SAME = [
    (
        "the amount is told with less precision",
        (
            "Acme raises about $500M",
            0,
            event(recipient="Acme Robotics", amount=Money(value=5e8, currency="USD", usd=5e8, qualifier="approx")),
        ),
        ("Acme raises $525 million", 20, event(recipient="Acme Robotics", amount=525_000_000)),
    ),
    (
        "one tells a shorter name",
        ("Acme raises $40M", 0, event(recipient="Acme", amount=40_000_000)),
        ("Acme Robotics Inc. raises $40M", 3, event(recipient="Acme Robotics Inc.", amount=40_000_000)),
    ),
    (
        "talks become an announcement weeks later",
        ("Acme in talks", 0, event(recipient="Acme Robotics", status="in_talks", amount=400_000_000)),
        ("Acme raises", 24 * 20, event(recipient="Acme Robotics", amount=525_000_000)),
    ),
    (
        "the round is learnt later",
        ("Acme raises money", 0, event(recipient="Acme Robotics")),
        ("Acme raises Series B", 5, event(recipient="Acme Robotics", type="series_b")),
    ),
    (
        "the recipient is not named, and amount, lead and words agree",
        (
            "Ex-orbital startup for warehouse welding raises $88M",
            0,
            event(amount=88_000_000, lead_investor="Spark Capital"),
        ),
        (
            "Acme raises $88M for warehouse welding",
            4,
            event(recipient="Acme Robotics", amount=88_000_000, lead_investor="Spark Capital"),
        ),
    ),
    (
        "a takeover is told before and after its price is known",
        ("Acme to buy Ember", 0, event("mna", "acquisition", acquirer="Acme Robotics", target="Ember Labs")),
        (
            "Acme pays $2B for Ember",
            24 * 40,
            event("mna", "acquisition", acquirer="Acme Robotics", target="Ember Labs", amount=2e9),
        ),
    ),
    (
        "a takeover completes a year on",
        (
            "Acme to buy Ember",
            0,
            event("mna", "acquisition", acquirer="Acme Robotics", target="Ember Labs", amount=2e9),
        ),
        (
            "Acme completes Ember deal",
            24 * 360,
            event("mna", "acquisition", status="completed", acquirer="Acme Robotics", target="Ember Labs", amount=2e9),
        ),
    ),
    (
        "a chip has one name",
        ("Acme unveils its Kestrel chip", 0, event("hardware", "chip_announcement", vendor="Acme Robotics")),
        ("Acme's Kestrel accelerator is here", 20, event("hardware", "chip_announcement", vendor="Acme Robotics")),
    ),
    (
        "a site has one power and one builder",
        (
            "Acme plans 300 MW campus",
            0,
            event("hardware", "data_centre", status="planned", operator="Acme Robotics", power=300),
        ),
        ("Acme to build in Ohio", 20, event("hardware", "data_centre", operator="Acme Robotics", power=300)),
    ),
]

DIFFERENT = [
    (
        "another company",
        ("Acme raises $40M", 0, event(recipient="Acme Robotics", amount=40_000_000)),
        ("Borealis raises $40M", 0, event(recipient="Borealis Foods", amount=40_000_000)),
    ),
    (
        "another round of one company",
        ("Acme raises seed", 0, event(recipient="Acme Robotics", type="seed", amount=4_000_000)),
        ("Acme raises Series B", 24 * 120, event(recipient="Acme Robotics", type="series_b", amount=80_000_000)),
    ),
    (
        "another amount, months later",
        ("Acme raises $40M", 0, event(recipient="Acme Robotics", amount=40_000_000)),
        ("Acme raises $300M", 24 * 60, event(recipient="Acme Robotics", amount=300_000_000)),
    ),
    (
        "a loan beside a round",
        ("Acme raises $40M", 0, event(recipient="Acme Robotics", amount=40_000_000)),
        ("Acme borrows $300M", 5, event(recipient="Acme Robotics", type="debt", amount=300_000_000)),
    ),
    (
        "another target of one buyer",
        ("Acme buys Ember", 0, event("mna", "acquisition", acquirer="Acme Robotics", target="Ember Labs")),
        ("Acme buys Borealis", 0, event("mna", "acquisition", acquirer="Acme Robotics", target="Borealis Foods")),
    ),
    (
        "a rival bidder",
        (
            "Acme bids for Ember",
            0,
            event("mna", "acquisition", status="bid", acquirer="Acme Robotics", target="Ember Labs"),
        ),
        (
            "Cobalt bids for Ember",
            5,
            event("mna", "acquisition", status="bid", acquirer="Cobalt Group", target="Ember Labs"),
        ),
    ),
    (
        "another chip of one maker",
        ("Acme unveils its Kestrel chip", 0, event("hardware", "chip_announcement", vendor="Acme Robotics")),
        ("Acme unveils its Heron chip", 20, event("hardware", "chip_announcement", vendor="Acme Robotics")),
    ),
    (
        "another site of one builder",
        ("Acme plans 300 MW in Ohio", 0, event("hardware", "data_centre", operator="Acme Robotics", power=300)),
        ("Acme plans 900 MW in Utah", 24 * 9, event("hardware", "data_centre", operator="Acme Robotics", power=900)),
    ),
    (
        "an amount and nothing else",
        ("Chip startup raises $50M", 0, event(amount=50_000_000)),
        ("Drone startup raises $50M", 2, event(amount=50_000_000)),
    ),
    (
        "half a year between them",
        ("Acme raises money", 0, event(recipient="Acme Robotics")),
        ("Acme raises money", 24 * 190, event(recipient="Acme Robotics")),
    ),
]


def tellings(*tales):
    for n, (title, hours, facts) in enumerate(tales):
        item = article(f"t{n}", title, hours)
        yield told(reading(item, facts).events[0], telling(item), COMPANIES)


@pytest.mark.parametrize(("what", "one", "two"), SAME, ids=[case[0] for case in SAME])
def test_one_deal(what, one, two):
    a, b = tellings(one, two)
    assert link(a, b).joins
    assert link(a, b).reasons


@pytest.mark.parametrize(("what", "one", "two"), DIFFERENT, ids=[case[0] for case in DIFFERENT])
def test_two_deals(what, one, two):
    a, b = tellings(one, two)
    assert not link(a, b).joins


@pytest.mark.parametrize(("what", "one", "two"), [*SAME, *DIFFERENT], ids=[case[0] for case in [*SAME, *DIFFERENT]])
def test_the_decision_is_the_same_from_either_side(what, one, two):
    a, b = tellings(one, two)
    there, back = link(a, b), link(b, a)
    assert (there.points, there.apart, set(there.reasons)) == (back.points, back.apart, set(back.reasons))


@pytest.mark.parametrize(
    ("one", "two", "alike"),
    [
        (dollars(500), dollars(500), True),
        (dollars(500), dollars(525), True),
        (dollars(500), dollars(560), False),
        (Money(value=500, currency="USD", usd=500, qualifier="approx"), dollars(560), True),
        (Money(value=500, currency="USD", usd=500, qualifier="range", high=700), dollars(650), True),
        (Money(value=100, currency="EUR", usd=110), dollars(112), True),
        (Money(value=100, currency="XXX"), dollars(100), None),
        (None, dollars(5), None),
    ],
)
def test_sums_are_compared_within_their_precision(one, two, alike):
    assert sums_alike(sum_of(one), sum_of(two)) is alike
    assert sums_alike(sum_of(two), sum_of(one)) is alike
