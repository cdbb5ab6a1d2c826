"""`dealwire stories` keeps its contract; `dealwire story` shows and corrects what a store holds."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from dealwire.bootstrap import core_from
from dealwire.cli.main import build
from dealwire.model import Article
from dealwire.store.database import Store
from dealwire.store.state import StateTable

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


def test_a_corrected_fact_is_a_version_with_its_author_kept(desk):
    config, story = desk
    signed = ("--author", "kim", "--reason", "the filing", "--config", str(config))
    result = run("story", "correct", story, "amount", "120M USD", *signed)
    assert "amount: $90M → $120M" in result.stdout
    assert "$120M" in run("story", story, "--config", str(config)).stdout
    with Store.open(config.with_name("d.db")) as store:
        (kept,) = store.connection.execute("SELECT record FROM corrections").fetchone()
    assert json.loads(kept)["author"] == "kim"


def test_a_split_takes_articles_into_a_story_of_their_own(desk):
    config, story = desk
    signed = ("--author", "kim", "--reason", "another round", "--config", str(config))
    result = run("story", "split", story, "--article", "b", *signed)
    assert result.exit_code == 0
    assert "told by 1 articles" in run("story", story, "--config", str(config)).stdout


def test_an_unknown_story_is_an_error_with_its_place(desk):
    config, _ = desk
    result = run("story", "ffff", "--config", str(config))
    assert "no story 'ffff'" in str(result.exception)
