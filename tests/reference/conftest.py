"""What the tests of the grammars share."""

import time

import pytest

EIGHTH = 8
QUADRATIC_SHARE = 0.5
"""A quadratic scan takes 64 times as long for eight times the text: half of that tells it from a linear one."""
NOISE_SECONDS = 0.25


@pytest.fixture
def assert_linear():
    """Whether a function's time grows with the length of a text, and not with its square."""

    def check(function, text):
        function(text[:100])
        part, whole = (_seconds(function, piece) for piece in (text[: len(text) // EIGHTH], text))
        assert whole < QUADRATIC_SHARE * EIGHTH**2 * part + NOISE_SECONDS

    return check


def _seconds(function, text):
    started = time.process_time()
    function(text)
    return time.process_time() - started
