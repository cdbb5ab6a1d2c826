"""The archive that the parity and kill tests run on holds what it promises, and gives the alerts it was made for."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import archive
import pytest

from connectors.archive import read_ordered
from dealwire.reference.companies import bundled_companies
from rules.load import Source, load
from streams.core import Core
from streams.replay import History, replay


@pytest.fixture(scope="module")
def records():
    return archive.records()


def revisions(records):
    """The different texts under each id."""
    return Counter(key for key, _ in {(r["id"], r["title"] + r["body"]) for r in records})


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first, second = archive.write(tmp_path / "first.jsonl"), archive.write(tmp_path / "second.jsonl")
    assert first.read_bytes() == second.read_bytes()
    assert archive.write(tmp_path / "other.jsonl", seed=1).read_bytes() != first.read_bytes()


def test_every_line_is_a_record_with_an_id_and_a_title(tmp_path):
    for line in archive.write(tmp_path / "archive.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        assert record["id"]
        assert record["title"]
        assert "{" not in record["title"] + record["body"]


def test_some_items_are_edited_and_some_come_twice(records):
    assert sum(count > 1 for count in revisions(records).values()) >= 10
    whole = Counter(json.dumps(r, sort_keys=True) for r in records)
    assert sum(count > 1 for count in whole.values()) >= 10


def test_some_texts_are_copied_under_other_urls(records):
    urls = {}
    for record in records:
        urls.setdefault((record["title"], record["body"]), set()).add(record["url"])
    assert sum(len(found) > 1 for found in urls.values()) >= 10


def test_some_items_have_no_date_and_some_one_in_the_future(records):
    assert sum("published" not in r for r in records) >= 3
    end = datetime(2027, 1, 1, tzinfo=UTC).isoformat()
    assert sum(r.get("published", "") > end for r in records) >= 2


def test_the_file_is_not_in_order_of_time(records):
    times = [r["published"] for r in records if "published" in r and "updated" not in r]
    late = sum(later < earlier for earlier, later in pairwise(times))
    assert late > len(times) / 10


def test_most_of_it_is_nothing(records):
    assert len(records) >= archive.DEALS * archive.NOISE_PER_DEAL
    assert {r["language"] for r in records if "language" in r} == {"de", "fr", "es"}


def test_it_gives_the_alerts_it_was_made_for(tmp_path):
    """At least a hundred, twenty of them of stories that changed, and every kind of rule among them."""
    troubles: list[str] = []
    core = Core.of(load([Source(archive.RULES.name, archive.RULES.read_text(encoding="utf-8"))]), bundled_companies())
    history = History()
    decisions = Counter(
        told.decision
        for step in replay(read_ordered(archive.write(tmp_path / "archive.jsonl"), troubles.append), core, history)
        for told in step.outcome.steps
    )
    alerts = history.ordered()
    assert (troubles, history.failed) == ([], [])
    assert len(alerts) >= 100
    assert sum(alert.kind == "changed" for alert in alerts) >= 20
    assert {alert.rule for alert in alerts} == {rule.id for rule in core.book.rules}
    assert min(decisions[kind] for kind in ("new", "changed", "repeat", "retracted")) >= 1
