"""An archive of news that this project owns: deals that go through their stages among plenty that is nothing.

`python tests/archive.py OUT.jsonl` writes it; `records()` gives it. The same seed gives the same bytes. It is the input
of the parity and kill tests, so it holds what feeds do wrong: edits, exact duplicates, syndicated copies under other
URLs, items out of order, without a date, dated in the future or in another language, and round-ups of old deals.
The wordings and invented names are data/archive/wordings.yaml, the rules that run over it data/archive/watchlist.yaml.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data" / "archive"
RULES = DATA / "watchlist.yaml"
SEED = 20260223
DEALS = 90
NOISE_PER_DEAL = 5
BEGINS = datetime(2026, 1, 5, 8, tzinfo=UTC)
LASTS = timedelta(days=60)
OUT_OF_ORDER = 12
"""How far, in records, an item may stand from its place in time."""

PLANS: dict[str, Sequence[tuple[str, ...]]] = {
    "round": [
        ("announced",),
        ("rumored", "announced"),
        ("announced", "extended"),
        ("rumored", "announced", "extended", "closed"),
        ("rumored", "cancelled"),
    ],
    "takeover": [
        ("announced",),
        ("rumored", "announced", "completed"),
        ("announced", "completed"),
        ("rumored", "announced", "terminated"),
    ],
    "bolt_on": [("announced",)],
    "site": [("announced",), ("announced", "building"), ("announced", "cancelled")],
    "capacity": [("announced",)],
    "chip": [("announced",), ("announced", "shipping"), ("announced", "delayed")],
    "state": [("announced",)],
}
KINDS = ("round",) * 9 + ("takeover",) * 5 + ("bolt_on",) * 2 + ("site",) * 3 + ("chip",) * 2 + ("capacity", "state")

Record = dict[str, Any]


@dataclass(frozen=True)
class Deal:
    """One invented deal: what it is, its facts as they stand in a sentence, and when each stage comes."""

    kind: str
    facts: dict[str, str]
    stages: tuple[tuple[str, datetime], ...]


@dataclass
class Desk:
    """The newsrooms: one source of chance, and a count that gives every article its id."""

    chance: random.Random
    count: int = 0
    records: list[Record] = field(default_factory=list)

    def publish(self, title: str, body: str, at: datetime, outlet: str | None = None) -> Record:
        self.count += 1
        outlet = outlet or self.chance.choice(wordings()["names"]["outlets"])
        slug = outlet.lower().replace(" ", "-")
        record = {
            "id": f"item-{self.count:04d}",
            "title": title,
            "body": body,
            "published": stamp(at),
            "source": outlet,
            "url": f"https://{slug}.example/{at:%Y/%m/%d}/{self.count}",
        }
        self.records.append(record)
        return record


@cache
def wordings() -> dict[str, Any]:
    return yaml.safe_load((DATA / "wordings.yaml").read_text(encoding="utf-8"))


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def spell_sum(chance: random.Random, millions: int, sign: str) -> str:
    """A sum the way one newsroom or another writes it."""
    if millions >= 1000:
        return f"{sign}{millions / 1000:g}{chance.choice((' billion', 'bn', 'B'))}"
    return f"{sign}{millions}{chance.choice((' million', 'm', 'M'))}"


def make_facts(chance: random.Random, kind: str, company: str) -> dict[str, str]:
    names = wordings()["names"]
    sign = chance.choice(("$", "$", "$", "US$", "€", "£"))
    millions = chance.choice((60, 75, 90, 120, 150, 180, 240, 320, 450, 600, 800, 1200, 2400))
    if kind == "state":
        sign, millions = "$", millions * 10
    lead, second = chance.sample(names["investors"], 2)
    return {
        "company": company,
        "acquirer": chance.choice(names["acquirers"]),
        "investor": lead,
        "second": second,
        "state": chance.choice(names["states"]),
        "product": chance.choice(names["products"]),
        "city": chance.choice(names["cities"]),
        "chip": f"{chance.choice(names['chips'])} {chance.randrange(2, 9)}",
        "round": f"Series {chance.choice('ABCD')}",
        "amount": spell_sum(chance, millions, sign),
        "more": spell_sum(chance, millions * 5 // 4, sign),
        "power": chance.choice(("120 MW", "250 megawatts", "400MW", "1.2 GW", "2 gigawatts")),
    }


def make_deals(chance: random.Random, count: int) -> Iterator[Deal]:
    companies = list(wordings()["names"]["companies"])
    chance.shuffle(companies)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        at = BEGINS + timedelta(seconds=chance.randrange(int(LASTS.total_seconds())))
        stages = []
        for stage in chance.choice(PLANS[kind]):
            stages.append((stage, at))
            at += timedelta(days=chance.randrange(3, 7), minutes=chance.randrange(600))
        yield Deal(kind, make_facts(chance, kind, companies[number % len(companies)]), tuple(stages))


def tell(desk: Desk, deal: Deal) -> None:
    """Every stage in one to four outlets, each in its own words; now and then copied, edited or sent twice."""
    chance = desk.chance
    for stage, at in deal.stages:
        options = wordings()[deal.kind][stage]
        outlets = chance.sample(wordings()["names"]["outlets"], 4)
        for (title, body), outlet in zip(
            chance.sample(options, chance.randint(1, len(options))), outlets, strict=False
        ):
            when = at + timedelta(minutes=chance.randrange(20 * 60))
            record = desk.publish(title.format(**deal.facts), body.format(**deal.facts), when, outlet)
            disturb(desk, deal, record, when)


def disturb(desk: Desk, deal: Deal, record: Record, at: datetime) -> None:
    """What feeds do to an item: each of these befalls about one item in ten."""
    chance = desk.chance
    fate = chance.randrange(40)
    if fate < 4:
        desk.publish(record["title"], record["body"], at + timedelta(minutes=chance.randrange(5, 300)))
    elif fate < 8:
        desk.records.append(dict(record))
    elif fate < 12:
        new = deal.facts["more"] if fate < 10 else deal.facts["amount"]
        edited = {key: record[key].replace(deal.facts["amount"], new) for key in ("title", "body")}
        edited["body"] += f" This article was updated at {at:%H:%M}."
        desk.records.append({**record, **edited, "updated": stamp(at + timedelta(hours=chance.randrange(1, 30)))})
    elif fate == 12:
        record["fetched"] = record.pop("published")
    elif fate == 13:
        record |= {"fetched": stamp(at), "published": stamp(at + timedelta(days=400))}
    elif fate == 14:
        edited = {"title": "Withdrawn", "body": "This report has been withdrawn."}
        desk.records.append({**record, **edited, "updated": stamp(at + timedelta(hours=30))})


def fill(desk: Desk, template: Sequence[str]) -> Record:
    """An item that is nothing, or that is in another language, somewhere in the two months."""
    chance = desk.chance
    names = wordings()["names"]
    facts = make_facts(chance, "round", chance.choice(names["companies"]))
    at = BEGINS + timedelta(seconds=chance.randrange(int(LASTS.total_seconds())))
    record = desk.publish(template[0].format(**facts), template[1].format(**facts), at)
    if len(template) > 2:
        record["language"] = template[2]
    return record


def look_back(desk: Desk, deals: Sequence[Deal]) -> None:
    """Round-ups: deals of the week before, told once more in a line each."""
    lines = wordings()["roundup_lines"]
    for day in range(10, LASTS.days, 7):
        at = BEGINS + timedelta(days=day)
        told = [
            lines[deal.kind].format(**deal.facts)
            for deal in deals
            if deal.kind in lines
            and any(s == "announced" and timedelta(days=1) < at - t < timedelta(days=7) for s, t in deal.stages)
        ]
        title, body = desk.chance.choice(wordings()["roundup"])
        desk.publish(title, body.format(told=" ".join(told)), at)


def jumble(chance: random.Random, records: list[Record]) -> list[Record]:
    """The records as a feed would deliver them: roughly in time, never quite."""
    ordered = sorted(records, key=lambda r: (r.get("updated") or r.get("fetched") or r["published"], r["id"]))
    places = [(number + chance.uniform(0, OUT_OF_ORDER), number) for number in range(len(ordered))]
    return [ordered[number] for _, number in sorted(places)]


def records(seed: int = SEED, deals: int = DEALS) -> list[Record]:
    """The archive: JSON Lines records as `dealwire replay` reads them, in the order of the file."""
    desk = Desk(random.Random(seed))
    told = list(make_deals(desk.chance, deals))
    for deal in told:
        tell(desk, deal)
    for _ in range(deals * NOISE_PER_DEAL):
        fill(desk, desk.chance.choice(wordings()["noise"]))
    for _ in range(deals // 10):
        fill(desk, desk.chance.choice(wordings()["other_languages"]))
    look_back(desk, told)
    return jumble(desk.chance, desk.records)


def write(path: Path, seed: int = SEED, deals: int = DEALS) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records(seed, deals)), encoding="utf-8")
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]))
