"""Charts: every value is drawn and stands in the table, whatever the labels hold."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.web.charts import Entry, Series, columns, flows, ranking, spark
from dealwire.web.charts.columns import Axis
from dealwire.web.charts.scale import dollars, ticks

SVG = "{http://www.w3.org/2000/svg}"
WEEKS = ("2 Feb", "9 Feb", "16 Feb")
MONEY = Axis(WEEKS, "Week", dollars, whole=False)
HOSTILE = '<script>alert(1)</script>"&'


def parsed(markup):
    return fromstring(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def bars(drawing):
    return list(parsed(drawing).iter(f"{SVG}rect"))


def test_columns_draw_each_value_to_scale_and_say_it():
    funding = Series("Funding", "funding", (1e9, 0, 4e9))
    mna = Series("M&A", "mna", (3e9, 2e9, 0))
    chart = columns("money", "Money by week", MONEY, [funding, mna])
    drawn = bars(chart.wide)
    assert [bar.get("class") for bar in drawn] == ["funding", "mna", "mna", "funding"]
    tall = [float(bar.get("height")) for bar in drawn]
    assert tall[1] == pytest.approx(3 * tall[0], abs=0.2)
    assert drawn[0].find(f"{SVG}title").text == "2 Feb, Funding: $1B"
    assert chart.table.head == ("Week", "Funding", "M&A", "Total")
    assert chart.table.rows[0] == ("2 Feb", "$1B", "$3B", "$4B")
    assert chart.summary == "$10B in all; the most, $4B, at 2 Feb."


def test_a_stack_does_not_leave_the_drawing():
    chart = columns("c", "T", MONEY, [Series(str(n), f"s{n}", (7.0, 7.0, 7.0)) for n in range(5)])
    for drawing in (chart.wide, chart.narrow):
        height = float(parsed(drawing).get("height"))
        assert all(
            0 <= float(b.get("y")) <= float(b.get("y")) + float(b.get("height")) <= height for b in bars(drawing)
        )


def test_a_chart_of_nothing_says_so_and_keeps_its_table():
    chart = columns("c", "Alerts", Axis(WEEKS, "Day"), [Series("Alerts", "s0", (0, 0, 0))])
    assert chart.empty
    assert chart.table.rows == (("2 Feb", "0"), ("9 Feb", "0"), ("16 Feb", "0"))


def test_both_sizes_have_a_name_and_a_description_of_their_own():
    chart = columns("alerts", "Alerts", Axis(WEEKS, "Day"), [Series("Alerts", "s0", (1, 2, 3))])
    names = [parsed(drawing).get("aria-labelledby") for drawing in (chart.wide, chart.narrow)]
    assert names == ["alerts-wide-title alerts-wide-desc", "alerts-narrow-title alerts-narrow-desc"]
    assert parsed(chart.wide).find(f"{SVG}desc").text == chart.summary


def test_flows_go_up_and_down_from_one_line():
    chart = flows("flow", "Money", MONEY, Series("Taken in", "in", (2e9, 0, 0)), Series("Paid out", "out", (0, 1e9, 0)))
    into, out = bars(chart.wide)
    zero = float(into.get("y")) + float(into.get("height"))
    assert float(out.get("y")) == pytest.approx(zero, abs=0.2)
    assert float(into.get("height")) == pytest.approx(2 * float(out.get("height")), abs=0.2)
    assert chart.table.rows[1] == ("9 Feb", "$0", "$1B")
    assert chart.summary == "Taken in $2B, paid out $1B in all."


def test_a_company_without_sums_has_no_drawing():
    chart = flows("flow", "Money", MONEY, Series("Taken in", "in", (0, 0, 0)), Series("Paid out", "out", (0, 0, 0)))
    assert chart.empty


def test_a_ranking_puts_the_largest_first_with_full_width():
    chart = ranking("Largest deals", "Deal", [Entry("Small", 1e6), Entry("Large", 4e6, href="/stories/1")], dollars)
    assert [row[0] for row in chart.table.rows] == ["Large", "Small"]
    assert '<a href="/stories/1">Large</a>' in chart.wide
    assert 'width="100.00"' in chart.wide
    assert 'width="25.00"' in chart.wide


@pytest.mark.parametrize(
    "drawn",
    [
        columns("c", HOSTILE, Axis((HOSTILE,), "Week"), [Series(HOSTILE, "s0", (1,)), Series("b", "s1", (1,))]).wide,
        flows("f", HOSTILE, Axis((HOSTILE,), "Q"), Series(HOSTILE, "in", (1,)), Series("b", "out", (1,))).wide,
        ranking(HOSTILE, "x", [Entry(HOSTILE, 1, detail=HOSTILE, href='/x"><script>')]).wide,
        spark([1, 2], HOSTILE),
    ],
)
def test_names_from_feeds_are_text_in_a_drawing(drawn):
    assert "<script" not in drawn
    parsed(drawn)


def test_a_spark_has_a_bar_for_each_value_and_words_for_those_who_do_not_see_it():
    drawn = parsed(spark([0, 5, 10], "15 alerts in 3 days"))
    assert drawn.get("aria-label") == "15 alerts in 3 days"
    assert [rect.get("class") for rect in drawn.iter(f"{SVG}rect")] == ["track", "s0", "s0"]


@given(st.floats(min_value=1e-3, max_value=1e15))
def test_an_axis_reaches_past_the_largest_value_in_few_round_steps(top):
    lines = ticks(top)
    assert lines[0] == 0
    assert lines[-1] >= top * (1 - 1e-6)
    assert lines[-1] <= 2.6 * top
    assert 2 <= len(lines) <= 5


@given(st.integers(min_value=1, max_value=10_000))
def test_an_axis_of_counts_has_whole_numbers(top):
    assert all(line == int(line) for line in ticks(top, whole=True))
