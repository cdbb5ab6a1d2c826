"""What benchmarks/rule_matching.py measures on: real articles, the events understood in them, and rules about both.

Rules of 1,000, 10,000 and 100,000 share the first thousand, which match the articles; the others ask for companies,
sums and phrases that these articles do not have, so that every size gives the same matches.
"""

import gzip
import itertools
import json
import os
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dealwire.model import Article, Figure, MarketEvent, Money, Party, Story, Telling
from dealwire.reference.companies import bundled_companies
from streams.understand import Understander

DATA = Path(os.environ.get("DEALWIRE_DATA", Path(__file__).parents[2] / "shared" / "data"))
FETCHED = datetime(2026, 3, 1, tzinfo=UTC)
TEXT_CHARACTERS = 840
SEED = 20260301
ARTICLES_READ_MAX = 40_000
"""Of each set, in search of names."""
_ENDINGS = (
    "Technologies", "Systems", "Labs", "Group", "Holdings", "Capital", "Therapeutics", "Energy", "Networks", "Partners",
    "Pharma", "Semiconductor", "Robotics", "Ventures", "Biosciences", "Software", "Industries", "Bank", "Health",
)  # fmt: skip
_NAME = re.compile(rf"\b((?:[A-Z][A-Za-z0-9&-]+ ){{1,2}}(?:{'|'.join(_ENDINGS)}|Inc|Corp|Ltd|LLC|PLC))\b")
_CATEGORIES = ("funding", "mna", "hardware")


def articles(name: str, limit: int) -> Iterator[dict[str, str]]:
    """The first `limit` articles of a set, as they stand there."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, limit):
            yield json.loads(line)


def texts(limit: int) -> list[str]:
    """Texts of about 840 characters, on one line each."""
    found = (" ".join(f"{a['title']}. {a.get('body') or ''}".split()) for a in articles("press-releases", limit * 2))
    return [text[:TEXT_CHARACTERS] for text in found if len(text) >= TEXT_CHARACTERS][:limit]


def names(limit: int) -> list[str]:
    """Company names: the gazetteer's; those that real news writes with a legal or usual ending; and, where these are
    fewer than `limit`, their first words with other usual endings.
    """
    found: dict[str, None] = {company.name: None for company in bundled_companies()}
    for source in ("press-releases", "wire-2018-2020", "tech-2026"):
        for article in articles(source, ARTICLES_READ_MAX):
            for name in _NAME.findall(f"{article['title']}. {article.get('body') or ''}"):
                found.setdefault(name)
    firsts = sorted({name.split()[0] for name in found})
    for ending, first in itertools.product(_ENDINGS, firsts):
        if len(found) >= limit:
            break
        found.setdefault(f"{first} {ending}")
    chosen = list(found)[:limit]
    random.Random(SEED).shuffle(chosen)
    return chosen


def stories(limit: int) -> list[tuple[Story, Article]]:
    """Stories of one telling each, as the understanding finds them in real articles."""
    understander = Understander(bundled_companies())
    found: list[tuple[Story, Article]] = []
    for raw in itertools.chain(articles("tech-2026", 20_000), articles("press-releases", 20_000)):
        article = Article.create(id=raw["id"], title=raw["title"], body=raw.get("body") or "", fetched=FETCHED)
        found += [(_story(event, article), article) for event in understander.understand(article).events]
        if len(found) >= limit:
            break
    return found[:limit]


def _figure(money: Money | None) -> Figure | None:
    return Figure(best=money, low=money.value, high=money.value) if money else None


def _story(event: MarketEvent, article: Article) -> Story:
    subject = next((p.company for p in event.participants if p.name == event.subject), None)
    return Story(
        id=event.id, category=event.category, type=event.type, status=event.status, subject=event.subject,
        subject_company=subject, participants=tuple(Party(**p.model_dump()) for p in event.participants),
        amount=_figure(event.amount), valuation=_figure(event.valuation), quantities=event.quantities,
        regions=event.regions, cross_border=event.cross_border, confidence=event.confidence,
        first_at=article.at, last_at=article.at,
        tellings=(Telling(article=article.id, revision=article.revision, title=article.title, at=article.at),),
    )  # fmt: skip


def rules_text(size: int, told: list[tuple[Story, Article]], fillers: list[str]) -> str:
    """A rules file of `size` rules, the first thousand of them about what is told."""
    chance = random.Random(SEED)
    lines = ["version: 1", 'receivers: {desk: {url: "${DESK_URL}"}}', "rules:"]
    told_names = sorted({p.name for story, _ in told for p in story.participants})
    key = bundled_companies().key
    told_keys = set(map(key, told_names)) | {story.subject_company for story, _ in told}
    others = [name for name in fillers if key(name) not in told_keys]
    for number in range(size):
        match = _matching(chance, told_names) if number < 1_000 else _filling(chance, number, others)
        asked = "\n".join(f"      {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in match.items())
        lines.append(f"  - id: rule-{number}\n    severity: medium\n    match:\n{asked}\n    send_to: [desk]")
    return "\n".join(lines) + "\n"


def _matching(chance: random.Random, told_names: list[str]) -> dict[str, str]:
    kind = chance.random()
    if kind < 0.8:
        return {
            "category": chance.choice(_CATEGORIES),
            "company": chance.choice(told_names),
            "amount": f">= {chance.randrange(1, 900)}M USD",
        }
    return {
        "category": chance.choice(_CATEGORIES),
        "region": chance.choice(["US", "IN", "CN", "GB", "DE", "FR", "SA", "KR", "JP"]),
        "amount": f">= {chance.randrange(1, 90)}B USD",
    }


def _filling(chance: random.Random, number: int, others: list[str]) -> dict[str, str]:
    name = others[number % len(others)]
    if number % 10 < 7:
        return {
            "category": chance.choice(_CATEGORIES),
            "company": name,
            "amount": f">= {chance.randrange(1, 999)}M USD",
        }
    if number % 10 < 9:
        return {
            "category": chance.choice(_CATEGORIES),
            "region": chance.choice(["US", "IN", "CN", "GB", "DE", "FR", "SA", "KR", "JP"]),
            "amount": f">= {chance.randrange(5_000, 9_000)}B USD",
        }
    return {"category": chance.choice(_CATEGORIES), "text": f"{name} {number} holdings"}
