"""What is each sender's own, against real servers: Slack's threads, the webhook's signature, email, TLS, URLs."""

import email
import email.policy
import json
import logging
import shutil
import ssl
import subprocess
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from notifier_desk import START, make_alert
from notifier_servers import Answer, MailServer

from dealwire.errors import DeliveryError, UsageError
from notifier.decide import ReceiverSettings
from notifier.render.notice import Earlier, Notice
from notifier.send import build_sender
from notifier.send.http import retry_after_seconds
from notifier.send.mailbox import Mailbox
from notifier.send.redact import Redactor, place_of
from notifier.send.sender import PartialDeliveryError
from notifier.send.webhook import sign

SECRET = "s3cr3tT0ken9"
SLACK_OK = Answer(200, b'{"ok": true, "channel": "C77", "ts": "17.5"}', {"Content-Type": "application/json"})
QUICK = {"timeout": "1s"}


def make_notice(*alerts, **changes):
    given = {"id": "delivery1", "receiver": "desk", "form": "alert", "at": START, "alerts": alerts or (make_alert(),)}
    return Notice(**{**given, **changes})


def slack_webhook(http):
    return build_sender(
        "desk", f"https://hooks.slack.com/services/T0/B0/{SECRET}", ReceiverSettings(base_url=http.url, **QUICK)
    )


def slack_bot(http, **settings):
    http.usual = SLACK_OK
    return build_sender(
        "desk", f"slack://xoxb-{SECRET}/#deals", ReceiverSettings(base_url=f"{http.url}/api/", **QUICK, **settings)
    )


def webhook(http):
    return build_sender("desk", f"{http.url}/in/{SECRET}", ReceiverSettings(secret=f"sign{SECRET}", **QUICK))


