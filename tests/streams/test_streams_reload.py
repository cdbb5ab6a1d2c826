"""New rules and old stories: a reload sends nothing by itself; catching up alerts once, as far back as asked."""

from datetime import UTC, datetime, timedelta

import pytest

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from dealwire.store.database import Store
from rules.load import Source, load
from streams.core import Core
from streams.embedded import Embedded

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NONE = "version: 1\n"
ROUNDS = "version: 1\nrules: [{id: rounds, match: {category: funding}}]\n"


def core_of(text):
    return Core.of(load([Source("rules.yaml", text)]), bundled_companies())


def told(title, days):
    at = NOW - timedelta(days=days)
    return Article.create(title=title, url=f"https://example.com/{days}", source="Wire", published=at, fetched=at)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def embedded(tmp_path, sent):
    with Store.open(tmp_path / "dealwire.db") as store:
        made = Embedded(store, core_of(NONE), lambda _, alert, __: sent.append(alert), lambda: NOW)
        made.take([told("MatX raises $500 million to speed up LLM chips", 20)])
        made.take([told("Etched raises $120 million for transformer chips", 2)])
        yield made


def test_a_reload_sends_nothing_for_old_stories(embedded, sent):
    embedded.use(core_of(ROUNDS))
    embedded.take([told("The weather stays fair over the weekend", 1)])
    assert sent == []


def test_catching_up_alerts_once_on_stories_told_since_then(embedded, sent):
    embedded.use(core_of(ROUNDS))
    assert embedded.catch_up(NOW - timedelta(days=7)) == 1
    assert [(alert.rule, alert.kind, alert.story_view.subject) for alert in sent] == [("rounds", "new", "Etched")]
    assert embedded.catch_up(NOW - timedelta(days=7)) == 0
    assert embedded.catch_up(NOW - timedelta(days=30)) == 1


def test_stories_that_come_afterwards_alert_as_ever(embedded, sent):
    embedded.use(core_of(ROUNDS))
    embedded.take([told("Groq raises $300 million for inference chips", 0)])
    assert [alert.story_view.subject for alert in sent] == ["Groq"]
