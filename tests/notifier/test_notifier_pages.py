"""Emails, and Slack's messages as drawn, in a real browser: nothing overflows, runs or is fetched."""

import os
import shutil
from datetime import UTC, datetime

import pytest
from notifier_desk import START, make_alert, make_story

from notifier.render.blockkit import draw
from notifier.render.html import html
from notifier.render.notice import Notice
from notifier.render.sample import sample_alerts
from notifier.render.slack import blocks

CHROMIUM = shutil.which("chromium")
HOSTILE = "<script>document.title='owned'</script><img src=https://evil.example/x onerror=alert(1)> " + "x" * 500


def notices():
    samples = sample_alerts(datetime(2026, 3, 2, tzinfo=UTC))
    hostile = make_alert(story_view=make_story(subject=HOSTILE))
    for form, alerts in (("alert", samples[:1]), ("group", samples), ("digest", samples), ("alert", [hostile])):
        yield Notice(
            id="d", receiver="desk", form=form, at=START, alerts=tuple(alerts), story_url="https://d.example/{id}"
        )


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="there is no chromium")
@pytest.mark.parametrize("width", [390, 720])
def test_messages_fit_their_screen_and_fetch_nothing(width):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for notice in notices():
            for drawn in (html(notice), draw(blocks(notice))):
                page.set_content(drawn)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.title() != "owned"
        assert asked == []
        browser.close()


def test_slack_as_drawn_shows_links_bold_and_quotes_and_runs_nothing():
    alert = make_alert(story_view=make_story(subject="A & B <i>x</i> *not bold*"))
    drawn = draw(blocks(Notice(id="d", receiver="desk", form="alert", at=START, alerts=(alert,))))
    assert '<a href="https://wire.example/orbital">The Wire, 02 Mar 2026</a>' in drawn
    assert "<b>Big rounds</b>" in drawn
    assert "<blockquote>“Orbital Silicon raises $500 million” — The Wire</blockquote>" in drawn
    assert "A &amp; B &lt;i&gt;x&lt;/i&gt;" in drawn
    assert "<i>x</i>" not in drawn
