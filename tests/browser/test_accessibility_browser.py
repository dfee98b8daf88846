"""Every tab by axe-core: no finding from moderate on, whatever language, theme or size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from entdemo.ui.header import TABS
from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import DESKTOP, PHONE, needs_chromium, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))) as address:
        yield address


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A page on which something was asked in each tab."""
    with visit(browser, url, size=request.param) as page:
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(AXE)
        ask_everything(page)
        yield page


def ask_everything(page: Page) -> None:
    page.locator("[data-example=throat-0]").click()
    expect(
        page.locator("html:not([data-waiting]) [data-asked] #frame-answer .answer h2").first
    ).to_be_visible(timeout=60_000)
    show(page, "describe")
    page.locator("#description").fill("wax in the left ear")
    page.locator("#description").press("Enter")
    answered = page.locator("#describe-answer .answer:not(.empty) h2")
    expect(answered.first).to_be_visible(timeout=60_000)


def show(page: Page, tab: str) -> None:
    page.locator(f"#tab-{tab}").click()
    expect(page.locator(f"#panel-{tab}")).to_be_visible()
    expect(page.locator("html[data-waiting]")).to_have_count(0, timeout=60_000)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_has_no_serious_finding(page: Page, tab: str) -> None:
    show(page, tab)
    assert in_all_colours_and_languages(page) == []


def test_an_open_case_has_no_serious_finding(page: Page) -> None:
    show(page, "frame")
    page.locator("#frame-answer .card button[data-case]").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    assert in_all_colours_and_languages(page) == []
    page.keyboard.press("Escape")


def test_the_case_sheet_has_no_serious_finding(page: Page) -> None:
    show(page, "frame")
    page.locator("#frame-answer [data-sheet-open]").click()
    expect(page.locator("#case-sheet")).to_be_visible()
    assert in_all_colours_and_languages(page) == []
    page.keyboard.press("Escape")


def test_a_question_of_the_quiz_has_no_serious_finding(page: Page) -> None:
    show(page, "quiz")
    page.locator("#quiz-answer button[type=submit]").click()
    expect(page.locator("#quiz-answer .quiz-ask").first).to_be_visible(timeout=60_000)
    assert in_all_colours_and_languages(page) == []


def test_an_error_has_no_serious_finding(page: Page, tmp_path: Path) -> None:
    show(page, "frame")
    bad = tmp_path / "notes.txt"
    bad.write_text("no picture")
    page.set_input_files("#panel-frame input[type=file] >> nth=0", str(bad))
    expect(page.locator("#frame-message .alert")).to_be_visible(timeout=60_000)
    assert in_all_colours_and_languages(page) == []


def test_the_check_itself_finds_what_is_wrong(page: Page) -> None:
    show(page, "about")
    page.evaluate(
        """document.querySelector(".about").insertAdjacentHTML("afterbegin",
            '<div id="wrong"><img src="data:,"><p style="color:#bbb">pale</p></div>')"""
    )
    found = {finding.partition(":")[0] for finding in in_all_colours_and_languages(page)}
    page.evaluate("document.querySelector('#wrong').remove()")
    assert found == {"image-alt", "color-contrast"}
