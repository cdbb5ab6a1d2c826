"""Core: columns over time, stacked by series: money by week and category, alerts a day by rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dealwire.web.charts.chart import NARROW, WIDE, Chart, Frame, Series, Table, bar, below, drawing, grid, said
from dealwire.web.charts.scale import Say, count, ticks

COLUMN_WIDTH_MAX = 44.0
GAP = 0.24
"""How much of a column's place stays empty."""
THIN_UNITS = 0.8
"""Below this a part of a column would not be seen."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What the columns stand for: `over` heads the first column of the table; values are said by `say`."""

    labels: tuple[str, ...]
    over: str
    say: Say = count
    whole: bool = True
    """Only whole numbers beside the axis: half an alert there is not."""


def columns(name: str, title: str, axis: Axis, series: Sequence[Series]) -> Chart:
    """One column for each label. `name` is unique in the page."""
    totals = [sum(one.values[number] for one in series) for number in range(len(axis.labels))]
    table = Table((axis.over, *(one.name for one in series), *(("Total",) if len(series) > 1 else ())),
                  tuple(_row(axis, series, number, totals) for number in range(len(axis.labels))))  # fmt: skip
    top = max(totals, default=0)
    if not top:
        return Chart(title, "Nothing to draw yet.", table)
    peak = totals.index(top)
    summary = f"{axis.say(sum(totals))} in all; the most, {axis.say(top)}, at {axis.labels[peak]}."
    draw = [
        drawing(frame, f"{name}-{size}", title, summary, _draw(frame, axis, series, top))
        for size, frame in (("wide", WIDE), ("narrow", NARROW))
    ]
    legend = tuple((one.css, one.name) for one in series) if len(series) > 1 else ()
    return Chart(title, summary, table, draw[0], draw[1], legend)


def _row(axis: Axis, series: Sequence[Series], number: int, totals: Sequence[float]) -> tuple[str, ...]:
    total = (axis.say(totals[number]),) if len(series) > 1 else ()
    return (axis.labels[number], *(axis.say(one.values[number]) for one in series), *total)


def _draw(frame: Frame, axis: Axis, series: Sequence[Series], top: float) -> list[Markup]:
    lines = ticks(top, whole=axis.whole)
    step = frame.across / len(axis.labels)
    width = min(step * (1 - GAP), COLUMN_WIDTH_MAX)

    def height(value: float) -> float:
        return value / lines[-1] * frame.tall

    parts = grid(frame, [(value, frame.floor - height(value)) for value in lines], axis.say)
    for number, label in enumerate(axis.labels):
        x, y = frame.left + step * number + (step - width) / 2, frame.floor
        for one in series:
            tall = max(height(one.values[number]), THIN_UNITS if one.values[number] else 0.0)
            if tall:
                y -= tall
                name = one.name if len(series) > 1 else ""
                parts.append(bar(x, y, (width, tall), one.css, said(label, name, axis.say(one.values[number]))))
    return parts + below(frame, axis.labels, step)
