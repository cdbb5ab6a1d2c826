"""Rules over several stories: counts and sequences, in any order of arrival, taken back when a story changes."""

import itertools

import pytest

from rules.load import Source, load

TEXT = """
version: 1
rules:
  - id: money-then-power
    sequence: [funding, capacity_commitment]
    by: subject
    within: 90d
  - id: serial-acquirer
    match: {category: mna, type: acquisition}
    count: ">= 3"
    by: acquirer
    within: 30d
"""


class Fold:
    """Keeps the state that the rules ask to have kept."""

    def __init__(self):
        self.book, self.state = load([Source("c", TEXT)]), {}

    def tell(self, story):
        found = self.book.correlate(self.state, story, frozenset())
        for key, value in found.writes.items():
            if value is None:
                del self.state[key]
            else:
                self.state[key] = value
        return [match.rule.id for match in found.matches]


@pytest.fixture
def fold():
    return Fold()


def acquisition(story, number, days, acquirer="Apple"):
    return story(f"m{number}", category="mna", type="acquisition", acquirer=acquirer, target=f"T{number}", days=days)


def test_a_count_is_reached_by_the_third_story_in_time(story, fold):
    assert [fold.tell(acquisition(story, n, days)) for n, days in enumerate((0, 10, 29, 35))] == [
        [], [], ["serial-acquirer"], ["serial-acquirer"],
    ]  # fmt: skip


def test_stories_too_far_apart_do_not_count_together(story, fold):
    assert [fold.tell(acquisition(story, n, days)) for n, days in enumerate((0, 20, 41, 62))] == [[]] * 4


def test_each_acquirer_is_counted_alone(story, fold):
    told = [fold.tell(acquisition(story, n, n, acquirer)) for n, acquirer in enumerate(["Apple", "Intel"] * 2)]
    assert told == [[]] * 4


def test_a_story_told_again_counts_once(story, fold):
    assert [fold.tell(acquisition(story, 1, 0)) for _ in range(4)] == [[]] * 4


def test_a_retracted_story_is_taken_back(story, fold):
    for n in (0, 1):
        fold.tell(acquisition(story, n, n))
    fold.tell(acquisition(story, 1, 1).model_copy(update={"retracted": True}))
    assert fold.tell(acquisition(story, 2, 2)) == []
    assert fold.tell(acquisition(story, 3, 3)) == ["serial-acquirer"]


def test_a_story_whose_acquirer_is_corrected_moves_to_the_other(story, fold):
    for n in (0, 1, 2):
        fold.tell(acquisition(story, n, n))
    assert fold.tell(acquisition(story, 2, 2, "Intel")) == []
    assert fold.tell(acquisition(story, 3, 3)) == ["serial-acquirer"]


def test_a_sequence_is_complete_whichever_story_is_told_last(story):
    money = story("a", recipient="MatX", days=0)
    power = story("b", category="hardware", type="capacity_commitment", vendor="MatX", days=40)
    for order in itertools.permutations([money, power]):
        fold = Fold()
        assert [fold.tell(told) for told in order] == [[], ["money-then-power"]]


def test_a_sequence_has_an_order_in_time_and_an_end(story, fold):
    fold.tell(story("a", recipient="MatX", days=50))
    assert fold.tell(story("b", category="hardware", type="capacity_commitment", vendor="MatX", days=40)) == []
    assert fold.tell(story("c", category="hardware", type="capacity_commitment", vendor="MatX", days=141)) == []
    assert fold.tell(story("d", category="hardware", type="capacity_commitment", vendor="Groq", days=60)) == []


def test_the_reason_names_the_stories(story, fold):
    for n in (0, 1):
        fold.tell(acquisition(story, n, n))
    (match,) = fold.book.correlate(fold.state, acquisition(story, 2, 2), frozenset()).matches
    reason = match.reasons[-1]
    assert reason.clause == ">= 3 stories of category: mna and type: acquisition by acquirer within 30d"
    assert reason.met_by.startswith("3 stories: ")


def test_telling_twice_writes_nothing_the_second_time(story, fold):
    fold.tell(acquisition(story, 1, 0))
    assert fold.book.correlate(fold.state, acquisition(story, 1, 0), frozenset()).writes == {}


def test_old_sightings_are_forgotten(story, fold):
    for n in range(30):
        fold.tell(acquisition(story, n, n * 25))
    assert all(len(value) < 1_000 for key, value in fold.state.items() if key.startswith("correlation/serial"))
