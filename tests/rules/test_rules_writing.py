"""What writes and watches rules files: the JSON Schema, subscribing, includes, changes on disk."""

import os
from pathlib import Path

import jsonschema
import pytest
import yaml

from dealwire.errors import ConfigError, UsageError
from rules.files import BYTES_MAX, RuleFiles
from rules.json_schema import build
from rules.load import Source, load
from rules.subscribe import Subscription, subscribe, unsubscribe

ROOT = Path(__file__).parents[2]
SHIPPED = [*sorted((ROOT / "rules" / "watchlists").glob("*.yaml")), ROOT / "examples" / "watchlist.yaml"]
BAD = Path(__file__).parent / "data" / "bad"
COMMENTED = """\
# Mine, and in this order.
version: 1
rules:
  - id: first        # the oldest
    match: {category: funding, company: [Apple, {country: US}]}   # kept on one line

  # about the second
  - id: second
    match:
      category: "mna"
"""


@pytest.fixture(scope="module")
def validator():
    schema = build()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_schema_accepts_every_shipped_watchlist(validator, path):
    validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", [
    "unknown_field", "unknown_rule_key", "unknown_word", "empty_list", "empty_match", "wrong_version", "number_as_text",
    "member_keys", "bad_duration",
])  # fmt: skip
def test_the_schema_refuses_what_an_editor_can_see(validator, name):
    document = yaml.safe_load((BAD / f"{name}.yaml").read_text(encoding="utf-8"))
    assert not validator.is_valid(document)


def test_the_published_schema_is_the_one_that_is_built():
    import json  # noqa: PLC0415 - used here only

    assert json.loads((ROOT / "examples" / "rules.schema.json").read_text(encoding="utf-8")) == build()


def test_subscribing_adds_a_rule_and_leaves_the_rest_as_it_was():
    match = {"company": ["OpenAI"], "category": ["funding", "mna"], "amount": ">= 1B USD"}
    written, rule_id = subscribe(COMMENTED, Subscription(match, title="Big: OpenAI"))
    assert rule_id == "openai-funding-mna-1b-usd"
    assert written.startswith(COMMENTED)
    rule = load([Source("w", written)]).rule(rule_id)
    assert rule.title == "Big: OpenAI"
    assert {leaf.field for leaf in rule.clause.clauses} == {"company", "category", "amount"}


def test_what_yaml_would_misread_is_quoted():
    written, _ = subscribe("", Subscription({"region": ["NO"], "text": ["1e6", "chip*"]}))
    assert load([Source("w", written)]).rules[0].id == "no-1e6-chip"


def test_unsubscribing_takes_back_what_subscribing_added():
    written, rule_id = subscribe(COMMENTED, Subscription({"category": ["mna"]}))
    assert unsubscribe(written, rule_id) == COMMENTED


def test_an_id_that_is_taken_is_numbered_and_one_that_was_asked_for_is_refused():
    once, first = subscribe("", Subscription({"category": ["mna"]}))
    _, second = subscribe(once, Subscription({"category": ["mna"]}))
    assert (first, second) == ("mna", "mna-2")
    with pytest.raises(UsageError, match="there is a rule 'mna' already"):
        subscribe(once, Subscription({"category": ["mna"]}, id="mna"))


def test_unsubscribing_an_unknown_rule_says_what_was_meant():
    with pytest.raises(UsageError, match="did you mean 'second'"):
        unsubscribe(COMMENTED, "secnd")


def rule_of(identifier):
    return f"version: 1\nrules: [{{id: {identifier}, match: {{category: mna}}}}]\n"


def test_included_files_and_folders_are_read_once_each(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text(f"include: ../main.yaml\n{rule_of('b')}")
    (tmp_path / "more" / "notes.txt").write_text("not rules")
    (tmp_path / "a.yaml").write_text(rule_of("a"))
    (tmp_path / "main.yaml").write_text(f"include: [a.yaml, more, a.yaml]\n{rule_of('main')}")
    sources = RuleFiles([tmp_path / "main.yaml"]).read()
    assert [rule.id for rule in load(sources).rules] == ["main", "a", "b"]


def test_a_missing_include_is_reported_where_it_is_named(tmp_path):
    (tmp_path / "main.yaml").write_text("version: 1\ninclude: [nowhere.yaml]\n")
    with pytest.raises(ConfigError, match=r"main.yaml:2:11: there is no file or folder 'nowhere.yaml'"):
        RuleFiles([tmp_path / "main.yaml"]).read()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(BYTES_MAX + 1)
    with pytest.raises(ConfigError, match="the limit is"):
        RuleFiles([path]).read()


def test_what_is_not_utf_8_says_where(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"version: 1\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 16"):
        RuleFiles([tmp_path / "latin.yaml"]).read()


def test_a_change_is_noticed_once_also_in_an_include_or_a_folder(tmp_path):
    (tmp_path / "more").mkdir()
    main = tmp_path / "main.yaml"
    main.write_text(f"include: more\n{rule_of('main')}")
    files = RuleFiles([main])
    files.read()
    assert files.changed() is None
    (tmp_path / "more" / "b.yaml").write_text(rule_of("b"))
    assert [Path(source.name).name for source in files.changed()] == ["main.yaml", "b.yaml"]
    assert files.changed() is None
    os.utime(tmp_path / "more" / "b.yaml", ns=(1, 1))
    assert files.changed() is not None


def test_a_broken_change_is_raised_once_and_its_repair_is_taken_up(tmp_path):
    main = tmp_path / "main.yaml"
    main.write_text(rule_of("main"))
    files = RuleFiles([main])
    files.read()
    main.unlink()
    with pytest.raises(ConfigError, match="there is no such file or folder"):
        files.changed()
    assert files.changed() is None
    main.write_text(rule_of("again"))
    assert load(files.changed()).rules[0].id == "again"
