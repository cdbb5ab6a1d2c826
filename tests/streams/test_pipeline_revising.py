"""What revises a story without being news, what is history and no disagreement, and what stays bounded."""

import time
from datetime import timedelta

from newsroom import BIG_ROUNDS, MORNING, Desk, article, event, reading, rules

from streams.pipeline import advance, catch_up
from streams.stories.merge import copies_of, sources_of
from streams.stories.record import KNOWN_MAX
from streams.stories.told import telling

ACME = event(recipient="Acme Robotics", amount=500_000_000)


def read_by(desk, version, item, *facts):
    return desk.apply(
        advance(desk.state, reading(item, *facts).model_copy(update={"extractor": version}), desk.book, desk.companies)
    )


def test_a_better_extractor_corrects_a_story_and_alerts_nobody():
    desk = Desk(BIG_ROUNDS)
    item = article("a", "Acme Robotics raises $500M")
    read_by(desk, "1", item, event(recipient="Acme Robotics", amount=50_000_000))
    assert len(desk.alerts) == 1
    (step,) = read_by(desk, "2", item, ACME).steps
    assert [(c.kind, c.before, c.after) for c in step.changes] == [("amount", "$50M", "$500M")]
    assert len(desk.alerts) == 1
    outcome = desk.take(article("b", "Acme Robotics gets $500M", 3), ACME)
    assert outcome.alerts == ()


def test_what_only_a_better_extractor_finds_in_old_news_alerts_nobody_now_or_later():
    desk = Desk(BIG_ROUNDS)
    item = article("a", "Acme Robotics raises $500M")
    read_by(desk, "1", item, event(recipient="Acme Robotics"))
    read_by(desk, "2", item, ACME)
    desk.take(article("b", "Acme Robotics gets $500M", 3), ACME)
    assert desk.alerts == []


def test_a_worse_or_equal_extractor_changes_nothing():
    desk = Desk(BIG_ROUNDS)
    item = article("a", "Acme Robotics raises $500M")
    first = read_by(desk, "10", item, ACME)
    for version in ("10", "9", ""):
        again = read_by(desk, version, item, event(recipient="Acme Robotics", amount=7))
        assert not again.writes
        assert again.alerts == first.alerts


def test_the_alert_of_a_retraction_shows_what_is_withdrawn():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M", source="Wafer Weekly"), ACME)
    (alert,) = desk.take(article("a", "Withdrawn", updated=5)).alerts
    assert [reason.met_by for reason in alert.reasons] == ["retracted"]
    assert [(t.article, t.source) for t in alert.story_view.tellings] == [("a", "Wafer Weekly")]
    assert alert.story_view.amount.best.value == 500_000_000
    assert alert.story_view.retracted


def test_a_sum_that_was_replaced_is_history_and_no_disagreement():
    desk = Desk()
    for name, hours, amount in (("a", 0, 180_000_000), ("b", 24 * 20, 210_000_000), ("c", 24 * 21, 210_000_000)):
        facts = event(recipient="Acme Robotics", amount=amount, type="series_b")
        story = desk.story(article(name, f"Acme Robotics has ${amount}", hours), facts)
    assert (story.amount.low, story.amount.high) == (210_000_000, 210_000_000)
    assert [claim.money.value for claim in story.amount.claims] == [180_000_000, 210_000_000]


def test_sums_that_stand_beside_each_other_are_a_range():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M"), ACME)
    story = desk.story(
        article("b", "Acme Robotics raises $520M", 5), event(recipient="Acme Robotics", amount=520_000_000)
    )
    assert (story.amount.low, story.amount.high) == (500_000_000, 520_000_000)


def test_an_article_that_is_edited_without_end_is_remembered_within_bounds():
    desk = Desk()
    for n in range(3 * KNOWN_MAX):
        desk.take(article("a", f"Acme Robotics raises $500M, update {n}", updated=n), ACME)
    known = desk.record_of("a")["known"]
    assert len(known) == KNOWN_MAX


def test_the_price_of_a_takeover_is_no_round_of_the_buyer():
    desk = Desk()
    price = event("mna", "acquisition", acquirer="Brisk Holdings", target="Toly Labs", amount=320_000_000)
    misread = event(recipient="Brisk Holdings", amount=320_000_000)
    outcome = desk.take(article("a", "Brisk Holdings closes its $320M purchase of Toly Labs"), misread, price)
    assert [step.story.category for step in outcome.steps] == ["mna"]


def test_copies_of_one_text_are_one_source_and_outlets_of_one_name_too():
    same = "Acme Robotics of Leeds said on Monday that it had raised half a billion dollars for its walking cranes"
    tellings = [
        telling(article("a", same, source="One Wire")),
        telling(article("b", same, 1, source="Daily Two")),
        telling(article("c", "Cranes that walk: what Acme Robotics will do with the money", 2, source="One Wire")),
        telling(article("d", "Three things to know about the walking crane maker of Leeds", 3, source="Third")),
    ]
    assert sources_of(tellings) == {"a": "a", "b": "a", "c": "a", "d": "d"}
    assert copies_of(tellings) == {"b": "a"}


def test_many_alike_articles_do_not_make_counting_sources_slow():
    def seconds(count):
        tellings = [
            telling(article(f"n{n}", f"Notice {n}: the firm of lot {n} has raised some money in round {n} of many"))
            for n in range(count)
        ]
        start = time.process_time()
        sources_of(tellings)
        return time.process_time() - start

    few, many = min(seconds(200) for _ in range(3)), min(seconds(2_000) for _ in range(3))
    assert many < 40 * few


def test_rules_that_are_new_speak_once_of_stories_told_since_then():
    desk = Desk()
    desk.take(article("a", "Acme Robotics raises $500M"), ACME)
    desk.take(article("b", "Borealis Foods raises $90M", 24 * 9), event(recipient="Borealis Foods", amount=90_000_000))
    stories = [key.removeprefix("story/") for key in desk.state if key.startswith("story/")]
    since = MORNING + timedelta(days=5)
    first = desk.apply(catch_up(desk.state, stories, BIG_ROUNDS, since))
    assert [(a.kind, a.story_view.subject) for a in first.alerts] == [("new", "Borealis Foods")]
    assert desk.apply(catch_up(desk.state, stories, BIG_ROUNDS, since)).alerts == ()
    desk.book = BIG_ROUNDS
    again = desk.take(
        article("c", "Borealis Foods has $90M", 24 * 10), event(recipient="Borealis Foods", amount=90_000_000)
    )
    assert again.alerts == ()


def test_catching_up_heeds_throttles_and_passes_over_retracted_stories():
    once_a_week = rules("rules:\n  - {id: big, match: {category: funding}, throttle: {by: [category], every: 7d}}\n")
    desk = Desk()
    for name, company in (("a", "Acme Robotics"), ("b", "Borealis Foods"), ("c", "Cobalt Group")):
        desk.take(article(name, f"{company} raises $500M"), event(recipient=company, amount=500_000_000))
    desk.take(article("c", "Withdrawn", updated=5))
    stories = sorted(key.removeprefix("story/") for key in desk.state if key.startswith("story/"))
    outcome = desk.apply(catch_up(desk.state, stories, once_a_week, MORNING - timedelta(days=1)))
    assert len(outcome.alerts) == 1
    assert [held.reason.partition(":")[0] for held in outcome.held] == ["throttled"]
