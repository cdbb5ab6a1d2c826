"""Shell: a backtest as a person reads it, with a small chart a rule, and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dealwire.model import Alert
from streams.backtest import Backtest, Difference, RuleReport, headline

BARS = "▁▂▃▄▅▆▇█"
CHART_WIDTH = 40
SHOWN_DIFFERENCES_MAX = 10


def show(backtest: Backtest, console: Console) -> None:
    """The whole report: a table of all rules, then what is worth knowing of each."""
    reports = backtest.reports()
    articles, days = backtest.history.articles, backtest.days
    console.print(f"{articles:,} articles over {days} days, {backtest.first} to {backtest.last}", markup=False)
    table = Table("rule", box=None, pad_edge=False)
    for heading in ("alerts", "a day", "a week", "held"):
        table.add_column(heading, justify="right")
    table.add_column("by week")
    for report in reports:
        count = len(report.alerts)
        chart = draw(report.weekly(backtest.first, backtest.last)) if backtest.first and backtest.last else ""
        daily = count / days if days else 0.0
        table.add_row(Text(report.rule.id), f"{count:,}", f"{daily:.2f}", f"{7 * daily:.1f}", f"{report.held:,}", chart)
    console.print(table)
    for report in reports:
        _show_rule(report, console)


def _show_rule(report: RuleReport, console: Console) -> None:
    if not report.alerts and not report.near_misses:
        return
    console.print(f"\n{report.rule.id}", style="bold", markup=False)
    if report.alerts:
        loudest = ", ".join(f"{subject} {count}" for subject, count in report.loudest)
        console.print(f"  loudest: {loudest}", markup=False)
    for alert in report.samples:
        console.print(f"  {alert.at:%Y-%m-%d} {alert.kind}: {_headline(alert)}", markup=False)
        met = "; ".join(f"{reason.clause} [{reason.met_by}]" for reason in alert.reasons)
        console.print(f"      {met}", style="dim", markup=False)
    for miss in report.near_misses:
        console.print(f"  near miss: {miss.title}", markup=False)
        console.print(f"      {miss.clause} [{miss.met_by}]", style="dim", markup=False)


def show_difference(difference: Difference, console: Console) -> None:
    """Alerts gained and lost against other rules."""
    gained, lost = len(difference.gained), len(difference.lost)
    console.print(f"\nagainst the other rules: {gained} gained, {lost} lost", style="bold")
    for mark, alerts in (("+", difference.gained), ("-", difference.lost)):
        for alert in alerts[:SHOWN_DIFFERENCES_MAX]:
            console.print(f"  {mark} {alert.rule}: {alert.at:%Y-%m-%d} {_headline(alert)}", markup=False)
        if len(alerts) > SHOWN_DIFFERENCES_MAX:
            console.print(f"  {mark} and {len(alerts) - SHOWN_DIFFERENCES_MAX} more", markup=False)


def draw(counts: Sequence[int]) -> str:
    """Counts as a line of bars; long runs are summed to fit.

    >>> draw([0, 1, 4])
    '▁▂█'
    """
    per_bar = -(-len(counts) // CHART_WIDTH) or 1
    summed = [sum(counts[at : at + per_bar]) for at in range(0, len(counts), per_bar)]
    top = max(summed, default=0) or 1
    return "".join(BARS[count * (len(BARS) - 1) // top] for count in summed)


def report_to_json(backtest: Backtest) -> dict[str, Any]:
    """The report as plain values."""
    days = backtest.days
    rules = [
        {
            "rule": report.rule.id,
            "alerts": len(report.alerts),
            "per_day": len(report.alerts) / days if days else 0.0,
            "weekly": report.weekly(backtest.first, backtest.last) if backtest.first and backtest.last else [],
            "held": report.held,
            "loudest": dict(report.loudest),
            "samples": [alert.contract() for alert in report.samples],
            "near_misses": [
                {"story": miss.story, "title": miss.title, "clause": miss.clause, "met_by": miss.met_by}
                for miss in report.near_misses
            ],
        }
        for report in backtest.reports()
    ]
    return {"articles": backtest.history.articles, "days": days, "rules": rules}


def difference_to_json(difference: Difference) -> dict[str, Any]:
    return {
        "gained": [alert.contract() for alert in difference.gained],
        "lost": [alert.contract() for alert in difference.lost],
    }


def _headline(alert: Alert) -> str:
    """The article that made this version, as a reader knows it."""
    view = alert.story_view
    if view is None:
        return alert.story
    made = next((version.article for version in reversed(view.versions) if version.number == alert.version), "")
    return headline(view, made)
