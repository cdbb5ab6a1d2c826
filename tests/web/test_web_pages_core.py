"""What pages say, without a server: visits, spans, rows, dossiers, words."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealwire.model import Article, Claim, Figure, Money, Party, Quote, Story, Telling, Version
from dealwire.store.browse import Row
from dealwire.store.fired import Fired
from dealwire.web.pages import cards, visits
from dealwire.web.pages.diffs import compare
from dealwire.web.pages.dossier import Dossier, Entry, shown_tellings
from dealwire.web.pages.spans import excerpt, marked
from dealwire.web.pages.wording import visible

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def make_story(**more):
    given_ = {
        "id": "s1",
        "category": "funding",
        "type": "series_b",
        "status": "announced",
        "subject": "Lumen Silicon",
        "first_at": AT,
        "last_at": AT,
        "tellings": (
            Telling(article="a1", revision="r", title="Lumen Silicon raises $500 million", source="Wire", at=AT),
        ),
        "participants": (
            Party(name="Lumen Silicon", role="recipient", articles=("a1",)),
            Party(name="Harbour Capital", role="lead_investor", articles=("a1",)),
        ),
        "versions": (Version(number=1, at=AT, article="a1"),),
    }
    return Story(**(given_ | more))


def dollars(value):
    return Money(value=value, currency="USD", usd=value)


def quote_of(text, words, fact="amount", article="a1", place="title"):
    start = text.index(words)
    return Quote(article=article, fact=fact, place=place, start=start, end=start + len(words), quote=words)


# Visits


def test_a_visit_keeps_its_mark_while_it_lasts():
    first = visits.read_visit("", AT)
    second = visits.read_visit(first.cookie, AT + timedelta(days=1))
    later = visits.read_visit(second.cookie, AT + timedelta(days=1, minutes=20))
    assert [first.mark, second.mark, later.mark] == [None, AT, AT]


def test_after_all_is_seen_only_what_comes_later_is_new():
    seen = visits.seen(AT)
    assert visits.read_visit(seen.cookie, AT + timedelta(minutes=1)).mark == AT


@pytest.mark.parametrize(
    "cookie", ["x", "1.", ".1", "1.99999999999999999999", "-1.5", "٣.٣", "9" * 500 + ".1", "0.99999999999"]
)
def test_a_forged_cookie_is_a_first_visit(cookie):
    assert visits.read_visit(cookie, AT) == visits.Visit(None, AT)


# Marked words


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_pieces_joined_are_the_text_whatever_overlaps(text, spans):
    quotes = [
        Quote(article="a", fact=f"f{n}", place="body", start=a, end=b, quote=text[a:b])
        for n, (a, b) in enumerate(spans)
        if a < b <= len(text)
    ]
    pieces = marked(text, quotes)
    assert "".join(piece.text for piece in pieces) == text
    for quote in quotes:
        assert "".join(piece.text for piece in pieces if quote.fact in piece.facts) == quote.quote


def test_a_quote_of_another_revision_is_not_marked():
    stale = Quote(article="a", fact="amount", place="title", start=0, end=4, quote="$90M")
    assert marked("$95M raised", [stale])[0].facts == ()


def test_an_excerpt_keeps_what_is_marked_and_some_words_beside_it():
    text = "x" * 1000 + "$5M" + "y" * 1000
    shown = excerpt(marked(text, [quote_of(text, "$5M", place="body")]), 100)
    assert [piece.text for piece in shown] == ["… " + "x" * 100, "$5M", "y" * 100 + " …"]


# Rows


def test_a_row_says_who_what_how_much_and_why():
    story = make_story(amount=Figure(best=dollars(500e6), low=450e6, high=525e6))
    row = cards.card(Row(story, AT, AT, AT, (Fired("big", "Big rounds", "high"),), acknowledged=False))
    assert (row.title, row.kinds, row.sum) == ("Lumen Silicon", ("Funding", "Series B", "announced"), "$500M")
    assert row.sum_note == "$450M to $525M"
    assert [(role.label, role.names[0].name, role.names[0].href) for role in row.roles] == [
        ("Lead investor", "Harbour Capital", "/companies/harbourcapital")
    ]
    assert (row.quote, row.quote_source) == ("Lumen Silicon raises $500 million", "Wire")
    assert row.fired[0].title == "Big rounds"


def test_an_acquisition_is_called_by_both_sides():
    parties = (Party(name="Northgate", role="acquirer"), Party(name="Vela", role="target"))
    story = make_story(category="mna", type="acquisition", subject="Vela", participants=parties)
    assert cards.title_of(story) == "Northgate → Vela"


@pytest.mark.parametrize(
    ("mark", "badge"),
    [(None, ""), (-1, "new"), (1, "changed"), (3, "")],
)
def test_a_story_is_new_or_changed_against_the_last_visit(mark, badge):
    hour = timedelta(hours=1)
    row = Row(make_story(), AT, arrived=AT, changed=AT + 2 * hour, fired=(), acknowledged=False)
    assert cards.badge(row, None if mark is None else AT + mark * hour) == badge


# A story's page


def test_a_fact_leads_to_the_words_that_prove_it():
    title = "Lumen Silicon raises $500 million"
    story = make_story(
        amount=Figure(
            best=dollars(500e6), low=500e6, high=500e6, claims=(Claim(money=dollars(500e6), articles=("a1",)),)
        ),
        quotes=(quote_of(title, "$500 million"),),
    )
    article = Article(id="a1", revision="r", title=title, fetched=AT)
    dossier = Dossier(story, {"a1": article})
    (amount,) = [fact for fact in dossier.facts() if fact.label == "Amount"]
    (proof,) = amount.stated[0].proofs
    assert (proof.source, proof.words, proof.anchor) == ("Wire", "$500 million", "w-a1-amount")
    assert [piece.text for piece in dossier.texts()[0].title if piece.anchor == "amount"] == ["$500 million"]


def test_claims_that_differ_are_drawn_as_a_range():
    claims = (Claim(money=dollars(500e6), articles=("a1",)), Claim(money=dollars(450e6), articles=("a2",)))
    story = make_story(amount=Figure(best=dollars(500e6), low=450e6, high=500e6, claims=claims))
    (amount,) = [fact for fact in Dossier(story, {}).facts() if fact.label == "Amount"]
    assert "From $450M to $500M; best founded $500M" in amount.drawn
    assert amount.drawn.count('class="claim"') == 2
    assert [one.text for one in amount.stated] == ["$500M", "$450M"]


def test_a_timeline_holds_articles_versions_and_people_the_latest_first():
    story = make_story(
        versions=(
            Version(number=1, at=AT, article="a1"),
            Version(number=2, at=AT + timedelta(hours=3), article="correction", changes=({"kind": "corrected"},)),
        ),
    )
    person = Entry(AT + timedelta(hours=2), "person", "amount is $90M")
    line = Dossier(story, {}).timeline([], [person])
    assert [(entry.kind, entry.version) for entry in line] == [("version", 2), ("person", 0), ("article", 1)]


def test_what_an_article_told_before_it_was_edited_stays_in_the_timeline():
    story = make_story(
        versions=(
            Version(number=1, at=AT, article="a1"),
            Version(number=2, at=AT + timedelta(hours=3), article="a1", changes=({"kind": "amount"},)),
        ),
    )
    line = Dossier(story, {}).timeline([], [])
    assert [(entry.kind, entry.version, entry.at) for entry in line if entry.version] == [
        ("article", 2, AT + timedelta(hours=3)),
        ("version", 1, AT),
    ]
    assert line[-1].title.endswith(", before an edit")


def test_of_a_story_told_everywhere_the_first_and_the_last_articles_are_shown():
    tellings = [Telling(article=str(n), revision="r", title="t", at=AT + timedelta(minutes=n)) for n in range(500)]
    shown = shown_tellings(tellings)
    assert len(shown) == 60
    assert (shown[0].article, shown[-1].article) == ("0", "499")


TEXTS = st.lists(st.sampled_from(["raises", "$50M", "now", "a\u00a0b", "the"]), max_size=20).map(" ".join)


@given(TEXTS, TEXTS)
def test_the_runs_of_an_edit_lead_from_the_one_text_to_the_other(before, after):
    runs = compare(before, after)
    for text, gone in ((before, "ins"), (after, "del")):
        assert [w for run in runs if run.kind != gone for w in run.text.split()] == text.split()


@pytest.mark.parametrize("words", [["the"], ["the", "a", "of"], [f"w{n}" for n in range(500)]])
def test_long_texts_are_compared_in_a_moment_however_often_their_words_come(words):
    before = " ".join(words[n % len(words)] for n in range(20_000))
    after = " ".join(words[n * 7 % len(words)] + ("x" if n % 3 else "") for n in range(20_000))
    began = time.process_time()
    compare(before, after)
    assert time.process_time() - began < 0.5


# Words


@pytest.mark.parametrize("acting", ["\u202e", "\u2066", "\x1b", "\x00", "\ufeff", "\u2028", "\ue000", "\U000e0041"])
def test_characters_that_act_unseen_are_taken_out(acting):
    assert visible(f"pay{acting}load\n\u200d") == "payload\n\u200d"


def test_accents_and_other_scripts_stay():
    assert visible("Société Générale – 东京 🚀 می‌شود") == "Société Générale – 东京 🚀 می‌شود"
