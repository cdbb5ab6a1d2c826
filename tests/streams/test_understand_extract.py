"""`dealwire extract`: lines in, lines out, in order; a bad line says so and the run goes on."""

import json

import pytest
import typer
from typer.testing import CliRunner

from dealwire.cli import extract

CONTRACT = {
    "category", "type", "status", "subject", "participants", "amount", "valuation", "quantities", "regions",
    "cross_border", "confidence", "evidence",
}  # fmt: skip


@pytest.fixture
def run():
    app = typer.Typer()
    app.callback()(lambda: None)
    extract.register(app)
    return lambda *arguments, **given: CliRunner().invoke(app, ["extract", *arguments], **given)


def line(**fields):
    return json.dumps(fields) + "\n"


def test_each_line_gives_one_line_in_order(run):
    given = line(id="b", title="Lumafab raises $25M Series A led by Accel") + line(id="a", title="Rain in Lisbon")
    result = run("-", input=given)
    rows = [json.loads(row) for row in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [row["id"] for row in rows] == ["b", "a"]
    assert set(rows[0]["events"][0]) == CONTRACT
    assert rows[0]["events"][0]["participants"] == [
        {"name": "Lumafab", "role": "recipient"}, {"name": "Accel", "role": "lead_investor"},
    ]  # fmt: skip
    assert rows[0]["events"][0]["amount"]["usd"] == 25_000_000
    assert rows[1]["events"] == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{oops\n", "not JSON"),
        ("[]\n", "not an object"),
        (line(title="x"), "no id"),
        (line(id="x"), "no title"),
        (line(id="x", title="y", body=3), "body is not text"),
    ],
)
def test_a_bad_line_is_reported_and_the_run_goes_on(run, bad, said):
    result = run("-", input=bad + line(id="ok", title="Apple buys invrs.io"))
    first, second = map(json.loads, result.stdout.splitlines())
    assert said in first["error"]
    assert second["events"][0]["subject"] == "invrs.io"
    assert result.exit_code == 1


def test_a_file_is_read_too(run, tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text(line(id="1", title="Apple buys invrs.io"), encoding="utf-8")
    assert json.loads(run(str(path)).stdout)["events"][0]["type"] == "acquisition"


def test_a_missing_file_is_a_usage_error(run, tmp_path):
    assert run(str(tmp_path / "none.jsonl")).exit_code == 2


def test_explain_shows_what_decided(run):
    result = run("-", "--explain", input=line(id="1", title="Apple buys invrs.io"))
    assert "trigger “buys” in the title, frame buys" in result.stdout


def test_explain_as_json(run):
    result = run("-", "--explain", "--json", input=line(id="1", title="Apple buys invrs.io"))
    assert json.loads(result.stdout)["steps"][0]["trigger"] == "buys"
