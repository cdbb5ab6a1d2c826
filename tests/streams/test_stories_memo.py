"""Decoded values kept between readings: the same as decoding anew, and never more than so many octets."""

import tracemalloc

import orjson
from hypothesis import given
from hypothesis import strategies as st

from streams.stories.memo import Memo

written = st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 9), max_size=4)), max_size=30)


@given(written)
def test_a_value_is_what_its_bytes_say_whatever_was_held_before(pairs):
    memo = Memo(most=12)
    for key, value in pairs:
        raw = orjson.dumps(value)
        assert memo.value(key, raw) == value
        memo.hold(key, orjson.dumps([*value, 1]), [*value, 1])
        assert memo.value(key, raw) == value


def test_a_value_used_again_is_not_decoded_again():
    memo, raw = Memo(), orjson.dumps({"story": "a"})
    assert memo.value("k", raw) is memo.value("k", raw)


def test_large_values_push_out_what_was_used_before_them():
    memo = Memo(most=100_000)
    tracemalloc.start()
    for number in range(400):
        memo.value(f"k{number}", orjson.dumps(["x" * 100] * 100))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2_000_000


def test_a_key_written_over_and_over_counts_once():
    memo, kept = Memo(most=1_000), orjson.dumps({"kept": True})
    before = memo.value("kept", kept)
    for number in range(500):
        memo.hold("busy", orjson.dumps(["x" * 100, number]), ["x" * 100, number])
    assert memo.value("kept", kept) is before
