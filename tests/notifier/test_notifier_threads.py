"""Changes beside the messages that told their stories: Slack's threads, email's references, alone and in groups."""

import email
import email.policy
import json
from datetime import timedelta

import pytest
from notifier_desk import make_alert
from notifier_servers import Answer

from notifier.decide import ReceiverSettings
from notifier.send import build_sender

GROUPED = {"receivers": {"desk": {"group_by": ["rule"], "group_wait": "30s", "group_interval": "30s"}}}
DIGEST = {"receivers": {"desk": {"digest": {"at": "17:00", "break_through": "high"}}}}


def change(number, **more):
    return make_alert(number, version=2, kind="changed", **more)


def slack(ts):
    return Answer(200, json.dumps({"ok": True, "channel": "C77", "ts": ts}).encode())


@pytest.fixture
def bot_desk(desk, http):
    """Makes a desk whose one receiver is a Slack bot; its messages have the ts 1.0, 2.0 and so on."""

    def make(policy, **settings):
        office = desk(policy)
        http.script = [slack(f"{n}.0") for n in range(1, 10)]
        given = ReceiverSettings(base_url=f"{http.url}/api/", timeout="1s", **settings)
        office.receivers["desk"] = build_sender("desk", "slack://xoxb-token123/#deals", given)
        office.restart()
        return office

    return make


def threads(http):
    return [body.get("thread_ts", "") for body in http.bodies]


def test_a_group_of_changes_answers_the_group_that_told_the_stories(bot_desk, http):
    office = bot_desk(GROUPED)
    office.take(make_alert(1), make_alert(2))
    office.drain()
    office.take(change(1), change(2))
    office.drain()
    assert threads(http) == ["", "1.0"]


def test_a_group_with_a_new_story_in_it_is_a_message_of_its_own(bot_desk, http):
    office = bot_desk(GROUPED)
    office.take(make_alert(1))
    office.drain()
    office.take(change(1), make_alert(2))
    office.drain()
    assert threads(http) == ["", ""]


def test_changes_of_stories_told_in_different_messages_answer_none_of_them(bot_desk, http):
    office = bot_desk(GROUPED)
    for number in (1, 2):
        office.take(make_alert(number))
        office.drain()
    office.take(change(1), change(2))
    office.drain()
    assert threads(http) == ["", "", ""]


def test_an_urgent_change_answers_the_digest_that_told_the_story(bot_desk, http):
    office = bot_desk(DIGEST)
    office.take(make_alert(1), make_alert(2))
    office.drain()
    office.take(change(1, severity="high"))
    office.drain()
    assert threads(http) == ["", "1.0"]


def test_a_digest_of_changes_alone_stands_by_itself_and_says_what_changed(bot_desk, http):
    office = bot_desk(DIGEST)
    office.take(make_alert(1))
    office.drain()
    office.take(change(1))
    office.drain()
    assert threads(http) == ["", ""]
    assert "*updated* Amount: $500M → $525M" in json.dumps(http.bodies[1], ensure_ascii=False)


def test_another_rules_alert_on_a_told_story_is_not_hidden_in_a_thread(bot_desk, http):
    office = bot_desk({"receivers": {"desk": {}}})
    office.take(make_alert(1))
    office.drain()
    office.take(make_alert(1, rule="other"))
    office.drain()
    assert threads(http) == ["", ""]


def test_a_message_that_somebody_deleted_is_not_answered_but_told_anew(bot_desk, http):
    office = bot_desk({"receivers": {"desk": {}}}, updates="update")
    office.take(make_alert(1))
    office.drain()
    http.script = [Answer(200, b'{"ok": false, "error": "message_not_found"}'), slack("2.0")]
    office.take(change(1))
    office.drain()
    assert [path for path, _, _ in http.requests] == [
        "/api/chat.postMessage",
        "/api/chat.update",
        "/api/chat.postMessage",
    ]
    assert len(http.bodies[2]["blocks"]) > 3
    assert office.states() == ["sent", "sent"]


def test_a_group_is_never_overwritten_by_the_change_of_one_of_its_stories(bot_desk, http):
    office = bot_desk(DIGEST, updates="update")
    office.take(make_alert(1), make_alert(2))
    office.drain()
    office.take(change(1, severity="high"))
    office.drain()
    assert [path for path, _, _ in http.requests] == ["/api/chat.postMessage"] * 2
    assert threads(http) == ["", "1.0"]


def test_emails_of_changes_refer_to_all_that_told_their_stories(desk, mail):
    office = desk(GROUPED)
    url = f"mailto://127.0.0.1:{mail.port}?from=deals@dealwire.example&to=desk@news.example"
    office.receivers["desk"] = build_sender("desk", url, ReceiverSettings(timeout="1s"))
    office.restart()
    for number in (1, 2):
        office.take(make_alert(number))
        office.drain(patience=timedelta(hours=1))
    office.take(change(1), change(2))
    office.drain(patience=timedelta(hours=1))
    first, second, both = (email.message_from_string(content, policy=email.policy.default) for content in mail.contents)
    assert both["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert both["In-Reply-To"] == second["Message-ID"]
    assert first["References"] is second["References"] is None
