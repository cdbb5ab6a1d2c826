"""`dealwire stories` keeps its contract; `dealwire story` shows and corrects what a store holds."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from dealwire.bootstrap import core_from
from dealwire.cli.main import build
from dealwire.model import Article
from dealwire.store import corrections
from dealwire.store.database import Store
from dealwire.store.lock import sole_driver
from dealwire.store.state import StateTable
from streams.embedded import Embedded
from streams.stories.correction import Correction

ROWS = [
    {"id": "b", "title": "Halden Optics raises $90M, says its founder", "published": "2026-03-02T12:00:00Z"},
    {"id": "x", "title": "Rain is expected on Tuesday", "published": "2026-03-02T09:00:00Z"},
    {"id": "a", "title": "Halden Optics raises $90 million Series B", "published": "2026-03-02T08:00:00Z"},
]


def run(*args, text=None):
    return CliRunner().invoke(build(), list(args), input=text)


def lines(rows):
    return "\n".join(json.dumps(row) for row in rows)


def test_each_article_gets_a_line_in_the_order_of_the_file():
    result = run("stories", "-", text=lines(ROWS))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [answer["id"] for answer in answers] == ["b", "x", "a"]
    stories = {answer["id"]: answer["stories"] for answer in answers}
    assert stories["x"] == []
    assert stories["a"] == stories["b"] != []


def test_a_bad_line_is_reported_and_the_rest_goes_on():
    result = run("stories", "-", text="not json\n" + lines(ROWS[:1]))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["id"] == "b"
    assert "standard input:1" in result.stderr


@pytest.fixture
def desk(tmp_path):
    """A configuration whose store holds the two tellings of one round."""
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: []\n", encoding="utf-8")
    config = tmp_path / "dealwire.yaml"
    config.write_text("version: 1\nstore: d.db\nrules: rules.yaml\nfeeds: []\n", encoding="utf-8")
    core = core_from([])
    with Store.open(tmp_path / "d.db") as store:
        state = StateTable(store.connection)
        with store.transaction():
            for row in (ROWS[2], ROWS[0]):
                moment = datetime.fromisoformat(row["published"]).astimezone(UTC)
                article = Article.create(id=row["id"], title=row["title"], published=moment, fetched=moment)
                state.apply(core.step(state, article).outcome.writes)
            state.flush()
        (story,) = (key.removeprefix("story/") for key in state if key.startswith("story/"))
    return config, story


def test_a_story_shows_who_said_what_when(desk):
    config, story = desk
    result = run("story", story[:8], "--config", str(config))
    assert result.exit_code == 0
    assert "told by 2 articles" in result.stdout
    assert result.stdout.index("Series B [a]") < result.stdout.index("founder [b]")
    assert "1. 2026-03-02 08:00 first told [a]" in result.stdout


def signed(config, reason="the filing"):
    return ("--author", "kim", "--reason", reason, "--config", str(config))


def made(config):
    listed = run("story", "corrections", "--json", "--config", str(config))
    return [json.loads(line) for line in listed.stdout.splitlines()]


def test_a_corrected_fact_is_a_version_with_its_author_kept(desk):
    config, story = desk
    result = run("story", "correct", story, "amount", "120M USD", *signed(config))
    assert "amount: $90M → $120M" in result.stdout
    assert "$120M" in run("story", story, "--config", str(config)).stdout
    (kept,) = made(config)
    assert (kept["author"], kept["reason"], kept["state"]) == ("kim", "the filing", "taken")


def test_an_undone_correction_is_taken_back_and_stays_on_the_list(desk):
    config, story = desk
    run("story", "correct", story, "amount", "120M USD", *signed(config))
    (correction,) = made(config)
    result = run("story", "undo", correction["id"][:10], *signed(config, "wrong filing"))
    assert "amount: $120M → $90M" in result.stdout
    assert [(one["kind"], one["state"]) for one in made(config)] == [("undo", "taken"), ("correct", "undone")]


def test_a_correction_waits_for_the_service_that_runs_on_the_store(desk, monkeypatch):
    config, story = desk
    monkeypatch.setattr("dealwire.bootstrap.corrections.PATIENCE_SECONDS", 0.0)
    with sole_driver(config.with_name("d.db")):
        result = run("story", "correct", story, "amount", "120M USD", *signed(config))
        assert "at its next turn" in result.stderr
        assert made(config)[0]["state"] == "waiting"
        with Store.open(config.with_name("d.db")) as store:
            embedded = Embedded(store, core_from([]), lambda *_: None, lambda: datetime.now(UTC))
            assert embedded.correct() == 1
            assert embedded.correct() == 0
    assert made(config)[0]["state"] == "taken"
    assert "$120M" in run("story", story, "--config", str(config)).stdout


def test_a_correction_that_cannot_be_taken_is_refused_once_and_harms_no_other(desk):
    config, story = desk
    bad = Correction(
        id="bad", kind="correct", author="kim", reason="why", at=datetime(2026, 3, 3, tzinfo=UTC), articles=("a",),
        fact="amount", value="plenty",
    )  # fmt: skip
    with Store.open(config.with_name("d.db")) as store, store.transaction() as connection:
        corrections.request(connection, bad)
    assert run("story", "correct", story, "amount", "120M USD", *signed(config)).exit_code == 0
    states = {one["id"]: one["state"] for one in made(config)}
    assert states.pop("bad") == "refused"
    assert list(states.values()) == ["taken"]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (("correct", "amount", "plenty"), "is no sum"),
        (("correct", "status", "completed"), "none of funding"),
        (("split", "--article", "z"), "does not tell story"),
        (("split", "--article", "a", "--article", "b"), "leaves at least one"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_the_cause(desk, request_, said):
    config, story = desk
    result = run("story", request_[0], story, *request_[1:], *signed(config))
    assert said in str(result.exception)
    assert made(config) == []


def test_a_correction_is_signed(desk):
    config, story = desk
    result = run("story", "correct", story, "amount", "1M USD", "--author", " ", "--reason", "x", "-c", str(config))
    assert "say who" in str(result.exception)


def test_a_split_takes_articles_into_a_story_of_their_own(desk):
    config, story = desk
    result = run("story", "split", story, "--article", "b", *signed(config, "another round"))
    assert result.exit_code == 0
    assert "told by 1 articles" in run("story", story, "--config", str(config)).stdout


def test_a_replay_heeds_what_people_corrected(desk, tmp_path):
    config, story = desk
    run("story", "correct", story, "amount", "40M USD", *signed(config))
    listed = tmp_path / "corrections.jsonl"
    listed.write_text(run("story", "corrections", "--json", "-c", str(config)).stdout, encoding="utf-8")
    archive, rules = tmp_path / "news.jsonl", tmp_path / "big.yaml"
    archive.write_text(lines(ROWS), encoding="utf-8")
    rules.write_text(
        "version: 1\nrules:\n  - {id: big, match: {category: funding, amount: '>= 50M USD'}}\n", encoding="utf-8"
    )
    replayed = ("replay", str(archive), "--rules", str(rules))
    assert run(*replayed).stdout.count('"rule":"big"') == 1
    assert run(*replayed, "--corrections", str(listed)).stdout == ""
    assert run(*replayed, "--corrections-from-store", str(config.with_name("d.db"))).stdout == ""
    listed.write_text('{"id": 3}', encoding="utf-8")
    assert "corrections.jsonl:1" in str(run(*replayed, "--corrections", str(listed)).exception)


def test_an_unknown_story_is_an_error_with_its_place(desk):
    config, _ = desk
    result = run("story", "ffff", "--config", str(config))
    assert "no story 'ffff'" in str(result.exception)
