"""Possible events are never claimed, and bring their articles to the stories that their facts fit."""

import pytest
from newsroom import BIG_ROUNDS, Desk, article, event, rules

from streams.pipeline import rebuild_indexes

CHIP = event("hardware", "chip_announcement", vendor="Orrery Systems", confidence=0.9)
MAYBE = event("hardware", "chip_announcement", vendor="Orrery Systems", confidence=0.3)
STORY = article("a", "Orrery Systems unveils the Thyme inference chip")
UNSURE = article("m", "Hearing aids learn to think with Orrery's Thyme", 3)


def told_by(desk, story):
    record = desk.state_of(story)
    return [t["article"] for t in record["tellings"]], [m["article"] for m in record["mentions"]]


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
    assert told_by(desk, story.id) == (["a"], [])


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
    assert told_by(desk, story.id) == (["a"], [])
