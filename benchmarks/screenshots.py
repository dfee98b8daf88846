"""Pictures of each tab for the guide: ``make screenshots``.

It serves the shipped weights and gallery, asks something in each tab, and writes
``docs/screenshots/TAB.jpg`` (English, desktop), ``TAB-vi.jpg`` (Vietnamese, phone) and
``TAB-dark.jpg`` (English, desktop, dark).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.progress import track

from benchmarks.visitors import served, wait_until_it_answers
from entdemo.settings import ROOT
from entdemo.ui.header import TABS

FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 200 * 1000
_CHROMIUM = "/usr/bin/chromium"
_ASK = {"en": "perforation of the left eardrum", "vi": "thủng màng nhĩ trái"}
_PATIENCE_MS = 60_000
PICTURES_ARE_THERE = """[...document.images].every(
    (image) => image.complete || !image.offsetParent
        || (image.loading === "lazy" && image.y > innerHeight))"""
DECODE_THEM = """Promise.allSettled([...document.images].filter(
    (image) => image.complete && image.offsetParent).map((image) => image.decode()))"""


@dataclass(frozen=True)
class View:
    """A way to look at the page.

    Attributes:
        suffix: of the file names.
        language: ``en`` or ``vi``.
        size: of the window, in points.
        scale: pixels a point.
        dark: the dark theme.
        tabs: which tabs are shown this way.
    """

    suffix: str
    language: str
    size: tuple[int, int]
    scale: float
    dark: bool
    tabs: tuple[str, ...]


VIEWS = (
    View("", "en", (1280, 900), 1, False, TABS),
    View("-vi", "vi", (390, 844), 2, False, TABS),
    View("-dark", "en", (1280, 900), 1, True, ("frame", "gallery")),
)


def take_all(url: str) -> list[Path]:
    """Write all pictures; their paths."""
    with chromium() as browser:
        shots = [(view, tab) for view in VIEWS for tab in view.tabs]
        return [take(browser, url, *shot) for shot in track(shots, "taking pictures")]


def take(browser: Browser, url: str, view: View, tab: str) -> Path:
    """One picture of a tab in which something was asked."""
    width, height = view.size
    context = browser.new_context(
        locale={"en": "en-GB", "vi": "vi-VN"}[view.language],
        viewport={"width": width, "height": height},
        device_scale_factor=view.scale,
        color_scheme="dark" if view.dark else "light",
        reduced_motion="reduce",
        has_touch=width < 600,
    )
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{url}/#{tab}")
    page.locator(f"#panel-{tab}[role=tabpanel]").wait_for()
    ask(page, tab, view.language)
    path = FOLDER / f"{tab}{view.suffix}.jpg"
    path.write_bytes(small_enough(page))
    context.close()
    return path


def ask(page: Page, tab: str, language: str) -> None:
    """Bring the tab into the state that is worth a picture."""
    if tab == "frame":
        page.locator("[data-example]").nth(3).click()
        page.locator("html:not([data-waiting]) [data-asked] #frame-answer h2").first.wait_for()
    elif tab == "describe":
        page.locator("#description").fill(_ASK[language])
        page.locator("#description").press("Enter")
        page.locator("#describe-answer .answer:not(.empty) h2").first.wait_for()
    elif tab == "quiz":
        page.locator("#quiz-answer button[type=submit]").click()
        page.locator("#quiz-answer .quiz-ask").first.wait_for()
    elif tab == "gallery":
        page.locator("#gallery-answer .card").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_function(PICTURES_ARE_THERE)
    page.evaluate(DECODE_THEM)


def small_enough(page: Page) -> bytes:
    """The window as JPEG in the best quality within the limit.

    Raises:
        ValueError: if none is.
    """
    for quality in (88, 80, 70, 60, 50):
        data = page.screenshot(type="jpeg", quality=quality)
        if len(data) < MOST_BYTES:
            return data
    raise ValueError(f"a screenshot of {page.url} takes more than {MOST_BYTES} bytes")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def main() -> None:
    """Serve, take the pictures, and say how large they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as server:
        asyncio.run(wait_until_it_answers(server.url))
        for path in take_all(server.url):
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
