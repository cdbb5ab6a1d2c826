"""Core: what every chart is, and the parts that drawings share."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dealwire.web.charts.scale import Say

NOTHING = Markup()
LABEL_ROOM = 7.0
"""Units of width for one character of an axis label."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart; `css` is the class that has it."""

    name: str
    css: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The same values to read: its head and its rows, as text. The first column says what the row is."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for a page. `summary` says in a sentence what it shows, for those who do not see it."""

    title: str
    summary: str
    table: Table
    wide: Markup = NOTHING
    narrow: Markup = NOTHING
    legend: tuple[tuple[str, str], ...] = ()
    """Class and name of each colour, where there are several."""

    @property
    def empty(self) -> bool:
        return not self.wide


@dataclass(frozen=True, slots=True)
class Frame:
    """The place that a drawing has, in units that are pixels at its natural width."""

    width: int
    height: int
    left: int = 48
    bottom: int = 22
    top: int = 8
    right: int = 4

    @property
    def across(self) -> float:
        return self.width - self.left - self.right

    @property
    def floor(self) -> float:
        """The y of the axis at the bottom."""
        return self.height - self.bottom

    @property
    def tall(self) -> float:
        return self.floor - self.top


WIDE = Frame(width=720, height=220)
NARROW = Frame(width=340, height=190, left=44)


def drawing(frame: Frame, name: str, title: str, summary: str, parts: Sequence[Markup]) -> Markup:
    """The parts as one picture with its name and description; `name` is unique in the page."""
    return Markup(
        '<svg class="drawing" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-labelledby="{name}-title {name}-desc">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{summary}</desc>{parts}</svg>'
    ).format(w=frame.width, h=frame.height, name=name, title=title, summary=summary, parts=Markup().join(parts))


def bar(x: float, y: float, size: tuple[float, float], css: str, said: str) -> Markup:
    """A bar with its value as a tip for the mouse."""
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
    ).format(css, x, y, *size, said)


def grid(frame: Frame, heights: Sequence[tuple[float, float]], say: Say) -> list[Markup]:
    """A line and its label for each (value, y)."""
    return [
        Markup('<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
            "axis" if value == 0 else "grid", frame.left, frame.width - frame.right, y, y
        )
        + Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            frame.left - 6, y + 4, say(value)
        )
        for value, y in heights
    ]


def below(frame: Frame, labels: Sequence[str], step: float) -> list[Markup]:
    """The labels under the axis: as many as there is room for, the last among them."""
    longest = max(map(len, labels), default=1)
    every = max(1, -int(-(longest * LABEL_ROOM + 10) // step))
    last = len(labels) - 1
    return [
        _label(frame, label, step * (number + 0.5))
        for number, label in enumerate(labels)
        if (last - number) % every == 0
    ]


def _label(frame: Frame, label: str, middle: float) -> Markup:
    """A label in the middle of its column; at the edge, moved within the drawing."""
    half = len(label) * LABEL_ROOM / 2
    x = min(max(frame.left + middle, half), frame.width - half)
    return Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
        x, frame.height - 6, label
    )


def said(label: str, name: str, value: str) -> str:
    """A value in words: "9 Nov, Funding: $4.3B"."""
    return f"{label}, {name}: {value}" if name else f"{label}: {value}"
