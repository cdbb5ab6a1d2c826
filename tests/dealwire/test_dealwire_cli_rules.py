"""The commands for rules, as a person runs them."""

import json

import pytest
from typer.testing import CliRunner

from dealwire.cli.main import build
from dealwire.errors import ConfigError, UsageError

RULES = """\
version: 1
receivers: {desk: {url: "terminal://"}}
rules:
  - id: large-rounds      # the desk asked for it
    match: {category: funding, amount: ">= 100M USD"}
    send_to: [desk]
    tests:
      - article: {title: "MatX raises $500 million to speed up LLM chips"}
        alerts: true
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "watchlist.yaml"
    path.write_text(RULES)
    return path


def run(*arguments):
    return CliRunner().invoke(build(), [str(argument) for argument in arguments])


def test_checking_sound_rules_says_how_many(rules):
    done = run("check", rules)
    assert done.exit_code == 0
    assert "1 rule, 0 watchlists, 1 receiver: no mistakes" in done.stderr
    assert run("check", rules, "--json").stdout == "[]\n"


def test_checking_reports_every_mistake_also_for_editors(rules):
    rules.write_text(RULES.replace("amount", "ammount").replace("[desk]", "[dsk]"))
    done = run("check", rules)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{rules}:5:32: unknown field 'ammount'; did you mean 'amount'?",
        f"{rules}:6:15: unknown receiver 'dsk'; did you mean 'desk'?",
    ]
    first, _ = json.loads(run("check", rules, "--json").stdout)
    assert (first["line"], first["column"], first["suggestion"]) == (5, 32, "did you mean 'amount'?")


def test_checking_a_configuration_checks_its_rules_too(rules):
    config = rules.with_name("dealwire.yaml")
    config.write_text("version: 1\nrules: watchlist.yaml\nfeeds: []\n")
    assert run("check", config).exit_code == 0
    rules.write_text(RULES.replace("funding", "fundin"))
    assert "unknown category 'fundin'" in run("check", config).stdout


def test_the_schema_is_json(rules):
    assert json.loads(run("schema").stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_subscribing_and_unsubscribing_leave_the_file_as_it_was(rules):
    done = run("subscribe", rules, "--company", "OpenAI", "--amount", ">= 1B USD", "--send-to", "desk")
    assert (done.exit_code, done.stdout) == (0, "openai-1b-usd\n")
    assert rules.read_text().startswith(RULES)
    assert "openai-1b-usd" in run("rules", "list", rules, "--json").stdout
    assert run("unsubscribe", rules, "openai-1b-usd").exit_code == 0
    assert rules.read_text() == RULES


def test_a_subscription_with_a_mistake_changes_nothing(rules):
    done = run("subscribe", rules, "--category", "fundin")
    assert isinstance(done.exception, ConfigError)
    assert "unknown category 'fundin'; did you mean 'funding'?" in str(done.exception)
    assert str(done.exception).startswith(str(rules))
    assert rules.read_text() == RULES
    assert [path.name for path in rules.parent.iterdir()] == ["watchlist.yaml"]


def test_subscribing_to_nothing_is_refused(rules):
    assert isinstance(run("subscribe", rules).exception, UsageError)


def test_passing_tests_exit_0_and_failing_ones_show_why(rules):
    assert run("test", rules).exit_code == 0
    rules.write_text(RULES.replace("$500 million", "$5 million"))
    done = run("test", rules)
    assert done.exit_code == 1
    assert "- large-rounds: alert" in done.stdout
    assert "+ no alert" in done.stdout
    assert "amount >= 100M USD  [$5M]" in done.stdout
    assert json.loads(run("test", rules, "--json").stdout)["passed"] is False


def test_explaining_a_headline_shows_every_clause_with_its_words(rules):
    done = run("explain", "MatX raises $500 million to speed up LLM chips", "--rules", rules)
    assert done.exit_code == 0
    assert "rule large-rounds: holds" in done.stdout
    assert '"$500 million" (title 12-24)' in done.stdout
    told = run("explain", "MatX raises $5 million", "--rules", rules, "--json").stdout
    (story,) = json.loads(told)["stories"]
    assert story["rules"]["large-rounds"]["holds"] is False


def test_explaining_an_unknown_rule_says_what_was_meant(rules):
    done = run("explain", "MatX raises $5 million", "--rules", rules, "--rule", "large-round")
    assert isinstance(done.exception, UsageError)
    assert "did you mean 'large-rounds'?" in str(done.exception)


def test_a_backtest_counts_compares_and_charts(rules):
    archive = rules.with_name("archive.jsonl")
    lines = [
        {"id": str(n), "title": f"{name} raises ${sum_} million", "published": f"2026-01-{day:02}T00:00:00Z"}
        for n, (name, sum_, day) in enumerate([("MatX", 500, 1), ("Etched", 120, 9), ("Groq", 20, 20)])
    ]
    archive.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    old = rules.with_name("old.yaml")
    old.write_text(RULES.replace("100M", "200M"))
    done = run("backtest", rules, "--archive", archive, "--against", old)
    assert done.exit_code == 0, done.stderr
    assert "█" in done.stdout
    assert "against the other rules: 1 gained, 0 lost" in done.stdout
    assert "near miss: Groq raises $20 million" in done.stdout
    report = json.loads(run("backtest", rules, "--archive", archive, "--json").stdout)
    assert report["rules"][0]["weekly"] == [1, 1, 0]
    assert report["rules"][0]["per_day"] == pytest.approx(0.1)
