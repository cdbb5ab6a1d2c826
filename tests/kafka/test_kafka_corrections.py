"""What people correct travels on Kafka: the worker that folds takes it, and its successor still knows it."""

from datetime import timedelta

import pytest
from kafka_newsroom import MORNING, tell

from dealwire.broker import writing
from dealwire.errors import UsageError
from streams import dead_letters
from streams.stories import request
from streams.stories.request import Signature
from streams.worker.corrections import find_folded_story, publish_correction, published_corrections


def amount_of(settings, story):
    figure = find_folded_story(settings, story).amount
    return figure and figure.best.value


def signed(reason):
    return Signature("kim", reason, MORNING + timedelta(days=1))


def test_a_correction_on_its_topic_outranks_articles_and_outlives_the_worker(fleet, settings):
    worker = fleet.start_worker("kafka_worker.py")
    tell(settings, "a", "Halden Optics raises $90 million Series B", 0)
    fleet.wait_for(lambda: len(fleet.alerts()) == 1, "the first alert")
    (alert,) = fleet.alerts()
    with writing(settings.server_list) as writer:
        writer.write(settings.topic("corrections"), [(b"bad", b"no correction")])

    made = request.correct(find_folded_story(settings, alert.story), "amount", "120M USD", signed("the filing"))
    publish_correction(settings, made)

    fleet.wait_for(lambda: amount_of(settings, alert.story) == 120_000_000, "the corrected amount")
    fleet.wait_for(lambda: len(fleet.alerts()) == 2, "the alert of the change")
    assert [letter.place for letter in dead_letters.kept(settings)] == [f"fold {settings.topic('corrections')}:0:0"]
    assert published_corrections(settings) == [made]

    fleet.kill(worker)
    fleet.start_worker("kafka_worker.py")
    tell(settings, "b", "Halden Optics raises $90M, says its founder", 4)
    fleet.wait_for(lambda: len(find_folded_story(settings, alert.story).tellings) == 2, "the second telling")
    assert amount_of(settings, alert.story) == 120_000_000

    publish_correction(settings, request.undo(made, signed("another company's filing")))
    fleet.wait_for(lambda: amount_of(settings, alert.story) == 90_000_000, "the amount that articles tell")


def test_a_story_that_the_workers_do_not_hold_is_an_error(fleet, settings):
    with pytest.raises(UsageError, match="the workers hold no story 'ffff'"):
        find_folded_story(settings, "ffff")
