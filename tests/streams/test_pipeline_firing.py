"""When a rule speaks: once when a story first matches, again of each version, and when the story stops matching."""

from newsroom import BIG_ROUNDS, Desk, article, event, rules

from dealwire.model import Alert

CHIPS = 'rules:\n  - id: chips\n    match: {category: funding, amount: ">= 50M USD"}\n'


def round_of(amount=None, **rest):
    return event(recipient="Acme Robotics", amount=amount, **rest)


def test_the_first_match_is_new_whatever_the_version():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics in talks", 0), round_of(status="in_talks"))
    outcome = desk.take(article("b", "Acme Robotics raises $90M", 20), round_of(90_000_000))
    assert [(a.kind, a.version) for a in outcome.alerts] == [("new", 2)]


def test_a_number_of_sources_can_be_what_makes_it_match():
    desk = Desk(rules('rules:\n  - {id: heard, match: {category: funding, source_count: ">= 3"}}\n'))
    kinds = [
        [a.kind for a in desk.take(article(n, f"Acme Robotics raises money, says {n}", h), round_of(9e7)).alerts]
        for h, n in enumerate(("a", "b", "c", "d"))
    ]
    assert kinds == [[], [], ["new"], []]


def test_a_later_version_is_changed_with_what_changed_since_the_last_alert():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000, status="in_talks"))
    outcome = desk.take(article("b", "It is $600M", 20), round_of(600_000_000, lead_investor="Spark Capital"))
    (alert,) = outcome.alerts
    assert (alert.kind, alert.version) == ("changed", 2)
    assert [(c.kind, c.before, c.after) for c in alert.changes] == [
        ("status", "in_talks", "announced"),
        ("amount", "$500M", "$600M"),
        ("lead_investor", "", "Spark Capital"),
    ]


def test_a_collapse_is_told_to_those_who_were_alerted():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    outcome = desk.take(
        article("b", "Acme Robotics round falls through", 90), round_of(500_000_000, status="cancelled")
    )
    assert [(a.kind, [c.kind for c in a.changes]) for a in outcome.alerts] == [("changed", ["collapsed"])]


def test_a_story_that_stops_matching_says_so_once():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    outcome = desk.take(article("a", "Acme Robotics raises $5M", 0, updated=2), round_of(5_000_000))
    assert [(a.kind, a.reasons[0].met_by) for a in outcome.alerts] == [("changed", "no longer matches")]
    assert desk.take(article("b", "Acme Robotics raises $5M", 3), round_of(5_000_000)).alerts == ()


def test_alert_on_new_keeps_silent_about_changes():
    desk = Desk(rules(CHIPS + "    alert_on: [new]\n"))
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    assert desk.take(article("b", "It is $900M", 20), round_of(900_000_000)).alerts == ()
    assert [a.kind for a in desk.alerts] == ["new"]


def test_alert_on_changed_speaks_of_changes_alone():
    desk = Desk(rules(CHIPS + "    alert_on: [changed]\n"))
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000, status="in_talks"))
    desk.take(article("b", "It is done", 20), round_of(500_000_000))
    assert [a.kind for a in desk.alerts] == ["changed"]


THROTTLED = rules(CHIPS + "    throttle: {by: [category], every: 2d}\n")


def test_a_throttle_holds_back_new_stories_of_its_key_and_says_why():
    desk = Desk(THROTTLED)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    outcome = desk.take(article("b", "Borealis raises $70M", 5), event(recipient="Borealis Foods", amount=70_000_000))
    assert outcome.alerts == ()
    (held,) = outcome.held
    assert held.reason.startswith("throttled: funding spoke of story")
    assert held.alert.kind == "new"


def test_a_throttle_is_over_when_its_time_has_passed_in_event_time():
    desk = Desk(THROTTLED)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    desk.take(article("b", "Borealis raises $70M", 49), event(recipient="Borealis Foods", amount=70_000_000))
    assert [a.kind for a in desk.alerts] == ["new", "new"]


def test_a_throttle_never_silences_an_update():
    desk = Desk(THROTTLED)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000, status="in_talks"))
    desk.take(article("b", "It is done", 5), round_of(500_000_000))
    assert [a.kind for a in desk.alerts] == ["new", "changed"]


def test_a_story_held_back_is_not_told_by_a_mere_retelling_after_the_throttle():
    desk = Desk(THROTTLED)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    other = event(recipient="Borealis Foods", amount=70_000_000)
    desk.take(article("b", "Borealis raises $70M", 5), other)
    desk.take(article("c", "Borealis raises $70M, again", 60), other)
    assert len(desk.alerts) == 1


def test_a_story_held_back_is_new_when_something_changes_after_the_throttle():
    desk = Desk(THROTTLED)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    desk.take(article("b", "Borealis raises $70M", 5), event(recipient="Borealis Foods", amount=70_000_000))
    closed = event(recipient="Borealis Foods", amount=70_000_000, status="closed")
    desk.take(article("c", "Borealis closes", 60), closed)
    assert [(a.kind, a.version) for a in desk.alerts] == [("new", 1), ("new", 2)]


def test_an_experimental_rule_is_recorded_and_not_sent():
    desk = Desk(rules(CHIPS + "    status: experimental\n"))
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    assert desk.alerts == []
    assert [(h.reason, h.alert.experimental) for h in desk.held] == [("experimental", True)]


def test_an_alert_has_the_id_of_its_rule_story_version_and_kind():
    desk = Desk(BIG_ROUNDS)
    desk.take(article("a", "Acme Robotics raises $500M", 0), round_of(500_000_000))
    (alert,) = desk.alerts
    assert alert.id == Alert.id_of("big", alert.story, 1, "new")
    assert alert.rules_hash == BIG_ROUNDS.hash
    assert alert.story_view is not None
    assert alert.story_view.version == 1
    assert alert.articles == ("a",)
