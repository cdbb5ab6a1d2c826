"""Sums of money: every spelling that news uses, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.model import Money
from dealwire.reference.money import RATES_DATE, find_sums, format_money, parse_sum, to_usd
from dealwire.reference.table import read_rows

CODES = [row["code"] for row in read_rows("currencies.tsv")]


def only(text):
    """The one sum of the text, as (value, currency, qualifier, quote)."""
    (found,) = find_sums(text)
    return found.money.value, found.money.currency, found.money.qualifier, found.quote(text)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1.5B", 1_500_000_000, "USD"),
        ("$500 million", 500_000_000, "USD"),
        ("$500-million", 500_000_000, "USD"),
        ("$500M", 500_000_000, "USD"),
        ("$40m", 40_000_000, "USD"),
        ("$3mn", 3_000_000, "USD"),
        ("$3 mln", 3_000_000, "USD"),
        ("$2tn", 2_000_000_000_000, "USD"),
        ("$250k", 250_000, "USD"),
        ("$1,250,000", 1_250_000, "USD"),
        ("US$10bn", 10_000_000_000, "USD"),
        ("USD 10 million", 10_000_000, "USD"),
        ("USD10m", 10_000_000, "USD"),
        ("500 million dollars", 500_000_000, "USD"),
        ("500 million US dollars", 500_000_000, "USD"),
        ("100M USD", 100_000_000, "USD"),
        ("€10bn", 10_000_000_000, "EUR"),
        ("€50 Mio", 50_000_000, "EUR"),
        ("50 Mio. €", 50_000_000, "EUR"),
        ("1,5 Mrd. €", 1_500_000_000, "EUR"),
        ("€1.000.000", 1_000_000, "EUR"),
        ("5M€", 5_000_000, "EUR"),
        ("10 €", 10, "EUR"),
        ("12 million euros", 12_000_000, "EUR"),
        ("£2.5m", 2_500_000, "GBP"),
        ("3 million pounds", 3_000_000, "GBP"),
        ("¥300 billion", 300_000_000_000, "JPY"),
        ("300 billion yen", 300_000_000_000, "JPY"),
        ("RMB 300 million", 300_000_000, "CNY"),
        ("300 million yuan", 300_000_000, "CNY"),
        ("Rs 40 crore", 400_000_000, "INR"),
        ("Rs. 1,00,000", 100_000, "INR"),
        ("₹3,000 lakh", 300_000_000, "INR"),
        ("₹450 crore", 4_500_000_000, "INR"),
        ("40 billion won", 40_000_000_000, "KRW"),
        ("₩2 trillion", 2_000_000_000_000, "KRW"),
        ("C$36M", 36_000_000, "CAD"),
        ("CA$36M", 36_000_000, "CAD"),
        ("$500 million Canadian", 500_000_000, "CAD"),
        ("$20M CAD", 20_000_000, "CAD"),
        ("A$20m", 20_000_000, "AUD"),
        ("$1.5 billion Australian dollars", 1_500_000_000, "AUD"),
        ("S$20m", 20_000_000, "SGD"),
        ("HK$3bn", 3_000_000_000, "HKD"),
        ("NT$ 4 billion", 4_000_000_000, "TWD"),
        ("R$5 million", 5_000_000, "BRL"),
        ("CHF 3 million", 3_000_000, "CHF"),
        ("CHF3m", 3_000_000, "CHF"),
        ("3 million Swiss francs", 3_000_000, "CHF"),
        ("SEK 40m", 40_000_000, "SEK"),
        ("40 million kronor", 40_000_000, "SEK"),
        ("AED 3.2 billion", 3_200_000_000, "AED"),
        ("2 billion riyals", 2_000_000_000, "SAR"),
        ("PLN 15 million", 15_000_000, "PLN"),
        ("half a billion dollars", 500_000_000, "USD"),
        ("a half-billion dollars", 500_000_000, "USD"),
        ("a quarter of a billion dollars", 250_000_000, "USD"),
        ("three quarters of a billion euros", 750_000_000, "EUR"),
        ("twenty-five million euros", 25_000_000, "EUR"),
        ("one and a half trillion yen", 1_500_000_000_000, "JPY"),
        ("two hundred million dollars", 200_000_000, "USD"),
        ("$1.5\u00a0billion", 1_500_000_000, "USD"),
        ("$1.5&nbsp;billion", 1_500_000_000, "USD"),
        ("a $2-billion-dollar plan", 2_000_000_000, "USD"),
    ],
)
def test_sum_is_read_whatever_its_spelling(text, value, currency):
    found = only(text)
    assert found[:2] == (value, currency)
    assert find_sums(f"It was {text}, they said.")[0].money.value == value


@pytest.mark.parametrize(
    "text",
    [
        "B2B software",
        "3M sells tape",
        "a 5G network",
        "shares of $MSFT and $TSLA",
        "in 2026",
        "in 2025 dollars",
        "200 pounds of copper",
        "3 million pounds of copper",
        "won 10 awards",
        "10 won the prize",
        "40 million users",
        "H100 chips",
        "1.2.3",
        "version 2.1",
        "$",
        "€",
        "multi-billion-dollar plans",
        "a billion users",
        "Series B",
        "$" + "9" * 60,
    ],
)
def test_what_only_looks_like_a_sum_is_left(text):
    assert find_sums(text) == []


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("about $5M", "approx"),
        ("around €5M", "approx"),
        ("roughly $5M", "approx"),
        ("nearly $5M", "approx"),
        ("~$5M", "approx"),
        ("an estimated $5M", "approx"),
        ("$5M or so", "approx"),
        ("more than $5M", "at_least"),
        ("over $5M", "at_least"),
        ("at least US$5M", "at_least"),
        ("$5M+", "at_least"),
        ("$5M-plus", "at_least"),
        ("upwards of $5M", "at_least"),
        ("more than another $5M", "at_least"),
        ("up to $5M", "up_to"),
        ("as much as $5M", "up_to"),
        ("less than $5M", "up_to"),
        ("raised $5M", "exact"),
        ("whereabouts $5M", "exact"),
        ("turnover $5M", "exact"),
    ],
)
def test_qualifier_around_a_sum_is_kept(text, qualifier):
    assert only(text)[2] == qualifier


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("$1.2-1.5 billion", 1.2e9, 1.5e9),
        ("$1.2\u20131.5 billion", 1.2e9, 1.5e9),
        ("between $1bn and $2bn", 1e9, 2e9),
        ("$500\u2013$700 million", 5e8, 7e8),
        ("$4 million to $5 million", 4e6, 5e6),
        ("$20-25M", 2e7, 2.5e7),
        ("$2 to 3 billion", 2e9, 3e9),
        ("€1bn-€2bn", 1e9, 2e9),
        ("3-5 million euros", 3e6, 5e6),
        ("between 5 and 10 million dollars", 5e6, 1e7),
    ],
)
def test_range_keeps_its_lower_bound_as_value(text, low, high):
    (found,) = find_sums(text)
    assert (found.money.value, found.money.high, found.money.qualifier) == (low, high, "range")


def test_a_rise_from_one_sum_to_another_is_no_range():
    assert [found.money.value for found in find_sums("raised its offer from $1bn to $2bn")] == [1e9, 2e9]


def test_two_sums_joined_by_and_are_two():
    assert [found.money.value for found in find_sums("paid $1bn and $2bn")] == [1e9, 2e9]


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("$30 a share", "share"),
        ("$30 per share", "share"),
        ("$30/share", "share"),
        ("$30 apiece", "share"),
        ("at a $30 share price", "share"),
        ("$5M a year", "year"),
        ("$5bn annually", "year"),
        ("$5bn annual revenue", "year"),
        ("$20M ARR", "year"),
        ("annual sales of $5 million", "year"),
        ("$20 million in annual recurring revenue", "year"),
        ("$20/month", "month"),
        ("$20 a month", "month"),
        ("$3/M tokens", "unit"),
        ("$20 per user", "unit"),
        ("$5M", ""),
        ("$5M a yearling sale", ""),
        ("$5M in cash", ""),
    ],
)
def test_sum_says_what_it_is_paid_for_each_of(text, per):
    assert find_sums(text)[0].per == per


def test_dollars_are_those_that_the_text_names():
    (found,) = find_sums("The firm raised $36 million. All figures are in Canadian dollars.")
    assert (found.money.currency, found.money.usd) == ("CAD", to_usd(36_000_000, "CAD"))
    first, second = find_sums("It raised C$50 million (US$36 million).")
    assert (first.money.currency, second.money.currency) == ("CAD", "USD")


def test_half_a_billion_needs_a_verb_of_money_where_no_currency_stands():
    assert only("the lab raises half a billion")[:2] == (500_000_000, "USD")
    assert find_sums("the app has half a billion users") == []


def test_conversion_is_by_the_dated_table_to_four_digits():
    assert to_usd(500, "USD") == 500
    assert to_usd(10, "XXX") is None
    euros = to_usd(10_000_000_000, "EUR")
    assert euros == pytest.approx(11.7e9, rel=0.02)
    assert len(str(euros).rstrip("0")) <= 4
    assert RATES_DATE.count("-") == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("100M USD", "$100M"),
        ("$1.5B", "$1.5B"),
        ("50M EUR", "€50M"),
        ("CHF 3 million", "CHF 3M"),
        ("$250k", "$250K"),
        ("1,234,567 USD", "$1,234,567"),
        ("~$5M", "~$5M"),
        ("up to €50m", "up to €50M"),
        ("$5M+", "$5M+"),
        ("$1B-$2B", "$1B-$2B"),
        ("Rs 40 crore", "₹400M"),
        ("0.5 USD", "$0.5"),
    ],
)
def test_sum_is_formatted_as_people_write_it(text, said):
    assert format_money(parse_sum(text)) == said


@pytest.mark.parametrize(
    "text", ["", "100M", "$", "USD", "NaN USD", "$5M today", "paid $5M", "$5M $6M", "-", "inf EUR"]
)
def test_what_is_not_one_whole_sum_does_not_parse(text):
    assert parse_sum(text) is None


whole_sums = st.builds(
    lambda value, currency, qualifier: Money(
        value=value, currency=currency, qualifier=qualifier, usd=to_usd(value, currency)
    ),
    st.integers(1, 10**14) | st.integers(1, 10**6).map(lambda n: n * 10**6),
    st.sampled_from(CODES),
    st.sampled_from(["exact", "approx", "at_least", "up_to"]),
)


@given(whole_sums)
def test_what_is_formatted_parses_to_the_same(money):
    assert parse_sum(format_money(money)) == money


PIECES = st.sampled_from(
    [
        "$",
        "€",
        "Rs ",
        "CHF ",
        "1",
        "1.5",
        "2,000",
        " ",
        "\u00a0",
        "bn",
        " million",
        "-",
        "–",
        " to ",
        " and ",
        "+",
        "a share",
        "dollars",
        "half a billion",
        "between ",
        "from ",
        "USD",
        "&nbsp;",
        ".",
        ",",
        "K",
        "₹",
        "crore",
        "%",
        "\u200b",
        "١٢",
        "²",
    ]
)


@given(st.text(max_size=80) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_gives_sums_that_stand_in_order_where_they_say(text):
    reached = 0
    for found in find_sums(text):
        assert reached <= found.start < found.end <= len(text)
        assert any(c.isdigit() for c in found.quote(text)) or "illion" in found.quote(text).lower()
        assert found.money.high is None or found.money.high > found.money.value
        reached = found.end


HOSTILE = [
    "$1" * 50_000,
    "1" * 100_000,
    "1," * 50_000,
    "$" * 100_000,
    "1 " * 50_000,
    "$1-" * 33_000,
    "half a " * 15_000 + "billion",
    "a billion " * 10_000,
    "$1 million to " * 7_000,
    " " * 100_000,
    "1.5 million " * 8_000,
    "1 million dollars a billion dollars " * 2_500,
    "&nbsp;" * 16_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_takes_time_in_proportion(text, assert_linear):
    assert_linear(find_sums, text)
