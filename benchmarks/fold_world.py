"""The invented news that benchmarks/fold.py folds: deals of made-up companies, each told by a few articles.

Seeded, so that every run folds the same. Three in five deals are rounds, one in five a takeover, one in five hardware;
a deal has one to four tellings over three days, under headlines of their own, and its amount is at first often vague.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dealwire.identity import digest
from dealwire.model import Article, Evidence, MarketEvent, Money, Participant, Reading

START = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = ("ba", "cor", "del", "eth", "fin", "gar", "hel", "ix", "jun", "kor", "lum", "mer", "nov", "ost", "pra",
             "qui", "ras", "sol", "tur", "ul", "ver", "wex", "yor", "zan")  # fmt: skip
KINDS = ("Labs", "Robotics", "Systems", "Power", "Bio", "Photonics", "Health", "Grid", "Foods", "Works")
FIELDS = ("warehouse robots", "protein design", "optical links", "fraud checks", "grid storage", "tax filing",
          "crop sensing", "drug trials", "ship routing", "code review", "speech", "welding")  # fmt: skip
FUNDS = 400
OUTLETS = 60
TELLINGS = (1, 1, 2, 2, 3, 4)


class World:
    """Deals without end, evenly spread over `days` for so many `stories`."""

    def __init__(self, stories: int, days: float, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._step = timedelta(days=days) / stories
        self._funds = [f"{self._word(2).title()} Capital" for _ in range(FUNDS)]
        self._number = 0

    def readings(self, stories: int, *, retold: bool = True) -> Iterator[Reading]:
        """The tellings of so many more deals, in order of time to within a few days."""
        for _ in range(stories):
            self._number += 1
            yield from self._deal(START + self._step * self._number, 0 if retold else 1)

    def _word(self, syllables: int) -> str:
        return "".join(self._random.choice(SYLLABLES) for _ in range(syllables))

    def _deal(self, at: datetime, tellings: int) -> Iterator[Reading]:
        dice = self._random
        company = f"{self._word(3).title()}{self._number % 97} {dice.choice(KINDS)}"
        other = dice.choice(self._funds)
        amount = float(dice.choice((1, 2, 3, 5, 8)) * 10 ** dice.choice((6, 7, 8)) * dice.choice((1, 1, 1.5)))
        category, kind, roles = self._roles(company, other)
        field = dice.choice(FIELDS)
        for n in range(tellings or dice.choice(TELLINGS)):
            told = amount if n or dice.random() < 0.7 else None
            when = at + timedelta(hours=n * dice.random() * 24)
            title = self._title(n, company, other, field, told, category)
            article = Article.create(
                id=f"{self._number}-{n}",
                title=title,
                published=when,
                fetched=when,
                source=f"Outlet {dice.randrange(OUTLETS)}",
            )
            yield Reading(article=article, events=(self._event(article, category, kind, roles, told),))

    def _roles(self, company: str, other: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        chance = self._random.random()
        if chance < 0.6:
            return "funding", "equity_round", ((company, "recipient"), (other, "lead_investor"))
        if chance < 0.8:
            return "mna", "acquisition", ((other, "acquirer"), (company, "target"))
        return "hardware", "data_centre", ((company, "operator"), (other, "partner"))

    def _title(self, n: int, company: str, other: str, field: str, amount: float | None, category: str) -> str:
        said = f"${amount / 1e6:g}M" if amount else "an undisclosed sum"
        heads = {
            "funding": (
                f"{company} raises {said} from {other} for {field}",
                f"{other} leads {said} round in {company}",
            ),
            "mna": (f"{other} buys {company} for {said} to get into {field}", f"{company} sold to {other} for {said}"),
            "hardware": (f"{company} and {other} plan {said} site for {field}", f"{said} campus by {company}, {other}"),
        }[category]
        return f"{heads[n % 2]}{', sources say' if n > 1 else ''}"

    def _event(
        self, article: Article, category: str, kind: str, roles: tuple[tuple[str, str], ...], amount: float | None
    ) -> MarketEvent:
        people = tuple(Participant(name=name, role=role) for name, role in roles)  # type: ignore[arg-type]
        proofs = tuple(
            Evidence(fact=f"participant:{name}", place="title", start=at, end=at + len(name), quote=name)
            for name, _ in roles
            if (at := article.title.find(name)) >= 0
        )
        return MarketEvent(
            id=digest("event", article.id, article.revision),
            category=category,  # type: ignore[arg-type]
            type=kind,
            status="announced",
            subject=roles[0][0],
            participants=people,
            amount=Money(value=amount, currency="USD", usd=amount) if amount else None,
            confidence=0.9,
            evidence=proofs,
        )
