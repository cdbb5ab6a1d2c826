"""Possible events are never claimed, and bring their articles to the stories that their facts fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom import BIG_ROUNDS, Desk, article, event, rules

from streams.pipeline import rebuild_indexes
from streams.stories.record import decode

CHIP = event("hardware", "chip_announcement", vendor="Orrery Systems", confidence=0.9)
MAYBE = event("hardware", "chip_announcement", vendor="Orrery Systems", confidence=0.3)
STORY = article("a", "Orrery Systems unveils the Thyme inference chip")
UNSURE = article("m", "Hearing aids learn to think with Orrery's Thyme", 3)


def test_a_possible_event_founds_no_story_and_alerts_nobody():
    desk = Desk(rules("rules:\n  - {id: chips, match: {category: hardware}}\n"))
    outcome = desk.guess(UNSURE, MAYBE)
    assert (outcome.steps, outcome.alerts) == ((), ())
    assert outcome.passed_over
    assert not any(key.startswith("story/") for key in desk.state)


def test_it_joins_the_story_that_its_facts_fit_as_a_source_and_makes_no_version():
    desk = Desk(rules("rules:\n  - {id: chips, match: {category: hardware}}\n"))
    first = desk.story(STORY, CHIP)
    outcome = desk.guess(UNSURE, MAYBE)
    (step,) = outcome.steps
    assert (step.id, step.decision, step.tells) == (first.id, "repeat", True)
    assert step.reason.startswith("possibly, ")
    assert (step.story.source_count, step.story.version) == (2, 1)
    assert outcome.alerts == ()


def test_what_it_may_say_is_never_taken_for_a_fact():
    desk = Desk(BIG_ROUNDS)
    round_ = event(recipient="Vellum Optics", investor="Harbor Fund", amount=75_000_000, status="in_talks")
    first = desk.story(article("a", "Vellum Optics in talks to raise $75M from Harbor Fund"), round_)
    maybe = event(recipient="Vellum Optics", investor="Harbor Fund", amount=77_000_000, status="closed", confidence=0.4)
    (step,) = desk.guess(article("m", "Vellum Optics and Harbor Fund: what $77M is for", 5), maybe).steps
    assert step.id == first.id
    assert (step.story.status, step.story.amount, step.story.participants) == (
        "in_talks",
        first.amount,
        first.participants,
    )


def test_one_that_came_before_its_story_waits_for_it():
    desk = Desk()
    desk.guess(article("m", UNSURE.title, -3), MAYBE)
    story = desk.story(STORY, CHIP)
    assert [t.article for t in story.tellings] == ["m", "a"]
    assert not any(key.startswith("mention/") for key in desk.state)


def test_one_that_waits_is_found_when_the_indexes_are_rebuilt():
    desk = Desk()
    desk.guess(article("m", UNSURE.title, -3), MAYBE)
    kept = {key: value for key, value in desk.state.items() if not key.startswith("index/")}
    desk.state = {**kept, **rebuild_indexes(kept.items())}
    assert [t.article for t in desk.story(STORY, CHIP).tellings] == ["m", "a"]


def test_one_that_waits_is_forgotten_in_time():
    desk = Desk()
    desk.guess(UNSURE, MAYBE)
    for n in range(60):
        desk.take(article(f"n{n}", f"Company{n} raises $1M", 24 * (10 + n)), event(recipient=f"Company{n}"))
    assert "mention/m" not in desk.state


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("What Orrery does next", event("hardware", "data_centre", operator="Orrery Systems")),
        ("Orrery borrows to build", event("funding", "debt", recipient="Orrery Systems", amount=9_000_000)),
        ("Brask shows a chip", event("hardware", "chip_announcement", vendor="Brask")),
    ],
)
def test_one_that_shares_too_little_stays_out(title, facts):
    desk = Desk()
    story = desk.story(STORY, CHIP)
    assert desk.guess(article("m", title, 3), {**facts, "confidence": 0.4}).steps == ()
    assert desk.told_by(story.id) == (["a"], [])


def test_of_a_company_that_is_always_in_the_news_more_must_agree():
    quiet, busy = Desk(), Desk()
    for n, chip in enumerate(("Basil", "Sorrel", "Fennel", "Lovage")):
        at = article(f"s{n}", f"Orrery Systems shows the {chip} processor", -24 * 20 * (n + 1))
        busy.take(at, event("hardware", "chip_release", vendor="Orrery Systems"))
    for desk in (quiet, busy):
        desk.take(STORY, CHIP)
    vague = article("m", "Orrery has a new idea about hearing aids", 3)
    assert len(quiet.guess(vague, MAYBE).steps) == 1
    assert busy.guess(vague, MAYBE).steps == ()


def test_another_sum_keeps_it_out():
    desk = Desk()
    desk.take(article("a", "Vellum Optics raises $75M"), event(recipient="Vellum Optics", amount=75_000_000))
    maybe = event(recipient="Vellum Optics", amount=20_000_000, confidence=0.4)
    assert desk.guess(article("m", "Vellum Optics gets $20M", 3), maybe).steps == ()


def test_one_that_comes_again_changes_nothing():
    desk = Desk()
    desk.take(STORY, CHIP)
    desk.guess(UNSURE, MAYBE)
    assert not desk.guess(UNSURE, MAYBE).writes


def test_an_edit_takes_it_out_again():
    desk = Desk()
    story = desk.story(STORY, CHIP)
    desk.guess(UNSURE, MAYBE)
    desk.take(article("m", "Rain is expected on Tuesday", 3, updated=5))
    assert desk.told_by(story.id) == (["a"], [])


ROUND = event(recipient="Brask Clouds", lead_investor="Harbor Fund", amount=300_000_000)
DEAL = event("hardware", "capacity_commitment", vendor="Brask Clouds", customer="Culm Labs", amount=9_000_000_000)
BOTH = article("both", "With $300M more, Brask Clouds builds for a $9B customer", 2)
CONTRACT = article("c", "Culm Labs agrees to take $9B of computing from Brask Clouds", 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_headline_that_tells_one_deal_holds_another_aside(order):
    desk = Desk()
    tales = [(CONTRACT, DEAL), (BOTH, ROUND)]
    for n in order:
        desk.take(*tales[n])
    stories = [desk.state_of(s) for s in desk.record_of("both")["stories"]]
    assert sorted((r["facts"]["category"], len(r["tellings"]), len(r["mentions"])) for r in stories) == [
        ("funding", 1, 0),
        ("hardware", 1, 1),
    ]


def test_what_was_held_aside_goes_with_an_edit():
    desk = Desk()
    desk.take(BOTH, ROUND)
    desk.take(article("both", "Brask Clouds has $300M more", 2, updated=4), ROUND)
    story = desk.story(CONTRACT, DEAL)
    assert desk.told_by(story.id) == (["c"], [])


def test_what_is_told_aside_needs_the_sum():
    desk = Desk()
    story = desk.story(CONTRACT, DEAL)
    desk.take(article("both", "With $300M more, Brask Clouds builds for Culm Labs", 2), ROUND)
    assert desk.told_by(story.id) == (["c"], [])


def test_a_possible_event_beside_a_claimed_one_brings_the_article_to_a_second_story():
    desk = Desk()
    story = desk.story(STORY, CHIP)
    desk.read(article("m", "Harbor Fund backs Orrery as the Thyme ships", 3), [ROUND], [MAYBE])
    assert desk.told_by(story.id) == (["a"], ["m"])


NEWS = [
    (article("a", "Orrery Systems unveils the Thyme inference chip", 0), [CHIP], []),
    (article("b", "Orrery Systems shows Thyme, a chip of its own", 5), [CHIP], []),
    (UNSURE, [], [MAYBE]),
    (article("q", "Thyme: Orrery makes a chip for ears", 8), [], [MAYBE]),
    (article("x", "Orrery hires a lawyer", 9), [], []),
    (CONTRACT, [DEAL], []),
    (BOTH, [ROUND], [{**DEAL, "confidence": 0.2}]),
]


def stories_of(desk):
    records = [decode(raw) for key, raw in desk.state.items() if key.startswith("story/")]
    return {
        (frozenset(t["article"] for t in r["tellings"]), frozenset(m["article"] for m in r["mentions"]))
        for r in records
        if r["tellings"]
    }


@settings(max_examples=40, deadline=None)
@given(st.permutations(NEWS))
def test_who_belongs_to_which_story_does_not_depend_on_the_order(news):
    assert stories_of(folded(news)) == stories_of(folded(NEWS))
    assert stories_of(folded(NEWS)) == {
        (frozenset("ab"), frozenset("mq")),
        (frozenset("c"), frozenset({"both"})),
        (frozenset({"both"}), frozenset()),
    }


@settings(max_examples=25, deadline=None)
@given(st.permutations(NEWS), st.permutations(NEWS))
def test_folding_twice_is_folding_once(news, again):
    desk = folded(news)
    before, alerts = dict(desk.state), {alert.id for alert in desk.alerts}
    for item in again:
        desk.read(*item)
    assert stories_of(desk) == stories_of(folded(news))
    assert {key for key in desk.state if key.startswith("story/")} == {k for k in before if k.startswith("story/")}
    assert {alert.id for alert in desk.alerts} == alerts


def folded(news):
    desk = Desk(rules("rules:\n  - {id: chips, match: {category: hardware}}\n"))
    for item in news:
        desk.read(*item)
    return desk
