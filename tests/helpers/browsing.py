"""Debian's Chromium for tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PATIENCE_MS = 60_000
DESKTOP, PHONE = (1280, 900), (390, 844)

needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser, url: str, locale: str = "en-GB", size: tuple[int, int] = DESKTOP
) -> Iterator[Page]:
    """A visitor's page, ready to use; it must end without an error in the console."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(
        locale=locale,
        viewport=viewport,  # type: ignore[arg-type]
        has_touch=size[0] < 600,
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(url)
    expect(page.locator("#panel-frame")).to_have_attribute("role", "tabpanel", timeout=PATIENCE_MS)
    expect(page.locator("[data-example] >> nth=6")).to_be_attached(timeout=PATIENCE_MS)
    if page.url.rpartition("#")[2] in (page.url, "frame"):
        first_answer(page)
    yield page
    context.close()
    assert not faults, faults


def first_answer(page: Page) -> None:
    """Wait for the example that is answered before anybody asks."""
    answered = page.locator("html:not([data-waiting]) #frame-answer .answer:not(.empty)")
    expect(answered).to_be_attached(timeout=PATIENCE_MS)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
