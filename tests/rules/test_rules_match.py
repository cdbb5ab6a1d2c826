"""What each field and operator means, one story and one match at a time."""

import json

import pytest

from dealwire.model import Article
from rules.load import Source, load

WATCHLISTS = """
  chips: [Nvidia, {name: MatX, sectors: [inference], country: US}]
  both: [{watchlist: chips}, Cerebras]
"""


def book_of(match):
    return load([Source("t", f"version: 1\nwatchlists:{WATCHLISTS}rules: [{{id: r, match: {json.dumps(match)}}}]")])


def holds(match, story, heard=frozenset()):
    return bool(book_of(match).match(story, heard))


ROUND = {"recipient": "MatX", "investor": ["SoftBank"], "lead_investor": "Nvidia", "amount": "$500M",
         "regions": ("US", "DE"), "type": "series_b"}  # fmt: skip


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"category": "funding"}, True),
        ({"category": ["mna", "hardware"]}, False),
        ({"type": "Series B"}, True),
        ({"round": "series_b"}, True),
        ({"status": ["rumored", "announced"]}, True),
        ({"recipient": "MatX"}, True),
        ({"recipient": "Nvidia"}, False),
        ({"investor": "NVDA"}, True),
        ({"lead_investor": "SoftBank"}, False),
        ({"investor": "softbank"}, True),
        ({"company": "SoftBank"}, True),
        ({"subject": "MatX"}, True),
        ({"recipient": {"watchlist": "chips"}}, True),
        ({"investor": {"watchlist": ["chips"]}}, True),
        ({"acquirer": {"watchlist": "chips"}}, False),
        ({"company": ["Apple", {"watchlist": "both"}]}, True),
        ({"recipient": {"sector": "inference"}}, True),
        ({"sector": "inference"}, True),
        ({"recipient": {"country": "US"}}, True),
        ({"recipient": {"country": "EU"}}, False),
        ({"region": "EU"}, True),
        ({"region": "Germany"}, True),
        ({"region": ["GCC", "APAC"]}, False),
        ({"region": {"not": "EU"}}, False),
        ({"amount": ">= 500M USD"}, True),
        ({"amount": "> 500M USD"}, False),
        ({"amount": "> 100M USD and < 1B USD"}, True),
        ({"amount": ["< 1M USD", "undisclosed"]}, False),
        ({"amount": {"all": [">= 1M USD", "<= 900M USD"]}}, True),
        ({"price": ">= 1M USD"}, False),
        ({"price": "undisclosed"}, False),
        ({"valuation": ">= 1M USD"}, False),
        ({"valuation": "undisclosed"}, True),
        ({"not": {"valuation": ">= 1M USD"}}, True),
        ({"power": ">= 1 MW"}, False),
        ({"cross_border": True}, False),
        ({"not": [{"category": "mna"}, {"type": "grant"}]}, True),
        ({"not": {"category": "funding", "type": "series_b"}}, False),
        ({"any": [{"category": "mna"}, {"all": [{"region": "US"}, {"region": "DE"}]}]}, True),
        ([{"category": "mna"}, {"type": "series_b"}], True),
        ({"source": "harbour wire"}, True),
        ({"source": "Reuters"}, False),
        ({"source_count": ">= 2"}, False),
        ({"confidence": ">= 0.5"}, True),
        ({"confidence": ">= 60%"}, False),
    ],
)
def test_a_match_means_what_it_says(story, match, expected):
    assert holds(match, story(**ROUND)) is expected


def test_currencies_are_compared_by_the_dated_table(story):
    euros = story(recipient="MatX", amount="€100M")
    assert holds({"amount": ">= 100M EUR"}, euros)
    assert holds({"amount": "> 100M USD"}, euros)
    assert not holds({"amount": "> 100M GBP"}, euros)


def test_a_price_is_the_amount_of_an_mna(story):
    deal = story(category="mna", type="acquisition", acquirer="Apple", target="MatX", amount="$2B")
    assert holds({"price": ">= 2B USD"}, deal)
    assert holds({"amount": ">= 2B USD"}, deal)
    assert holds({"category": "mna", "price": "undisclosed"}, story(category="mna", type="acquisition"))


def test_quantities_are_compared_in_their_units(story):
    site = story(category="hardware", type="data_centre", operator="MatX", power=1500, stake=20, chips=400_000)
    assert holds({"power": ">= 1.5 GW"}, site)
    assert not holds({"power": "> 1,500 MW"}, site)
    assert holds({"stake": ">= 20%"}, site)
    assert holds({"chips": "> 100k"}, site)


@pytest.mark.parametrize(("known", "wanted", "expected"), [
    (True, True, True), (False, True, False), (False, False, True), (None, False, False), (None, True, False),
])  # fmt: skip
def test_cross_border_holds_only_of_what_is_known(story, known, wanted, expected):
    assert holds({"cross_border": wanted}, story(cross_border=known)) is expected


def test_phrases_are_heard_in_articles_and_asked_of_stories(story):
    book = book_of({"text": ["photonic*", "optical link"]})
    article = Article.create(title="Photonics maker", body="It sells an optical  link.", fetched=story().first_at)
    heard = book.heard(article)
    assert heard == {"photonic*", "optical link"}
    assert book.match(story(), heard)
    assert not book.match(story(), frozenset())


def test_reasons_name_the_clause_and_the_value_that_met_it(story):
    match = {"category": "funding", "recipient": {"watchlist": "chips"}, "amount": [">= 100M USD", "undisclosed"],
             "not": {"type": "grant"}}  # fmt: skip
    (found,) = book_of(match).match(story(**ROUND), frozenset())
    assert [(reason.clause, reason.met_by) for reason in found.reasons] == [
        ("category: funding", "funding"),
        ("recipient in watchlist chips", "MatX"),
        ("amount >= 100M USD", "$500M"),
        ("not type: grant", "series_b"),
    ]


def test_explaining_asks_every_clause_and_agrees_with_matching(story):
    book = book_of({"category": "funding", "any": [{"type": "grant"}, {"amount": ">= 1B USD"}]})
    explained = book.explain("r", story(**ROUND), frozenset())
    assert explained.holds is bool(book.match(story(**ROUND), frozenset()))
    assert [(part.clause, part.met_by) for part in explained.failed()] == [
        ("type: grant", "series_b"), ("amount >= 1B USD", "$500M"),
    ]  # fmt: skip
    assert [line[:3].strip() for line in explained.lines()] == ["no", "yes", "no", "no", "no"]
    assert explained.to_json()["parts"][0] == {
        "clause": "category: funding", "holds": True, "field": "category", "met_by": "funding",
    }  # fmt: skip


def test_a_phrase_is_explained_with_its_span(story):
    book = book_of({"text": "optical chip*"})
    explained = book.explain("r", story(), frozenset({"optical chip*"}))
    title = story().tellings[0].title
    assert title[explained.quote.start : explained.quote.end] == explained.quote.quote == "optical chips"


def test_a_throttle_counts_stories_of_one_subject_together(story):
    text = "version: 1\nrules: [{id: r, match: {category: funding}, throttle: {by: [subject], every: 7d}}]"
    throttle = load([Source("t", text)]).rule("r").throttle
    assert throttle.key(story(recipient="NVDA")) == throttle.key(story("s2", recipient="Nvidia"))
    assert throttle.key(story(recipient="Nvidia")) != throttle.key(story(recipient="MatX"))
