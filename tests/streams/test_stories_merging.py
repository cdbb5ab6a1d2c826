"""Facts merged with provenance, sources that count, changes that are news, and what expires."""

import pytest
from newsroom import COMPANIES, Desk, article, event, rules

from dealwire.model import Money
from streams.stories.record import decode
from streams.stories.sources import authority, outlet
from streams.stories.words import are_copies, sketch

DAY = 24.0
RELEASE = (
    "Acme Robotics today said that it has raised $500 million to put its picking arms into every warehouse it can find"
)


def round_of(amount=500_000_000, **rest):
    return event(recipient="Acme Robotics", amount=amount, **rest)


def test_disagreement_is_kept_as_a_range_with_its_sources():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of())
    desk.take(article("b", "Acme Robotics gets $500M", 1), round_of())
    story = desk.story(article("c", "It was $520M, says one", 2), round_of(520_000_000))
    assert (story.amount.best.value, story.amount.low, story.amount.high) == (5e8, 5e8, 5.2e8)
    assert {c.money.value: c.articles for c in story.amount.claims} == {5e8: ("a", "b"), 5.2e8: ("c",)}


def test_a_primary_source_outranks_retellings():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of())
    desk.take(article("b", "Acme Robotics gets $500M", 1), round_of())
    story = desk.story(article("c", "Acme Robotics announces", 2, source="Business Wire"), round_of(540_000_000))
    assert story.amount.best.value == 540_000_000


def test_what_was_rumored_no_longer_stands_when_the_deal_is_announced():
    desk = Desk()
    desk.take(article("a", "Acme Robotics in talks", 0), round_of(400_000_000, status="in_talks"))
    story = desk.story(article("b", "Acme Robotics raises", 30), round_of(500_000_000))
    assert (story.amount.low, story.amount.high) == (5e8, 5e8)


def test_copies_of_one_text_are_one_source():
    desk = Desk()
    desk.take(article("a", RELEASE, 0), round_of())
    story = desk.story(article("b", RELEASE + " (updated)", 1), round_of())
    assert story.source_count == 1
    assert [t.copy_of for t in story.tellings] == [None, "a"]


def test_one_outlet_is_one_source():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M", 0, source="Daily Ledger"), round_of())
    story = desk.story(article("b", "More on the Acme round", 1, source="Daily Ledger"), round_of())
    assert story.source_count == 1


def test_a_short_form_of_a_name_is_the_same_party_and_no_change():
    desk = Desk()
    told = {"target": "Ember Labs", "amount": 2e9}
    desk.take(
        article("a", "Halden Optics buys Ember", 0), event("mna", "acquisition", acquirer="Halden Optics", **told)
    )
    (step,) = desk.take(
        article("b", "Halden completes", 1), event("mna", "acquisition", acquirer="Halden", **told)
    ).steps
    assert step.decision == "repeat"
    assert step.story.names("acquirer") == ("Halden Optics",)


def test_an_alias_learnt_later_joins_two_stories_and_re_alerts_nobody():
    book = rules('rules:\n  - {id: big, match: {category: funding, amount: ">= 50M USD"}}\n')
    desk = Desk(book)
    older = desk.story(article("a", "Halden Optics raises $500M", 0), event(recipient="Halden Optics", amount=5e8))
    younger = desk.story(article("b", "Vesper Light raises $500M", 1), event(recipient="Vesper Light", amount=5e8))
    assert older.id != younger.id
    desk.companies = COMPANIES.with_aliases({"Halden Optics": ["Vesper Light"]})
    outcome = desk.take(
        article("c", "Halden Optics, once Vesper Light, raises $500M", 2),
        event(recipient="Vesper Light", amount=5e8),
    )
    by_id = {step.id: step for step in outcome.steps}
    assert by_id[younger.id].story.merged_into == older.id
    assert len(by_id[older.id].story.tellings) == 3
    assert outcome.alerts == ()


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (round_of(), round_of(510_000_000), []),
        (round_of(), round_of(lead_investor="Spark Capital"), ["lead_investor"]),
        (round_of(status="in_talks"), round_of(), ["status"]),
        (round_of(), round_of(status="in_talks"), []),
        (round_of(), round_of(status="closed"), ["closed"]),
        (round_of(), round_of(status="cancelled"), ["collapsed"]),
        (round_of(), round_of(type="series_b"), ["round"]),
        (round_of(), round_of(valuation=3e9), ["valuation"]),
        (round_of(), round_of(investor="Harbor Fund"), []),
    ],
)
def test_only_news_makes_a_version(before, after, kinds):
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises money", 0), before)
    (step,) = desk.take(article("b", "More on Acme Robotics", 40), after).steps
    assert [change.kind for change in step.changes] == kinds
    assert step.story.version == (2 if kinds else 1)


