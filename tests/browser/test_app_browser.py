"""The page in a real browser, by mouse and by keyboard."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.helpers.browsing import first_answer, needs_chromium
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

expect.set_options(timeout=30_000)

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> FakePredictor:
    return FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))


@pytest.fixture(scope="module")
def url(predictor: FakePredictor, uploads: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(uploads))
        with served(predictor) as address:
            yield address


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    return draw_frame(tmp_path / "frame.jpg", "vc-closed", shift=6)


@pytest.fixture
def asked() -> list[str]:
    """Addresses that the page asked for."""
    return []


@pytest.fixture
def page(browser: Browser, url: str, asked: list[str]) -> Iterator[Page]:
    yield from opened(browser, url, asked, "en-GB")


@pytest.fixture
def vietnamese_page(browser: Browser, url: str) -> Iterator[Page]:
    yield from opened(browser, url, [], "vi-VN")


def opened(browser: Browser, url: str, asked: list[str], locale: str) -> Iterator[Page]:
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(url)
    expect(page.locator("#panel-frame")).to_have_attribute("role", "tabpanel")
    for part in (
        "#panel-frame .ways[data-limit]",
        "#frame-tasks .tasks",
        "#frame-examples img >> nth=6",
    ):
        expect(page.locator(part)).to_be_visible()
    first_answer(page)
    yield page
    context.close()
    assert faults == []


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", str(file))


def verdict(page: Page, tab: str = "frame") -> str:
    shown = page.locator(f"html:not([data-waiting]) #{tab}-answer .answer:not(.empty) h2")
    shown.wait_for()
    return str(shown.inner_text())


def test_a_frame_gives_a_class_and_cases(page: Page, frame: Path) -> None:
    upload(page, frame)
    assert re.match(r"This looks like (open|closed) vocal cords\.", verdict(page))
    assert page.locator("#frame-answer .bars li").count() == 7
    first = page.locator("#frame-answer .card").first
    assert "Vocal cords" in first.inner_text()
    assert re.search(r"0\.9\d", first.inner_text())
    assert first.locator("img").get_attribute("alt", timeout=1000)


def test_the_query_is_shown_with_its_disc(page: Page, frame: Path) -> None:
    upload(page, frame)
    verdict(page)
    expect(page.locator("#frame-query img")).to_have_attribute("alt", "Your frame")
    expect(page.locator("#frame-query circle")).to_have_count(1)


def test_a_case_opens_finds_similar_ones_and_closes(page: Page, frame: Path) -> None:
    upload(page, frame)
    verdict(page)
    card = page.locator("#frame-answer .card button[data-case]").nth(1)
    caption = card.locator(".card-caption").inner_text()
    card.click()
    viewer = page.get_by_role("dialog")
    expect(viewer.locator(".caption")).to_have_text(caption, use_inner_text=True)
    assert "drawn for tests" in viewer.inner_text()
    viewer.get_by_role("button", name="Find similar").click()
    viewer.locator(".similar .card button[data-case]").nth(2).click()
    expect(viewer.get_by_role("button", name="Back")).to_be_visible()
    viewer.get_by_role("button", name="Back").click()
    expect(viewer.locator(".caption")).to_have_text(caption, use_inner_text=True)
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(card).to_be_focused()


def test_arrow_keys_step_through_the_cases_of_an_answer(page: Page, frame: Path) -> None:
    upload(page, frame)
    verdict(page)
    cards = page.locator("#frame-answer .card button[data-case]")
    captions = [cards.nth(at).locator(".card-caption").inner_text() for at in range(3)]
    cards.nth(1).click()
    viewer = page.get_by_role("dialog")
    shown = viewer.locator(".caption")
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_text(captions[2], use_inner_text=True)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_text(captions[0], use_inner_text=True)
    expect(viewer.get_by_role("button", name="Previous case")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(cards.first).to_be_focused()


def test_an_example_is_one_click(page: Page) -> None:
    page.locator("[data-example=throat-0]").click()
    assert verdict(page) == "This looks like a throat."


def test_a_pasted_and_a_dropped_frame_are_taken(page: Page, frame: Path) -> None:
    hand_in = """([kind, data]) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "f.jpg", { type: "image/jpeg" }));
        const event = kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true })
            : new DragEvent("drop", { dataTransfer: transfer, bubbles: true });
        document.body.dispatchEvent(event);
    }"""
    data = base64.b64encode(frame.read_bytes()).decode()
    for kind in ("paste", "drop"):
        page.evaluate(hand_in, [kind, data])
        expect(page.locator("#frame-answer h2")).to_contain_text("vocal cords.")
        page.locator("[data-example=throat-0]").click()
        expect(page.locator("#frame-answer h2")).to_have_text(
            "This looks like a throat.", use_inner_text=True
        )


def test_the_camera_takes_a_frame_and_is_switched_off(page: Page) -> None:
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_function("document.querySelector('#camera video').videoWidth > 0")
    page.get_by_role("button", name="Take the picture").click()
    verdict(page)
    assert page.evaluate("document.querySelector('#camera video').srcObject") is None


def test_a_bad_file_is_named_and_no_older_answer_stands_beside_it(
    page: Page, frame: Path, tmp_path: Path
) -> None:
    upload(page, frame)
    before = verdict(page)
    bad = tmp_path / "notes.txt"
    bad.write_text("no picture")
    upload(page, bad)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("“notes.txt”: This file is not a picture")
    expect(page.locator("#frame-answer")).to_be_hidden()
    expect(page.locator("#frame-query img")).to_be_hidden()
    page.get_by_role("button", name="Tiếng Việt").click()
    assert "không phải ảnh" in alert.inner_text()
    page.get_by_role("button", name="English").click()
    upload(page, frame)
    expect(alert).to_have_count(0)
    assert verdict(page) == before


def test_what_is_refused_names_its_file_and_shows_cases_on_a_click(
    page: Page, tmp_path: Path
) -> None:
    grey = tmp_path / "wall.png"
    Image.new("RGB", (128, 128), (120, 120, 120)).save(grey)
    upload(page, grey)
    answer = page.locator("#frame-answer")
    expect(answer.locator(".grade")).to_have_text("“wall.png”: Do not use", use_inner_text=True)
    expect(answer.locator(".bars, [data-sheet-open]")).to_have_count(0)
    expect(answer.locator(".card").first).to_be_hidden()
    answer.get_by_text("Show the nearest cases anyway").click()
    expect(answer.locator(".card").first).to_be_visible()


def test_an_empty_file_is_explained(page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    upload(page, empty)
    expect(page.get_by_role("alert")).to_contain_text("This file is empty")


def test_a_file_over_the_limit_is_not_even_sent(
    page: Page, asked: list[str], tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(21 * 1024**2)
    asked.clear()
    upload(page, large)
    expect(page.get_by_role("alert")).to_contain_text("21 MB")
    assert not [address for address in asked if "upload" in address]


def test_a_fault_shows_one_sentence(
    page: Page, frame: Path, predictor: FakePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictor, "fail", True)
    upload(page, frame)
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong here.")
    assert "secret" not in page.content()


def test_a_vietnamese_description_on_a_vietnamese_page(vietnamese_page: Page) -> None:
    page = vietnamese_page
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("tab", name="Mô tả").click()
    box = page.get_by_label("Bạn thấy gì?")
    assert box.get_attribute("placeholder") == "ví dụ: màng nhĩ phải co lõm"
    box.fill("thủng màng nhĩ trái")
    box.press("Enter")
    assert verdict(page, "describe") == "Mô tả này nói về tai trái."
    card = page.locator("#describe-answer .card").first
    assert "Tai trái" in card.inner_text()
    assert "0,97" in card.inner_text()
    assert (card.locator("img").get_attribute("alt") or "").startswith("tai trái: ")
    box.fill("")
    page.get_by_role("button", name="Tìm ca").click()
    expect(page.get_by_role("alert")).to_contain_text("Vui lòng nhập mô tả")
    assert verdict(page, "describe") == "Mô tả này nói về tai trái."


def test_the_language_turns_everything_at_once_and_is_kept(page: Page, frame: Path) -> None:
    upload(page, frame)
    verdict(page)
    page.get_by_role("button", name="Tiếng Việt").click()
    assert page.locator("html").get_attribute("lang") == "vi"
    assert verdict(page).startswith("Khung hình này cho thấy dây thanh")
    shown = page.locator("main").inner_text()
    for english in ("looks like", "Choose", "example", "similar", "teaching", "Vocal cords"):
        assert english not in shown
    page.reload()
    expect(page.get_by_role("tab", name="Khung hình")).to_be_visible()


def test_enter_searches_and_shift_enter_breaks_the_line(page: Page) -> None:
    page.get_by_role("tab", name="Describe").click()
    box = page.get_by_label("What do you see?")
    box.fill("tonsil")
    box.press("Shift+Enter")
    assert box.input_value() == "tonsil\n"
    box.press("Enter")
    assert verdict(page, "describe") == "This describes a throat."


def test_an_example_description_is_one_click(page: Page) -> None:
    page.get_by_role("tab", name="Describe").click()
    page.get_by_role("button", name="retracted right eardrum").click()
    assert verdict(page, "describe") == "This describes a right ear."


def test_the_main_path_by_keyboard_alone(page: Page) -> None:
    page.locator("[data-tab=frame]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Describe")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("vocal cord open")
    page.keyboard.press("Enter")
    assert verdict(page, "describe") == "This describes open vocal cords."
    page.locator("#describe-answer .card button[data-case]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog")
    expect(viewer).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "!document.activeElement || document.activeElement.closest('dialog')"
            " !== null || document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_the_theme_can_be_turned_and_is_kept(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    assert light != dark
    page.reload()
    expect(page.get_by_role("tab", name="Frame", exact=True)).to_be_visible()
    page.wait_for_function(f"{ground} === '{dark}'")


def test_nothing_moves_when_the_answer_comes(page: Page, frame: Path) -> None:
    places = "[...document.querySelectorAll('.ways, .verdict')].slice(0, 2)"
    tops = f"{places}.map((element) => Math.round(element.getBoundingClientRect().top))"

    def late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page.route("**/queue/join*", late)
    upload(page, frame)
    before = page.evaluate(tops)
    verdict(page)
    assert page.evaluate(tops) == before


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_sideways_scrolling(page: Page, frame: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    upload(page, frame)
    verdict(page)
    page.locator("#frame-answer .card button[data-case]").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#viewer').scrollWidth") <= width


def test_the_page_asks_no_other_site(page: Page, url: str, asked: list[str], frame: Path) -> None:
    upload(page, frame)
    verdict(page)
    page.locator("#frame-answer .card button[data-case]").first.click()
    page.wait_for_function("document.querySelector('#viewer img').naturalWidth > 0")
    outside = [a for a in asked if not a.startswith((url, "data:", "blob:"))]
    assert len(asked) > 10
    assert outside == []


NOTE_FILE_NAMES = """() => {
    window.sentNames = [];
    const send = window.fetch;
    window.fetch = (address, options) => {
        if (options?.body instanceof FormData)
            for (const part of options.body.values()) window.sentNames.push(part.name);
        return send(address, options);
    };
}"""


def test_no_upload_stays_on_disk_and_no_file_name_leaves(
    page: Page, uploads: Path, tmp_path: Path
) -> None:
    named = draw_frame(tmp_path / "Nguyen Van A 1980.jpg", "throat")
    page.evaluate(NOTE_FILE_NAMES)
    before = set(uploads.rglob("*"))
    upload(page, named)
    verdict(page)
    assert set(uploads.rglob("*")) - before == set()
    (sent,) = page.evaluate("window.sentNames")
    assert re.fullmatch("[0-9a-f]{24}", sent)


def test_a_refused_request_ends_the_wait_with_a_sentence(browser: Browser, url: str) -> None:
    page = browser.new_page(locale="vi-VN")
    page.goto(f"{url}#describe")
    page.get_by_label("Bạn thấy gì?").fill("amidan")
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"error": "full"}))
    page.get_by_role("button", name="Tìm ca").click()
    expect(page.get_by_role("alert")).to_contain_text("Vui lòng")
    expect(page.locator("html[data-waiting]")).to_have_count(0)
    page.close()


def test_who_asks_too_much_is_told_so(browser: Browser, url: str) -> None:
    page = browser.new_page(locale="vi-VN")
    page.goto(f"{url}#describe")
    page.get_by_label("Bạn thấy gì?").fill("amidan")
    page.route("**/queue/join*", lambda route: route.fulfill(status=429, json={"detail": "no"}))
    page.get_by_role("button", name="Tìm ca").click()
    expect(page.get_by_role("alert")).to_contain_text("Có quá nhiều yêu cầu")
    page.close()


def test_the_api_page_opens_from_the_foot(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.goto(url)
    page.get_by_role("button", name="Use it from a program").click()
    expect(page.locator("#about-api code").first).to_be_in_viewport()
    expect(page.locator("#about-api [data-copy]")).to_be_focused()
    page.close()


def test_a_slow_upload_is_shown_with_its_picture(browser: Browser, url: str, frame: Path) -> None:
    for page in opened(browser, url, [], "vi-VN"):

        def late(route: Route) -> None:
            time.sleep(3)
            route.continue_()

        page.route("**/upload*", late)
        upload(page, frame)
        expect(page.locator("#frame-slow")).to_contain_text("Đang gửi khung hình")
        expect(page.locator("#frame-slow img")).to_be_visible()
        verdict(page)
        expect(page.locator("#frame-slow")).to_be_hidden()


def test_back_leaves_a_tab_that_was_chosen(page: Page) -> None:
    page.get_by_role("button", name="Test yourself in a quiz").click()
    expect(page.locator("#tab-quiz")).to_be_focused()
    expect(page.locator("#tab-quiz")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.locator("#tab-frame")).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(page.locator("#panel-quiz")).to_be_visible()
