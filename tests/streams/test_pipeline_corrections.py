"""What people know better holds: at once, for later articles, after a restart, and in a replay that starts with it."""

import pytest
from newsroom import BIG_ROUNDS, MORNING, Desk, article, event

from dealwire.errors import UsageError
from streams.pipeline import rebuild_indexes
from streams.stories.correction import Correction

ACME_500 = event(recipient="Acme Robotics", amount=500_000_000)
OTHER = event(recipient="Akme Robots", amount=500_000_000)


def correction(kind, articles, others=(), **rest):
    return Correction(
        id=f"{kind}-1",
        kind=kind,
        author="kim",
        reason="known first hand",
        at=MORNING,
        articles=articles,
        others=others,
        **rest,
    )


MERGE = correction("merge", ("a",), ("b",))
SPLIT = correction("split", ("b",), ("a",))


def two_stories(desk):
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    second = desk.story(article("b", "Akme Robots gets half a billion", 2), OTHER)
    assert first.id != second.id
    return first, second


def test_a_merge_keeps_the_older_story_and_alerts_nobody_anew():
    desk = Desk(BIG_ROUNDS)
    older, younger = two_stories(desk)
    outcome = desk.correct(MERGE)
    steps = {step.id: step for step in outcome.steps}
    assert steps[younger.id].decision == "merged"
    assert steps[younger.id].story.merged_into == older.id
    assert [t.article for t in steps[older.id].story.tellings] == ["a", "b"]
    assert outcome.alerts == ()


def test_after_a_merge_later_articles_of_either_name_join_it():
    desk = Desk(BIG_ROUNDS)
    older, _ = two_stories(desk)
    desk.correct(MERGE)
    assert desk.story(article("c", "Akme Robots, again", 4), OTHER).id == older.id
    assert len(desk.alerts) == 2


def test_a_split_makes_a_story_of_those_that_leave():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 2), ACME_500)
    steps = {step.id: step for step in desk.correct(SPLIT).steps}
    assert [t.article for t in steps.pop(first.id).story.tellings] == ["a"]
    (new,) = steps.values()
    assert [t.article for t in new.story.tellings] == ["b"]


def test_after_a_split_an_edit_of_the_article_does_not_go_back():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 2), ACME_500)
    desk.correct(SPLIT)
    outcome = desk.take(article("b", "Acme Robotics gets $500M, updated", 2, updated=5), ACME_500)
    assert first.id not in {step.id for step in outcome.steps}


def test_a_corrected_amount_outranks_every_article():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    outcome = desk.correct(correction("correct", ("a",), fact="amount", value="90M USD"))
    (step,) = outcome.steps
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("amount", "$500M", "$90M")]
    assert [alert.kind for alert in outcome.alerts] == ["changed"]
    story = desk.story(article("b", "Acme Robotics gets $500M", 2), ACME_500)
    assert (story.amount.best.value, story.version) == (90_000_000, 2)


def test_a_correction_that_comes_again_gives_the_same_alerts_and_no_writes():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    wrong = correction("correct", ("a",), fact="amount", value="90M USD")
    first = desk.correct(wrong)
    again = desk.correct(wrong)
    assert again.alerts == first.alerts != ()
    assert not again.writes


def test_a_merge_holds_in_a_replay_that_starts_with_it():
    desk = Desk()
    desk.correct(MERGE)
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    assert desk.story(article("b", "Akme Robots gets half a billion", 2), OTHER).id == first.id


def test_a_split_holds_in_a_replay_that_starts_with_it():
    desk = Desk()
    desk.correct(SPLIT)
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    assert desk.story(article("b", "Acme Robotics gets $500M", 2), ACME_500).id != first.id


def test_a_corrected_fact_holds_in_a_replay_that_starts_with_it():
    desk = Desk()
    desk.correct(correction("correct", ("a",), fact="status", value="closed"))
    assert desk.story(article("a", "Acme Robotics raises $500M"), ACME_500).status == "closed"


def test_a_correction_outlives_a_restart():
    desk = Desk()
    two_stories(desk)
    desk.correct(MERGE)
    kept = {key: value for key, value in desk.state.items() if not key.startswith("index/")}
    desk.state = {**kept, **rebuild_indexes(kept.items())}
    assert len(desk.story(article("c", "Akme Robots, again", 4), OTHER).tellings) == 3


@pytest.mark.parametrize(
    ("fact", "value", "said"),
    [
        ("amount", "lots", "is no sum"),
        ("status", "finished", "unknown 'finished'"),
        ("colour", "red", "cannot be corrected"),
    ],
)
def test_a_correction_that_says_nothing_is_refused(fact, value, said):
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    with pytest.raises(UsageError, match=said):
        desk.correct(correction("correct", ("a",), fact=fact, value=value))
