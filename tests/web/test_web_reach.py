"""A page beside Kafka says when it does not show what is: not read yet, far behind, or no broker."""

import pytest

from dealwire.web.reach import BEHIND_MAX, SILENT_SECONDS_MAX, Reach


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def reach(now):
    return Reach(lambda: now[0])


def behind(reach):
    (family,) = reach.collect()
    return [sample.value for sample in family.samples]


def test_before_the_first_look_the_page_is_not_ready_and_says_what_hinders_it(reach):
    assert reach.why_not_ready() == "the topics have not been read yet"
    reach.missed("KafkaTimeoutError: no node")
    assert reach.why_not_ready() == "the topics have not been read yet: KafkaTimeoutError: no node"
    assert behind(reach) == []


def test_a_page_is_ready_once_it_is_near_the_end_and_not_while_it_is_far_behind(reach):
    reach.saw(BEHIND_MAX + 1)
    assert reach.why_not_ready() == "5,001 records of the topics are still to be read"
    reach.saw(BEHIND_MAX)
    assert reach.why_not_ready() == ""
    assert behind(reach) == [BEHIND_MAX]


def test_a_broker_that_went_away_shows_after_a_while_and_its_return_at_once(reach, now):
    reach.saw(0)
    now[0] += SILENT_SECONDS_MAX
    reach.missed("KafkaTimeoutError: no node")
    assert reach.why_not_ready() == ""
    now[0] += 1
    assert reach.why_not_ready() == "the topics have not been read for 36 s: KafkaTimeoutError: no node"
    reach.saw(3)
    assert reach.why_not_ready() == ""
