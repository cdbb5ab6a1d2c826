"""Alerts on their whole way from the outbox to real servers, through every fault on it."""

import email
import json
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import jsonschema
from notifier_desk import START, Desk, VirtualClock, make_alert, make_story
from notifier_servers import Answer

from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide import Policy, ReceiverSettings, Router
from notifier.render.notice import Notice
from notifier.render.payload import SCHEMA
from notifier.send import Dispatcher, World, build_sender

SECRET = "s3cr3tT0ken9"


def test_slack_and_email_take_every_alert_in_spite_of_500s_and_429_and_greylisting(desk, http, mail):
    office = desk({"receivers": {"slack": {}, "mail": {}}})
    hook = f"https://hooks.slack.com/services/T0/B0/{SECRET}"
    office.receivers["slack"] = build_sender("slack", hook, ReceiverSettings(base_url=http.url, timeout="1s"))
    url = f"mailto://127.0.0.1:{mail.port}?from=deals@dealwire.example&to=desk@news.example"
    office.receivers["mail"] = build_sender("mail", url, ReceiverSettings(timeout="1s"))
    office.restart()
    http.script = [Answer(500), Answer(429, b"", {"Retry-After": "30"}), Answer(fault="reset"), Answer()]
    mail.handler.script = ["451 greylisted", "drop", ""]
    office.take(make_alert(1), make_alert(2, story_view=make_story("story-2", subject="Vela")))
    office.drain()
    assert office.states() == ["sent"] * 4
    heads = [body["blocks"][0]["text"]["text"] for body in http.bodies]
    assert heads == ["Orbital Silicon · $500M · Series B"] * 4 + ["Vela · $500M · Series B"]
    subjects = [email.message_from_string(content)["Message-ID"] for content in mail.contents]
    assert len(set(subjects)) == len(subjects) == 2
    assert office.clock.now() - START >= timedelta(seconds=30)


def test_no_secret_stands_in_the_store_or_its_journal_after_failures(tmp_path, http):
    store = Store.open(tmp_path / "dealwire.db")
    office = Desk(store, {"receivers": {"slack": {"deadline": "1m"}, "hook": {"deadline": "1m"}}}, VirtualClock())
    settings = ReceiverSettings(base_url=http.url, timeout="1s", secret=f"sign{SECRET}")
    office.receivers["slack"] = build_sender("slack", f"https://hooks.slack.com/services/T0/B0/{SECRET}", settings)
    office.receivers["hook"] = build_sender("hook", f"{http.url}/in/{SECRET}", settings)
    office.restart()
    http.usual = Answer(500, f"no /services/T0/B0/{SECRET} here".encode())
    office.take(make_alert())
    office.drain()
    assert set(office.states()) == {"dead"}
    store.close()
    for file in Path(tmp_path).iterdir():
        assert SECRET.encode() not in file.read_bytes()


def test_a_hanging_receiver_holds_up_nobody_in_real_threads(tmp_path, http):
    clock = VirtualClock()
    with Store.open(tmp_path / "dealwire.db") as store:
        policy = {"receivers": {"hanging": {}, **{f"r{n}": {} for n in range(5)}}}
        office = Desk(store, policy, clock)
        office.receivers["hanging"] = build_sender("hanging", f"{http.url}/x", ReceiverSettings(timeout="2s"))
        http.usual = Answer(fault="hang")
        world = World(now=clock.now, wait=clock.wait, random=random.Random(1), threads=ThreadPoolExecutor)
        dispatcher = Dispatcher(store, office.receivers, office.router, world=world)
        office.take(*(make_alert(n) for n in range(20)))
        seen = []
        office["r4"].send, usual = lambda notice: (seen.append(len(http.requests)), usual(notice))[1], office["r4"].send
        dispatcher.drain()
        assert all(len(office[f"r{n}"].taken) == 20 for n in range(5))
        assert outbox.counts(store.connection)["hanging", "pending"] >= 19


def test_twenty_receivers_five_failing_for_a_while_all_delivered_once_in_order_within_the_rates(tmp_path):
    clock, chance = VirtualClock(), random.Random(1)
    policy = {"receivers": {f"r{n}": {"rate": "1/s"} if n < 4 else {} for n in range(20)}}
    failing = {f"r{n}" for n in range(2, 7)}
    with Store.open(tmp_path / "dealwire.db") as store:
        office = Desk(store, policy, clock)
        for name in failing:
            start = START + timedelta(seconds=chance.randrange(300))
            office[name].down = lambda now, s=start: s <= now < s + timedelta(minutes=20)
        for n in range(0, 250, 50):
            office.take(*(make_alert(k) for k in range(n, n + 50)))
            office.drain(patience=timedelta(seconds=30))
        office.drain()
        expected = [[f"story-{n}"] for n in range(250)]
        for receiver in office.receivers.values():
            assert receiver.stories == expected
        for name in ("r0", "r1", "r2", "r3"):
            moments = [at for at, _ in office[name].tried]
            assert all((b - a).total_seconds() >= 0.999 for a, b in pairwise(moments))
        states = defaultdict(int)
        for (_, state), count in outbox.counts(store.connection).items():
            states[state] += count
        assert dict(states) == {"sent": 5_000}


def test_a_webhooks_body_keeps_to_its_published_schema(http):
    sender = build_sender("hook", f"{http.url}/in", ReceiverSettings())
    for form, alerts in (("alert", (make_alert(),)), ("digest", (make_alert(1), make_alert(2)))):
        sender.send(Notice(id="d", receiver="hook", form=form, at=START, alerts=alerts))
    sender.send(Notice(id="d", receiver="hook", form="notice", at=START, title="t", lines=("a",)))
    for _, _, body in http.requests:
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(body))


def test_the_schema_that_is_published_is_the_one_that_runs():
    published = Path(__file__).parents[2] / "docs" / "webhook.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == SCHEMA


def test_an_unset_receivers_messages_wait_for_it_and_die_visibly_at_their_deadline(desk):
    office = desk({"receivers": {"unset": {"deadline": "1h"}, "desk": {}}})
    del office.receivers["unset"]
    office.restart()
    office.take(make_alert())
    office.drain()
    assert office.states() == ["pending", "sent"]
    office.clock.moment += timedelta(hours=2)
    office.drain()
    (dead,) = outbox.listed(office.store.connection, ("dead",))
    assert (dead.receiver, dead.error) == ("unset", "its receiver is not set up")


def test_a_router_is_made_once_for_a_policy():
    assert Router(Policy()).destinations(make_alert()) == ()
