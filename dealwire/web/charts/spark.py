"""Core: the course of one row's values, small enough for a table's cell."""

from collections.abc import Sequence

from markupsafe import Markup

HEIGHT = 20
BAR = 4
GAP = 1


def spark(values: Sequence[float], said: str, css: str = "s0") -> Markup:
    """A bar for each value; `said` is what a screen reader says of it."""
    top = max(values, default=0) or 1
    width = max(len(values) * (BAR + GAP) - GAP, 1)
    bars = Markup().join(
        Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
            css if value else "track", number * (BAR + GAP), HEIGHT - tall, BAR, tall
        )
        for number, value in enumerate(values)
        for tall in (max(value / top * HEIGHT, 1.0),)
    )
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{said}">{bars}</svg>'
    ).format(w=width, h=HEIGHT, said=said, bars=bars)
