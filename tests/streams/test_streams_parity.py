"""One archive through the embedded shell and through replay: the same alerts, id by id."""

import itertools
from pathlib import Path

import archive
import pytest

from connectors.archive import read_ordered
from dealwire.bootstrap.rules import core_from
from dealwire.model import Alert
from dealwire.store.database import Store
from rules.load import Source
from streams.embedded import Embedded
from streams.replay import History, replay

BATCH = 37
REAL_ARTICLES = 4_000


@pytest.fixture(scope="module")
def core():
    return core_from([Source(archive.RULES.name, archive.RULES.read_text(encoding="utf-8"))])


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    """The archive in order of time; none of it is unreadable."""
    troubles = []
    found = list(read_ordered(archive.write(tmp_path_factory.mktemp("parity") / "archive.jsonl"), troubles.append))
    assert troubles == []
    return found


@pytest.fixture(scope="module")
def replayed(core, articles):
    history = History()
    for _ in replay(articles, core, history):
        pass
    assert history.failed == []
    return history


def embed(store, core, articles):
    alerts: list[Alert] = []
    embedded = Embedded(store, core, lambda _, alert, __: alerts.append(alert), lambda: articles[-1].fetched)
    for start in range(0, len(articles), BATCH):
        embedded.take(articles[start : start + BATCH])
    return alerts


def test_the_archive_gives_a_hundred_alerts_and_twenty_changes(replayed):
    kinds = [alert.kind for alert in replayed.alerts.values()]
    assert len(kinds) >= 100
    assert kinds.count("changed") >= 20


def test_embedded_and_replay_give_the_same_alerts_id_by_id(core, articles, replayed, tmp_path):
    with Store.open(tmp_path / "dealwire.db") as store:
        alerts = embed(store, core, articles)
    assert {alert.id: alert for alert in alerts} == replayed.alerts


def test_replaying_twice_gives_the_same_bytes(core, articles, replayed):
    again = History()
    for _ in replay(articles, core, again):
        pass
    assert [a.to_bytes() for a in again.ordered()] == [a.to_bytes() for a in replayed.ordered()]


def test_feeding_the_archive_a_second_time_enqueues_nothing_new(core, articles, tmp_path):
    with Store.open(tmp_path / "dealwire.db") as store:
        first = {alert.id for alert in embed(store, core, articles)}
        assert {alert.id for alert in embed(store, core, articles)} <= first


def test_an_article_that_the_core_cannot_take_becomes_a_dead_letter_and_the_rest_goes_on(
    core, articles, tmp_path, monkeypatch
):
    bad = next(a for a in articles if a.title)
    real = type(core.understander).understand

    def understand(self, article):
        if article.id == bad.id:
            raise ValueError("no such word")
        return real(self, article)

    monkeypatch.setattr(type(core.understander), "understand", understand)
    with Store.open(tmp_path / "dealwire.db") as store:
        embed(store, core, articles)
        places = [row[0] for row in store.connection.execute("SELECT letter FROM dead_letters")]
        assert len(places) == 1
        assert bad.id.encode() in places[0]
        assert b"no such word" in places[0]
        read = store.connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    assert read == len({a.id for a in articles})


@pytest.mark.corpus
def test_embedded_and_replay_agree_on_real_headlines(core, tmp_path):
    corpus = Path(__file__).parents[3] / "shared" / "data" / "tech-2026.jsonl.gz"
    if not corpus.exists():
        pytest.skip("the real headlines are not here")
    articles = list(itertools.islice(read_ordered(corpus, lambda _: None), 20_000, 20_000 + REAL_ARTICLES))
    history = History()
    for _ in replay(articles, core, history):
        pass
    with Store.open(tmp_path / "dealwire.db") as store:
        alerts = embed(store, core, articles)
    assert len(history.alerts) > 20
    assert {alert.id: alert for alert in alerts} == history.alerts
