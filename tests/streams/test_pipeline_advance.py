"""What one reading does: it founds, joins, revises, retracts; again, it does nothing and says the same."""

from datetime import timedelta

from newsroom import BIG_ROUNDS, MORNING, Desk, article, event, reading

from streams.pipeline import advance, rebuild_indexes

ACME_500 = event(recipient="Acme Robotics", amount=500_000_000)


def test_a_first_telling_founds_a_story_at_version_one():
    outcome = Desk().take(article("a", "Acme Robotics raises $500M"), ACME_500)
    (step,) = outcome.steps
    assert (step.decision, step.tells) == ("new", True)
    assert (step.story.version, step.story.subject, step.story.source_count) == (1, "Acme Robotics", 1)
    assert step.story.versions[0].changes == ()


def test_a_retelling_joins_it_and_changes_nothing():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    (step,) = desk.take(article("b", "Half a billion for Acme", 2), ACME_500).steps
    assert (step.decision, step.id, step.story.version, step.story.source_count) == ("repeat", first.id, 1, 2)


def test_an_article_without_events_that_was_never_seen_leaves_no_trace():
    outcome = Desk().take(article("a", "Weather stays fine"))
    assert (outcome.writes, outcome.steps, outcome.passed_over) == ({}, (), "no events")


def test_a_reading_that_comes_again_gives_the_same_alerts_and_no_writes():
    desk = Desk(BIG_ROUNDS)
    item = article("a", "Acme Robotics raises $500M")
    first = desk.take(item, ACME_500)
    desk.take(article("b", "Acme Robotics closes its round", 30), event(recipient="Acme Robotics", status="closed"))
    again = desk.take(item, ACME_500)
    assert len(first.alerts) == 1
    assert again.alerts == first.alerts
    assert not again.writes


def test_a_reading_that_comes_again_under_other_rules_still_gives_what_it_gave():
    desk = Desk(BIG_ROUNDS)
    item = article("a", "Acme Robotics raises $500M")
    first = desk.take(item, ACME_500)
    desk.book = Desk().book
    assert desk.take(item, ACME_500).alerts == first.alerts


def test_an_earlier_revision_that_comes_again_gives_its_own_alerts():
    desk = Desk(BIG_ROUNDS)
    before = article("a", "Acme Robotics raises $500M")
    first = desk.take(before, ACME_500)
    desk.take(article("a", "Acme Robotics raises $900M", 0, updated=5), event(recipient="Acme Robotics", amount=9e8))
    assert desk.take(before, ACME_500).alerts == first.alerts


def test_an_edit_revises_the_story_that_the_article_told():
    desk = Desk(BIG_ROUNDS)
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    outcome = desk.take(
        article("a", "Acme Robotics raises $50M", 0, updated=3), event(recipient="Acme Robotics", amount=50_000_000)
    )
    (step,) = outcome.steps
    assert (step.id, step.decision) == (first.id, "changed")
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("amount", "$500M", "$50M")]
    assert [alert.kind for alert in outcome.alerts] == ["changed"]


def test_an_edit_that_names_another_subject_corrects_a_story_that_nobody_else_tells():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    (step,) = desk.take(
        article("a", "Axme Robotics raises $500M", 0, updated=1), event(recipient="Axme Robotics", amount=500_000_000)
    ).steps
    assert step.id == first.id
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("corrected", "Acme Robotics", "Axme Robotics")]


def test_an_edit_that_names_another_subject_leaves_a_story_that_others_tell():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 1), ACME_500)
    outcome = desk.take(
        article("a", "Borealis Foods raises $3M", 0, updated=2), event(recipient="Borealis Foods", amount=3_000_000)
    )
    by_id = {step.id: step for step in outcome.steps}
    assert by_id.pop(first.id).story.source_count == 1
    (other,) = by_id.values()
    assert (other.decision, other.story.subject) == ("new", "Borealis Foods")


