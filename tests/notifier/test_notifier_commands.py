"""The commands about alerts, as a user types them, on a store in which something happened."""

import csv
import io
import json
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from notifier_desk import START, make_alert, make_story
from notifier_servers import Answer

from dealwire.cli import main
from dealwire.errors import DeliveryError
from dealwire.model import Article
from dealwire.store import articles, outbox

RULES = """
version: 1
receivers:
  desk: {url: "terminal://"}
  hook: {url: "${HOOK_URL}", timeout: 1s}
routing:
  route:
    receiver: desk
    routes:
      - {matchers: ["subject=Vela"], receiver: hook}
rules:
  - {id: rounds, title: Big rounds, match: {category: funding}}
"""
CONFIG = "version: 1\nstore: dealwire.db\nrules: watchlist.yaml\n"


@pytest.fixture
def place(tmp_path):
    """A folder with a configuration, rules and the store that `desk` writes to."""
    (tmp_path / "dealwire.yaml").write_text(CONFIG)
    (tmp_path / "watchlist.yaml").write_text(RULES)
    return tmp_path


@dataclass(frozen=True)
class Done:
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def dealwire(place, monkeypatch, capsys):
    """Runs one command there, in this process, and returns what it did."""
    monkeypatch.chdir(place)

    def run(*words, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["dealwire", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def busy(desk):
    """A desk where one alert was sent and one died."""
    office = desk({"receivers": {"desk": {}, "hook": {}}})
    office["hook"].faults = [DeliveryError("hook answered 404", permanent=True)]
    hostile = make_story("story-2", subject="=HYPERLINK(1)", tellings=())
    office.take(make_alert(1, send_to=("desk",)), make_alert(2, send_to=("hook",), story_view=hostile))
    office.drain()
    return office


def test_alerts_are_listed_with_what_became_of_them(busy, dealwire):
    listed = dealwire("alerts", "list", "--since", "2026-01-01", "--json")
    told = [json.loads(line) for line in listed.stdout.splitlines()]
    states = {alert["story"]: [(d["receiver"], d["state"]) for d in alert["decisions"]] for alert in told}
    assert listed.returncode == 0
    assert states == {"story-1": [("desk", "sent")], "story-2": [("hook", "dead")]}


def test_alerts_as_csv_run_nothing_in_a_spreadsheet(busy, dealwire):
    rows = list(
        csv.DictReader(io.StringIO(dealwire("alerts", "list", "--since", "2026-01-01", "--format", "csv").stdout))
    )
    assert sorted(row["headline"] for row in rows) == [
        "'=HYPERLINK(1) · $500M · Series B",
        "Orbital Silicon · $500M · Series B",
    ]


def test_alerts_as_an_atom_feed(busy, dealwire):
    feed = ET.fromstring(
        dealwire("alerts", "list", "--since", "2026-01-01", "--format", "atom").stdout.split("\n", 1)[1]
    )
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert len(feed.findall("a:entry", names)) == 2
    assert all(entry.find("a:id", names).text for entry in feed.findall("a:entry", names))


def test_why_says_what_fired_and_what_was_decided(busy, dealwire):
    said = dealwire("alerts", "why", make_alert(2).id).stdout
    assert "fired by  amount >= 100M USD: $500M" in said
    assert "hook: send: rule rounds [send_to] — dead (hook answered 404)" in said


def test_dead_messages_are_listed_retried_and_dropped(busy, dealwire):
    (dead,) = (json.loads(line) for line in dealwire("outbox", "list", "--state", "dead", "--json").stdout.splitlines())
    assert dead["error"] == "hook answered 404"
    shown = dealwire("outbox", "list", "--state", "dead").stdout
    assert "=HYPERLINK(1) · $500M · Series B (1 tried: hook answered 404)" in shown
    assert dealwire("outbox", "retry", "--dead", "--receiver", "hook").returncode == 0
    assert outbox.get(busy.store.connection, dead["id"]).state == "pending"
    assert dealwire("outbox", "drop", dead["id"]).returncode == 0
    assert outbox.get(busy.store.connection, dead["id"]).state == "dropped"


def test_a_silence_is_made_listed_and_ended(busy, dealwire):
    made = dealwire("silences", "add", "rule=rounds", "--for", "2d", "--by", "ann", "--comment", "enough")
    name = made.stdout.split()[0]
    (listed,) = (json.loads(line) for line in dealwire("silences", "list", "--json").stdout.splitlines())
    assert (listed["id"], listed["author"], listed["active"]) == (name, "ann", True)
    assert dealwire("silences", "expire", name).returncode == 0
    assert dealwire("silences", "list").stdout == ""


def test_an_acknowledged_story_is_quiet_until_it_changes(busy, dealwire):
    assert "at version 1" in dealwire("alerts", "ack", "story-1", "--by", "ann").stdout
    ((quiet,), (changed,)) = busy.take(
        make_alert(1, rule="other", send_to=("desk",)),
        make_alert(1, version=2, kind="changed", send_to=("desk",)),
    )
    assert (quiet.outcome, changed.outcome) == ("acknowledged", "update")


def test_an_acknowledgement_is_listed_and_can_be_taken_back(busy, dealwire):
    dealwire("alerts", "ack", "story-1", "--by", "ann", "--comment", "on the agenda")
    (listed,) = (json.loads(line) for line in dealwire("alerts", "acks", "--json").stdout.splitlines())
    assert (listed["story"], listed["story_version"], listed["author"]) == ("story-1", 1, "ann")
    assert "by ann is withdrawn" in dealwire("alerts", "ack", "story-1", "--withdraw").stdout
    assert "no story is acknowledged" in dealwire("alerts", "acks").stderr
    ((told,),) = busy.take(make_alert(1, rule="other", send_to=("desk",)))
    assert told.outcome == "send"


def test_a_recurring_silence_is_listed_with_its_times(busy, dealwire):
    dealwire("silences", "add", "rule=rounds", "--for", "30d", "--by", "ann", "--between", "22:00-24:00",
             "--days", "mon,tue", "--timezone", "Europe/London", "--receiver", "desk")  # fmt: skip
    said = dealwire("silences", "list").stdout
    assert "rule=rounds  mon, tue 22:00-24:00 Europe/London  for desk  until" in said


def test_what_is_empty_says_so(busy, dealwire):
    assert "nothing is silenced" in dealwire("silences", "list").stderr
    assert "no alert since" in dealwire("alerts", "list", "--since", "2027-01-01").stderr
    assert "no message" in dealwire("outbox", "list", "--state", "failed").stderr


def test_routes_are_drawn_and_tried(busy, dealwire, place):
    assert dealwire("routes", "show").stdout.splitlines() == ["everything → desk", "  └ subject=Vela → hook"]
    vela = make_alert(3, story_view=make_story("story-3", subject="Vela"))
    (place / "alert.jsonl").write_bytes(vela.to_bytes() + b"\n")
    tried = json.loads(dealwire("routes", "test", "alert.jsonl", "--at", "2026-03-02T10:00", "--json").stdout)
    assert [(d["receiver"], d["outcome"]) for d in tried["destinations"]] == [("hook", "send")]
    assert "✓ route / subject=Vela: matches" in dealwire("routes", "test", "alert.jsonl").stdout
    dealwire("silences", "add", "subject=Vela", "--for", "2d", "--by", "ann")
    now = datetime.now(UTC).isoformat()
    assert "→ hook: silenced: silence" in dealwire("routes", "test", "alert.jsonl", "--at", now).stdout


def test_a_receiver_is_tried_out(dealwire, http):
    tried = dealwire("notify", "test", "hook", HOOK_URL=f"{http.url}/in/s3cr3tT0ken9")
    assert (tried.returncode, http.bodies[0]["title"]) == (0, "dealwire test message")
    http.usual = Answer(403)
    refused = dealwire("notify", "test", "hook", HOOK_URL=f"{http.url}/in/s3cr3tT0ken9")
    assert refused.returncode == 1
    assert "answered 403" in refused.stderr
    assert "s3cr3tT0ken9" not in tried.stdout + tried.stderr + refused.stdout + refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("notify", "test", "hook"), "HOOK_URL is not set in the environment"),
        (("notify", "test", "nobody"), "there is no receiver 'nobody'; there are: desk, hook"),
        (("alerts", "why", "nothing"), "there is no alert 'nothing'"),
        (("alerts", "list", "--since", "yesterday"), "'yesterday' is no moment"),
        (("outbox", "list", "--state", "lost"), "unknown state 'lost'"),
        (("outbox", "retry"), "name the deliveries to retry"),
        (("outbox", "drop", "nothing"), "is not in the outbox"),
        (("silences", "add", "colour=red", "--for", "1h", "--by", "ann"), "unknown field 'colour'"),
        (("silences", "expire", "nothing"), "no silence nothing"),
        (("alerts", "ack", "nothing", "--by", "ann"), "no alert tells of a story 'nothing'"),
        (("alerts", "ack", "story-1"), "say who has seen the story"),
        (("alerts", "ack", "story-1", "--withdraw"), "nobody has acknowledged story story-1"),
        (("routes", "test", "nothing"), "neither an alert nor an article in the store, nor a file"),
        (("templates", "preview", "--folder", "nowhere"), "there is no such folder"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_one_line(busy, dealwire, words, said):
    asked = dealwire(*words, HOOK_URL="")
    assert asked.returncode == 2
    assert said in asked.stderr
    assert "Traceback" not in asked.stderr


def test_without_a_store_it_is_said_where_one_comes_from(dealwire):
    asked = dealwire("alerts", "list")
    assert asked.returncode == 2
    assert "there is no store yet; `dealwire run` makes it" in asked.stderr


@pytest.mark.parametrize("text", [None, "{{ unclosed", "{{ alerts[9].headline }}"])
def test_templates_that_cannot_be_used_stop_no_message(dealwire, place, http, text):
    (place / "watchlist.yaml").write_text(RULES.replace("routing:", "routing:\n  templates: own"))
    if text is not None:
        (place / "own").mkdir()
        (place / "own" / "message.txt.j2").write_text(text)
    tried = dealwire("notify", "test", "desk", HOOK_URL=http.url)
    assert tried.returncode == 0
    assert "dealwire test message" in tried.stdout


def test_the_built_in_templates_can_be_copied_and_make_the_same_messages(dealwire, place):
    assert len(dealwire("templates", "copy", "own").stdout.splitlines()) == 4
    ours = dealwire("templates", "preview", "--medium", "md", "--digest").stdout
    assert dealwire("templates", "preview", "--medium", "md", "--digest", "--folder", "own").stdout == ours
    (place / "own" / "message.md.j2").write_text("mine")
    assert "left as it is" in dealwire("templates", "copy", "own").stderr
    assert (place / "own" / "message.md.j2").read_text() == "mine"


@pytest.mark.parametrize("medium", ["txt", "md", "html", "slack"])
def test_templates_are_previewed_with_ones_own(dealwire, place, medium):
    assert "Lumen Silicon" in dealwire("templates", "preview", "--medium", medium, "--digest").stdout
    (place / "own").mkdir()
    (place / "own" / f"message.{medium}.j2").write_text("#section\nMine: {{ alerts[0].headline }}")
    own = dealwire("templates", "preview", "--medium", medium, "--folder", "own")
    assert own.returncode == 0
    assert "Mine: Lumen Silicon" in own.stdout
    (place / "own" / f"message.{medium}.j2").write_text("{{ alerts[9].headline }}")
    failing = dealwire("templates", "preview", "--medium", medium, "--folder", "own")
    assert failing.returncode == 1
    assert f"message.{medium}.j2" in failing.stderr


def test_alerts_of_years_ago_can_be_asked_for(busy, dealwire):
    assert dealwire("alerts", "list", "--since", "900d", "--json").stdout.count("\n") == 2


def test_the_report_goes_to_the_terminal_and_to_the_operators(busy, dealwire, place):
    (place / "watchlist.yaml").write_text(
        RULES.replace('desk: {url: "terminal://"}', 'desk: {url: "terminal://", operator: true}')
    )
    said = dealwire("report", "--since", "2026-03-01", "--send").stdout
    assert "Alerts by rule: rounds 2." in said
    told = json.loads(dealwire("report", "--since", "2026-03-01", "--json").stdout)
    assert told["deliveries_by_state"] == {"sent": 1, "dead": 1}
    (notice,) = (d for d in outbox.listed(busy.store.connection) if d.form == "notice")
    assert notice.receiver == "desk"


def test_a_replay_says_what_would_have_gone_where(dealwire, place):
    history = [
        {"id": "1", "title": "MatX raises $500 million to speed up LLM chips", "published": "2026-03-02T09:00:00Z"},
        {"id": "2", "title": "Cerebras raises $900 million in Series H funding", "published": "2026-03-02T11:00:00Z"},
    ]
    (place / "archive.jsonl").write_text("".join(json.dumps(article) + "\n" for article in history))
    daily = RULES.replace('url: "terminal://"', 'url: "terminal://", digest: {at: "17:00"}')
    (place / "watchlist.yaml").write_text(daily)
    replayed = dealwire("replay", "archive.jsonl", "--rules", "watchlist.yaml", "--as-if-sent")
    (message,) = (json.loads(line) for line in replayed.stdout.splitlines())
    assert (message["at"], message["receiver"], message["form"]) == ("2026-03-02T17:00:00+00:00", "desk", "digest")
    assert len(message["alerts"]) == 2


def test_routes_are_tried_with_an_article(dealwire, place):
    (place / "article.jsonl").write_text(
        json.dumps({"id": "1", "title": "MatX raises $500 million for LLM chips"}) + "\n"
    )
    said = dealwire("routes", "test", "article.jsonl", "--at", "2026-03-02T10:00").stdout
    assert "→ desk: send: rule rounds" in said
    (place / "nothing.jsonl").write_text(json.dumps({"id": "2", "title": "A quiet day in the park"}) + "\n")
    nothing = dealwire("routes", "test", "nothing.jsonl")
    assert nothing.returncode == 2
    assert "no rule makes an alert of these articles" in nothing.stderr


def test_routes_are_tried_with_an_article_of_the_store(busy, dealwire):
    told = Article.create(title="MatX raises $500 million for LLM chips", fetched=START)
    dull = Article.create(title="A quiet day in the park", fetched=START)
    with busy.store.transaction() as connection:
        articles.keep(connection, [(told, 1), (dull, 0)])
    assert "→ desk: send: rule rounds" in dealwire("routes", "test", told.id).stdout
    nothing = dealwire("routes", "test", dull.id)
    assert (nothing.returncode, "no rule makes an alert of article" in nothing.stderr) == (2, True)