def test_a_price_learnt_is_a_price_disclosed():
    desk = Desk()
    deal = {"acquirer": "Halden Optics", "target": "Ember Labs"}
    desk.take(article("a", "Halden Optics buys Ember Labs", 0), event("mna", "acquisition", **deal))
    (step,) = desk.take(article("b", "It paid $2B", 40), event("mna", "acquisition", amount=2e9, **deal)).steps
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("price", "undisclosed", "$2B")]


def test_a_late_retelling_of_the_talks_does_not_undo_the_announcement():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises", 24), round_of())
    (step,) = desk.take(article("b", "Acme Robotics in talks", 0), round_of(status="in_talks")).steps
    assert (step.decision, step.story.status) == ("repeat", "announced")


def test_a_collapsed_deal_lives_again_when_it_is_agreed_days_later():
    desk = Desk()
    deal = {"acquirer": "Halden Optics", "target": "Ember Labs", "amount": 2e9}
    desk.take(article("a", "Halden Optics buys", 0), event("mna", "acquisition", **deal))
    desk.take(article("b", "It is off", DAY), event("mna", "acquisition", status="terminated", **deal))
    story = desk.story(article("c", "It is on again", 9 * DAY), event("mna", "acquisition", **deal))
    assert story.status == "announced"


def test_stories_whose_window_has_passed_are_dropped_with_all_that_points_to_them():
    desk = Desk()
    for n in range(40):
        desk.take(article(f"old{n}", f"Maker {n} raises", n), event(recipient=f"Maker{n} Labs", amount=1e6 * (n + 1)))
    for n in range(400):
        desk.take(article(f"new{n}", f"Firm {n} raises", (300 + n / 20) * DAY), event(recipient=f"Firm{n} Works"))
    kept = {key for key in desk.state if "old" in key}
    stories = [decode(raw) for key, raw in desk.state.items() if key.startswith("story/")]
    assert kept == set()
    assert all(t["article"].startswith("new") for record in stories for t in record["tellings"])
    assert not [key for key in desk.state if key.startswith("index/name/maker")]


def test_one_article_from_the_far_future_ends_nothing():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), round_of())
    desk.take(article("z", "Borealis raises", 5000 * DAY), event(recipient="Borealis Foods"))
    for n in range(20):
        desk.take(article(f"n{n}", f"Firm {n} raises", n), event(recipient=f"Firm{n} Works"))
    assert desk.story(article("b", "Acme Robotics gets $500M", 30), round_of()).id == first.id


@pytest.mark.parametrize(
    ("title", "source", "url", "weight"),
    [
        ("Acme raises", "Business Wire", "", 3),
        ("Acme raises", "", "https://newsroom.acme.com/a", 3),
        ("Acme raises", "Reuters", "", 2),
        ("Acme raises", "Daily Ledger", "", 1),
        ("Acme raises", "Hacker News", "", 0),
        ("Acme raises (Ann Bee/Reuters)", "Techmeme", "", 2),
    ],
)
def test_who_says_it_weighs(title, source, url, weight):
    assert authority(title, source, url, "acme") == weight


def test_an_aggregator_passes_on_the_outlet_it_credits():
    assert outlet("Acme raises (Ann Bee/Daily Ledger)", "Techmeme", "") == "dailyledger"


def test_texts_that_differ_are_no_copies():
    assert not are_copies(
        sketch("Acme Robotics raises $500M to build arms", ""), sketch("Rain on Tuesday, sun later in the week", "")
    )
    assert not are_copies(sketch("Short", ""), sketch("Short", ""))


def test_vague_and_exact_sums_are_one_claim_when_they_agree():
    desk = Desk()
    vague = Money(value=5e8, currency="USD", usd=5e8, qualifier="approx")
    desk.take(article("a", "Acme Robotics raises about $500M", 0), round_of(vague))
    story = desk.story(article("b", "Acme Robotics raises $512M", 1), round_of(512_000_000))
    assert story.amount.best.qualifier == "exact"
