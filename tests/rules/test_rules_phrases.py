"""Phrases: whole words, prefixes, any script, and every one of them, also where they overlap."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.phrases import PhraseIndex, fold_phrase, span_of, words_of


def heard(phrases, text):
    return PhraseIndex(filter(None, map(fold_phrase, phrases))).find(text)


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("Arm", "Arm's chips", True),
        ("Arm", "the army", False),
        ("chip*", "new chipmakers", True),
        ("data cent*", "two data centres", True),
        ("data cent*", "data percent", False),
        ("deep learning chip*", "a deep-learning chipset", True),
        ("optical link", "optical\u00a0link", True),
        ("optical link", "an optical. Link here", True),
        ("optical link", "optical fibre link", False),
        ("istanbul", "İSTANBUL fund", True),
        ("straße", "STRASSE 5", True),
        ("ﬁnance", "finance", True),
        ("Nvi\u200bdia", "Nvidia", True),
        ("엔비디아", "엔비디아가 투자", True),
        ("量子计算", "国家量子计算中心", True),
        ("ชิป", "ผลิตชิปใหม่", True),
        ("café", "a Café chain", True),
        ("5G*", "5g-ready", True),
    ],
)
def test_a_phrase_is_found_where_a_reader_would_find_it(phrase, text, expected):
    assert bool(heard([phrase], text)) is expected


def test_phrases_within_phrases_are_all_found():
    phrases = ["data", "data centre", "data centre operator", "centre operator", "operator*"]
    assert heard(phrases, "A data centre operator said") == set(map(fold_phrase, phrases))


def test_a_phrase_does_not_run_from_the_title_into_the_body():
    index = PhraseIndex(["chip maker"])
    assert not index.find("A new chip", "maker of things")
    assert index.find("A new", "chip maker")


def test_many_phrases_are_found_as_one_by_one():
    """Against a plain search of each phrase in the words of the text."""
    chance = random.Random(8)
    vocabulary = ["data", "centre", "chip", "chips", "optical", "link", "deep", "learning", "fund", "us", "x"]
    phrases = {" ".join(chance.choices(vocabulary, k=chance.randint(1, 4))) for _ in range(400)}
    phrases |= {f"{' '.join(chance.choices(vocabulary, k=chance.randint(1, 3)))}*" for _ in range(100)}
    index = PhraseIndex(phrases)
    assert len(index) == len(phrases)
    for _ in range(200):
        text = " ".join(chance.choices(vocabulary, k=12))
        around = f" {text} "
        plain = {p for p in phrases if (f" {p[:-1]}" if p.endswith("*") else f" {p} ") in around}
        assert index.find(text) == plain


@given(st.text(), st.text(alphabet="abç İ-9*", max_size=8))
def test_folding_twice_is_folding_once(text, phrase):
    folded = fold_phrase(phrase)
    assert fold_phrase(folded) == folded
    assert words_of(" ".join(words_of(text))) == words_of(text)


@given(st.lists(st.sampled_from(["Chip", "é", "İ", "–", "x’s", "AI", "光"]), max_size=8).map(" ".join))
def test_a_span_covers_what_was_found(text):
    for phrase in ("chip", "ai", "x s", "光", "i*"):
        span = span_of(phrase, text)
        assert (span is not None) is bool(PhraseIndex([phrase]).find(text))
        if span:
            assert PhraseIndex([phrase]).find(text[span[0] : span[1]])
