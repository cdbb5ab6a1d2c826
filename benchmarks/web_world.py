"""A store as large as a busy desk's after years: invented deals, told, matched and sent, copied under other names.

Some thousand deals go through the real fold and the real rules; the others are their copies, with companies, ids and
times of their own, written in bulk. Articles that tell of no deal fill up the rest.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from fold_world import OUTLETS, World

from dealwire.bootstrap.rules import Rules
from dealwire.identity import digest
from dealwire.model import Alert, Article, Reading
from dealwire.store import articles, catalogue, outbox
from dealwire.store.database import Store
from streams.pipeline import advance
from streams.stories.record import decode, story_key

FOUNDERS_MAX = 2_000
CHUNK = 2_000
DAYS = 365.0
REGIONS = ("US", "GB", "FR", "DE", "IN", "JP", "KR", "CN", "SA", "CA", "BR", "SG")
FILLER = "A long paragraph of what else was said that day about markets, people and machines. " * 8


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of each."""

    articles: int
    stories: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Founder:
    """A deal that was folded, and what followed from it."""

    story: str
    record: bytes
    readings: tuple[Reading, ...]
    alerts: tuple[Alert, ...]
    company: str


def make(path: Path, rules: Rules, size: Size) -> None:
    """Fill a new store at `path`."""
    founders = _founders(rules, min(size.stories, FOUNDERS_MAX))
    dice = random.Random(11)
    step = timedelta(days=DAYS) / size.stories
    end = datetime.now(UTC)
    told = alerted = 0
    with Store.open(path) as store:
        # what is made anew for each run need not outlive a power cut
        store.connection.execute("PRAGMA synchronous = OFF")
        for first in range(0, size.stories, CHUNK):
            with store.transaction() as connection:
                for number in range(first, min(first + CHUNK, size.stories)):
                    founder = founders[number % len(founders)]
                    copy = _Copy(founder, number, end - step * (size.stories - number))
                    record = copy.record(dice)
                    connection.execute("INSERT INTO stories VALUES (?, ?)", (story_key(copy.story), record))
                    kept = [(article, 1) for article in copy.articles()]
                    articles.keep(connection, kept)
                    told += len(kept)
                    for alert in copy.alerts() if alerted < size.alerts else ():
                        outbox.enqueue(connection, alert, rules.router, alert.at)
                        alerted += 1
        _fill(store, size.articles - told, end)
        with store.transaction() as connection:
            connection.execute("UPDATE deliveries SET state = 'sent', sent_at = created_at WHERE seq % 500 != 0")
            connection.execute(
                "UPDATE deliveries SET state = 'dead', error = '500 from the receiver' WHERE seq % 500 = 0"
            )
            connection.execute("DELETE FROM journal")


def lay_out(path: Path) -> int:
    """Lay out the whole catalogue; how many stories that were."""
    count = 0
    with Store.open(path) as store:
        store.connection.execute("PRAGMA synchronous = OFF")
        while True:
            with store.transaction() as connection:
                found = catalogue.bring_up(connection, datetime.now(UTC))
            if not found:
                return count
            count += found


def _founders(rules: Rules, count: int) -> list[Founder]:
    """Deals through the core, each by itself: copies must not share stories."""
    world, core, found = World(count, DAYS), rules.core, list[Founder]()
    while len(found) < count:
        state: dict[str, bytes] = {}
        readings, alerts = tuple(world.readings(1)), list[Alert]()
        for reading in readings:
            outcome = advance(state, reading, core.book, core.companies)
            state.update({key: value for key, value in outcome.writes.items() if value is not None})
            alerts += outcome.alerts
        (key,) = (key for key in state if key.startswith("story/"))
        company = readings[0].events[0].subject or ""
        found.append(Founder(key.removeprefix("story/"), state[key], readings, tuple(alerts), company))
    return found


class _Copy:
    """A founder under another name, at another time."""

    def __init__(self, founder: Founder, number: int, at: datetime) -> None:
        self.story = digest("copy", founder.story, number)
        self._founder = founder
        self._number = number
        self._later = at - datetime.fromtimestamp(decode(founder.record)["founded"], UTC)
        word = founder.company.split(" ", 1)[0]
        self._swaps = [
            (founder.story.encode(), self.story.encode()),
            (word.encode(), f"{word}k{number // FOUNDERS_MAX}".encode()),
            (word.casefold().encode(), f"{word.casefold()}k{number // FOUNDERS_MAX}".encode()),
        ]
        self._articles = {r.article.id: f"{r.article.id}c{number}" for r in founder.readings}

    def record(self, dice: random.Random) -> bytes:
        record: dict[str, Any] = orjson.loads(self._swapped(self._founder.record))
        seconds = self._later.total_seconds()
        record["founded"] += seconds
        for telling in record["tellings"]:
            telling["at"] += seconds
            telling["article"] = self._articles[telling["article"]]
            telling["regions"] = [dice.choice(REGIONS)]
        for version in record["versions"]:
            version["at"] = (datetime.fromisoformat(version["at"]) + self._later).isoformat()
            version["article"] = self._articles.get(version.get("article"), version.get("article"))
        return orjson.dumps(record)

    def articles(self) -> Iterator[Article]:
        for reading in self._founder.readings:
            article, at = reading.article, reading.article.at + self._later
            title = self._swapped(article.title.encode()).decode()
            yield article.model_copy(
                update={"id": self._articles[article.id], "title": title, "body": FILLER, "feed": article.source,
                        "published": at, "fetched": at, "url": f"https://wire.example/{self._number}"}
            )  # fmt: skip

    def alerts(self) -> Iterator[Alert]:
        for alert in self._founder.alerts:
            copy = Alert.from_bytes(self._swapped(alert.to_bytes()))
            yield copy.model_copy(update={"id": digest("copy", alert.id, self._number), "at": alert.at + self._later})

    def _swapped(self, raw: bytes) -> bytes:
        for before, after in self._swaps:
            raw = raw.replace(before, after)
        return raw


def _fill(store: Store, count: int, end: datetime) -> None:
    """Articles that tell of no deal."""
    step = timedelta(days=DAYS) / max(count, 1)
    for first in range(0, count, CHUNK):
        with store.transaction() as connection:
            articles.keep(
                connection, ((_filler(n, end - step * (count - n)), 0) for n in range(first, min(first + CHUNK, count)))
            )


def _filler(number: int, at: datetime) -> Article:
    outlet = f"Outlet {number % OUTLETS}"
    return Article.create(
        id=f"filler-{number}", title=f"What the markets did, part {number}", body=FILLER, published=at, fetched=at,
        source=outlet, feed=outlet, url=f"https://wire.example/filler/{number}",
    )  # fmt: skip


def headlines(start: int, deal_every: int) -> Iterator[Article]:
    """News that goes on coming in: one in `deal_every` tells of a deal, each of its own."""
    world = World(1_000_000, DAYS, seed=start + 13)
    for number, reading in enumerate(world.readings(1_000_000, retold=False)):
        now = datetime.now(UTC)
        update = {"id": f"live-{start}-{reading.article.id}", "published": now, "fetched": now, "body": FILLER}
        yield reading.article.model_copy(update=update | {"feed": reading.article.source})
        for more in range(1, deal_every):
            yield _filler(start * 1_000 + number * deal_every + more, now)
