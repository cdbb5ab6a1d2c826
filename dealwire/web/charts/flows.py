"""Core: money over time for one company: what it took in above the line, what it paid out below."""

from collections.abc import Sequence

from markupsafe import Markup

from dealwire.web.charts.chart import NARROW, WIDE, Chart, Frame, Series, Table, bar, below, drawing, grid, said
from dealwire.web.charts.columns import COLUMN_WIDTH_MAX, GAP, THIN_UNITS, Axis
from dealwire.web.charts.scale import ticks

LINES_BOTH_WAYS_MAX = 7


def flows(name: str, title: str, axis: Axis, into: Series, out: Series) -> Chart:
    """Two columns for each label, one up and one down from the line of zero."""
    rows = tuple(
        (label, axis.say(up), axis.say(down))
        for label, up, down in zip(axis.labels, into.values, out.values, strict=True)
    )
    table = Table((axis.over, into.name, out.name), rows)
    if not any((*into.values, *out.values)):
        return Chart(title, "No sums are known yet.", table)
    summary = f"{into.name} {axis.say(sum(into.values))}, {out.name.lower()} {axis.say(sum(out.values))} in all."
    draw = [
        drawing(frame, f"{name}-{size}", title, summary, _draw(frame, axis, (into, out)))
        for size, frame in (("wide", WIDE), ("narrow", NARROW))
    ]
    return Chart(title, summary, table, draw[0], draw[1], ((into.css, into.name), (out.css, out.name)))


def _draw(frame: Frame, axis: Axis, both: Sequence[Series]) -> list[Markup]:
    up, down = (max(one.values) for one in both)
    step_of_lines = ticks(max(up, down), whole=axis.whole)[1]
    above, under = (_reach(most, step_of_lines) for most in (up, down))
    zero = frame.top + frame.tall * above / (above + under)
    unit = frame.tall / (above + under)
    lines = range(-round(under / step_of_lines), round(above / step_of_lines) + 1)
    shown = lines if len(lines) <= LINES_BOTH_WAYS_MAX else [line for line in lines if line % 2 == 0]
    heights = [(line * step_of_lines, zero - line * step_of_lines * unit) for line in shown]
    parts = grid(frame, heights, lambda value: axis.say(abs(value)))
    step = frame.across / len(axis.labels)
    width = min(step * (1 - GAP), COLUMN_WIDTH_MAX)
    for number, label in enumerate(axis.labels):
        x = frame.left + step * number + (step - width) / 2
        for one, upward in zip(both, (True, False), strict=True):
            value = one.values[number]
            if value:
                tall = max(value * unit, THIN_UNITS)
                y = zero - tall if upward else zero
                parts.append(bar(x, y, (width, tall), one.css, said(label, one.name, axis.say(value))))
    return parts + below(frame, axis.labels, step)


def _reach(most: float, step: float) -> float:
    """The first line at or past the largest value."""
    return step * -int(-most // step)
