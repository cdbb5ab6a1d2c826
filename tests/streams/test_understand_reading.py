"""What a reading promises beside its facts: ids, languages, regions, explanations, bounds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealwire.model import Article
from dealwire.reference.companies import bundled_companies
from streams.understand import EXTRACTOR_VERSION, Understander
from streams.understand.gate import holds_trigger
from streams.understand.tokens import split_sentences, tokenise

SENTENCE = (
    "Lumafab raises $5M in talks to acquire IPO merger of and , ; ( ) 's stake Nvidia chips data center bid"
    " for from by led sale 20% &amp; “ — private deal joint venture"
)
WORDS = tuple(SENTENCE.split(" "))
UNDERSTANDER = Understander(bundled_companies())


def read(title, body=""):
    return UNDERSTANDER.understand(article(title, body))


def article(title, body=""):
    return Article.create(id="a1", title=title, body=body, fetched=datetime(2026, 3, 1, tzinfo=UTC))


def test_the_same_article_gives_the_same_ids():
    title = "Lumafab raises $25M Series A led by Accel"
    first, second = read(title), Understander(bundled_companies()).understand(article(title))
    assert first == second
    assert first.extractor == EXTRACTOR_VERSION


def test_an_edit_gives_another_id():
    assert read("Lumafab raises $25M").events[0].id != read("Lumafab raises $26M").events[0].id


def test_two_events_of_one_article_have_two_ids():
    events = read("Apple buys invrs.io; Anthropic buys Vercept").events
    assert len({e.id for e in events}) == len(events) == 2


def test_another_language_is_passed_over_and_said_so():
    reading = read(
        "Das Berliner Unternehmen hat in einer neuen Finanzierungsrunde 20 Millionen Euro von Investoren erhalten"
    )
    assert reading.events == ()
    assert reading.passed_over == "language: de"


def test_an_article_without_events_is_kept_without_its_body():
    reading = read("Rain expected in Lisbon", "It will rain until Sunday.")
    assert reading.events == ()
    assert reading.article.body == ""


def test_a_deal_across_borders_says_so():
    event = read("Blackstone's $1.2 billion investment in Indian AI firm Neysa").events[0]
    assert "IN" in event.regions
    assert event.cross_border is True


def test_who_used_to_employ_the_founders_takes_no_part():
    event = read("MatX, founded by former Google engineers, raised $500 million").events[0]
    assert [p.name for p in event.participants] == ["MatX"]


def test_a_conjunction_behind_a_known_name_is_no_legal_form():
    event = read("Lumafab acquires Broadcom as demand for its chips climbs").events[0]
    assert {p.name for p in event.participants} == {"Lumafab", "Broadcom"}


def test_a_nameless_subject_is_kept_as_it_is_called():
    event = read("Ex-DeepMind duo raise $20 million to close the gap between sales teams and their data").events[0]
    assert event.participants == ()
    assert "duo" in event.descriptor


def test_a_total_to_date_is_not_the_round():
    event = read("Lumafab raised a $43M Series B, bringing its total funding to $68M").events[0]
    assert event.amount.value == 43_000_000


def test_the_body_names_the_investors():
    event = read(
        "Lumafab raises $25 million",
        "The round was led by Oakmoor Ventures, with participation from Accel and Index Ventures.",
    ).events[0]
    assert set(event.names("lead_investor", "investor")) == {"Oakmoor Ventures", "Accel", "Index Ventures"}


def test_an_explanation_names_trigger_frame_and_rule_outs():
    explanation = UNDERSTANDER.explain(article("Opinion: Lumafab raised $25M Series A"))
    assert explanation.noted
    step = explanation.steps[0]
    assert (step.frame, step.trigger) == ("round", "raised")
    assert "raised" in str(explanation)
    assert explanation.to_json()["steps"][0]["frame"] == "round"


def test_an_explanation_says_why_nothing_was_read():
    assert UNDERSTANDER.explain(article("Rain expected in Lisbon")).passed_over == "no trigger word"


@pytest.mark.parametrize("word", ["raises", "acquires", "merger", "GPUs", "$5 million", "data centre", "snapped up"])
def test_the_gate_lets_triggers_through(word):
    assert holds_trigger(f"Something {word} somewhere")


def test_the_gate_passes_over_the_rest():
    assert not holds_trigger("Rain expected in Lisbon on Sunday")


def test_sentences_do_not_end_at_abbreviations():
    quotes = [s.quote for s in split_sentences("Acme Inc. buys Bolt. Terms were not disclosed.", "body")]
    assert quotes == ["Acme Inc. buys Bolt.", "Terms were not disclosed."]


@given(st.text(max_size=300))
def test_tokens_stand_where_they_say(text):
    for token in tokenise(text):
        assert text[token.start : token.end] == token.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=24))  # fmt: skip
def test_any_order_of_words_is_read_without_failing(words):
    text = " ".join(words)
    for event in read(text, text).events:
        for evidence in event.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_an_english_title_over_a_body_in_another_script_is_read():
    found = read(
        "Lumafab raises $25M led by Accel", "路玛法布宣布完成由阿克塞尔领投的两千五百万美元融资，用于扩建工厂。"
    )
    assert (found.language, [e.subject for e in found.events]) == ("en", ["Lumafab"])
    assert {e.place for e in found.events[0].evidence} == {"title"}


def test_a_title_in_another_script_is_not_read_though_its_names_are_latin():
    found = read("Lumafab 融资", "路玛法布宣布完成由阿克塞尔领投的两千五百万美元融资，用于扩建工厂。")
    assert (found.events, found.passed_over) == ((), "language: zh")


def test_an_event_is_claimed_or_possible_by_its_confidence():
    titles = (
        "Lumafab raises $25M led by Accel",
        "Lumafab and Accel: why the $25M matters",
        "Lumafab's chip comes to hearing aids",
        "Could Lumafab buy Quellstone?",
        "What Lumafab's $3B listing would mean for Quellstone",
    )
    readings = [read(title) for title in titles]
    claimed = [e for r in readings for e in r.events if not e.background]
    possible = [e for r in readings for e in r.possible]
    assert claimed
    assert possible
    assert all(e.confidence >= 0.5 for e in claimed)
    assert all(0.15 <= e.confidence < 0.5 and not e.background for e in possible)
