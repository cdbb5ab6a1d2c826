"""Companies: one id for all of a company's names, the user's own first, and names told from ordinary words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.reference.companies import BUNDLED_FILES, KINDS, Companies, Company, bundled_companies, parse_company
from dealwire.reference.names import bare_name, fold_name
from dealwire.reference.places import region
from dealwire.reference.table import read_rows

SMALL = Companies(
    [
        Company("Nvidia", ("Nvidia Corporation",), "NVDA", "US", sectors=("chips",)),
        Company("Meta", ("Facebook",), "META", "US"),
        Company("Block", ("Square Inc",), "XYZ", "US", cautious=frozenset({"Block"})),
        Company("Orange", country="FR", cautious=frozenset({"Orange"})),
        Company("3M", ticker="MMM", cautious=frozenset({"3M"})),
        Company("xAI"),
        Company("Arm", ("Arm Holdings",)),
        Company("Bain Capital"),
        Company("Bain Capital Ventures"),
        Company("invrs.io"),
        Company("AT&T", ticker="T"),
        Company("d-Matrix"),
    ]
)


def found_in(text, companies=SMALL):
    return [(one.company.name, text[one.start : one.end]) for one in companies.find(text)]


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("Nvidia", "Nvidia"),
        ("NVIDIA", "Nvidia"),
        ("nvidia corporation", "Nvidia"),
        ("Nvidia Corp.", "Nvidia"),
        ("NVDA", "Nvidia"),
        ("$NVDA", "Nvidia"),
        ("NASDAQ: NVDA", "Nvidia"),
        ("Facebook", "Meta"),
        ("Facebook, Inc.", "Meta"),
        ("NYSE:T", "AT&T"),
        ("$T", "AT&T"),
    ],
)
def test_name_alias_and_ticker_resolve_to_one_company(name, company):
    assert SMALL.resolve(name).name == company
    assert SMALL.key(name) == SMALL.key(company)


@pytest.mark.parametrize("name", ["MatX", "T", "", "nvda", "the", "?"])
def test_unknown_name_keeps_its_own_key(name):
    assert SMALL.resolve(name) is None
    assert SMALL.key(name) == fold_name(name)


def test_a_name_learnt_later_has_the_key_that_it_had_before():
    later = SMALL.with_companies([Company("MatX", ("MatX Inc",), country="US")])
    assert later.key("MatX") == SMALL.key("MatX")


def test_the_users_own_aliases_win():
    own = SMALL.with_aliases({"Axelera AI": ["Axelera"], "Nvidia": ["Team Green", "Facebook"]})
    assert own.key("Axelera") == "axeleraai"
    assert own.resolve("Facebook").name == "Nvidia"
    assert own.resolve("Team Green").country == "US"
    assert own.resolve("Nvidia Corporation").name == "Nvidia"
    assert found_in("Axelera and Team Green", own) == [("Axelera AI", "Axelera"), ("Nvidia", "Team Green")]
    assert SMALL.resolve("Facebook").name == "Meta"
    assert SMALL.resolve("Axelera") is None


def test_an_overlay_is_cheap_and_adds_nothing_twice():
    companies = bundled_companies()
    started = time.process_time()
    own = companies.with_aliases({"Nvidia": ["Team Green"]})
    assert time.process_time() - started < 0.05
    assert len(own) == len(companies) == len(list(own))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nvidia's chips", ["Nvidia"]),
        ("NVIDIA invests", ["Nvidia"]),
        ("an nvidia card", []),
        ("Nvidiax", []),
        ("xAI raises", ["xAI"]),
        ("Bain Capital Ventures leads", ["Bain Capital Ventures"]),
        ("Bain Capital, Ventures said", ["Bain Capital"]),
        ("invrs.io joins Meta", ["invrs.io", "Meta"]),
        ("AT&T and AT&amp;T", ["AT&T"]),
        ("a d-Matrix chip", ["d-Matrix"]),
        ("raises $3M from 3M", ["3M"]),
        ("gets 3M views", []),
        ("arm in arm", []),
        ("Arm designs", ["Arm"]),
        ("Block the sun", []),
        ("Block's chief", ["Block"]),
        ("Block acquires a bank", ["Block"]),
        ("They sued Block over fees", ["Block"]),
        ("How To Block Every Ad", []),
        ("Near Orange County today", []),
        ("a deal with Orange", ["Orange"]),
        ("Carson Block is short", []),
    ],
)
def test_companies_are_found_and_ordinary_words_are_not(text, names):
    assert [name for name, _ in found_in(text)][: len(names) or 1] == names


def test_words_are_quoted_as_they_stand():
    assert found_in("Square Inc and NVIDIA CORPORATION") == [("Block", "Square Inc"), ("Nvidia", "NVIDIA CORPORATION")]


def test_bundled_data_is_consistent():
    """One id a company, no name of two companies, tickers unique, known countries and kinds, no row out of shape."""
    ids, names, tickers = {}, {}, {}
    for file in BUNDLED_FILES:
        for row in read_rows(file):
            company = parse_company(row)
            assert ids.setdefault(company.id, company.name) is company.name, company.name
            assert company.kind in KINDS, row
            assert company.country == "SC" or region(company.country) == company.country, row
            assert len(set(company.names)) == len(company.names), row
            assert all(name == name.strip() and name for name in company.names), row
            for name in company.names:
                assert names.setdefault(fold_name(name), company.id) == company.id, (name, company.name)
            if company.ticker:
                assert tickers.setdefault(company.ticker, company.id) == company.id, company.ticker
    assert len(ids) > 2000


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Facebook", "Meta Platforms"),
        ("Twitter", "X Corp"),
        ("Google", "Alphabet"),
        ("AWS", "Amazon"),
        ("NVDA", "Nvidia"),
        ("TSM", "TSMC"),
        ("Hon Hai", "Foxconn"),
        ("Cerebras Systems", "Cerebras"),
        ("PIF", "Public Investment Fund"),
        ("a16z", "Andreessen Horowitz"),
    ],
)
def test_renamings_and_usual_names_are_one(name, same):
    companies = bundled_companies()
    assert companies.key(name) == companies.key(same)
    assert companies.resolve(name) is not None


def test_outlets_are_marked_as_such():
    assert bundled_companies().resolve("Reuters").kind == "outlet"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Boss Semiconductor Co., Ltd.", "bosssemiconductor"),
        ("The Walt Disney Company", "waltdisney"),
        ("Café S.A.", "cafésa"),
        ("AT&T", "att"),
        ("The Limited", "thelimited"),
        ("", ""),
    ],
)
def test_name_is_compared_without_form_and_punctuation(name, folded):
    assert fold_name(name) == folded


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Marvell Technology, Inc.", "Marvell Technology"),
        ("Arm Holdings plc", "Arm Holdings"),
        ("Company", "Company"),
        ("X Corp.", "X"),
        ("Infineon Technologies AG", "Infineon Technologies"),
        ("Tata Sons Pvt. Ltd", "Tata Sons"),
    ],
)
def test_name_is_shown_without_its_legal_form(name, bare):
    assert bare_name(name) == bare


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once_or_strips_a_word_that_became_a_form(name):
    assert len(fold_name(fold_name(name))) <= len(fold_name(name))


@given(st.text(max_size=120))
def test_any_text_gives_companies_that_stand_in_order_where_they_say(text):
    reached = 0
    for one in bundled_companies().find(text):
        assert reached <= one.start < one.end <= len(text)
        assert one.company.name
        reached = one.end


@pytest.mark.parametrize(
    "text", ["Meta " * 20_000, "The " * 25_000, "Bank of America " * 6_000, "a" * 100_000, "Block Block " * 8_000]
)
def test_a_hostile_text_takes_time_in_proportion(text, assert_linear):
    assert_linear(bundled_companies().find, text)
