"""Articles per second through the understanding, on one core, beside two baselines of the same run.

    python benchmarks/extract.py [FOLDER]

FOLDER holds `tech-2026.jsonl.gz` (headlines) and `press-releases.jsonl.gz` (bodies of 2,000 characters); without it,
../shared/data is looked at, and what is missing is passed over. The baselines: one regular expression, the plain
alternation of every trigger word; and feedparser's parse of the same items as an RSS feed.
"""

import gzip
import re
import resource
import sys
import time
from datetime import UTC, datetime
from html import escape
from itertools import islice
from pathlib import Path

import feedparser
import orjson

from dealwire.cli.collector import relax_collector
from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from streams.understand import Understander
from streams.understand.gate import baseline_words

SETS = {"tech-2026": (20_000, 5_000), "press-releases": (4_000, 800)}
"""How many articles are read, and the bar in articles a second."""
FEED_ITEMS = 400
PASSES = 3
"""Other work on the machine makes a pass slower, never faster: the best of them says most of the code."""
FETCHED = datetime(2026, 11, 1, tzinfo=UTC)


def articles_of(path: Path, limit: int) -> list[Article]:
    with gzip.open(path) as lines:
        rows = [orjson.loads(line) for line in islice(lines, limit)]
    return [
        Article.create(
            id=r["id"], title=r["title"], body=r.get("body") or "", source=r.get("source") or "", fetched=FETCHED
        )
        for r in rows
    ]


def rate(items: list, work) -> float:
    """Items a second of processor time that `work` takes one by one, keeping nothing: the best of PASSES passes."""
    seconds = []
    for _ in range(PASSES):
        started = time.process_time()
        for item in items:
            work(item)
        seconds.append(time.process_time() - started)
    return len(items) / min(seconds)


def as_feed(articles: list[Article]) -> str:
    items = "".join(
        f"<item><title>{escape(a.title)}</title><description>{escape(a.body)}</description><guid>{a.id}</guid></item>"
        for a in articles
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>b</title>{items}</channel></rss>'


def main() -> None:
    relax_collector()  # as every process of dealwire does
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"
    understander = Understander(bundled_companies())
    understander.understand(Article.create(id="warm", title="Acme raises $5M from Bolt", fetched=FETCHED))
    alternation = re.compile(r"\b(?:" + "|".join(map(re.escape, baseline_words())) + r")\b", re.IGNORECASE)
    print(f"{'set':<16}{'articles':>9}{'extract/s':>11}{'bar':>7}{'regex/s':>10}{'feedparser/s':>14}")
    for name, (limit, bar) in SETS.items():
        path = folder / f"{name}.jsonl.gz"
        if not path.exists():
            print(f"{name:<16} not found in {folder}: passed over")
            continue
        articles = articles_of(path, limit)
        ours = rate(articles, understander.understand)
        plain = rate(articles, lambda a: alternation.findall(f"{a.title} {a.body}"))
        few = articles[:FEED_ITEMS]
        parsed = len(few) * rate([as_feed(few)], feedparser.parse)
        print(f"{name:<16}{len(articles):>9}{ours:>11,.0f}{bar:>7,}{plain:>10,.0f}{parsed:>14,.0f}")
    print(f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, corpora included")


if __name__ == "__main__":
    main()
