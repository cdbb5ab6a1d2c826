"""Core: the largest first, a bar for each: largest deals, loudest rules, busiest feeds.

The labels are text beside the bars and not in the drawing, so that they wrap, are read and can be links.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dealwire.web.charts.chart import Chart, Table
from dealwire.web.charts.scale import Say, count


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it is, how much, in which colour, where it leads."""

    label: str
    value: float
    css: str = "s0"
    detail: str = ""
    href: str = ""


ROW = Markup(
    '<li><span class="rank-label">{label}{detail}</span><span class="rank-value">{value}</span>'
    '<svg class="rank-bar" viewBox="0 0 100 6" preserveAspectRatio="none" width="100%" height="6" aria-hidden="true">'
    '<rect class="track" width="100" height="6"/><rect class="{css}" width="{share:.2f}" height="6"/></svg></li>'
)


def ranking(title: str, over: str, entries: Sequence[Entry], say: Say = count) -> Chart:
    """The entries by size; `over` heads the table's first column."""
    ordered = sorted(entries, key=lambda entry: (-entry.value, entry.label))
    detailed = any(entry.detail for entry in ordered)
    head = (over, *(("Details",) if detailed else ()), "Value")
    rows = tuple((e.label, *((e.detail,) if detailed else ()), say(e.value)) for e in ordered)
    table = Table(head, rows)
    top = max((entry.value for entry in ordered), default=0)
    if top <= 0:
        return Chart(title, "Nothing to draw yet.", table)
    drawn = Markup('<ol class="ranking">{}</ol>').format(Markup().join(_row(e, top, say) for e in ordered))
    summary = f"{ordered[0].label} leads with {say(ordered[0].value)}."
    return Chart(title, summary, table, wide=drawn)


def _row(entry: Entry, top: float, say: Say) -> Markup:
    label = (
        Markup('<a href="{}">{}</a>').format(entry.href, entry.label)
        if entry.href
        else Markup("{}").format(entry.label)
    )
    detail = Markup(" <small>{}</small>").format(entry.detail) if entry.detail else ""
    share = max(100 * entry.value / top, 0.5)
    return ROW.format(label=label, detail=detail, value=say(entry.value), css=entry.css, share=share)
