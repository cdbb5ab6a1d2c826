"""Loading: each kind of mistake has a file and the exact words it is reported in; sound files make a book."""

from datetime import timedelta
from pathlib import Path

import pytest

from dealwire.errors import ConfigError, UsageError
from rules.files import RuleFiles
from rules.load import Source, load

BAD = sorted((Path(__file__).parent / "data" / "bad").glob("*.yaml"))
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_mistake_is_reported_at_its_place(path):
    with pytest.raises(ConfigError) as raised:
        load([Source(path.name, path.read_text(encoding="utf-8"))])
    assert f"{raised.value}\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_all_mistakes_of_all_files_are_reported_at_once():
    sources = [Source(path.name, path.read_text(encoding="utf-8")) for path in BAD[:12]]
    with pytest.raises(ConfigError) as raised:
        load(sources)
    assert {problem.file for problem in raised.value.problems} == {source.name for source in sources}


def test_the_ready_watchlists_load_together():
    book = load(RuleFiles([ROOT / "rules" / "watchlists"]).read())
    assert len(book.rules) > 20
    assert all(rule.file.endswith(".yaml") and rule.line > 0 for rule in book.rules)


def test_a_rule_may_use_a_watchlist_and_a_receiver_of_another_file():
    lists = "version: 1\nwatchlists: {chips: [Nvidia]}\nreceivers: {desk: {url: '${DESK}'}}"
    rules = "version: 1\nrules: [{id: r, match: {company: {watchlist: chips}}, send_to: desk}]"
    assert load([Source("rules", rules), Source("lists", lists)]).rule("r").send_to == ("desk",)


def test_everything_a_rule_can_say_is_kept():
    text = """
version: 1
receivers: {desk: {url: "${DESK}", digest: {at: "07:30"}}}
routing: {route: {receiver: desk}}
rules:
  - id: r
    title: Rounds
    severity: high
    labels: {desk: chips}
    status: experimental
    match: {category: funding}
    alert_on: new
    throttle: {by: [subject, category], every: 1d12h}
    send_to: [desk]
    tests: [{article: {title: "MatX raises $5 million"}, alerts: true, kind: new}]
"""
    book = load([Source("all.yaml", text)])
    rule = book.rule("r")
    assert (rule.title, rule.severity, rule.labels, rule.experimental) == ("Rounds", "high", {"desk": "chips"}, True)
    assert (rule.alert_on, rule.send_to, rule.line) == (("new",), ("desk",), 6)
    assert rule.throttle.every == timedelta(days=1, hours=12)
    assert book.receivers["desk"].settings["digest"] == {"at": "07:30"}
    assert book.receivers["desk"].document.place(("digest", "at")) == (3, 49)
    assert book.routing.value == {"route": {"receiver": "desk"}}
    assert rule.tests[0].told[0].title == "MatX raises $5 million"


def test_a_rule_that_is_off_matches_nothing_and_is_still_there(story):
    book = load([Source("r", "version: 1\nrules: [{id: r, enabled: false, match: {category: funding}}]")])
    assert book.rule("r").enabled is False
    assert book.match(story(), frozenset()) == ()


def test_an_unknown_rule_is_named_with_what_was_meant():
    book = load([Source("r", "version: 1\nrules: [{id: big-rounds, match: {category: funding}}]")])
    with pytest.raises(UsageError, match="unknown rule 'big-round'; did you mean 'big-rounds'"):
        book.rule("big-round")


def test_the_hash_is_of_the_texts_and_not_of_their_names():
    text = "version: 1\nrules: [{id: r, match: {category: funding}}]"
    assert load([Source("a", text)]).hash == load([Source("b", text)]).hash
    assert load([Source("a", text)]).hash != load([Source("a", f"{text}\n# more")]).hash


def test_the_users_own_alias_wins_over_the_gazetteer(story):
    text = """
version: 1
watchlists: {mine: [{name: Helioforge, aliases: [AMD]}]}
rules: [{id: r, match: {recipient: {watchlist: mine}}}]
"""
    book = load([Source("r", text)])
    assert [m.rule.id for m in book.match(story(recipient="AMD"), frozenset())] == ["r"]
    assert book.aliases == {"Helioforge": ("AMD",)}


def test_anchors_and_merges_may_be_used():
    text = """
version: 1
x-defaults: &large {category: funding, amount: ">= 1B USD"}
rules:
  - id: r
    match: {<<: *large, region: US}
"""
    rule = load([Source("r", text)]).rule("r")
    assert {leaf.field for leaf in rule.clause.clauses} == {"category", "amount", "region"}
