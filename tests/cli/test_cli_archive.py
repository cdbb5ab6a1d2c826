"""`dealwire archive …` over a store that a run has filled."""

import json

import pytest
from typer.testing import CliRunner

from dealwire.cli.main import build
from dealwire.errors import UsageError
from dealwire.store import articles
from dealwire.store.database import Store

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>Kelvora raises $70 million in a Series B led by Marlow Capital</title><link>https://wire.example/1</link>
<description>The chip firm will hire.</description><pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate></item>
<item><title>Town opens a library</title><link>https://wire.example/2</link>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "rules.yaml").write_text(
        "version: 1\nrules: [{id: rounds, title: Rounds, match: {category: funding}}]\n"
    )
    (tmp_path / "wire.xml").write_text(FEED)
    path = tmp_path / "dealwire.yaml"
    path.write_text(
        "version: 1\nstore: news.db\nrules: rules.yaml\nfeeds: [{name: Wire, url: wire.xml}]\n"
        "retention: {articles: 300d}\n"
    )
    result = CliRunner().invoke(build(), ["run", "--once", "--quiet", "--config", str(path)])
    assert result.exit_code == 0, result.output
    return path


def run(config, *arguments, error=None):
    result = CliRunner().invoke(build(), ["archive", *map(str, arguments), "--config", str(config)])
    if error:
        assert isinstance(result.exception, error), result.output
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result


def kept(config):
    with Store.open(config.parent / "news.db") as store:
        return list(articles.stored(store.connection))


def test_list_shows_what_is_kept_and_what_it_tells(config):
    shown = run(config, "list")
    assert "1 told  Wire: Kelvora raises $70 million" in shown.stdout
    assert "2 kept, of 2026-03-02 to 2026-11-19" in shown.stderr
    (row,) = map(json.loads, run(config, "list", "--from", "2026-11-01", "--json").stdout.splitlines())
    assert (row["events"], row["body"], row["feed"]) == (1, "The chip firm will hire.", "Wire")
    assert run(config, "list", "--feed", "Other").stdout == ""


def test_what_is_exported_replays_to_the_same_alerts(config):
    archive = config.parent / "history.jsonl.zst"
    run(config, "export", archive)
    rules = ["--rules", str(config.parent / "rules.yaml")]
    replayed = CliRunner().invoke(build(), ["replay", str(archive), *rules])
    (alert,) = map(json.loads, replayed.stdout.splitlines())
    with Store.open(config.parent / "news.db") as store:
        assert store.connection.execute("SELECT id FROM alerts").fetchall() == [(alert["id"],)]


def test_export_to_standard_output_is_json_lines(config):
    lines = run(config, "export", "-", "--to", "2026-04-01").stdout.splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["Town opens a library"]


def test_prune_keeps_what_is_configured_or_said(config):
    assert run(config, "prune").stdout.startswith("0 articles")
    said = json.loads(run(config, "prune", "--keep", "30d", "--dry-run", "--json").stdout)
    assert (said["articles"], len(kept(config))) == (1, 2)
    assert "1 articles from before 2026-10-20 08:00 are gone" in run(config, "prune", "--keep", "30d").stdout
    assert [article.title[:7] for article in kept(config)] == ["Kelvora"]
    assert "write it like" in run(config, "prune", "--keep", "soon", error=UsageError)


def test_a_better_extractor_is_run_over_history_and_its_gains_reach_the_stories(config):
    with Store.open(config.parent / "news.db") as store:  # as if an earlier version had found nothing in it
        store.connection.execute("UPDATE articles SET events = 0")
        store.connection.execute("DELETE FROM state")
    shown = run(config, "re-extract")
    assert "funding/series_b (nothing before)" in shown.stdout
    assert "2 articles read again, 1 otherwise than before; nothing was changed" in shown.stderr
    applied = run(config, "re-extract", "--apply", "--json")
    (told,) = map(json.loads, applied.stdout.splitlines())
    assert "; 1 changed what the stories hold" in applied.stderr
    assert (told["events_before"], told["events"]) == (0, ["funding/series_b"])
    with Store.open(config.parent / "news.db") as store:
        assert [events for _, events in articles.counted(store.connection)] == [0, 1]
        assert store.connection.execute("SELECT count(*) FROM alerts").fetchone() == (1,)
    again = run(config, "re-extract", "--apply")
    assert (again.stdout, "; 0 changed" in again.stderr) == ("", True)


def test_what_is_written_while_history_is_read_disturbs_nothing(config, monkeypatch):
    monkeypatch.setattr(articles, "ROWS_PER_QUERY", 1)
    with Store.open(config.parent / "news.db") as store:
        seen = []
        for article, events in articles.counted(store.connection):
            seen.append(article.id)
            with store.transaction() as connection:
                articles.keep(connection, [(article, events + 1)])
        assert len(seen) == len(set(seen)) == 2
