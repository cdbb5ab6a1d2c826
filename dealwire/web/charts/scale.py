"""Core: an axis from zero: round numbers on it, and how a value is said beside it."""

from collections.abc import Callable
from math import ceil, floor, log10

Say = Callable[[float], str]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LINES_MAX = 4
MAGNITUDES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def ticks(top: float, *, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from zero to at least `top`, at most LINES_MAX + 1 of them; `whole` keeps to whole numbers.

    >>> ticks(7), ticks(1, whole=True)
    ((0.0, 2.0, 4.0, 6.0, 8.0), (0.0, 1.0))
    """
    if top <= 0:
        return (0.0, 1.0)
    power = 10.0 ** floor(log10(top / LINES_MAX))
    step = next(one * power for one in STEPS if one * power * LINES_MAX >= top * (1 - 1e-9))
    if whole:
        step = max(1.0, float(ceil(step)))
    return tuple(step * number for number in range(ceil(top / step - 1e-9) + 1))


def count(value: float) -> str:
    """A count as an axis says it.

    >>> count(3), count(12_500)
    ('3', '12.5k')
    """
    return _short(value)


def dollars(value: float) -> str:
    """US dollars as an axis says them.

    >>> dollars(4.26e9), dollars(2.04e9), dollars(0), dollars(-3e6)
    ('$4.3B', '$2B', '$0', '−$3M')
    """
    return f"−${_short(-value)}" if value < 0 else f"${_short(value)}"


def _short(value: float) -> str:
    for size, letter in MAGNITUDES:
        if value >= size * 0.9995:
            scaled = value / size
            said = f"{scaled:.0f}" if scaled >= 100 else f"{scaled:.1f}".removesuffix(".0")
            return f"{said}{letter}"
    return f"{value:.0f}" if value == round(value) or value >= 10 else f"{value:.1f}"
