"""Headlines of which nothing was understood join the stories that they plainly tell of, and change nothing else."""

import pytest
from newsroom import BIG_ROUNDS, MORNING, Desk, article, event, rules

from streams.pipeline import rebuild_indexes
from streams.stories.correction import Correction

VELLUM = event(recipient="Vellum Optics", investor="Harbor Fund", amount=75_000_000, valuation=2_400_000_000)
STORY = article("a", "Vellum Optics raises $75M from Harbor Fund to make lenses for wafers")
PASSING = article("m", "Harbor Fund and others back lens maker Vellum at a $2.4bn valuation", 3)


def test_a_headline_with_a_name_and_the_sum_is_one_more_telling_and_no_version():
    desk = Desk(BIG_ROUNDS)
    first = desk.story(STORY, VELLUM)
    outcome = desk.take(PASSING)
    (step,) = outcome.steps
    assert (step.id, step.decision, step.tells) == (first.id, "repeat", True)
    assert "names Harbor Fund, Vellum Optics, same sum" in step.reason
    assert [t.article for t in step.story.tellings] == ["a", "m"]
    assert (step.story.source_count, step.story.version) == (2, 1)
    assert outcome.alerts == ()


def test_a_mention_is_not_what_makes_a_rule_speak():
    desk = Desk(rules('rules:\n  - {id: three, match: {category: funding, source_count: ">= 2"}}\n'))
    desk.take(STORY, VELLUM)
    assert desk.take(PASSING).alerts == ()


@pytest.mark.parametrize(
    "title",
    [
        "Vellum Optics hires a new head of sales",
        "Harbor Fund names two partners",
        "Lens makers see a good year ahead, at a $2.4bn valuation or not",
        "Vellum Optics fined $3M over a spill",
    ],
)
def test_a_headline_that_shares_too_little_stays_out(title):
    desk = Desk()
    story = desk.story(STORY, VELLUM)
    outcome = desk.take(article("m", title, 3))
    assert outcome.steps == ()
    assert desk.told_by(story.id) == (["a"], [])


@pytest.mark.parametrize(("takeovers", "joins"), [(1, True), (5, False)])
def test_a_company_that_is_always_in_the_news_needs_more_than_its_name(takeovers, joins):
    desk = Desk()
    for n, target in enumerate(("Toly Labs", "Arne Works", "Brask", "Culm Systems", "Dovre")[:takeovers]):
        desk.take(
            article(f"s{n}", f"Vellum Optics buys {target}", n),
            event("mna", "acquisition", acquirer="Vellum Optics", target=target),
        )
    outcome = desk.take(article("m", "Why Toly Labs suits Vellum Optics", 6))
    assert bool(outcome.steps) is joins


def test_a_headline_too_long_after_tells_of_something_else():
    desk = Desk()
    desk.take(STORY, VELLUM)
    assert desk.take(article("m", PASSING.title, 24 * 9)).steps == ()


def test_a_headline_that_came_before_its_story_is_taken_in_when_it_is_told():
    desk = Desk()
    early = desk.take(article("m", PASSING.title, -3))
    assert early.steps == ()
    assert early.passed_over
    story = desk.story(STORY, VELLUM)
    assert [t.article for t in story.tellings] == ["m", "a"]
    assert not any(key.startswith("mention/") for key in desk.state)


def test_held_headlines_are_found_again_when_the_indexes_are_rebuilt():
    desk = Desk()
    desk.take(article("m", PASSING.title, -3))
    kept = {key: value for key, value in desk.state.items() if not key.startswith("index/")}
    desk.state = {**kept, **rebuild_indexes(kept.items())}
    assert [t.article for t in desk.story(STORY, VELLUM).tellings] == ["m", "a"]


def test_held_headlines_are_forgotten_in_time():
    desk = Desk()
    desk.take(article("m", PASSING.title, -3))
    for n in range(60):
        desk.take(article(f"n{n}", f"Company{n} raises $1M", 24 * (10 + n)), event(recipient=f"Company{n}"))
    assert "mention/m" not in desk.state


def test_a_mention_that_comes_again_changes_nothing():
    desk = Desk()
    desk.take(STORY, VELLUM)
    desk.take(PASSING)
    again = desk.take(PASSING)
    assert not again.writes
    assert [step.tells for step in again.steps] == [True]


def test_a_headline_that_is_edited_into_something_else_leaves_the_story():
    desk = Desk()
    story = desk.story(STORY, VELLUM)
    desk.take(PASSING)
    desk.take(article("m", "Rain is expected on Tuesday", 3, updated=5))
    assert desk.told_by(story.id) == (["a"], [])


def test_a_headline_that_is_edited_into_plain_words_tells_with_its_facts():
    desk = Desk()
    story = desk.story(STORY, VELLUM)
    desk.take(PASSING)
    desk.take(article("m", "Vellum Optics valued at $2.4bn in $75M round", 3, updated=5), VELLUM)
    assert desk.told_by(story.id) == (["a", "m"], [])


def test_a_person_may_send_a_mention_away_for_good():
    desk = Desk()
    story = desk.story(STORY, VELLUM)
    desk.take(PASSING)
    desk.correct(
        Correction(
            id="c", kind="split", author="kim", reason="another Vellum", at=MORNING, articles=("m",), others=("a",)
        )
    )
    assert desk.told_by(story.id) == (["a"], [])
    desk.take(article("m", "Harbor Fund backs lens maker Vellum at a $2.4bn valuation", 3, updated=6))
    assert desk.told_by(story.id) == (["a"], [])


def test_a_headline_in_another_language_is_not_compared():
    desk = Desk()
    desk.take(STORY, VELLUM)
    silent = desk.read_as(article("m", PASSING.title, 3), passed_over="language: de")
    assert silent.steps == ()
