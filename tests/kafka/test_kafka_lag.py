"""Operators hear, from the notifier's owner, of a stage on Kafka that falls behind."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.publish import Publisher
from dealwire.bootstrap.kafka import publish
from dealwire.bootstrap.notifier import Chores
from dealwire.bootstrap.rules import Rules
from dealwire.model import Article
from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.consumer import Desk
from notifier.decide.backlog import LOOKS
from streams import topics

# kafka-python 3.0.12 leaves a socket to the garbage collector where a client closes while it still connects
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

RULES = """
version: 1
receivers:
  desk: {url: "terminal://"}
  ops: {url: "terminal://", operator: true}
rules: [{id: rounds, title: Big rounds, match: {category: funding}}]
"""
ARTICLES_A_LOOK = 60


class Idle:
    """A dispatcher that sends nothing."""

    running = True

    def start(self):
        pass

    stop = join = wake = start


@pytest.fixture
def rules(settings, tmp_path):
    topics.create(settings)
    (tmp_path / "watchlist.yaml").write_text(RULES)
    publish(settings, [tmp_path / "watchlist.yaml"])
    return Rules.read([tmp_path / "watchlist.yaml"])


def test_a_stage_that_nobody_works_on_is_told_of_once_an_hour_and_the_others_are_not(settings, tmp_path, rules):
    moment = [datetime(2026, 11, 20, 9, 0, tzinfo=UTC)]
    chores = Chores(settings, lambda: rules, lambda: moment[0])
    desk = Desk(settings, tmp_path / "outbox.db", rules.router, lambda *_: Idle(), lambda: moment[0])
    try:
        with Publisher(settings.server_list, settings.topic("articles")) as publisher:
            for look in range(LOOKS + 1):
                publisher.publish(
                    [
                        Article.create(title="Rain", guid=f"{look}-{n}", fetched=moment[0])
                        for n in range(ARTICLES_A_LOOK)
                    ]
                )
                chores(desk)
                moment[0] += timedelta(minutes=1)
    finally:
        desk.close()
    with Store.open(tmp_path / "outbox.db") as store:
        (notice,) = outbox.listed(store.connection)
    assert (notice.receiver, notice.form) == ("ops", "notice")
    assert "Understanding falls behind" in notice.notice
    assert str(LOOKS * ARTICLES_A_LOOK) in notice.notice.replace(",", "")
