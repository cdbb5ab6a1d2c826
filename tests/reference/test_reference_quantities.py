"""Measured facts: each kind in the ways that news writes it, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.model import Quantity
from dealwire.reference.quantities import find_quantities, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("500 MW", "power", 500, "MW"),
        ("a 200-megawatt site", "power", 200, "MW"),
        ("3GW", "power", 3000, "MW"),
        ("about two gigawatts", "power", 2000, "MW"),
        ("half a gigawatt", "power", 500, "MW"),
        ("1.6 GW of", "power", 1600, "MW"),
        ("a gigawatt campus", "power", 1000, "MW"),
        ("400MW/1.6GWh", "power", 400, "MW"),
        ("900 kW", "power", 0.9, "MW"),
        ("100,000 GPUs", "chips", 100_000, "count"),
        ("one million H100s", "chips", 1_000_000, "count"),
        ("a million Nvidia Blackwell GPUs", "chips", 1_000_000, "count"),
        ("400,000 GB200 chips", "chips", 400_000, "count"),
        ("50,000 of Nvidia's GB300 chips", "chips", 50_000, "count"),
        ("18,000 AI accelerators", "chips", 18_000, "count"),
        ("100k TPUs", "chips", 100_000, "count"),
        ("2nm", "process", 2, "nm"),
        ("a 3-nanometer node", "process", 3, "nm"),
        ("28 nanometres", "process", 28, "nm"),
        ("288GB of HBM4", "memory", 288, "GB"),
        ("1.5 TB of memory", "memory", 1500, "GB"),
        ("a 20% stake", "stake", 20, "percent"),
        ("a 51 percent interest", "stake", 51, "percent"),
        ("a stake of 49.9 per cent", "stake", 49.9, "percent"),
        ("20% of its shares", "stake", 20, "percent"),
        ("a 30% equity stake", "stake", 30, "percent"),
        ("1.2 million square feet", "area", 1_200_000, "sq ft"),
        ("a 500-acre site", "area", 500, "acres"),
        ("40 hectares", "area", 40, "hectares"),
    ],
)
def test_quantity_is_read_whatever_its_spelling(text, kind, value, unit):
    found = find_quantities(text)[0]
    assert (found.quantity.kind, found.quantity.value, found.quantity.unit) == (kind, value, unit)
    assert text[found.start : found.end] == found.quote(text)


@pytest.mark.parametrize(
    "text",
    [
        "2025 chips",
        "the 5 chips",
        "$5 million in chips",
        "a 20% interest rate",
        "revenue rose 20%",
        "a 1TB SSD",
        "2 TB of storage",
        "8TB/s",
        "20 MWh",
        "an 8-week plan",
        "5G chips",
        "10 startups with chips",
        "H100",
    ],
)
def test_what_only_looks_like_a_quantity_is_left(text):
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("up to 1 GW", "up_to"),
        ("more than 100,000 GPUs", "at_least"),
        ("about 3 GW", "approx"),
        ("3 GW", "exact"),
        ("2 GW+", "at_least"),
    ],
)
def test_qualifier_around_a_quantity_is_kept(text, qualifier):
    assert find_quantities(text)[0].quantity.qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "kind", "value", "quote"),
    [
        ("a 1.5-2 GW site", "power", 1500, "1.5-2 GW"),
        ("300 to 400 megawatts", "power", 300, "300 to 400 megawatts"),
        ("1-2 million chips", "chips", 1_000_000, "1-2 million chips"),
        ("500,000 to 1 million GPUs", "chips", 500_000, "500,000 to 1 million GPUs"),
    ],
)
def test_range_keeps_its_lower_bound(text, kind, value, quote):
    (found,) = find_quantities(text)
    assert (found.quantity.kind, found.quantity.value, found.quantity.qualifier) == (kind, value, "range")
    assert found.quote(text) == quote


def test_numbers_in_words_and_in_digits_stand_in_order():
    found = find_quantities("two gigawatts, then 500 MW, then half a gigawatt")
    assert [one.quantity.value for one in found] == [2000, 500, 500]


def test_quote_is_the_number_with_its_unit():
    text = "It will add more than 1.5 gigawatts for 100,000 Nvidia GPUs, with a 20% stake."
    assert [found.quote(text) for found in find_quantities(text)] == ["1.5 gigawatts", "100,000 Nvidia GPUs", "20%"]


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("500 MW", Quantity(kind="power", value=500, unit="MW")),
        ("3 GW", Quantity(kind="power", value=3000, unit="MW")),
        ("20%", Quantity(kind="stake", value=20, unit="percent")),
        ("2 nm", Quantity(kind="process", value=2, unit="nm")),
        ("100k chips", Quantity(kind="chips", value=100_000, unit="count")),
        ("20% stake", Quantity(kind="stake", value=20, unit="percent")),
    ],
)
def test_rules_write_quantities_as_people_do(text, quantity):
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize("text", ["", "MW", "3", "3 GW site", "about 3 GW", "20% off", "NaN MW", "%"])
def test_what_is_not_one_whole_quantity_does_not_parse(text):
    assert parse_quantity(text) is None


quantities = st.one_of(
    st.builds(Quantity, kind=st.just("power"), value=st.integers(1, 10**7), unit=st.just("MW")),
    st.builds(
        Quantity, kind=st.just("chips"), value=st.integers(2, 10**9).filter(lambda n: n > 2060), unit=st.just("count")
    ),
    st.builds(Quantity, kind=st.just("process"), value=st.integers(1, 999), unit=st.just("nm")),
    st.builds(Quantity, kind=st.just("memory"), value=st.integers(1, 10**6), unit=st.just("GB")),
    st.builds(Quantity, kind=st.just("stake"), value=st.integers(1, 100), unit=st.just("percent")),
    st.builds(
        Quantity,
        kind=st.just("area"),
        value=st.integers(1, 10**8),
        unit=st.sampled_from(["sq ft", "acres", "hectares"]),
    ),
)


@given(quantities)
def test_what_is_formatted_parses_to_the_same(quantity):
    assert parse_quantity(format_quantity(quantity)) == quantity


PIECES = st.sampled_from(
    [
        "1",
        "20%",
        " ",
        "MW",
        "GW",
        " stake",
        "-",
        "million ",
        "chips",
        "of ",
        "Nvidia ",
        "2,000",
        "nm",
        "TB",
        "/s",
        "half a ",
        "gigawatt",
    ]
)


@given(st.text(max_size=80) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_gives_quantities_that_stand_where_they_say(text):
    for found in find_quantities(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.quantity.value > 0 or "0" in found.quote(text)


@pytest.mark.parametrize(
    "text", ["1 " * 50_000, "5 of a b c d e f " * 6_000, "20% a b " * 12_000, "9" * 100_000, "a gigawatt " * 9_000]
)
def test_a_hostile_text_takes_time_in_proportion(text, assert_linear):
    assert_linear(find_quantities, text)
