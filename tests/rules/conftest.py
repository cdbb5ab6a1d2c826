"""Stories as the fold would make them, told in a few words."""

from datetime import UTC, datetime, timedelta

import pytest

from dealwire.model import Figure, Money, Party, Quantity, Story, Telling
from dealwire.reference.companies import bundled_companies
from dealwire.reference.money import parse_sum

FIRST_AT = datetime(2026, 3, 1, tzinfo=UTC)


def figure(said: str | None) -> Figure | None:
    money = parse_sum(said) if said else None
    return Figure(best=money, low=money.value, high=money.value) if money else None


def make_story(identifier="s1", *, title="MatX raises $500 million for optical chips", days=0, **facts):
    """A story; `amount` and `valuation` as written, roles as `recipient="MatX"` or lists, `power` in MW."""
    key = bundled_companies().key
    roles = ("recipient", "investor", "lead_investor", "acquirer", "target", "vendor", "customer", "operator")
    parties = []
    for role in roles:
        names = facts.pop(role, ())
        names = (names,) if isinstance(names, str) else names
        parties += [Party(name=name, role=role, company=key(name)) for name in names]
    subject = next((p for p in parties if p.role in {"recipient", "target", "vendor"}), None)
    quantities = tuple(
        Quantity(kind=kind, value=facts.pop(kind), unit=unit)
        for kind, unit in (("power", "MW"), ("stake", "percent"), ("chips", "count"))
        if kind in facts
    )
    at = FIRST_AT + timedelta(days=days)
    sources = facts.pop("sources", ("Harbour Wire",))
    defaults = {
        "category": "funding", "type": "equity_round", "status": "announced", "first_at": at, "last_at": at,
        "amount": figure(facts.pop("amount", None)), "valuation": figure(facts.pop("valuation", None)),
        "subject": subject.name if subject else None, "subject_company": subject.company if subject else None,
        "tellings": tuple(
            Telling(article=f"{identifier}-{n}", revision="r", title=title, source=source, at=at)
            for n, source in enumerate(sources)
        ),
    }  # fmt: skip
    return Story(id=identifier, participants=tuple(parties), quantities=quantities, **(defaults | facts))


@pytest.fixture
def story():
    return make_story


def in_dollars(value: float) -> Figure:
    money = Money(value=value, currency="USD", usd=value)
    return Figure(best=money, low=value, high=value)