def test_an_older_revision_changes_nothing():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $900M", 0, updated=5), event(recipient="Acme Robotics", amount=9e8))
    outcome = desk.take(article("a", "Acme Robotics raises $500M", 0, updated=1), ACME_500)
    assert (outcome.writes, outcome.passed_over) == ({}, "an older revision")


def test_a_retraction_is_a_version_and_an_alert_and_said_once():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    outcome = desk.take(article("a", "Retracted: an item on Acme Robotics", 0, updated=6))
    (step,) = outcome.steps
    assert (step.decision, step.story.retracted, step.story.version) == ("retracted", True, 2)
    assert [(a.kind, [c.kind for c in a.changes]) for a in outcome.alerts] == [("changed", ["retracted"])]
    again = desk.take(article("a", "Retracted: an item on Acme Robotics, with regrets", 0, updated=7))
    assert again.alerts == ()


def test_a_story_others_tell_outlives_a_retraction():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    desk.take(article("b", "Acme Robotics gets $500M", 1), ACME_500)
    (step,) = desk.take(article("a", "Withdrawn", 0, updated=6)).steps
    assert not step.story.retracted
    assert [t.article for t in step.story.tellings] == ["b"]


def test_one_article_may_tell_several_stories():
    outcome = Desk().take(
        article("a", "Cobalt, Delta Chips and Ember seek money"),
        *(event(recipient=name, status="in_talks") for name in ("Cobalt", "Delta Chips", "Ember")),
    )
    assert len({step.id for step in outcome.steps}) == 3


def test_a_deal_told_in_passing_founds_nothing():
    outcome = Desk().take(article("a", "Acme Robotics hires"), event(recipient="Acme Robotics", background=True))
    assert outcome.steps == ()


def test_a_deal_told_in_passing_adds_to_a_known_story_and_alerts_nobody():
    desk = Desk(BIG_ROUNDS)
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    outcome = desk.take(
        article("b", "Acme Robotics opens an office", 30),
        event(recipient="Acme Robotics", amount=500_000_000, lead_investor="Spark Capital", background=True),
    )
    (step,) = outcome.steps
    assert (step.id, step.decision, step.tells, step.story.version) == (first.id, "background", False, 1)
    assert outcome.alerts == ()


def test_an_undated_article_counts_from_its_fetching_and_a_future_one_too():
    desk = Desk()
    undated = article("a", "Acme Robotics raises $500M").model_copy(update={"published": None})
    future = article("b", "Acme Robotics gets $500M").model_copy(update={"published": MORNING + timedelta(days=900)})
    first = desk.story(undated, ACME_500)
    assert desk.story(future, ACME_500).id == first.id
    assert first.first_at == MORNING


def test_nothing_in_the_state_is_changed_in_place():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M"), ACME_500)
    before = dict(desk.state)
    told = reading(article("b", "Acme Robotics gets $900M", 1), event(recipient="Acme Robotics", amount=9e8))
    assert advance(desk.state, told, desk.book, desk.companies).writes
    assert desk.state == before


def test_indexes_rebuilt_from_stories_find_what_the_kept_ones_find():
    desk = Desk()
    first = desk.story(article("a", "Acme Robotics raises $500M"), ACME_500)
    kept = {key: value for key, value in desk.state.items() if not key.startswith("index/")}
    desk.state = {**kept, **rebuild_indexes(kept.items())}
    assert desk.story(article("b", "Acme Robotics gets $500M", 1), ACME_500).id == first.id


def test_rebuilt_indexes_equal_the_kept_ones():
    desk = Desk()
    for n in range(20):
        desk.take(
            article(f"a{n}", f"Maker {n} raises money", n), event(recipient=f"Maker{n} Labs", amount=1e6 * (n + 1))
        )
    kept = {key: value for key, value in desk.state.items() if key.startswith("index/")}
    assert rebuild_indexes((k, v) for k, v in desk.state.items() if not k.startswith("index/")) == kept
