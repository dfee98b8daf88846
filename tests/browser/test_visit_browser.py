"""What the page remembers of a visit: Back, reload, addresses and the list of earlier questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browsing import PHONE, needs_chromium, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)

ANSWERED = "html:not([data-waiting]) #{}-answer .answer:not(.empty) h2"
THROAT = {"en": "This looks like a throat.", "vi": "Khung hình này cho thấy họng."}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        with served(predictor) as address:
            yield address


def expect_answer(page: Page, text: str, place: str = "frame") -> None:
    expect(page.locator(ANSWERED.format(place))).to_have_text(text, use_inner_text=True)


def query_address(page: Page) -> str:
    return page.url.rpartition("#")[2]


@pytest.mark.parametrize(("locale", "size"), [("en-GB", (1366, 768)), ("vi-VN", PHONE)])
def test_back_and_reload_keep_query_and_answer(
    browser: Browser, url: str, tmp_path: Path, locale: str, size: tuple[int, int]
) -> None:
    with visit(browser, url, locale, size) as page:
        page.locator("[data-example=throat-0]").click()
        expect_answer(page, THROAT[locale[:2]])
        assert query_address(page) == "frame?example=throat-0"
        frame = draw_frame(tmp_path / "Nguyen Van A.jpg", "vc-closed")
        page.set_input_files("#panel-frame input[type=file] >> nth=0", str(frame))
        expect(page.locator("#frame-answer h2")).not_to_have_text(
            THROAT[locale[:2]], use_inner_text=True
        )
        expect(page.locator("html[data-waiting]")).to_have_count(0)
        own = page.locator("#frame-answer h2").inner_text()
        picture = page.locator("#frame-query img").get_attribute("src")
        assert query_address(page) == "frame"
        page.go_back()
        expect_answer(page, THROAT[locale[:2]])
        page.go_forward()
        expect_answer(page, own)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        expect_answer(page, own)
        expect(page.locator("#frame-query img")).to_have_attribute("src", str(picture))
        assert not [address for address in asked if "queue/join" in address and "upload" in address]
        assert "Nguyen" not in page.evaluate("sessionStorage.getItem('entdemo-visit')")


def test_what_is_brought_again_after_a_reload_can_be_asked_anew(page: Page, tmp_path: Path) -> None:
    frame = draw_frame(tmp_path / "frame.jpg", "vc-closed")
    page.set_input_files("#panel-frame input[type=file] >> nth=0", str(frame))
    expect(page.locator("html:not([data-waiting]) [data-asked] #frame-answer .card")).to_have_count(
        12
    )
    page.reload()
    expect(page.locator("#frame-answer .card")).to_have_count(12)
    panel = page.locator("[data-filters=frame]")
    panel.locator("> summary").click()
    panel.get_by_role("checkbox", name="Ear", exact=True).check()
    expect(page.locator("#frame-answer .card")).to_have_count(8)
    assert query_address(page) == "frame?regions=ear"


def test_addresses_lead_to_a_search_a_filter_and_a_case(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe?text=tonsil&regions=throat") as page:
        expect_answer(page, "This describes a throat.", "describe")
        expect(page.locator("#describe-answer .card")).to_have_count(4)
        assert query_address(page) == "describe?text=tonsil&regions=throat"
    with visit(browser, f"{url}#gallery?region=ear&case=ear-left-1") as page:
        expect(page.locator("#viewer")).to_contain_text("ear-left-1")
        expect(page.locator("#gallery-answer .card")).to_have_count(8)
        page.keyboard.press("Escape")
        expect(page.locator("#viewer")).to_be_hidden()
        assert query_address(page) == "gallery?region=ear"
    with visit(browser, f"{url}#frame?example=throat-0&case=gone") as page:
        expect(page.locator("#panel-gallery [role=alert]:visible")).to_contain_text("“gone”")


def test_back_closes_a_case_and_stepping_changes_its_address(page: Page) -> None:
    cards = page.locator("#frame-answer .card [data-case]")
    names = [str(cards.nth(at).get_attribute("data-case")) for at in range(2)]
    cards.first.click()
    page.wait_for_function("name => location.hash.endsWith(`case=${name}`)", arg=names[0])
    page.keyboard.press("ArrowRight")
    page.wait_for_function("name => location.hash.endsWith(`case=${name}`)", arg=names[1])
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    assert query_address(page) == "frame"


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en-GB", "The app cannot be reached"), ("vi-VN", "Không kết nối được với ứng dụng")],
)
def test_a_lost_connection_is_told_in_the_pages_words_and_what_was_typed_stays(
    browser: Browser, url: str, locale: str, told: str
) -> None:
    page = browser.new_page(locale=locale)
    page.goto(f"{url}#describe")
    box = page.locator("#description")
    box.fill("amidan")
    page.evaluate("window.before = true")
    page.context.set_offline(True)
    box.press("Enter")
    expect(page.locator("#describe-local")).to_contain_text(told)
    expect(page.locator(".toast-wrap")).to_be_hidden()
    page.context.set_offline(False)
    page.wait_for_function("!window.before")  # Gradio loads the page anew
    expect(box).to_have_value("amidan")
    page.context.close()


def test_earlier_questions_are_listed_and_forgotten(browser: Browser, url: str) -> None:
    with visit(browser, url, "vi-VN") as page:
        page.locator("[data-example=throat-0]").click()
        expect_answer(page, THROAT["vi"])
        page.get_by_role("tab", name="Mô tả").click()
        page.locator("#description").fill("amidan")
        page.keyboard.press("Enter")
        expect_answer(page, "Mô tả này nói về họng.", "describe")
        earlier = page.locator("#panel-describe [data-earlier]")
        earlier.locator("summary").click()
        expect(earlier.locator("[data-entry]")).to_have_count(3)
        earlier.locator("[data-entry]").last.click()
        expect(page.locator("#panel-frame")).to_be_visible()
        expect(page.locator("#frame-answer h2")).to_contain_text("mũi")
        page.go_back()
        expect(page.locator("#panel-describe")).to_be_visible()
        page.get_by_role("button", name="Xóa danh sách").click()
        expect(earlier.locator("[data-entry]")).to_have_count(2)
