"""The checks of `promtool check metrics` (prometheus/client_golang, testutil/promlint) over a page of /metrics."""

import re
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families

BASE_UNITS = {"seconds", "bytes", "meters", "grams", "joules", "volts", "amperes", "celsius", "ratio"}
FOREIGN_UNITS = {
    "minutes": "seconds", "hours": "seconds", "days": "seconds", "weeks": "seconds", "percent": "ratio",
    "bits": "bytes", "fahrenheit": "celsius", "inches": "meters", "feet": "meters", "pounds": "grams",
}  # fmt: skip
PREFIXES = ("nano", "micro", "milli", "centi", "kilo", "mega", "giga", "kibi", "mebi", "gibi")
ABBREVIATIONS = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "h", "d", "m", "pct"}
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


def lint(page):
    """What is wrong with the metrics of a page, one line each; text that cannot be parsed raises ValueError."""
    helped, kinds, problems = _declared(page)
    for family in text_string_to_metric_families(page):
        declared = family.name if family.name in kinds else f"{family.name}_total"
        problems += [f"{declared}: {problem}" for problem in _lint_family(declared, family, helped)]
    return sorted(set(problems))


def _declared(page):
    """The families that have help, their types, and what is declared twice."""
    lines = [line.split(" ", 3) for line in page.splitlines() if line.startswith("# ")]
    helped = {name for _, word, name, *text in lines if word == "HELP" and text and text[0].strip()}
    kinds = Counter(name for _, word, name, *_ in lines if word == "TYPE")
    return helped, kinds, [f"{name}: declared twice" for name, count in kinds.items() if count > 1]


def _lint_family(name, family, helped):
    words = name.split("_")
    labels = {label for sample in family.samples for label in sample.labels}
    if name not in helped:
        yield "no help text"
    if (family.type == "counter") != name.endswith("_total"):
        yield "counters, and nothing else, end in _total"
    if family.type not in {"histogram", "summary"} and name.endswith(("_bucket", "_count", "_sum")):
        yield "only a histogram or summary ends in _bucket, _count or _sum"
    if family.type != "histogram" and "le" in labels:
        yield 'only a histogram has the label "le"'
    if family.type != "summary" and "quantile" in labels:
        yield 'only a summary has the label "quantile"'
    if family.type in {"unknown", "untyped"}:
        yield "no type"
    if any(word in TYPES for word in words):
        yield "the name says the type"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield "a name is in snake_case, and colons are for recording rules"
    for label in labels:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", label):
            yield f"the label {label} is not in snake_case"
    for word in words:
        base = next((word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix)), None)
        if word in FOREIGN_UNITS or base in BASE_UNITS:
            yield f"{word} is no base unit; use {FOREIGN_UNITS.get(word, base)}"
        if word in ABBREVIATIONS:
            yield f"{word} abbreviates a unit"
    for unit in BASE_UNITS & set(words):
        if not name.removesuffix("_total").endswith(unit):
            yield f"the unit {unit} stands last"
    if family.type == "histogram" and not name.endswith(tuple(BASE_UNITS)):
        yield "a histogram of no unit"


def series(page):
    """Every series of a page: its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
