"""The page of a real `dealwire run`: killed under an open page and started again; feeds added to it while it runs."""

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import archive
import pytest
import yaml

PARTS = 10
KILLS = 2
PATIENCE_SECONDS = 60
OPEN_NET = "import connectors.fetch as fetch; fetch.refusal = lambda _: ''; from dealwire.cli import main; main()"
"""Runs dealwire where this machine's servers stand in for those of the open net, which a page may be told to ask."""
MILLISECONDS = PATIENCE_SECONDS * 1_000
HEAR = """() => {
  window.heard = [];
  const source = new EventSource(document.getElementById("live").dataset.events);
  source.addEventListener("story", (event) => window.heard.push(Number(event.lastEventId)));
  source.addEventListener("reset", () => window.heard.push(-1));
}"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title><item>
<title>{company} raises $480 million Series D to build optical switches</title><link>https://wire.example/{company}</link>
<pubDate>Mon, 16 Feb 2026 09:00:00 GMT</pubDate></item></channel></rss>"""
SITE = (
    """<!doctype html><title>Gazette</title><link rel="alternate" type="application/rss+xml" href="/lightgate.xml">"""
)


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Place:
    """A folder with the archive in parts, each a feed, and a configuration that names some of them."""

    def __init__(self, root):
        self.root, self.port = root, free_port()
        self.store = root / "dealwire.db"
        whole = archive.write(root / "whole.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        size = -(-len(whole) // PARTS)
        for n in range(PARTS):
            (root / f"part{n}.jsonl").write_text("".join(whole[n * size : (n + 1) * size]), encoding="utf-8")
        rules = yaml.safe_load(archive.RULES.read_text(encoding="utf-8"))
        rules["receivers"] = {name: {"url": "terminal://"} for name in rules["receivers"]}
        (root / "watchlist.yaml").write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def read(self, parts, *feeds):
        """Name so many parts as feeds, and these others."""
        named = [{"name": f"part {n}", "path": f"part{n}.jsonl"} for n in range(parts)]
        config = {
            "version": 1,
            "store": "dealwire.db",
            "rules": "watchlist.yaml",
            "web": {"listen": f"127.0.0.1:{self.port}"},
        }
        written = yaml.safe_dump(config | {"feeds": [*named, *feeds]}, sort_keys=False)
        (self.root / "new.yaml").write_text(written, encoding="utf-8")
        (self.root / "new.yaml").replace(self.root / "dealwire.yaml")

    @contextmanager
    def running(self, *how):
        """A real service, until the block ends or it was killed."""
        command = [sys.executable, *(how or ("-m", "dealwire")), "run", "-q"]
        with subprocess.Popen(command, cwd=self.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            reading = threading.Thread(target=process.stderr.read)
            reading.start()
            try:
                until(self.answers)
                yield process
            finally:
                process.kill()
                reading.join()

    def answers(self):
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, query, *values):
        with closing(sqlite3.connect(self.store, timeout=30)) as store:
            return store.execute(query, values).fetchall()

    def visited(self):
        """How many feeds were read to their end."""
        return self.ask("SELECT count(*) FROM feeds WHERE last_success IS NOT NULL")[0][0]


def until(holds):
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_page_that_stays_open_while_the_service_is_killed_misses_nothing_and_shows_nothing_twice(place, browser):
    place.read(2)
    context = browser.new_context()
    page = context.new_page()
    with place.running() as process:
        until(lambda: place.ask("SELECT 1 FROM catalogue"))
        page.goto(place.url)
        page.wait_for_selector(".live-on")
        page.evaluate(HEAR)
        (first,) = page.evaluate("[document.getElementById('live').dataset.events.match(/after=(\\d+)/)[1]]")
        place.read(4)
        page.locator("li.fresh").first.wait_for(timeout=MILLISECONDS)
        process.send_signal(signal.SIGKILL)
    for kill in range(KILLS):
        page.wait_for_selector(".live-off", timeout=MILLISECONDS)
        assert page.locator("#live").inner_text().startswith("Connecting again")
        heard = len(page.evaluate("window.heard"))
        place.read(6 + 2 * kill)
        with place.running() as process:
            page.wait_for_function("count => window.heard.length > count", arg=heard, timeout=MILLISECONDS)
            if kill < KILLS - 1:
                process.send_signal(signal.SIGKILL)
                continue
            until(lambda: place.visited() == 6 + 2 * kill)  # noqa: B023 - asked within the same round
            place_of_last = "SELECT (SELECT max(seq) FROM story_changes) = (SELECT seq FROM catalogue_place)"
            until(lambda: place.ask(place_of_last) == [(1,)])  # noqa: B023 - as above
            changes = place.ask("SELECT seq, story FROM story_changes WHERE seq > ? ORDER BY seq", int(first))
            page.wait_for_function("last => window.heard.at(-1) === last", arg=changes[-1][0], timeout=MILLISECONDS)
            told = {story for _, story in changes} & {
                s for (s,) in place.ask("SELECT story FROM catalogue WHERE shown")
            }
            page.wait_for_function(
                "told => told.every(story => document.getElementById(`story-${story}`))",
                arg=sorted(told),
                timeout=MILLISECONDS,
            )
            assert page.evaluate("window.heard") == [seq for seq, _ in changes]
            shown = page.evaluate("[...document.querySelectorAll('li[data-story]')].map(row => row.dataset.story)")
            assert len(shown) == len(set(shown))
            assert len(told) > 20
            page.wait_for_selector(".live-on")
    context.close()


@pytest.fixture
def wire():
    """A real HTTP server with a feed at any path; it lists the paths asked for."""
    asked = []

    class Wire(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            name = self.path.strip("/").partition(".")[0]
            body = FEED.format(name=name, company=name.capitalize()) if name else SITE
            body = body.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml" if name else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Wire) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_feeds_added_on_the_page_are_read_without_a_restart_and_their_stories_come_to_open_pages(place, browser, wire):
    url, asked = wire
    place.read(1)
    context = browser.new_context()
    today, page = context.new_page(), context.new_page()
    with place.running():
        today.goto(place.url)
        today.wait_for_selector(".live-on")
        page.goto(f"{place.url}/feeds")
        opml = f'<opml version="2.0"><body><outline text="Gazette" xmlUrl="{url}/lightgate.xml"/></body></opml>'
        page.get_by_label("File as every feed reader exports it").set_input_files(
            {"name": "reader.opml", "mimeType": "text/xml", "buffer": opml.encode()}
        )
        page.get_by_role("button", name="Import").click()
        page.get_by_text("1 feed of 1 added").wait_for()
        # it was taken up at once; an address inside the network is only asked once somebody says that it is meant
        until(lambda: place.ask("SELECT 1 FROM feeds WHERE name = 'Gazette'"))
        page.goto(f"{place.url}/feeds")
        page.get_by_text("set allow_private: true if you mean it").first.wait_for()
        assert asked == []
        place.read(1, {"name": "Gazette", "url": f"{url}/lightgate.xml", "allow_private": True})
        today.bring_to_front()
        today.locator("li.fresh", has_text="Lightgate").wait_for(timeout=MILLISECONDS)
        assert asked == ["/lightgate.xml"]
    context.close()


def test_a_feed_found_at_a_site_s_address_is_read_at_once_and_told_of_by_the_running_service(place, browser, wire):
    url, asked = wire
    place.read(1)
    context = browser.new_context()
    today, page = context.new_page(), context.new_page()
    with place.running("-c", OPEN_NET):
        today.goto(place.url)
        today.wait_for_selector(".live-on")
        for said in ("Added.", "Chip Gazette is there already."):
            page.goto(f"{place.url}/feeds")
            page.get_by_label("Address of a feed").fill(url)
            page.get_by_label("Name").fill("Chip Gazette")
            page.get_by_label("Visit every").select_option("5m")
            page.get_by_role("button", name="Find and add").click()
            page.locator(".note", has_text=said).wait_for()
        assert set(asked) == {"/", "/lightgate.xml"}
        written = yaml.safe_load((place.root / "dealwire.yaml").read_text(encoding="utf-8"))
        added = {"name": "Chip Gazette", "url": f"{url}/lightgate.xml", "every": "5m"}
        assert written["feeds"] == [{"name": "part 0", "path": "part0.jsonl"}, added]
        today.bring_to_front()
        today.locator("li.fresh", has_text="Lightgate").wait_for(timeout=MILLISECONDS)
        page.goto(f"{place.url}/feeds")
        row = page.get_by_role("region", name="Feeds").locator("tbody tr", has_text="Chip Gazette")
        row.locator("summary", has_text="Last items").click()
        assert "Lightgate raises" in row.inner_text()
    context.close()
