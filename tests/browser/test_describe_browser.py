"""Suggestions, matched words and filters of the Describe tab in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.helpers.browsing import PHONE, needs_chromium, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))
    with served(predictor) as address:
        yield address


def test_findings_are_suggested_and_chosen_by_keyboard(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe") as page:
        box = page.get_by_label("What do you see?")
        box.press_sequentially("perf ear")
        options = page.get_by_role("option")
        expect(options.first).to_have_text("perforated eardrum")
        expect(page.locator("[data-suggested]")).to_contain_text("arrow keys choose")
        page.keyboard.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        active = box.get_attribute("aria-activedescendant")
        assert active == options.first.get_attribute("id")
        page.keyboard.press("Enter")
        expect(box).to_have_value("perforated eardrum")
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator("#describe-answer h2")).to_contain_text(" ear.")
        expect(page.locator("#describe-answer mark").first).to_be_visible()


def test_escape_closes_suggestions_and_enter_then_searches(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe") as page:
        box = page.get_by_label("What do you see?")
        box.press_sequentially("tonsil")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator("#describe-answer h2")).to_contain_text("This describes a throat.")
        expect(box).to_have_value("tonsil")


def test_vietnamese_without_marks_is_completed_after_a_comma_on_a_phone(
    browser: Browser, url: str
) -> None:
    with visit(browser, f"{url}#describe", "vi-VN", PHONE) as page:
        box = page.get_by_label("Bạn thấy gì?")
        box.press_sequentially("tai trái, thung mang")
        option = page.get_by_role("option").first
        expect(option).to_have_text("thủng màng nhĩ")
        option.tap()
        expect(box).to_have_value("tai trái, thủng màng nhĩ")
        page.get_by_role("button", name="Tìm ca", exact=True).tap()
        expect(page.locator("#describe-answer h2")).to_contain_text("tai trái")
        marked = page.locator("#describe-answer .card mark:visible").all_inner_texts()
        assert "thủng" in " ".join(marked).lower()


def test_filters_apply_to_the_last_description(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe") as page:
        panel = page.locator("[data-filters=describe]")
        panel.locator("> summary").click()
        panel.get_by_role("checkbox", name="Ear, left").check()  # before there is an answer
        page.get_by_label("What do you see?").fill("throat")
        page.keyboard.press("Enter")
        found = page.locator("#describe-answer .card")
        expect(found).to_have_count(4)
        page.get_by_label("What do you see?").fill("not sent")
        panel.get_by_role("checkbox", name="Ear, left").uncheck()
        expect(found).to_have_count(12)
        expect(page.locator("#describe-answer h2")).to_contain_text("This describes a throat.")


def test_changed_language_turns_filters_and_suggestions(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe") as page:
        page.get_by_role("button", name="Tiếng Việt").click()
        panel = page.locator("[data-filters=describe]")
        panel.locator("> summary").click()
        expect(panel).to_contain_text("Lọc các ca")
        shown = panel.inner_text()
        for english in ("Filter", "Finding", "Region", "Least", "Clear", "normal"):
            assert english not in shown
        page.get_by_label("Bạn thấy gì?").press_sequentially("polyp")
        expect(page.get_by_role("option").first).to_have_attribute("lang", "vi")
