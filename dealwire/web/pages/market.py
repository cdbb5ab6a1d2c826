"""Core: figures of the market as charts: money by week and category, the largest deals, what rules and feeds did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dealwire.model import CATEGORIES, Story
from dealwire.web.charts import Chart, Entry, Series, columns, flows, ranking
from dealwire.web.charts.columns import Axis
from dealwire.web.charts.scale import dollars
from dealwire.web.pages.cards import story_path, title_of
from dealwire.web.pages.wording import words

WEEKS = 12
RULES_DRAWN = 7
"""The loudest rules have a colour each; the rest share one."""


def day_label(day: date) -> str:
    return f"{day.day} {day:%b}"


def monday(day: date) -> date:
    """The first day of its week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def money_by_week(sums: Mapping[tuple[date, str], float], until: date, weeks: int = WEEKS) -> Chart:
    """US dollars told of in each week to `until`, by category; `sums` by (Monday, category)."""
    mondays = [monday(until) - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    series = [
        Series(words(category), category, tuple(sums.get((start, category), 0.0) for start in mondays))
        for category in CATEGORIES
    ]
    axis = Axis(tuple(map(day_label, mondays)), "Week of", dollars, whole=False)
    return columns("money", f"Money by week, to {day_label(until)}", axis, series)


def largest_deals(stories: Sequence[Story], days: int) -> Chart:
    """The largest sums, each leading to its story."""
    entries = [
        Entry(title_of(s), float(s.amount.best.usd or 0), s.category, words(s.type), story_path(s.id))
        for s in stories
        if s.amount
    ]
    return ranking(f"Largest deals, {days} days", "Deal", entries, dollars)


def alerts_by_day(counts: Mapping[tuple[date, str], int], titles: Mapping[str, str], until: date, days: int) -> Chart:
    """Alerts in each day to `until`, by rule; `counts` by (day, rule)."""
    dates = [until - timedelta(days=back) for back in range(days - 1, -1, -1)]
    loudest = [rule for rule, _ in _totals(counts, dates).most_common(RULES_DRAWN)]
    others = {rule for _, rule in counts} - set(loudest)
    series = [
        Series(titles.get(rule, rule), f"s{number}", tuple(float(counts.get((day, rule), 0)) for day in dates))
        for number, rule in enumerate(loudest)
    ]
    if others:
        rest = tuple(float(sum(counts.get((day, rule), 0) for rule in others)) for day in dates)
        series.append(Series("other rules", "s7", rest))
    axis = Axis(tuple(map(day_label, dates)), "Day")
    return columns(
        "alerts",
        f"Alerts a day{' by rule' if len(titles) > 1 else ''}, {days} days",
        axis,
        series or [Series("Alerts", "s0", (0.0,) * days)],
    )


def loudest_rules(counts: Mapping[tuple[date, str], int], titles: Mapping[str, str], days: int) -> Chart:
    totals: Counter[str] = Counter()
    for (_, rule), number in counts.items():
        totals[rule] += number
    entries = [
        Entry(titles.get(rule, rule), number, f"s{min(place, 7)}", href=f"/rules/{rule}")
        for place, (rule, number) in enumerate(totals.most_common(10))
    ]
    return ranking(f"The loudest rules, {days} days", "Rule", entries)


def articles_by_day(counts: Mapping[date, int], told: Mapping[date, int], until: date, days: int) -> Chart:
    """Articles read in each day, and those among them that tell of a deal."""
    dates = [until - timedelta(days=back) for back in range(days - 1, -1, -1)]
    deals = tuple(float(told.get(day, 0)) for day in dates)
    rest = tuple(float(max(counts.get(day, 0) - told.get(day, 0), 0)) for day in dates)
    series = [Series("tell of a deal", "s1", deals), Series("others", "s7", rest)]
    return columns("articles", f"Articles a day, {days} days", Axis(tuple(map(day_label, dates)), "Day"), series)


def money_of(quarters: Sequence[tuple[str, float, float]]) -> Chart:
    """A company's money in and out by quarter."""
    labels, into, out = (tuple(column) for column in zip(*quarters, strict=True)) if quarters else ((), (), ())
    axis = Axis(labels, "Quarter", dollars, whole=False)
    return flows(
        "flows", "Money in and deals out", axis, Series("Money in", "in", into), Series("Deals out", "out", out)
    )


def quarter_name(number: int) -> str:
    """The quarter of this number, counted from the first of the year 0.

    >>> quarter_name(2026 * 4)
    'Q1 2026'
    """
    return f"Q{number % 4 + 1} {number // 4}"


def _totals(counts: Mapping[tuple[date, str], int], dates: Sequence[date]) -> Counter[str]:
    wanted = set(dates)
    totals: Counter[str] = Counter()
    for (day, rule), number in counts.items():
        if day in wanted:
            totals[rule] += number
    return totals
