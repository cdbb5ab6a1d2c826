"""What people know better holds: at once, for later articles, after a restart, and in a replay that starts with it."""

from datetime import timedelta

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


def undo_of(made, **rest):
    return made.model_copy(update={"id": f"undo-{made.id}", "kind": "undo", "undoes": made.id, **rest})


def test_an_undone_merge_parts_the_stories_under_their_own_ids_and_alerts_nobody():
    desk = Desk(BIG_ROUNDS)
    older, younger = two_stories(desk)
    desk.correct(MERGE)
    outcome = desk.correct(undo_of(MERGE))
    told = {step.id: [t.article for t in step.story.tellings] for step in outcome.steps}
    assert told == {older.id: ["a"], younger.id: ["b"]}
    assert outcome.alerts == ()
    assert all(step.story.merged_into is None for step in outcome.steps)
    assert desk.story(article("c", "Akme Robots, again", 4), OTHER).id == younger.id


def test_what_joined_a_merged_story_leaves_with_the_side_that_it_fits():
    desk = Desk()
    older, younger = two_stories(desk)
    desk.correct(MERGE)
    desk.take(article("c", "Akme Robots, again", 4), OTHER)
    desk.take(article("d", "Acme Robotics, again", 5), ACME_500)
    outcome = desk.correct(undo_of(MERGE))
    told = {step.id: [t.article for t in step.story.tellings] for step in outcome.steps}
    assert told == {older.id: ["a", "d"], younger.id: ["b", "c"]}


def test_an_undone_split_makes_one_story_again():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 2), ACME_500)
    desk.correct(SPLIT)
    desk.correct(undo_of(SPLIT))
    story = desk.story(article("c", "Acme Robotics has $500M", 3), ACME_500)
    assert story.id == first.id
    assert [t.article for t in story.tellings] == ["a", "b", "c"]


def test_an_undone_fact_is_again_what_the_articles_say():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    wrong = correction("correct", ("a",), fact="amount", value="90M USD")
    desk.correct(wrong)
    (step,) = desk.correct(undo_of(wrong)).steps
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("amount", "$90M", "$500M")]


@pytest.mark.parametrize("made", [MERGE, SPLIT])
def test_an_undo_that_comes_before_what_it_undoes_still_holds(made):
    desk = Desk()
    desk.correct(undo_of(made))
    desk.correct(made)
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    second = desk.story(article("b", "Akme Robots gets half a billion", 2), OTHER)
    third = desk.story(article("b2", "Acme Robotics gets $500M", 2), ACME_500)
    assert first.id != second.id
    assert third.id == first.id


def test_of_two_words_on_a_fact_the_later_holds_in_whatever_order_they_come():
    early = correction("correct", ("a",), fact="amount", value="90M USD")
    late = early.model_copy(update={"id": "later", "value": "95M USD", "at": MORNING + timedelta(hours=1)})
    for order in ((early, late), (late, early)):
        desk = Desk()
        for one in order:
            desk.correct(one)
        story = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
        assert story.amount.best.value == 95_000_000


def test_a_third_article_does_not_bring_together_what_a_person_parted():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 2), ACME_500)
    desk.correct(SPLIT)
    outcome = desk.take(article("c", "Acme Robotics has $500M", 3), ACME_500)
    assert [step.decision for step in outcome.steps] == ["repeat"]
    assert len(desk.state_of(first.id)["tellings"]) in {1, 2}


def test_a_fact_of_one_deal_of_a_round_up_is_not_set_for_the_others():
    round_up = article("a", "Acme Robotics and Borealis Foods raise $500M and $7M")
    wrong = correction("correct", ("a",), about="Acme Robotics", fact="amount", value="90M USD")
    desk = Desk()
    desk.correct(wrong)
    outcome = desk.take(round_up, ACME_500, event(recipient="Borealis Foods", amount=7_000_000))
    amounts = {step.story.subject: step.story.amount.best.value for step in outcome.steps}
    assert amounts == {"Acme Robotics": 90_000_000, "Borealis Foods": 7_000_000}


def test_a_merge_of_one_deal_of_a_round_up_leaves_the_others_alone():
    both = correction("merge", ("a",), ("b",), about="Acme Robotics", others_about="Akme Robots")
    desk = Desk()
    desk.correct(both)
    outcome = desk.take(
        article("a", "Acme Robotics and Borealis Foods raise"), ACME_500, event(recipient="Borealis Foods")
    )
    acme = next(step.id for step in outcome.steps if step.story.subject == "Acme Robotics")
    assert desk.story(article("b", "Akme Robots gets half a billion", 2), OTHER).id == acme


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
