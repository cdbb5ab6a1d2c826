"""Makes the pictures of the web page that docs/web.md shows: `make screenshots`.

A page is filled from the project's own archive of invented deals (tests/archive.py), moved to end today, and looked at
in Chromium. Nothing in the pictures happened. A font such as Debian's fonts-inter makes them look as they do here.
"""

import base64
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMAGES = Path(__file__).parent / "images"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "web")]

import web_desk  # noqa: E402 - it lies beside the tests
from playwright.sync_api import Page, sync_playwright  # noqa: E402 - as above

DEALS = 90
WIDE = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}
QUALITY = 82
STORY = """SELECT story FROM catalogue WHERE shown AND category = 'funding' AND version BETWEEN 3 AND 4
    AND status != 'cancelled' ORDER BY usd DESC LIMIT 1"""


def main() -> None:
    """Take every picture."""
    chromium = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, web_desk.Newsdesk(Path(folder), deals=DEALS) as desk:
        (story,) = desk.store.connection.execute(STORY).fetchone()
        shots = (
            ("web-today", "/", WIDE, "light"),
            ("web-story", f"/stories/{story}", WIDE, "light"),
            ("web-rules", "/rules", WIDE, "dark"),
            ("web-phone", "/", PHONE, "dark"),
        )
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name, path, size, scheme in shots:
                page = browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=1.5)
                page.goto(desk.url + path)
                if path == "/":
                    page.wait_for_selector(".live-on")
                (IMAGES / f"{name}.webp").write_bytes(picture(page))
                print(IMAGES / f"{name}.webp")  # noqa: T201 - a command's answer
            browser.close()


def picture(page: Page) -> bytes:
    """What the window shows, as WebP: a quarter of the octets of PNG."""
    asked = {"format": "webp", "quality": QUALITY}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    main()
