"""The page as a whole in a real browser: case sheets, the About tab, stillness, no other site."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pypdf import PdfReader

from entdemo.ui.header import TABS
from tests.helpers.browsing import DESKTOP, PATIENCE_MS, PHONE, needs_chromium, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

pytestmark = needs_chromium

# An answer takes the place of the one before, whose nodes are patched: that is new, nothing moves.
SHIFTS = """() => {
    window.shifts = [];
    const answer = document.querySelector("#frame-answer");
    const own = ({ node }) => node && (answer.contains(node) || node.contains(answer));
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries())
            if (!sources.every(own))
                window.shifts.push([value, ...sources.map(({ node, previousRect, currentRect }) =>
                    [node?.className ?? "", previousRect.top, currentRect.top].join(" "))]);
    }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))) as address:
        yield address


def ask_example(page: Page) -> None:
    page.locator("[data-example=ear-left-0]").click()
    answered = page.locator("html:not([data-waiting]) [data-asked] #frame-answer .answer h2").first
    expect(answered).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("html[data-waiting]")).to_have_count(0, timeout=PATIENCE_MS)


def pictures_are_there(page: Page) -> None:
    """Wait for all pictures that are asked for, and for two frames to be painted with them."""
    page.wait_for_function(
        "[...document.images].every(({ loading, complete, offsetParent, y }) =>"
        " complete || !offsetParent || (loading === 'lazy' && y > innerHeight))"
    )
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download(timeout=PATIENCE_MS) as caught:
        page.locator("#case-sheet").get_by_role("button", name=button).click()
    return Path(caught.value.path()).read_bytes()


def test_a_case_sheet_is_downloaded_as_pdf_and_zip(page: Page) -> None:
    ask_example(page)
    shown = page.locator("#frame-answer .card button[data-case]")
    first = shown.first.get_attribute("data-case")
    page.locator("#frame-answer [data-sheet-open]").click()
    page.get_by_label("Your notes").fill("note the handle: nón sáng")
    pdf = PdfReader(io.BytesIO(downloaded(page, "Download PDF")))
    text = " ".join(" ".join(part.extract_text() for part in pdf.pages).split())
    for part in ("For teaching, not for diagnosis.", "ear, left 86 %", "nón sáng", str(first)):
        assert part in text
    archive = zipfile.ZipFile(io.BytesIO(downloaded(page, "Download ZIP")))
    table = archive.read("cases.csv").decode("utf-8-sig")
    assert table.count("\n") == shown.count() + 1
    assert "query.jpg" in archive.namelist()


def test_a_vietnamese_sheet_of_a_description_by_keyboard(browser: Browser, url: str) -> None:
    with visit(browser, f"{url}#describe", locale="vi-VN") as page:
        page.locator("#description").fill("thủng màng nhĩ trái")
        page.keyboard.press("Enter")
        button = page.locator("#describe-answer [data-sheet-open]")
        expect(button).to_be_visible(timeout=PATIENCE_MS)
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Phiếu ca")
        expect(dialog).to_be_visible()
        page.get_by_label("Ghi chú của bạn").focus()
        page.keyboard.type("nghi thủng nhĩ")
        page.keyboard.press("Tab")
        with page.expect_download(timeout=PATIENCE_MS) as caught:
            page.keyboard.press("Enter")
        text = PdfReader(str(caught.value.path())).pages[0].extract_text()
        assert "Mô tả: thủng màng nhĩ trái" in " ".join(text.split())
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()


def test_notes_on_one_query_are_not_on_the_sheet_of_another(page: Page) -> None:
    ask_example(page)
    opener = page.locator("#frame-answer [data-sheet-open]")
    notes = page.locator("#sheet-notes")
    opener.click()
    notes.fill("about the first")
    page.keyboard.press("Escape")
    opener.click()
    expect(notes).to_have_value("about the first")
    page.keyboard.press("Escape")
    before = page.locator("#frame-query img").get_attribute("src") or ""
    page.locator("[data-example=throat-0]").click()
    expect(page.locator("#frame-query img")).not_to_have_attribute(
        "src", before, timeout=PATIENCE_MS
    )
    expect(page.locator("html[data-waiting]")).to_have_count(0, timeout=PATIENCE_MS)
    opener.click()
    expect(notes).to_have_value("")


def test_a_sheet_that_cannot_be_made_is_explained(browser: Browser, url: str) -> None:
    page = browser.new_page(locale="en-GB")
    page.goto(url)
    ask_example(page)
    page.route("**/sheet", lambda route: route.fulfill(status=429, json={"detail": "Too many."}))
    page.locator("#frame-answer [data-sheet-open]").click()
    page.get_by_role("button", name="Download PDF").click()
    expect(page.locator("#case-sheet [role=alert]")).to_have_text("Too many.")
    page.close()


def test_the_example_for_programs_names_this_app(page: Page, url: str) -> None:
    page.locator("#tab-about").click()
    code = page.locator("#about-api code").first
    expect(code).to_contain_text(f'Client("{url}")')
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#about-api [data-copy]").click()
    expect(page.locator("#about-api [role=status]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == code.inner_text()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_about_fits_the_window(browser: Browser, url: str, size: tuple[int, int]) -> None:
    with visit(browser, f"{url}#about", size=size) as page:
        expect(page.locator("#about-figures")).to_be_visible()
        page.locator(".model-card summary, #about-api").last.scroll_into_view_if_needed()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_page_and_results_load(
    browser: Browser, url: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """Answers come late enough here that no shift passes for a reaction to the click."""
    frame = draw_frame(tmp_path / "frame.jpg", "vc-closed")
    with visit(browser, url, size=size) as page:
        expect(page.locator("#frame-answer .answer h2").first).to_be_visible(timeout=PATIENCE_MS)
        pictures_are_there(page)
        page.evaluate(SHIFTS)
        page.wait_for_timeout(200)
        shifts = page.evaluate("window.shifts.splice(0)")
        assert sum(shift[0] for shift in shifts) < 0.05, shifts

        def late(route: Route) -> None:
            time.sleep(0.9)
            route.continue_()

        page.route("**/queue/join*", late)
        page.set_input_files("#panel-frame input[type=file] >> nth=0", str(frame))
        answered = page.locator(
            "html:not([data-waiting]) [data-asked] #frame-answer .answer h2"
        ).first
        expect(answered).to_be_visible(timeout=PATIENCE_MS)
        pictures_are_there(page)
        shifts = page.evaluate("window.shifts")
        page.unroute("**/queue/join*")
        assert sum(shift[0] for shift in shifts) < 0.02, shifts


def test_no_tab_asks_another_site(browser: Browser, url: str) -> None:
    asked: list[str] = []
    with visit(browser, url) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        ask_example(page)
        page.locator("#frame-answer .card button[data-case]").first.click()
        page.keyboard.press("Escape")
        for tab in TABS:
            page.locator(f"#tab-{tab}").click()
            expect(page.locator(f"#panel-{tab}")).to_be_visible()
            pictures_are_there(page)
    assert len(asked) > 30
    assert [address for address in asked if not address.startswith((url, "data:", "blob:"))] == []
