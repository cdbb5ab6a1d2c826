"""Invented news for the tests of the fold: articles and events made by hand, and a desk that folds them in memory."""

from datetime import UTC, datetime, timedelta

import orjson

from dealwire.identity import digest
from dealwire.model import Article, MarketEvent, Money, Participant, Quantity, Reading
from dealwire.reference.companies import bundled_companies
from rules.load import Source, load
from streams.pipeline import advance, apply_correction
from streams.stories.record import article_key, decode, story_key

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
COMPANIES = bundled_companies()


def rules(text="rules: []\n"):
    return load([Source("test.yaml", f"version: 1\n{text}")])


NO_RULES = rules()
BIG_ROUNDS = rules('rules:\n  - {id: big, match: {category: funding, amount: ">= 50M USD"}}\n')


def article(name, title, hours=0.0, *, updated=None, source=None, **rest):
    at = MORNING + timedelta(hours=hours)
    return Article.create(
        id=name,
        title=title,
        published=at,
        fetched=at,
        source=f"Outlet {name}" if source is None else source,
        updated=None if updated is None else MORNING + timedelta(hours=updated),
        **rest,
    )


def event(category="funding", kind="equity_round", status="announced", amount=None, valuation=None, **rest):
    """An event; `recipient="Acme"`, `acquirer=("A", "B")` and the like are its participants."""
    roles = {
        key: rest.pop(key)
        for key in list(rest)
        if key
        in ("recipient", "investor", "lead_investor", "acquirer", "target", "vendor", "customer", "operator", "partner")
    }
    people = tuple(
        Participant(name=name, role=role)
        for role, names in roles.items()
        for name in ([names] if isinstance(names, str) else names)
    )
    power = rest.pop("power", None)
    quantities = (Quantity(kind="power", value=power, unit="MW"),) if power else ()
    told = {
        "category": category,
        "type": rest.pop("type", kind),
        "status": status,
        "participants": people,
        "quantities": quantities,
    }
    return {**told, "amount": dollars(amount), "valuation": dollars(valuation), **rest}


def dollars(value):
    if value is None or isinstance(value, Money):
        return value
    return Money(value=value, currency="USD", usd=value)


def reading(item, *events, possible=()):
    made = tuple(
        MarketEvent(id=digest("event", item.id, item.revision, n), **facts)
        for n, facts in enumerate((*events, *possible))
    )
    return Reading(article=item, events=made[: len(events)], possible=made[len(events) :])


class Desk:
    """Folds readings into a state of its own; remembers every alert."""

    def __init__(self, book=NO_RULES, companies=COMPANIES):
        self.state = {}
        self.book = book
        self.companies = companies
        self.alerts = []
        self.held = []

    def take(self, item, *events):
        return self.apply(advance(self.state, reading(item, *events), self.book, self.companies))

    def guess(self, item, *possible):
        """The article, of which these events are possible and none is claimed."""
        return self.read(item, (), possible)

    def read(self, item, events, possible):
        taken = reading(item, *events, possible=possible)
        return self.apply(advance(self.state, taken, self.book, self.companies))

    def read_as(self, item, **rest):
        """The article, of which nothing was understood."""
        empty = reading(item).model_copy(update=rest)
        return self.apply(advance(self.state, empty, self.book, self.companies))

    def correct(self, correction):
        return self.apply(apply_correction(self.state, correction, self.book, self.companies))

    def apply(self, outcome):
        for key, value in outcome.writes.items():
            if value is None:
                del self.state[key]
            else:
                self.state[key] = value
        self.alerts += outcome.alerts
        self.held += outcome.held
        return outcome

    def state_of(self, story):
        return decode(self.state[story_key(story)])

    def told_by(self, story):
        """The articles that tell the story, and those that mention it."""
        record = self.state_of(story)
        return [t["article"] for t in record["tellings"]], [m["article"] for m in record["mentions"]]

    def record_of(self, name):
        return orjson.loads(self.state[article_key(name)])

    def story(self, item, *events):
        """The one story that the article touched."""
        (step,) = self.take(item, *events).steps
        return step.story
