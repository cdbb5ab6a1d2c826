"""Laws of the fold, whatever the news: twice is once, order is no matter within the window, versions have reasons."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from newsroom import BIG_ROUNDS, Desk, article, event, reading

from streams.pipeline import advance, rebuild_indexes
from streams.stories.record import decode, encode
from streams.stories.view import story_of

COMPANIES = ("Acme Robotics", "Borealis Foods", "Cobalt Group", "Delta Optics", "Ember Labs")
AMOUNTS = (None, 3_000_000, 60_000_000, 500_000_000)
LEADS = ("Spark Capital", "Harbor Fund")
CALM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def deals(draw):
    """Some real-world rounds, one for each company, and articles that tell them within a fortnight.

    A company's second round is left out: an amountless telling between two rounds of one company belongs to either, and
    there the order must matter.
    """
    tales = []
    for company in draw(st.lists(st.sampled_from(COMPANIES), min_size=1, unique=True)):
        amount = draw(st.sampled_from(AMOUNTS))
        for _ in range(draw(st.integers(1, 4))):
            facts = event(
                recipient=company,
                amount=draw(st.sampled_from((amount, None))),
                status=draw(st.sampled_from(("rumored", "in_talks", "announced", "closed"))),
                type=draw(st.sampled_from(("equity_round", "series_b"))),
                lead_investor=draw(st.lists(st.sampled_from(LEADS), max_size=1)),
            )
            tales.append((company, draw(st.integers(0, 14 * 24)), facts))
    return [(article(f"n{n}", f"{company} news {n}", hours), facts) for n, (company, hours, facts) in enumerate(tales)]


def membership(desk):
    """The articles of each story, whatever the stories' ids."""
    records = [decode(raw) for key, raw in desk.state.items() if key.startswith("story/")]
    return {frozenset(t["article"] for t in record["tellings"]) for record in records if record["tellings"]}


def merged(desk):
    """Each story's articles with what they come to."""
    stories = [story_of(decode(raw)) for key, raw in desk.state.items() if key.startswith("story/")]
    return {
        (frozenset(t.article for t in story.tellings), story.status, story.type, str(story.amount), story.source_count)
        for story in stories
    }


def folded(tales, book=BIG_ROUNDS):
    desk = Desk(book)
    for item, facts in tales:
        desk.take(item, facts)
    return desk


@CALM
@given(deals(), st.data())
def test_folding_twice_is_folding_once(tales, data):
    desk = folded(tales)
    before, sent = dict(desk.state), {alert.id: alert for alert in desk.alerts}
    for item, facts in data.draw(st.permutations(tales)):
        outcome = desk.take(item, facts)
        assert not outcome.writes
        assert all(sent[alert.id] == alert for alert in outcome.alerts)
    assert desk.state == before


@CALM
@given(deals(), st.data())
def test_the_order_within_the_window_is_no_matter_for_membership(tales, data):
    assert membership(folded(tales)) == membership(folded(data.draw(st.permutations(tales))))


@CALM
@given(deals(), st.data())
def test_merged_facts_are_the_same_in_any_order(tales, data):
    assert merged(folded(tales)) == merged(folded(data.draw(st.permutations(tales))))


@CALM
@given(deals(), st.data())
def test_a_version_never_rises_without_a_named_reason(tales, data):
    desk = Desk()
    versions = {}
    for item, facts in data.draw(st.permutations(tales)):
        for step in desk.take(item, facts).steps:
            story = step.story
            known = versions.get(story.id, 0)
            assert story.version in {known, known + 1}
            assert (story.version > known) == (step.decision in {"new", "changed"})
            if step.decision == "changed":
                assert story.versions[-1].changes == step.changes != ()
            versions[story.id] = story.version
            numbers = [v.number for v in story.versions]
            assert all(b == a + 1 for a, b in pairwise(numbers))


@CALM
@given(deals())
def test_no_alert_is_given_twice(tales):
    ids = [alert.id for alert in folded(tales).alerts]
    assert len(ids) == len(set(ids))


@CALM
@given(deals())
def test_the_state_comes_back_from_its_bytes_and_its_indexes_from_it(tales):
    desk = folded(tales)
    kept = {key: value for key, value in desk.state.items() if not key.startswith("index/")}
    for key, raw in kept.items():
        if key.startswith("story/"):
            assert encode(decode(raw)) == raw
    other = Desk(BIG_ROUNDS)
    other.state = {**kept, **rebuild_indexes(kept.items())}
    item, facts = tales[0]
    again = reading(article("again", item.title, 24 * 15), facts)
    mine = advance(desk.state, again, desk.book, desk.companies)
    theirs = advance(other.state, again, other.book, other.companies)
    assert [step.id for step in mine.steps] == [step.id for step in theirs.steps]
    assert mine.alerts == theirs.alerts
