"""Tests of rules: articles go the live way; a failure says what was expected, what came, and which clause failed."""

from dealwire.reference.companies import bundled_companies
from rules.load import Source, load
from streams.core import Core
from streams.rule_tests import run_tests

RULES = """
version: 1
receivers: {{desk: {{url: "terminal://"}}, other: {{url: "terminal://"}}}}
rules:
  - id: large-rounds
    match: {{category: funding, amount: ">= 100M USD"}}
    status: {status}
    send_to: [desk]
    tests: [{test}]
{file_tests}
"""
RAISES = '{title: "MatX raises $500 million to speed up LLM chips"}'
EXPECTED = "{rule: large-rounds}, {rule: large-rounds}, {rule: large-rounds, kind: changed}"
SMALL = '{title: "MatX raises $5 million to speed up LLM chips"}'


def results(test, file_tests="", status="active"):
    text = RULES.format(test=test, file_tests=file_tests, status=status)
    core = Core.of(load([Source("r.yaml", text)]), bundled_companies())
    return list(run_tests(core, lambda alert: alert.send_to))


def test_an_expected_alert_passes():
    (result,) = results(f"{{article: {RAISES}, alerts: true, kind: new, receivers: [desk]}}")
    assert result.passed
    assert result.got == ("large-rounds: new to desk",)


def test_an_experimental_rule_is_tested_as_if_it_ran():
    (result,) = results(f"{{article: {RAISES}, alerts: true}}", status="experimental")
    assert result.passed


def test_an_alert_that_did_not_come_is_explained():
    (result,) = results(f"{{article: {SMALL}, alerts: true}}")
    assert (result.expected, result.got) == (("large-rounds: alert",), ("no alert",))
    assert any("no " in line and "amount >= 100M USD" in line and "$5M" in line for line in result.why)


def test_an_alert_that_should_not_come_fails():
    (result,) = results(f"{{article: {RAISES}, alerts: false}}")
    assert not result.passed
    assert result.got == ("large-rounds: alert",)


def test_the_wrong_receiver_or_kind_fails():
    assert not results(f"{{article: {RAISES}, alerts: true, receivers: [other]}}")[0].passed
    assert not results(f"{{article: {RAISES}, alerts: true, kind: changed}}")[0].passed


def test_only_the_last_of_several_articles_is_asked_about():
    (again,) = results(f"{{articles: [{RAISES}, {RAISES}], alerts: false}}")
    assert again.passed


def test_a_test_of_its_own_lists_every_alert():
    other = '{title: "Etched raises $300 million for transformer chips"}'
    file_tests = f"tests: [{{name: two, articles: [{RAISES}, {other}, {SMALL}], alerts: [{EXPECTED}]}}]"
    own, filed = results(f"{{article: {SMALL}, alerts: false}}", file_tests)
    assert own.passed
    assert (filed.rule, filed.name, filed.got) == (
        "",
        "two",
        ("large-rounds: changed", "large-rounds: new", "large-rounds: new"),
    )
    assert filed.passed
