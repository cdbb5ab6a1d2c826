import os
import shutil
from pathlib import Path

import pytest
import web_desk

CHROMIUM = shutil.which("chromium")


def pytest_collection_modifyitems(items):
    """What takes a browser is marked, and may only be skipped where there is none and it is not CI."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and "CI" not in os.environ:
                item.add_marker(pytest.mark.skip(reason="there is no chromium"))
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(f"web-{Path(item.fspath).stem}"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A newsroom with deals in it, and its page served."""
    with web_desk.Newsdesk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look(browser, desk):
    """A new reader's window; at the end nothing was fetched from elsewhere, refused by the policy or in error."""
    contexts, heard = [], []

    def open_page(**options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(desk.url) else heard.append(request.url))
        page.set_default_timeout(25_000)
        return page

    open_page.heard = heard
    yield open_page
    for context in contexts:
        context.close()
    assert heard == []
