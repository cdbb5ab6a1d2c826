"""Golden pairs: an invented article, and the events that it tells; each row of the design told in other words."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from streams.understand import Understander

GOLDEN = Path(__file__).parent.parent / "data" / "understand" / "golden.jsonl"
PAIRS = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def understander():
    return Understander(bundled_companies())


def article_of(row):
    return Article.create(id=row["id"], title=row["title"], body=row["body"], fetched=datetime(2026, 3, 1, tzinfo=UTC))


def told(event):
    """What a golden pair says of an event."""
    roles = {}
    for participant in event.participants:
        roles.setdefault(participant.role, []).append(participant.name)
    facts = {"category": event.category, "type": event.type, "status": event.status, "roles": roles}
    for name in ("amount", "valuation"):
        money = getattr(event, name)
        if money is not None:
            facts[name] = [money.value, money.currency]
    if event.quantities:
        facts["quantities"] = [[q.kind, q.value, q.unit] for q in event.quantities]
    return facts


@pytest.mark.parametrize("row", PAIRS, ids=[row["title"][:60] for row in PAIRS])
def test_an_article_tells_its_events(understander, row):
    events = [told(e) for e in understander.understand(article_of(row)).events if not e.background]
    assert events == row["events"]


@pytest.mark.parametrize("row", [r for r in PAIRS if r["events"]], ids=lambda row: row["id"])
def test_every_quote_is_the_text_at_its_span_and_proves_its_fact(understander, row):
    article = article_of(row)
    for event in understander.understand(article).events:
        facts = {e.fact for e in event.evidence}
        assert "trigger" in facts
        assert {f"participant:{p.name}" for p in event.participants} <= facts
        assert event.amount is None or "amount" in facts
        for evidence in event.evidence:
            assert article.text(evidence.place)[evidence.start : evidence.end] == evidence.quote != ""
            if evidence.fact.startswith("participant:"):
                assert evidence.fact.removeprefix("participant:") == evidence.quote
