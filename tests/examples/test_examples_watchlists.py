"""The watchlists that come with dealwire load together, are known to editors, and pass the tests that they carry."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from dealwire.reference.companies import bundled_companies
from rules.json_schema import build
from rules.load import Source, load
from streams.core import Core
from streams.rule_tests import run_tests

ROOT = Path(__file__).parents[2]
READY = sorted((ROOT / "rules" / "watchlists").glob("*.yaml"))
EXAMPLE = ROOT / "examples" / "watchlist.yaml"
SCHEMA = ROOT / "docs" / "rules.schema.json"


def sources(paths):
    return [Source(path.name, path.read_text(encoding="utf-8")) for path in paths]


def test_the_four_promised_watchlists_are_there():
    assert {"ai-chips", "frontier-labs", "sovereign-ai", "cross-border-deals"} <= {path.stem for path in READY}


def test_all_of_them_load_beside_each_other_and_the_example():
    assert len(load(sources([*READY, EXAMPLE])).rules) >= 30


@pytest.mark.parametrize("path", [*READY, EXAMPLE], ids=lambda path: path.stem)
def test_each_loads_alone_and_every_rule_has_a_title_and_a_test_that_expects_an_alert(path):
    for rule in load(sources([path])).rules:
        assert rule.title
        assert any(test.alerts for test in rule.tests), rule.id


@pytest.mark.parametrize("path", [*READY, EXAMPLE], ids=lambda path: path.stem)
def test_each_names_the_schema_and_fits_it(path):
    text = path.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == SCHEMA
    jsonschema.validate(yaml.safe_load(text), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_schema_in_the_guides_is_the_one_that_rules_have():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(build()))


@pytest.mark.parametrize("path", [*READY, EXAMPLE], ids=lambda path: path.stem)
def test_each_passes_its_own_tests(path):
    core = Core.of(load(sources([path])), bundled_companies())
    results = list(run_tests(core, lambda alert: alert.send_to))
    assert len(results) >= len(core.book.rules)
    assert [(result.rule, result.name, result.got) for result in results if not result.passed] == []
