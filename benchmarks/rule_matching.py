"""Speed and memory of rules: python benchmarks/rule_matching.py [--events N] [--texts N]

Prints, from one run on one core and real articles: events matched a second with 1,000, 10,000 and 100,000 rules, beside
a plain loop over all rules; rules loaded a second and bytes a rule; texts a second against phrase rules, beside Lucene
Monitor (built here with Maven; left out, with the reason, where Java or Maven is missing).
"""

import argparse
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rule_corpus import DATA, names, rules_text, stories, texts

from dealwire.model import Article, Story
from rules.book import RuleBook
from rules.load import Source, load
from rules.phrases import PhraseIndex, fold_phrase

SIZES = (1_000, 10_000, 100_000)
LUCENE = Path(__file__).parent / "lucene"
ROUNDS = 3
LOOP_SECONDS = 4.0
MEMORY_RULES = 20_000
BARS = {
    "cost at 100,000 rules / at 1,000": ("<=", 2.0),
    "events/s at 100,000 rules": (">=", 20_000.0),
    "rules loaded/s": (">=", 10_000.0),
    "bytes a rule": ("<=", 2_048.0),
    "times Lucene Monitor at 100,000 phrases": (">=", 10.0),
}

out = Console()


def fastest(work: Callable[[], int]) -> tuple[float, int]:
    """The processor seconds of the fastest of several rounds, and what the work answered."""
    best, answer = float("inf"), 0
    for _ in range(ROUNDS):
        begun = time.process_time()
        answer = work()
        best = min(best, time.process_time() - begun)
    return best, answer


def match_all(book: RuleBook, told: list[tuple[Story, frozenset[str]]]) -> int:
    return sum(len(book.match(story, heard)) for story, heard in told)


def loop(book: RuleBook, told: list[tuple[Story, frozenset[str]]]) -> tuple[float, int, int]:
    """Events a second by asking every rule, over as many events as a few seconds allow; how many, and the matches."""
    begun, matches, done = time.process_time(), 0, 0
    for story, heard in told:
        facts = book.facts(story, heard)
        matches += sum(rule.clause is not None and rule.clause.holds(facts) for rule in book.rules)
        done += 1
        if time.process_time() - begun > LOOP_SECONDS:
            break
    return done / (time.process_time() - begun), done, matches


def measure_matching(told: list[tuple[Story, Article]], fillers: list[str]) -> dict[str, float]:
    table = Table(title=f"{len(told):,} events of real articles")
    for heading in ("rules", "rules loaded/s", "events/s", "µs an event", "matches", "plain loop, events/s"):
        table.add_column(heading, justify="right")
    seconds, measured = {}, {}
    for size in SIZES:
        source = Source("bench.yaml", rules_text(size, told, fillers))
        gc.collect()
        begun = time.process_time()
        book = load([source])
        loaded = size / (time.process_time() - begun)
        heard = [(story, book.heard(article)) for story, article in told]
        seconds[size], matches = fastest(lambda book=book, heard=heard: match_all(book, heard))
        looped, done, loop_matches = loop(book, heard)
        if loop_matches != match_all(book, heard[:done]):
            raise SystemExit(f"index and plain loop disagree at {size} rules")
        rate = len(told) / seconds[size]
        table.add_row(
            f"{size:,}", f"{loaded:,.0f}", f"{rate:,.0f}", f"{1e6 / rate:.1f}", f"{matches:,}", f"{looped:,.0f}"
        )
        measured = {"rules loaded/s": loaded, "events/s at 100,000 rules": rate}
    out.print(table)
    return measured | {"cost at 100,000 rules / at 1,000": seconds[SIZES[-1]] / seconds[SIZES[0]]}


def measure_memory(told: list[tuple[Story, Article]], fillers: list[str]) -> dict[str, float]:
    """Bytes that stay allocated after loading, by tracemalloc."""
    source = Source("bench.yaml", rules_text(MEMORY_RULES, told, fillers))
    load([Source("warm.yaml", "version: 1\n")])
    gc.collect()
    tracemalloc.start()
    book = load([source])
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(book.rules)
    tracemalloc.stop()
    out.print(f"memory: {size:,.0f} bytes a rule, with {MEMORY_RULES:,} rules\n")
    return {"bytes a rule": size}


def build_lucene() -> list[str] | str:
    """The command that runs Lucene Monitor; or why there is none."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        return "java and mvn are needed for the comparison with Lucene Monitor"
    target = LUCENE.parents[1] / ".cache" / "lucene-monitor"
    paths = target / "classpath"
    goals = ["compile", "dependency:build-classpath", f"-Dmdep.outputFile={paths}"]
    done = subprocess.run([maven, "-q", "-B", "-f", str(LUCENE / "pom.xml"), *goals],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode:
        return f"mvn failed: {(done.stdout or done.stderr).strip().splitlines()[-1:]}"
    classpath = f"{target / 'classes'}:{paths.read_text().strip()}"
    return [java, "-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC", "-Xmx2g", "-cp", classpath,
            "dealwire.MonitorBaseline"]  # fmt: skip


def run_lucene(command: list[str], phrases: list[str], read: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder, "phrases"), Path(folder, "texts")
        asked.write_text("\n".join(phrases), encoding="utf-8")
        told.write_text("\n".join(read), encoding="utf-8")
        done = subprocess.run([*command, str(asked), str(told)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure_phrases(all_names: list[str], read: list[str]) -> dict[str, float]:
    lucene = build_lucene()
    if isinstance(lucene, str):
        out.print(f"left out: {lucene}")
    table = Table(title=f"{len(read):,} texts of {sum(map(len, read)) // len(read)} characters, company-name phrases")
    for heading in ("phrases", "dealwire, texts/s", "hits", "Lucene Monitor, texts/s", "hits", "times"):
        table.add_column(heading, justify="right")
    times = float("nan")
    for size in SIZES:
        phrases = all_names[:size]
        index = PhraseIndex({folded for name in phrases if (folded := fold_phrase(name))})
        seconds, hits = fastest(lambda index=index: sum(len(index.find(text)) for text in read))
        row = [f"{size:,}", f"{len(read) / seconds:,.0f}", f"{hits:,}", "-", "-", "-"]
        if not isinstance(lucene, str):
            found = run_lucene(lucene, sorted({fold_phrase(name) for name in phrases} - {""}), read)
            times = found["seconds"] / seconds
            row[3:] = [f"{len(read) / found['seconds']:,.0f}", f"{found['hits']:,}", f"{times:.1f}"]
        table.add_row(*row)
    out.print(table)
    return {} if isinstance(lucene, str) else {"times Lucene Monitor at 100,000 phrases": times}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--texts", type=int, default=5_000)
    chosen = parser.parse_args()
    if not DATA.is_dir():
        out.print(f"left out: there are no articles at {DATA}; set DEALWIRE_DATA")
        return 0
    all_names = names(SIZES[-1])
    told = stories(chosen.events)
    measured = measure_matching(told, all_names)
    measured |= measure_memory(told, all_names)
    measured |= measure_phrases(all_names, texts(chosen.texts))
    missed = 0
    for name, (comparison, bar) in BARS.items():
        value = measured.get(name)
        if value is None:
            out.print(f"not measured  {name}")
            continue
        met = value <= bar if comparison == "<=" else value >= bar
        missed += not met
        out.print(f"{'met   ' if met else 'MISSED'}  {name}: {value:,.2f} (bar {comparison} {bar:,.0f})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
