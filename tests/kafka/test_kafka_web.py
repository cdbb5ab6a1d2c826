"""The page beside Kafka: it follows the topics into a store of its own, and hands on what readers ask for."""

import http.client
import json
import socket
import urllib.parse
from contextlib import closing

import orjson
from kafka_newsroom import tell

from dealwire.store import followed
from dealwire.store.database import Store


class Page:
    """`dealwire serve --kafka` beside the fleet; it shares its folder with the notifier, as on one machine."""

    def __init__(self, fleet):
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.fleet = fleet
        self.folder = fleet.folder / "notifier-1"
        self.config = fleet.folder / "dealwire.yaml"
        kafka = {**orjson.loads(fleet.settings.model_dump_json()), "state_dir": str(self.folder)}
        self.config.write_text(
            json.dumps(
                {"version": 1, "rules": "rules.yaml", "kafka": kafka, "web": {"listen": f"127.0.0.1:{self.port}"}}
            )
        )
        self.form = ""
        self.start()

    def start(self):
        self.process = self.fleet.start("-m", "dealwire", "serve", "--kafka", "--config", str(self.config))

    def send(self, method, path, body=None, **headers):
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            if self.form:
                headers["Cookie"] = f"dealwire_form={self.form}"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                self.form = value if name == "dealwire_form" else self.form
            return answer.status, answer.read().decode()

    def items(self, name):
        try:
            status, body = self.send("GET", f"/api/v1/{name}.json", Accept="application/json")
        except ConnectionError:  # it is not up yet
            return []
        assert status == 200, body
        return json.loads(body)["items"]

    def ready(self):
        """The answer of /readyz, and what it says of the following."""
        status, body = self.send("GET", "/readyz")
        return status, json.loads(body)["checks"]["following"]

    def post(self, path, **form):
        self.send("GET", "/", Accept="text/html")
        body = urllib.parse.urlencode({"csrf": self.form, "author": "kim", "reason": "read the filing"} | form)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        status, said = self.send("POST", path, body, **kind)
        assert status == 303, said

    def events(self, after, count):
        """The first events that a browser gets which saw `after` last."""
        found = []
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            head = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {after}\r\n\r\n"
            connection.sendall(head.encode())
            for line in connection.makefile():
                if line.startswith("data: {") and len(found) < count:
                    found.append(json.loads(line[6:])["story"])
                if len(found) == count:
                    return found
        return found


def test_the_page_follows_the_topics_goes_on_after_a_kill_and_hands_on_what_readers_ask(fleet, settings):
    fleet.start_notifier()
    fleet.start_worker("kafka_worker.py")
    page = Page(fleet)
    tell(settings, "a", "Halden Optics raises $90 million Series B", 0)
    fleet.wait_for(lambda: [s["usd"] for s in page.items("stories")] == [90_000_000], "the story on the page")
    (story,) = page.items("stories")
    fleet.wait_for(lambda: [a["rule"] for a in page.items("alerts")] == ["any"], "the alert on the page")
    fleet.wait_for(lambda: [d["state"] for d in page.items("deliveries")] == ["sent"], "its delivery")

    fleet.wait_for(lambda: page.ready() == (200, {"ok": True}), "the page to be ready")
    read_all = "dealwire_page_behind_records 0.0"
    fleet.wait_for(lambda: read_all in page.send("GET", "/metrics")[1], "the page to have read all there is")

    fleet.kill(page.process)
    tell(settings, "b", "Varn Robotics raises $40 million Series A", 1)
    fleet.wait_for(lambda: len(fleet.alerts()) == 2, "news while no page runs")
    page.start()
    fleet.wait_for(lambda: len(page.items("stories")) == 2, "what the page missed")
    missed = {s["id"] for s in page.items("stories")} - {story["id"]}
    assert page.events(1, 1) == list(missed)
    with Store.open(page.folder / "web.db") as store:
        reached = followed.places(store.connection)
    assert reached[settings.topic("events"), 0] == 2

    page.post(f"/stories/{story['id']}/acknowledge")
    fleet.wait_for(lambda: seen(page, story, "acknowledged"), "the acknowledgement, by way of the notifier")
    page.post(f"/stories/{story['id']}/correct", fact="amount", value="120M USD")
    fleet.wait_for(lambda: seen(page, story, "usd") == 120_000_000, "the correction, by way of the worker")


def seen(page, story, field):
    return next(row[field] for row in page.items("stories") if row["id"] == story["id"])
