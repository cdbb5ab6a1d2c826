"""Every kind of receiver behind one face: how it is made, made to fail, and what has arrived at it."""

import email
import email.policy
import io
import json
import re
from dataclasses import dataclass, field

from notifier_servers import Answer, HttpServer, MailServer
from rich.console import Console

from notifier.decide import ReceiverSettings
from notifier.send import Outside, build_sender

SECRET = "s3cr3tT0ken9"
SLACK_OK = Answer(200, b'{"ok": true, "channel": "C77", "ts": "17.5"}', {"Content-Type": "application/json"})
QUICK = {"timeout": "1s"}
HTTP_FAULTS = {
    "busy": Answer(500, b"oops " + SECRET.encode()),
    "away": Answer(503),
    "slow down": Answer(429, b"slow down", {"Retry-After": "30"}),
    "hang": Answer(fault="hang"),
    "reset": Answer(fault="reset"),
    "half a reply": Answer(body=b'{"ok": true, "channel": "C77"}', fault="half"),
    "unauthorized": Answer(401, b"no: " + SECRET.encode()),
    "forbidden": Answer(403, b"no: " + SECRET.encode()),
    "gone": Answer(404, b"no: " + SECRET.encode()),
}
MAIL_FAULTS = {
    "busy": f"451 greylisted, come back {SECRET}",
    "away": "421 closing",
    "slow down": "450 too many",
    "hang": "hang",
    "reset": "drop",
    "unauthorized": f"530 log in {SECRET}",
    "forbidden": f"554 never {SECRET}",
    "gone": f"550 no such user {SECRET}",
}
PASSING = ("busy", "away", "slow down", "hang", "reset", "half a reply")
LASTING = ("unauthorized", "forbidden", "gone")
COMPANY = re.compile(r"Company (\d+)")
KINDS = ("slack webhook", "slack bot", "webhook", "apprise", "mail", "terminal")


def befalls(fault, name):
    """Whether the fault can befall a receiver of this kind."""
    if name == "terminal":
        return False
    if name == "mail":
        return fault in MAIL_FAULTS
    return not (name == "apprise" and fault == "half a reply")  # Apprise takes any 200, its body unread


@dataclass
class Kind:
    """One kind of receiver. `arrived` tells the number of the company that each message is about, with its id."""

    name: str
    http: HttpServer
    mail: MailServer
    screen: io.StringIO = field(default_factory=io.StringIO)

    def make(self, **settings):
        given = ReceiverSettings(**QUICK | settings)
        match self.name:
            case "slack webhook":
                url = f"https://hooks.slack.com/services/T0/B0/{SECRET}"
                return build_sender("desk", url, given.model_copy(update={"base_url": self.http.url}))
            case "slack bot":
                self.http.usual = SLACK_OK
                base = {"base_url": f"{self.http.url}/api/"}
                return build_sender("desk", f"slack://xoxb-{SECRET}/#deals", given.model_copy(update=base))
            case "webhook":
                secret = {"secret": f"sign{SECRET}"}
                return build_sender("desk", f"{self.http.url}/in/{SECRET}", given.model_copy(update=secret))
            case "apprise":
                return build_sender("desk", f"{self.http.url}/in/{SECRET}".replace("http://", "json://"), given)
            case "mail":
                place = f"ann:{SECRET}@127.0.0.1:{self.mail.port}"
                url = f"mailto://{place}?from=deals@dealwire.example&to=desk@news.example"
                return build_sender("desk", url, given)
            case _:
                console = Console(file=self.screen, soft_wrap=True, highlight=False)
                return build_sender("desk", "terminal://", given, Outside(console=console))

    def fail(self, fault):
        """Make the next try meet the fault."""
        if self.name == "mail":
            self.mail.handler.script = [MAIL_FAULTS[fault]]
        else:
            self.http.script = [HTTP_FAULTS[fault]]

    def go_away(self):
        self.http.close()
        self.mail.close()

    @property
    def tries(self):
        return self.mail.handler.tries if self.name == "mail" else len(self.http.requests)

    @property
    def arrived(self):
        """(company, id of the message) of each message that was taken; the id is empty where the medium has none."""
        if self.name == "terminal":
            return [(int(number), "") for number in COMPANY.findall(self.screen.getvalue())]
        if self.name == "mail":
            read = (email.message_from_string(content, policy=email.policy.default) for content in self.mail.contents)
            return [(int(COMPANY.search(m["Subject"])[1]), m["Message-ID"]) for m in read]
        return [
            (int(COMPANY.search(body.decode())[1]), _id_of(headers, body))
            for (_, headers, body), answer in zip(self.http.requests, self.http.answers, strict=True)
            if answer.status == 200 and not answer.fault
        ]


def _id_of(headers, body):
    metadata = json.loads(body).get("metadata", {})
    return headers.get("Dealwire-Delivery") or metadata.get("event_payload", {}).get("delivery", "")
