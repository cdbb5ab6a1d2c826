"""Core: alerts on deals that never were, to show what messages look like."""

from datetime import datetime, timedelta
from typing import Any

from dealwire.model import Alert, Story

ROUND: dict[str, Any] = {
    "category": "funding",
    "type": "series_b",
    "subject": "Lumen Silicon",
    "amount": {"best": {"value": 500e6, "currency": "USD", "usd": 500e6}, "low": 500e6, "high": 500e6},
    "participants": [
        {"name": "Lumen Silicon", "role": "recipient"},
        {"name": "Harbour Capital", "role": "lead_investor"},
    ],
}
BIGGER = {
    **ROUND,
    "amount": {"best": {"value": 525e6, "currency": "USD", "usd": 525e6}, "low": 525e6, "high": 525e6},
    "version": 2,
}
DEAL: dict[str, Any] = {
    "category": "mna",
    "type": "acquisition",
    "subject": "Vela Robotics",
    "amount": {"best": {"value": 1.2e9, "currency": "USD", "usd": 1.2e9}, "low": 1.2e9, "high": 1.2e9},
    "participants": [{"name": "Northgate", "role": "acquirer"}, {"name": "Vela Robotics", "role": "target"}],
}
SITE: dict[str, Any] = {
    "category": "hardware",
    "type": "data_centre",
    "status": "planned",
    "subject": "Aurora Compute",
    "participants": [{"name": "Aurora Compute", "role": "operator"}],
    "quantities": [{"kind": "power", "value": 300, "unit": "MW"}],
    "regions": ["FI"],
}


def sample_alerts(now: datetime) -> list[Alert]:
    """A round and its change a day later, an acquisition and a data centre; the change first."""
    day_before = now - timedelta(days=1)
    round_title = "Lumen Silicon raises $500 million for inference chips"
    change = {"kind": "amount", "before": "$500M", "after": "$525M"}
    return [
        _alert(_story(BIGGER, round_title, now), "Big AI-chip rounds", "amount >= 100M USD", "$525M", change),
        _alert(
            _story(DEAL, "Northgate to buy Vela Robotics for $1.2 billion", now),
            "Robotics takeovers", "category: mna", "mna",
        ),
        _alert(
            _story(SITE, "Aurora Compute plans a 300 MW data centre near Oulu", now),
            "New data centres", "power >= 100 MW", "300 MW",
        ),
        _alert(_story(ROUND, round_title, day_before), "Big AI-chip rounds", "amount >= 100M USD", "$500M"),
    ]  # fmt: skip


def _story(facts: dict[str, Any], title: str, at: datetime) -> Story:
    outlets = (("s1", "Example Wire", "https://wire.example/1"), ("s2", "The Sample", "https://sample.example/2"))
    tellings = [
        {"article": article, "revision": "1", "title": title, "source": source, "url": url, "at": at}
        for article, source, url in outlets
    ]
    quote = {"article": "s1", "fact": "trigger", "in": "title", "start": 0, "end": len(title), "quote": title}
    told = {"tellings": tellings, "quotes": [quote], "first_at": at, "last_at": at, "source_count": 2}
    name = str(facts["subject"]).split()[0].lower()
    return Story.model_validate({"id": f"sample-{name}", "status": "announced", "confidence": 0.94, **told, **facts})


def _alert(story: Story, title: str, clause: str, met_by: str, change: dict[str, str] | None = None) -> Alert:
    rule, kind = title.lower().replace(" ", "-"), "changed" if change else "new"
    return Alert.model_validate(
        {
            "id": Alert.id_of(rule, story.id, story.version, kind),
            "rule": rule,
            "rule_title": title,
            "severity": "high",
            "story": story.id,
            "version": story.version,
            "kind": kind,
            "at": story.last_at,
            "articles": ["s1", "s2"],
            "reasons": [{"clause": clause, "field": clause.split(maxsplit=1)[0].strip(":"), "met_by": met_by}],
            "changes": [change] if change else [],
            "story_view": story,
        }
    )
