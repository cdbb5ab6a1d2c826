"""Places: countries by any of their words, and groups of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.reference.places import GROUPS, find_places, region, regions_of
from dealwire.reference.table import read_rows, split_values


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("India", "IN"),
        ("Indian", "IN"),
        ("Bengaluru", "IN"),
        ("Bengaluru-based", "IN"),
        ("Quebec", "CA"),
        ("Québec", "CA"),
        ("U.S.", "US"),
        ("US", "US"),
        ("Texas", "US"),
        ("San Francisco", "US"),
        ("UK", "GB"),
        ("British", "GB"),
        ("London", "GB"),
        ("the Netherlands", "NL"),
        ("Dutch", "NL"),
        ("South Korea", "KR"),
        ("South Korean", "KR"),
        ("Seoul", "KR"),
        ("UAE", "AE"),
        ("Abu Dhabi", "AE"),
        ("Saudi", "SA"),
        ("Emirati", "AE"),
        ("Beijing", "CN"),
        ("Taiwanese", "TW"),
        ("Côte d'Ivoire", "CI"),
        ("GB", "GB"),
        ("germany", "DE"),
    ],
)
def test_word_names_its_country(word, code):
    assert region(word) == code


@pytest.mark.parametrize("word", ["", "Atlantis", "Nvidia", "xx", "based", "-"])
def test_other_words_name_none(word):
    assert region(word) is None


def test_places_are_found_with_their_spans():
    text = "U.S. and South Korean firms build in Hsinchu and New York City"
    assert [(p.code, text[p.start : p.end]) for p in find_places(text)] == [
        ("US", "U.S"),
        ("KR", "South Korean"),
        ("TW", "Hsinchu"),
        ("US", "New York City"),
    ]


def test_common_words_are_no_places():
    assert find_places("let us see: the china shop, a turkey and nice people") == []


def test_group_is_its_members():
    assert regions_of("GCC") == {"AE", "BH", "KW", "OM", "QA", "SA"}
    assert regions_of("middle east") >= {"IL", "SA"}
    assert regions_of("Japan") == {"JP"}
    assert regions_of("Narnia") == frozenset()
    assert len(GROUPS["EU"]) == 27


def test_every_member_of_a_group_is_a_known_country():
    codes = {row["code"] for row in read_rows("places.tsv")}
    assert {code for members in GROUPS.values() for code in members} <= codes


def test_no_word_stands_for_two_countries():
    seen = {}
    for row in read_rows("places.tsv"):
        for word in (*split_values(row["names"]), *split_values(row["adjectives"]), *split_values(row["cities"])):
            assert seen.setdefault(word, row["code"]) == row["code"], word


@given(st.text(max_size=120))
def test_any_text_gives_places_that_stand_where_they_say(text):
    for place in find_places(text):
        assert 0 <= place.start < place.end <= len(text)
