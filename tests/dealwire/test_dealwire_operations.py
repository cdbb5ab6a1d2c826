"""The alert rules and the dashboard of docs/operations: they parse, and speak of metrics and labels that there are."""

import json
import re
from pathlib import Path

import promql_parser
import pytest
import yaml

from dealwire.monitoring.lag import LagMetrics
from dealwire.monitoring.monitor import Monitor
from dealwire.web.reach import Reach
from streams.settings import KafkaSettings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((DOCS / "operations" / "alerts.yml").read_text(encoding="utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DOCS / "operations" / "dashboard.json").read_text(encoding="utf-8"))
ROWS = [panel for panel in DASHBOARD["panels"] if panel["type"] == "row"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]

BY_PROMETHEUS = {"up"}
"""What Prometheus itself writes of each target, and the labels that it gives to every series."""
TARGET_LABELS = {"job", "instance"}
OF_THE_CLIENT = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "info": ("_info",), "histogram": ("_bucket", "_sum", "_count")}
UNITS = {"short", "s", "ops", "bytes"}
GRID_COLUMNS = 24


def families():
    """Every metric of dealwire's own, with its labels."""
    monitor = Monitor()
    monitor.watch_store(Path("dealwire.db"))
    monitor.registry.register(LagMetrics(KafkaSettings(), ()))
    monitor.registry.register(Reach())
    for collector in list(monitor.registry._collector_to_names):
        for family in getattr(collector, "describe", list)():
            labels = set(getattr(collector, "_labelnames", ())) | set(getattr(family, "_labelnames", ()))
            yield family, labels | ({"version"} if family.type == "info" else set())


SERIES = {
    family.name + suffix: labels | ({"le"} if suffix == "_bucket" else set())
    for family, labels in families()
    for suffix in SUFFIXES[family.type]
}
"""Every series name, with its labels."""
EXPRESSIONS = [(rule["alert"], rule["expr"]) for rule in ALERTS]
EXPRESSIONS += [(f"{title} {target['refId']}", target["expr"]) for title, target in TARGETS]


def parsed(expression):
    """The nodes of the expression's tree, with what Grafana puts into it put there."""
    found = []
    tree = promql_parser.parse(expression.replace("$__rate_interval", "5m").replace("$instance", ".*"))
    promql_parser.walk(tree, found.append)
    return found


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS)
def test_every_expression_parses_and_asks_for_metrics_and_labels_that_there_are(name, expression):
    nodes = parsed(expression)
    selectors = [n for n in nodes if isinstance(n, promql_parser.VectorSelector)]
    selectors += [n.vector_selector for n in nodes if isinstance(n, promql_parser.MatrixSelector)]
    assert selectors
    labels = set(TARGET_LABELS)
    for selector in selectors:
        assert selector.name in SERIES.keys() | BY_PROMETHEUS | OF_THE_CLIENT
        labels |= SERIES.get(selector.name, set())
        assert {matcher.name for matcher in selector.matchers.matchers} <= labels
    for node in nodes:
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            assert set(node.modifier.labels) <= labels


@pytest.mark.parametrize("expression", ["rate(dealwire_events_total)", "sum by (dealwire", "up ==", "rate(up[5x])"])
def test_the_parser_refuses_what_prometheus_would(expression):
    with pytest.raises(ValueError, match=r"."):
        promql_parser.parse(expression)


def test_every_metric_of_the_code_is_explained_with_its_labels_and_no_other():
    rows = re.findall(r"^\| `(dealwire_\w+)` \|([\w, ]*)\|", PAGE, re.MULTILINE)
    explained = {name: {label.strip() for label in labels.split(",") if label.strip()} for name, labels in rows}
    names = {family.name + SUFFIXES[family.type][0].replace("_bucket", ""): labels for family, labels in families()}
    assert explained == names


def test_no_metric_is_left_without_use():
    """What neither the dashboard nor a rule shows is counted for nobody."""
    used = " ".join(expression for _, expression in EXPRESSIONS)
    unused = {family.name for family, _ in families() if family.name not in used}
    assert unused <= {"dealwire_build", "dealwire_feed_last_success_timestamp_seconds"}


def test_the_rules_are_such_as_prometheus_loads():
    assert RULES.keys() == {"groups"}
    for group in RULES["groups"]:
        assert group.keys() == {"name", "rules"}
    names = [rule["alert"] for rule in ALERTS]
    assert len(set(names)) == len(names) >= 10
    for rule in ALERTS:
        assert (
            {"alert", "expr", "labels", "annotations"}
            <= rule.keys()
            <= {"alert", "expr", "for", "labels", "annotations"}
        )
        assert re.fullmatch(r"Dealwire([A-Z][a-z]+)+", rule["alert"])
        assert promql_parser.parse_duration(rule.get("for", "1m"))
        assert rule["labels"].keys() == {"severity"}
        assert rule["labels"]["severity"] in {"warning", "critical"}


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_every_alert_says_what_is_wrong_with_labels_that_it_has_and_where_to_read_on(rule):
    annotations = rule["annotations"]
    assert annotations.keys() == {"summary", "runbook"}
    assert annotations["runbook"] == f"operations.md#{rule['alert'].lower()}"
    assert f"\n### {rule['alert']}\n" in PAGE
    assert set(re.findall(r"\$labels\.(\w+)", annotations["summary"])) <= labels_of(rule["expr"])
    assert set(re.findall(r"{{ (?!\$labels)([^}]*?) }}", annotations["summary"])) <= {
        "$value", "$value | humanizeDuration",
    }  # fmt: skip


def labels_of(expression):
    """The labels of an alert: those its outermost sums leave, else the metric's own."""
    tree = promql_parser.parse(expression)
    while isinstance(tree, promql_parser.BinaryExpr):
        tree = tree.lhs
    if isinstance(tree, promql_parser.AggregateExpr):
        return set(tree.modifier.labels)
    return SERIES.get(tree.name, set()) | TARGET_LABELS


def test_the_dashboard_is_whole():
    assert (DASHBOARD["uid"], DASHBOARD["title"]) == ("dealwire", "dealwire")
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} == {"datasource", "instance"}
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert len({panel["title"] for panel in DASHBOARD["panels"]}) == len(ids)
    assert [row["title"] for row in ROWS] == ["Is it well", "News", "Feeds", "Deliveries", "Page", "Kafka", "Processes"]


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_every_panel_can_be_drawn(panel):
    assert panel["type"] in {"timeseries", "stat", "table"}
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(set(refs)) == len(refs)
    for target in panel["targets"]:
        assert target["datasource"] == panel["datasource"]
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        series = {s for s in SERIES if s in target["expr"]}
        assert shown <= TARGET_LABELS.union(*(SERIES[one] for one in series))


def test_panels_fill_the_grid_and_lie_over_no_other():
    taken = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= GRID_COLUMNS
        for column in range(place["x"], place["x"] + place["w"]):
            for line in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((column, line), panel["title"]) == panel["title"]
    lines = {line for _, line in taken}
    assert lines == set(range(max(lines) + 1))


def test_prometheus_scrapes_every_process_of_the_compose_file():
    scraped = yaml.safe_load((DOCS / "operations" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = scraped["scrape_configs"]
    (sought,) = job["dns_sd_configs"]
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    watched = {name for name, service in services.items() if "/readyz" in str(service.get("healthcheck"))}
    assert set(sought["names"]) == watched == {"ingest", "worker", "notifier"}
    assert job["job_name"] == "dealwire"
    assert scraped["rule_files"] == ["alerts.yml"]
