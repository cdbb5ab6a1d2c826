"""Lists of companies that people bring: the SEC's, CSV, dealwire's own table; mistakes with their lines."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.errors import ConfigError
from dealwire.reference.companies import Companies, Company
from dealwire.reference.company_files import news_of, parse_company_file, render_company_file

SEC = json.dumps(
    {
        "0": {"cik_str": 1, "ticker": "NVDA", "title": "NVIDIA CORP"},
        "1": {"cik_str": 2, "ticker": "ZZA", "title": "Zephyr Lathe Works, Inc."},
        "2": {"cik_str": 2, "ticker": "ZZB", "title": "Zephyr Lathe Works, Inc."},
        "3": {"cik_str": 3, "ticker": "QUIL", "title": "QUILLBANK HOLDING CORP /DE/"},
    }
)


def test_sec_list_is_read_with_names_as_people_write_them():
    companies = parse_company_file("company_tickers.json", SEC)
    assert [(c.name, c.ticker) for c in companies] == [
        ("Nvidia", "NVDA"),
        ("Zephyr Lathe Works", "ZZA ZZB"),
        ("Quillbank Holding", "QUIL"),
    ]


def test_sec_list_with_exchanges_is_read_too():
    text = json.dumps(
        {"fields": ["cik", "name", "ticker", "exchange"], "data": [[1, "Zephyr Lathe Works", "ZZA", "NYSE"]]}
    )
    assert [(c.name, c.ticker) for c in parse_company_file("x.json", text)] == [("Zephyr Lathe Works", "ZZA")]


def test_each_of_several_tickers_resolves():
    companies = Companies(parse_company_file("company_tickers.json", SEC))
    assert companies.resolve("ZZA") is companies.resolve("ZZB")


def test_csv_is_read_under_the_names_that_spreadsheets_use():
    text = '\ufeffCompany,Symbol,Country,Aliases\n"Zephyr, Lathe & Sons",ZZA,Germany,Zephyr|ZLS\n\nQuillbank,,,\n'
    zephyr, quillbank = parse_company_file("mine.csv", text)
    assert zephyr == Company("Zephyr, Lathe & Sons", ("Zephyr", "ZLS"), "ZZA", "DE")
    assert quillbank == Company("Quillbank")


def test_every_mistake_is_told_with_its_line():
    text = "name,country,kind\n# a note\nZephyr,Atlantis,\n,US,\nQuillbank,US,firm\nFine,US,bank,extra\n"
    with pytest.raises(ConfigError) as caught:
        parse_company_file("mine.csv", text)
    assert str(caught.value).splitlines() == [
        "mine.csv:3:1: unknown country 'Atlantis'; give its ISO 3166-1 code, as in US",
        "mine.csv:4:1: no name",
        "mine.csv:5:1: unknown kind 'firm'; kinds are company, fund, bank, outlet, university, government, nonprofit",
        "mine.csv:6:1: more cells than columns",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no companies"),
        ("{", "not JSON"),
        ("[1]", "not a list of companies"),
        ("a,b\n1,2\n", "no column 'name'"),
        ('[{"title": "A"}]', "without ticker"),
    ],
)
def test_what_is_no_list_of_companies_is_refused(text, what):
    with pytest.raises(ConfigError, match=what):
        parse_company_file("mine", text)


def test_only_news_is_added():
    known = Companies([Company("Nvidia", ("Team Green",), "", "US"), Company("Quillbank", ticker="QUIL")])
    nvidia = Company("NVIDIA", ("Big Green",), "NVDA")
    assert news_of([nvidia, Company("Quillbank", ticker="QUIL"), Company("Zephyr")], known) == (
        Company("Nvidia", ("Team Green", "Big Green"), "NVDA", "US"),
        Company("Zephyr"),
    )


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
companies = st.builds(
    Company,
    name=names,
    aliases=st.lists(names, max_size=3, unique=True).map(tuple),
    ticker=st.sampled_from(["", "ABC", "ABC ABD"]),
    country=st.sampled_from(["", "US", "JP"]),
    kind=st.sampled_from(["company", "fund"]),
    sectors=st.sampled_from([(), ("vc",), ("chips", "ai-chips")]),
)


@given(st.lists(companies, min_size=1, max_size=5))
def test_what_is_written_reads_back_the_same(rows):
    assert list(parse_company_file("mine.tsv", render_company_file(rows, "note"))) == rows


@given(st.text(max_size=200))
def test_any_text_is_a_list_or_a_named_mistake(text):
    with contextlib.suppress(ConfigError):
        assert all(company.name for company in parse_company_file("mine", text))
