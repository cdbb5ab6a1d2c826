"""`dealwire companies`: list, explain, import."""

import json

import pytest
from typer.testing import CliRunner

from dealwire.bootstrap.rules import load_book
from dealwire.cli.main import build
from dealwire.cli.terminal import Exit
from dealwire.errors import ConfigError, UsageError

RUN = CliRunner()


def run(*arguments):
    return RUN.invoke(build(), ["companies", *map(str, arguments)])


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_shows_what_matches():
    found = lines(run("list", "--sector", "ai-chips", "--country", "KR", "--json"))
    assert {"FuriosaAI", "Rebellions"} <= {row["name"] for row in found}
    assert {row["country"] for row in found} == {"KR"}


def test_list_takes_groups_of_countries_and_refuses_unknown_ones():
    assert {row["country"] for row in lines(run("list", "bank", "--country", "NORDICS", "--json"))} <= {
        "SE",
        "NO",
        "DK",
        "FI",
        "IS",
    }
    assert run("list", "--country", "Atlantis").exit_code == Exit.USAGE


def test_explain_says_by_which_name():
    (reading,) = lines(run("explain", "Facebook", "--json"))
    assert (reading["id"], reading["how"], reading["own"]) == ("meta", "alias", False)
    assert "Facebook is Meta, by its alias (id meta)" in run("explain", "Facebook").stdout


def test_explain_finds_the_names_in_a_headline():
    found = lines(run("explain", "Nvidia backs Cohere", "--json"))
    assert [(row["name"], row["start"], row["end"]) for row in found] == [("Nvidia", 0, 6), ("Cohere", 13, 19)]


def test_explain_fails_for_a_name_that_nobody_knows():
    result = run("explain", "Zephyr Lathe Works Inc")
    assert result.exit_code == Exit.FAILED
    assert "zephyrlatheworks" in result.stderr


def test_the_users_own_alias_wins(tmp_path):
    rules = tmp_path / "watchlist.yaml"
    rules.write_text("version: 1\nwatchlists:\n  mine:\n    - {name: Axelera AI, aliases: [Facebook]}\nrules: []\n")
    (reading,) = lines(run("explain", "Facebook", "--rules", rules, "--json"))
    assert (reading["name"], reading["own"]) == ("Axelera AI", True)


def test_import_keeps_what_is_new_and_is_read_back(tmp_path):
    brought, table = tmp_path / "company_tickers.json", tmp_path / "companies.tsv"
    brought.write_text(
        json.dumps(
            {
                "0": {"cik_str": 1, "ticker": "NVDA", "title": "NVIDIA CORP"},
                "1": {"cik_str": 2, "ticker": "ZZA", "title": "ZEPHYR LATHE WORKS INC"},
            }
        )
    )
    (told,) = lines(run("import", brought, "--to", table, "--json"))
    assert (told["read"], told["added"], told["known"]) == (2, 1, 1)
    (reading,) = lines(run("explain", "$ZZA", "--companies", table, "--json"))
    assert reading["name"] == "Zephyr Lathe Works"
    (again,) = lines(run("import", brought, "--to", table, "--json"))
    assert again["added"] == 0
    assert "ZZA" in table.read_text()


def test_import_writes_a_watchlist_that_rules_can_name(tmp_path):
    brought, watchlist = tmp_path / "mine.csv", tmp_path / "My portfolio.yaml"
    brought.write_text('name,aliases,country\n"Zephyr ""Lathe"" Works",Zephyr|Windy: one,Germany\nNvidia,,\n')
    assert run("import", brought, "--to", watchlist).exit_code == Exit.OK
    book = load_book([watchlist])
    assert set(book.watchlists) == {"my-portfolio"}
    assert book.aliases['Zephyr "Lathe" Works'] == ("Zephyr", "Windy: one")
    (reading,) = lines(run("explain", "Zephyr", "--rules", watchlist, "--json"))
    assert (reading["name"], reading["own"]) == ('Zephyr "Lathe" Works', True)
    assert run("import", brought, "--to", watchlist).exit_code == Exit.USAGE


def test_import_says_where_a_list_is_wrong_and_writes_nothing(tmp_path):
    brought, table = tmp_path / "mine.csv", tmp_path / "companies.tsv"
    brought.write_text("name,country\nZephyr,Atlantis\n")
    result = run("import", brought, "--to", table)
    assert isinstance(result.exception, ConfigError)
    assert not table.exists()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_list_that_cannot_be_read_is_a_usage_error(tmp_path, content):
    path = tmp_path / "mine.csv"
    if content is not None:
        path.write_bytes(content)
    assert isinstance(run("import", path).exception, UsageError)
