"""The records: wire form, ids, event time."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from dealwire.errors import ConfigError, Problem, RecordError
from dealwire.identity import canonical_url, digest, fold_text
from dealwire.model import Alert, Article, Evidence, MarketEvent, Money, Participant, Reading

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def article(**given):
    return Article.create(**{"title": "MatX raises $500 million", "fetched": NOON, **given})


def reading():
    event = MarketEvent(
        id="e1",
        category="funding",
        type="equity_round",
        status="announced",
        participants=(Participant(name="MatX", role="recipient"),),
        amount=Money(value=500_000_000, currency="USD", usd=500_000_000),
        evidence=(Evidence(fact="amount", place="title", start=12, end=24, quote="$500 million"),),
    )
    return Reading(article=article(), events=(event,), extractor="1")


def test_a_record_reads_back_as_it_was_written():
    assert Reading.from_bytes(reading().to_bytes()) == reading()


def test_the_wire_form_is_stable_and_says_its_version():
    raw = orjson.loads(reading().to_bytes())
    assert raw["v"] == 1
    assert raw["events"][0]["evidence"][0]["in"] == "title"
    assert raw["events"][0]["amount"]["value"] == 500_000_000
    assert "valuation" not in raw["events"][0]


def test_fields_of_a_later_version_are_tolerated():
    raw = orjson.loads(article().to_bytes()) | {"mood": "cheerful"}
    assert Article.from_bytes(orjson.dumps(raw)) == article()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe", "article: record: invalid json"),
        (b"{}", "article: id: field required"),
        (
            b'{"id": "a", "revision": "r", "title": 7, "fetched": "2026-11-20T12:00:00Z"}',
            "article: title: input should",
        ),
        (b'{"id": "a", "revision": "r", "title": "t", "fetched": "2026-11-20T12:00:00"}', "article: fetched: "),
        (
            b'{"v": 2, "id": "a", "revision": "r", "title": "t", "fetched": "2026-11-20T12:00:00Z"}',
            "version 2 is newer",
        ),
    ],
)
def test_bytes_that_are_no_record_are_refused_with_the_place_and_cause(raw, said):
    with pytest.raises(RecordError, match=said):
        Article.from_bytes(raw)


def test_records_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        article().title = "other"


def test_an_id_is_the_one_supplied_else_of_the_canonical_url_else_of_feed_and_guid():
    assert article(id="mine").id == "mine"
    assert article(url="https://www.a.com/x/?utm_source=f").id == article(url="http://a.com/x", guid="other").id
    assert article(feed="f", guid="1").id == article(feed="f", guid="1", title="Edited").id
    assert article(feed="f", guid="1").id != article(feed="g", guid="1").id


def test_a_revision_is_of_the_content_and_not_of_the_time_it_was_fetched():
    assert article(url="https://a.com", fetched=NOON).revision == article(fetched=NOON + timedelta(days=1)).revision
    assert article(body="a").revision != article(body="b").revision


@pytest.mark.parametrize(
    ("published", "at"),
    [
        (NOON - timedelta(days=3), NOON - timedelta(days=3)),
        (NOON + timedelta(minutes=59), NOON + timedelta(minutes=59)),
        (NOON + timedelta(hours=2), NOON),
        (None, NOON),
    ],
)
def test_event_time_is_published_unless_missing_or_more_than_an_hour_ahead(published, at):
    assert article(published=published).at == at


def test_an_alert_id_is_of_rule_story_version_and_kind_alone():
    assert Alert.id_of("r", "s", 1, "new") == Alert.id_of("r", "s", 1, "new")
    assert len({Alert.id_of("r", "s", v, k) for v in (1, 2) for k in ("new", "changed")}) == 4


def test_parts_of_a_digest_never_run_together():
    assert digest("a", "bc") != digest("ab", "c")
    assert digest("a", None) != digest("a", "")


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("HTTP://www.Example.com:80/a/?utm_source=x&id=7#top", "https://example.com/a?id=7"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com:notaport/a", "https://example.com/a"),
        ("mailto:someone@example.com", "mailto:someone@example.com"),
        ("", ""),
    ],
)
def test_one_page_has_one_canonical_url(given, canonical):
    assert canonical_url(given) == canonical
    assert canonical_url(canonical_url(given)) == canonical


def test_text_is_compared_without_case_width_or_hidden_characters():
    assert fold_text("  MatX\u200b  RAISES\u00a0½ ") == "matx raises 1⁄2"


def test_problems_are_reported_all_at_once_in_order_with_place_and_suggestion():
    late = Problem("w.yaml", 12, 9, "unknown field 'ammount'", "did you mean 'amount'?")
    error = ConfigError([late, Problem("w.yaml", 3, 1, "empty phrase")])
    assert str(error) == "w.yaml:3:1: empty phrase\nw.yaml:12:9: unknown field 'ammount'; did you mean 'amount'?"
