"""The pictures of messages in docs/images, made from the examples as a browser shows them.

    .venv/bin/python docs/pictures.py

The examples' own feeds are read into a store that is thrown away; Chromium draws what Slack and a mail reader get.
"""

import asyncio
import contextlib
import io
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from dealwire.bootstrap.embedded import Service
from dealwire.bootstrap.rules import Rules
from dealwire.config import load_settings
from dealwire.model import Alert
from dealwire.store import receipts
from dealwire.store.database import Store
from notifier.render.blockkit import draw
from notifier.render.html import html
from notifier.render.notice import Notice
from notifier.render.slack import blocks

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH = 720
SHARPNESS = 1.5
DIGEST_STORIES = 8


def example_alerts(folder: Path) -> list[Alert]:
    """What the examples' local feeds make the examples' rules say, the oldest first."""
    settings = load_settings(ROOT / "examples" / "dealwire.yaml")
    local = tuple(feed for feed in settings.feeds if not feed.remote)
    store = folder / "pictures.db"
    settings = settings.model_copy(update={"feeds": local, "store": store})
    rules = Rules.read([settings.place(path) for path in settings.rules])
    with contextlib.redirect_stdout(io.StringIO()):
        asyncio.run(Service(settings, rules, lambda *_: None).run(asyncio.Event(), once=True))
    with Store.open(store) as opened:
        wanted = receipts.Wanted(datetime.min.replace(tzinfo=UTC))
        found = [receipt.alert for receipt in receipts.listed(opened.connection, wanted)]
    return sorted(found, key=lambda alert: (alert.at, alert.id))


def notice(*alerts: Alert, form: str = "alert", receiver: str) -> Notice:
    return Notice(
        id="picture", receiver=receiver, form=form, at=alerts[-1].at, alerts=alerts,
        story_url="http://127.0.0.1:8080/stories/{id}",
    )  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        alerts = example_alerts(Path(folder))
    update = next(a for a in alerts if a.kind == "changed" and a.story_view and a.story_view.valuation)
    raised = next(a for a in alerts if a.kind == "new" and a.story_view and a.story_view.names("lead_investor"))
    stories = list(dict.fromkeys(a.story for a in alerts))[:DIGEST_STORIES]
    day = [a for a in alerts if a.story in stories]
    pages = {
        "slack": draw(blocks(notice(update, receiver="deals-slack"))),
        "email": html(notice(raised, receiver="desk-mail")),
        "digest": html(notice(*day, form="digest", receiver="desk-mail")),
    }
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 200}, device_scale_factor=SHARPNESS)
        for name, drawn in pages.items():
            page.set_content(drawn)
            page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