@pytest.fixture(autouse=True)
def every_line_logged(caplog):
    """All libraries log all they have, and none of it holds the secret."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert SECRET not in caplog.text


@pytest.mark.parametrize("make", [slack_webhook, slack_bot, webhook], ids=lambda make: make.__name__)
def test_a_redirect_is_not_followed_with_the_message(make, http):
    sender = make(http)
    http.script = [Answer(302, b"", {"Location": f"{http.url}/elsewhere"})]
    with pytest.raises(DeliveryError):
        sender.send(make_notice())
    assert all("/elsewhere" not in path for path, _, _ in http.requests)


def test_a_bot_answers_a_change_in_the_storys_thread(http):
    bot = slack_bot(http)
    receipt = bot.send(make_notice())
    bot.send(make_notice(make_alert(version=2, kind="changed"), earlier=(Earlier("delivery1", receipt),)))
    assert http.bodies[1]["thread_ts"] == "17.5"
    assert len(http.bodies[1]["blocks"]) < len(http.bodies[0]["blocks"])
    assert http.bodies[1]["channel"] == "C77"


def test_a_bot_updates_the_first_message_where_that_is_set(http):
    bot = slack_bot(http, updates="update")
    bot.send(
        make_notice(make_alert(version=2, kind="changed"), earlier=(Earlier("d", {"channel": "C77", "ts": "17.5"}),))
    )
    assert http.requests[0][0] == "/api/chat.update"
    assert http.bodies[0]["ts"] == "17.5"


@pytest.mark.parametrize(
    ("code", "permanent"), [("channel_not_found", True), ("ratelimited", False), ("fatal_error", False)]
)
def test_slacks_own_errors_tell_what_may_pass(http, code, permanent):
    bot = slack_bot(http)
    http.script = [Answer(200, json.dumps({"ok": False, "error": code}).encode())]
    with pytest.raises(DeliveryError, match=code) as raised:
        bot.send(make_notice())
    assert raised.value.permanent is permanent


def test_a_slack_webhook_gets_a_short_follow_up_on_a_change(http):
    hook = slack_webhook(http)
    hook.send(make_notice())
    hook.send(make_notice(make_alert(version=2, kind="changed"), earlier=(Earlier("delivery1"),)))
    first, second = (body["blocks"] for body in http.bodies)
    assert [block["type"] for block in second] == ["header", "section", "context"]
    assert second[1]["text"]["text"] == ":arrows_counterclockwise: Amount: $500M → $525M"
    assert len(first) > len(second)


def test_the_webhook_is_signed_over_its_moment_and_names_the_delivery(http):
    webhook(http).send(make_notice())
    _, headers, body = http.requests[0]
    expected = sign(f"sign{SECRET}", headers["Dealwire-Timestamp"], body)
    assert headers["Dealwire-Signature"] == f"v1={expected}"
    assert headers["Dealwire-Delivery"] == "delivery1"


def mail_to(server, recipients="desk@news.example", **settings):
    url = f"mailto://127.0.0.1:{server.port}?from=deals@dealwire.example&to={recipients}"
    return build_sender("desk", url, ReceiverSettings(**QUICK, **settings))


def parsed(content):
    return email.message_from_string(content, policy=email.policy.default)


def test_an_email_arrives_with_text_html_and_a_message_id_of_its_delivery(mail):
    receipt = mail_to(mail, unsubscribe="mailto:off@dealwire.example").send(make_notice())
    message = parsed(mail.contents[0])
    assert message["Message-ID"] == receipt["message_id"] == "<delivery1@dealwire.example>"
    assert message["List-Unsubscribe"] == "<mailto:off@dealwire.example>"
    assert message["Subject"] == "Orbital Silicon · $500M · Series B"
    assert "Harbour Capital" in message.get_body(("plain",)).get_content()
    assert "Harbour Capital" in message.get_body(("html",)).get_content()


def test_an_email_on_a_change_refers_to_the_first(mail):
    changed = make_alert(version=2, kind="changed")
    mail_to(mail).send(make_notice(changed, id="delivery2", earlier=(Earlier("delivery1"),)))
    message = parsed(mail.contents[0])
    assert message["References"] == message["In-Reply-To"] == "<delivery1@dealwire.example>"


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [("451 greylisted, come back", False), ("421 closing", False), ("554 never", True), ("drop", False)],
)
def test_smtp_answers_tell_what_may_pass(mail, fault, permanent):
    sender = mail_to(mail)
    mail.handler.script = [fault]
    with pytest.raises(DeliveryError) as raised:
        sender.send(make_notice())
    assert raised.value.permanent is permanent
    sender.send(make_notice())
    assert len(mail.contents) == 1


def test_a_refused_recipient_is_named_and_the_others_have_their_mail_once(mail):
    mail.handler.refused_recipients = {"gone@news.example": "550 no such user"}
    receipt = mail_to(mail, "desk@news.example,gone@news.example").send(make_notice())
    assert receipt["refused"] == "gone@news.example"
    assert mail.handler.messages[0].rcpt_tos == ["desk@news.example"]


def test_a_recipient_greylisted_beside_one_that_took_it_is_not_forgotten(mail):
    mail.handler.refused_recipients = {"slow@news.example": "450 greylisted"}
    sender = mail_to(mail, "desk@news.example,slow@news.example")
    with pytest.raises(PartialDeliveryError, match=r"slow@news\.example") as raised:
        sender.send(make_notice())
    mail.handler.refused_recipients = {}
    sender.send(make_notice(taken=raised.value.receipt))
    assert [m.rcpt_tos for m in mail.handler.messages] == [["desk@news.example"], ["slow@news.example"]]


def several_topics(http):
    return build_sender("desk", http.url.replace("http://", "ntfy://") + "/one/two/three", ReceiverSettings(**QUICK))


def topics(http):
    return [body["topic"] for body in http.bodies]


def test_each_target_of_an_apprise_url_fails_and_is_tried_again_by_itself(http):
    sender = several_topics(http)
    http.script = [Answer(), Answer(500), Answer()]
    with pytest.raises(PartialDeliveryError, match="1 of 3 targets did not take it") as raised:
        sender.send(make_notice())
    assert not raised.value.permanent
    sender.send(make_notice(taken=raised.value.receipt))
    *first_try, again = topics(http)
    assert sorted(first_try) == ["one", "three", "two"]
    assert again == first_try[1]


def test_a_target_that_refuses_for_good_is_named_and_the_others_have_it_once(http):
    http.script = [Answer(), Answer(403), Answer()]
    receipt = several_topics(http).send(make_notice())
    assert "403" in receipt["refused"]
    assert sorted(topics(http)) == ["one", "three", "two"]


def test_where_every_target_refuses_the_message_is_dead(http):
    http.usual = Answer(403)
    with pytest.raises(DeliveryError) as raised:
        several_topics(http).send(make_notice())
    assert raised.value.permanent


def test_a_password_that_is_refused_is_not_told():
    server = MailServer(authenticator=lambda *_: AuthResult(success=False, handled=False))
    try:
        url = f"mailto://ann:{SECRET}@127.0.0.1:{server.port}?to=desk@news.example"
        with pytest.raises(DeliveryError, match="535") as raised:
            build_sender("desk", url, ReceiverSettings(**QUICK)).send(make_notice())
    finally:
        server.close()
    assert raised.value.permanent
    assert SECRET not in str(raised.value)


def test_a_mail_server_without_tls_gets_no_password():
    server = MailServer()
    try:
        url = f"mailtos://ann:{SECRET}@127.0.0.1:{server.port}?to=desk@news.example"
        with pytest.raises(DeliveryError):
            build_sender("desk", url, ReceiverSettings(**QUICK)).send(make_notice())
        assert server.contents == []
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "host", "port", "recipients"),
    [
        ("mailtos://ann:pw@gmail.com?to=x@y.example", "smtp.gmail.com", 587, ("x@y.example",)),
        ("mailtos://ann:pw@corp.example/bob/eve@z.example", "corp.example", 587, ("bob@corp.example", "eve@z.example")),
        (
            "mailtos://ann:pw@corp.example?smtp=out.corp.example&mode=ssl",
            "out.corp.example",
            465,
            ("ann@corp.example",),
        ),
    ],
)
def test_mail_urls_are_apprises(url, host, port, recipients):
    box = Mailbox.from_url(url)
    assert (box.host, box.port, box.recipients) == (host, port, recipients)
    assert "pw" not in repr(box)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", f"slack://{SECRET}", f"slack://xoxb-{SECRET}", f"nosuch://{SECRET}", f"mailto://?pass={SECRET}",
     f"mailtos://u:{SECRET}@h.example?mode=loud", f"http://[{SECRET}"],
)  # fmt: skip
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url):
    with pytest.raises(UsageError, match="receiver desk") as raised:
        build_sender("desk", url, ReceiverSettings())
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("0", 0), ("Mon, 02 Mar 2026 09:01:00 GMT", 60), ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
     ("999999", 3600), ("soon", None), ("nan", None), ("", None)],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_within_bounds(said, seconds):
    assert retry_after_seconds({"retry-after": said}, START) == seconds


def test_the_redactor_knows_its_urls_parts_however_spelled():
    clean = Redactor("mailtos://ann:p%40ss-word@mail.example/?key=tok123456")
    assert clean("login p@ss-word p%40ss-word tok123456 at mail.example") == (
        "login [secret] [secret] [secret] at mail.example"
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [("https://h.example:8443/a/b?k=v", "https://h.example:8443"), ("tgram://123:abc/42", "tgram://…")],
)
def test_only_public_hosts_are_shown(url, shown):
    assert place_of(url) == shown


def test_ten_seconds_of_timeout_is_what_is_waited():
    assert ReceiverSettings(timeout="10s").timeout == timedelta(seconds=10)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts yet, and its key."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is not installed, and makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def tls_mail(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server = MailServer(tls_context=context, require_starttls=True)
    yield server
    server.close()


def test_mail_goes_over_tls_to_a_server_that_proves_who_it_is(tls_mail, certificate, monkeypatch):
    url = f"mailtos://127.0.0.1:{tls_mail.port}?from=deals@dealwire.example&to=desk@news.example"
    sender = build_sender("desk", url, ReceiverSettings(**QUICK))
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED") as raised:
        sender.send(make_notice())
    assert not raised.value.permanent
    assert tls_mail.contents == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    sender.send(make_notice())
    assert len(tls_mail.contents) == 1
