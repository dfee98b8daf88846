"""What can be done with a frame and its answer, in a real browser: filters, added words, the view
of what the model looked at, and two frames side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.browsing import DESKTOP, PHONE, needs_chromium, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frames")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        with served(predictor) as address:
            yield address


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    """A phone that prefers Vietnamese."""
    with visit(browser, url, "vi-VN", PHONE) as page:
        yield page


def hand_in(page: Page, folder: Path, class_name: str = "vc-closed") -> None:
    frame = draw_frame(folder / f"{class_name}.jpg", class_name, shift=6)
    page.set_input_files("#panel-frame input[type=file]", str(frame))
    answered = page.locator("html:not([data-waiting]) [data-asked] #frame-answer .card")
    expect(answered).to_have_count(12)


def cards(page: Page, tab: str = "frame") -> Locator:
    return page.locator(f"#{tab}-answer .card")


def transforms(page: Page) -> list[str]:
    found = page.locator("#compare .pane img").evaluate_all(
        "images => images.map((image) => image.style.transform)"
    )
    return [str(transform) for transform in found]


def top(part: Locator) -> float:
    return float(part.evaluate("element => element.getBoundingClientRect().top"))


def no_sideways_scrolling(page: Page, selector: str = "html") -> bool:
    return bool(
        page.evaluate(
            "s => { const e = document.querySelector(s); return e.scrollWidth <= e.clientWidth; }",
            selector,
        )
    )


def test_filters_apply_to_the_last_frame_and_can_be_cleared(page: Page, folder: Path) -> None:
    hand_in(page, folder)
    expect(cards(page).first).to_contain_text("Vocal cords")
    expect(page.locator("#frame-answer .card.weak")).to_have_count(4)
    expect(cards(page).last).to_contain_text("Weak match")
    panel = page.locator("[data-filters=frame]")
    panel.locator("> summary").click()
    panel.get_by_role("checkbox", name="Ear", exact=True).check()
    expect(cards(page)).to_have_count(8)
    expect(cards(page).first).to_contain_text("Ear")
    expect(panel.locator("[data-found]")).to_have_text("8 cases shown", use_inner_text=True)
    expect(panel.locator("[data-count]")).to_have_text("1")
    expect(panel.get_by_role("checkbox", name="Septal deviation")).to_be_hidden()
    panel.get_by_role("checkbox", name="Perforated eardrum").check()
    expect(cards(page)).to_have_count(2)
    panel.get_by_role("button", name="Clear filters").click()
    expect(cards(page)).to_have_count(12)
    expect(panel.locator("[data-count]")).to_be_hidden()


def test_filters_on_a_phone_in_vietnamese_by_keyboard(phone: Page, folder: Path) -> None:
    hand_in(phone, folder)
    panel = phone.locator("[data-filters=frame]")
    panel.locator("> summary").focus()
    phone.keyboard.press("Enter")
    least = panel.get_by_label("Độ giống tối thiểu")
    expect(least).to_have_attribute("aria-valuetext", "bất kỳ")
    least.focus()
    for _ in range(16):
        phone.keyboard.press("ArrowRight")
    expect(least).to_have_attribute("aria-valuetext", "0,80")
    expect(cards(phone)).to_have_count(6)
    expect(panel.locator("[data-found]")).to_have_text("Đang hiện 6 ca", use_inner_text=True)
    phone.keyboard.press("End")
    expect(phone.locator("#frame-answer")).to_contain_text("Không có ca nào qua được bộ lọc.")
    expect(least).to_be_focused()
    assert no_sideways_scrolling(phone)


def test_words_are_added_to_a_frame_and_weighed(page: Page, folder: Path) -> None:
    hand_in(page, folder)
    page.get_by_text("Add words").click()
    page.get_by_label("What should the cases show as well?").fill("vocal cords, red")
    page.keyboard.press("Enter")
    expect(page.locator("#frame-answer .cases-head")).to_contain_text("“vocal cords, red”")
    expect(cards(page).first).to_contain_text("red vocal cords")
    expect(cards(page).first.locator("mark").first).to_be_visible()
    share = page.get_by_label("Like the frame or like the words")
    expect(share).to_have_attribute("aria-valuetext", "50 % words")
    share.focus()
    page.keyboard.press("Home")
    expect(share).to_have_attribute("aria-valuetext", "0 % words")
    expect(cards(page).first).to_contain_text("normal larynx")


def test_the_view_of_where_the_model_looked(page: Page, folder: Path) -> None:
    why = page.get_by_role("button", name="Where the model looked")
    hand_in(page, folder)
    why.click()
    words = page.locator("#frame-why")
    expect(words).to_contain_text("This does not point at a finding")
    assert top(words) < top(page.locator("#frame-query"))
    opacity = page.get_by_label("How strongly it covers the frame")
    opacity.focus()
    page.keyboard.press("Home")
    expect(page.locator("#frame-query .why-map")).to_have_css("opacity", "0")
    page.keyboard.press("End")
    box = page.locator("#frame-query .why-map").bounding_box()
    assert box == page.locator("#frame-query img").bounding_box()
    why.click()
    expect(page.locator("#frame-query .why-map")).to_be_hidden()
    expect(page.locator("#frame-why .why")).to_be_hidden()
    why.click()
    expect(page.locator("#frame-query .why-map")).to_be_visible()
    page.locator("[data-example=throat-0]").click()
    expect(page.locator("#frame-why")).to_contain_text("spoke for “throat”")


def test_the_view_on_a_phone_in_vietnamese(phone: Page, folder: Path) -> None:
    hand_in(phone, folder)
    phone.get_by_role("button", name="Mô hình đã nhìn vào đâu").click()
    expect(phone.locator("#frame-why")).to_contain_text("không phải là chỉ điểm tổn thương")
    assert no_sideways_scrolling(phone)


def test_query_and_case_are_compared_with_one_view(page: Page, folder: Path) -> None:
    hand_in(page, folder)
    cards(page).nth(1).locator("[data-case]").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    dialog = page.locator("#compare")
    left, right = dialog.locator(".pane img").first, dialog.locator(".pane img").last
    expect(left).to_have_attribute("alt", "Your frame")
    expect(right).to_have_attribute("alt", re.compile("^vocal cords"))
    expect(dialog.locator(".panes")).to_be_focused()
    whole = transforms(page)
    assert whole[0] == whole[1]
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    near = transforms(page)
    assert near[0] == near[1] != whole[0]
    expect(dialog.locator("[data-zoom-now]")).to_have_text("140 %")
    box = right.locator("..").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.wheel(0, -200)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 80, steps=3)
    page.mouse.up()
    dragged = transforms(page)
    assert dragged[0] == dragged[1] != near[0]
    dialog.get_by_role("button", name="Fit").click()
    assert transforms(page) == whole
    before = str(right.get_attribute("src"))
    dialog.locator(".strip button").nth(4).click()
    expect(right).not_to_have_attribute("src", before)
    expect(dialog.locator(".strip button[aria-pressed=true]")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_focused()


def test_a_case_and_the_query_are_enlarged(page: Page, folder: Path) -> None:
    hand_in(page, folder)
    viewer = page.locator("#viewer")
    picture = viewer.locator(".sheet-picture img")
    cards(page).nth(1).locator("[data-case]").click()
    whole = picture.get_attribute("style")
    page.keyboard.press("+")
    expect(viewer.locator("[data-zoom-now]")).to_have_text("140 %")
    viewer.locator(".sheet-picture").focus()
    near = picture.get_attribute("style")
    page.keyboard.press("ArrowRight")
    moved = picture.get_attribute("style")
    assert len({whole, near, moved}) == 3
    viewer.get_by_role("button", name="Fit").click()
    page.keyboard.press("ArrowRight")
    third = str(cards(page).nth(2).locator("[data-case]").get_attribute("data-case"))
    expect(viewer).to_contain_text(third)
    viewer.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("document.exitFullscreen()")
    page.keyboard.press("Escape")
    opener = page.get_by_role("button", name="Enlarge your frame")
    opener.click()
    expect(viewer.get_by_role("heading", name="Your frame")).to_be_focused()
    expect(viewer.get_by_role("button", name="Next case")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


PIXELS = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
ASKED = "html:not([data-waiting]) [data-asked] #frame-answer .card"


def test_a_frame_is_cropped_before_it_is_sent(page: Page, folder: Path) -> None:
    page.get_by_label("Turn or crop each frame before asking").check()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    frame = draw_frame(folder / "cropped.jpg", "vc-closed")
    page.set_input_files("#panel-frame input[type=file]", str(frame))
    dialog = page.get_by_role("dialog", name="Turn or crop")
    dialog.get_by_label("Cut off at the left").focus()
    for _ in range(4):
        page.keyboard.press("PageUp")
    assert not [url for url in sent if "upload" in url]
    dialog.get_by_role("button", name="Ask with this").click()
    expect(page.locator(ASKED)).to_have_count(12)
    width, height = page.locator("#frame-query img").evaluate(PIXELS)
    assert width < height * 320 / 240 * 0.8


def test_a_frame_is_turned_on_a_phone_in_vietnamese(phone: Page, folder: Path) -> None:
    hand_in(phone, folder, "ear-left")
    expect(phone.locator("#frame-answer")).to_contain_text("Ảnh không đứng thẳng?")
    before = str(phone.locator("#frame-query img").get_attribute("src"))
    phone.get_by_role("button", name="Xoay rồi hỏi lại").tap()
    dialog = phone.get_by_role("dialog", name="Xoay hoặc cắt")
    expect(dialog.locator("canvas")).to_be_visible()
    assert no_sideways_scrolling(phone, "#crop")
    dialog.get_by_role("button", name="Xoay phải").tap()
    dialog.get_by_role("button", name="Hỏi với ảnh này").tap()
    shown = phone.locator("#frame-query img")
    expect(shown).not_to_have_attribute("src", before)
    width, height = shown.evaluate(PIXELS)
    assert width < height


def test_a_file_that_the_browser_cannot_show_is_asked_as_it_is(page: Page, folder: Path) -> None:
    page.get_by_label("Turn or crop each frame before asking").check()
    frame = folder / "scan.tif"
    with Image.open(draw_frame(folder / "scan.jpg", "vc-closed")) as image:
        image.save(frame)
    page.set_input_files("#panel-frame input[type=file]", str(frame))
    dialog = page.get_by_role("dialog", name="Turn or crop")
    expect(dialog.locator(".alert")).to_be_visible()
    dialog.get_by_role("button", name="Ask with this").click()
    expect(page.locator(ASKED)).to_have_count(12)


PINCH = """pane => {
    const box = pane.getBoundingClientRect();
    const send = (kind, id, x) => pane.dispatchEvent(new PointerEvent(kind, {
        pointerId: id, pointerType: "touch", bubbles: true,
        clientX: box.left + x * box.width, clientY: box.top + box.height / 2 }));
    pane.setPointerCapture = () => {};
    send("pointerdown", 1, 0.4); send("pointerdown", 2, 0.6);
    send("pointermove", 1, 0.3); send("pointermove", 2, 0.7);
    send("pointerup", 1, 0.3); send("pointerup", 2, 0.7);
}"""


def test_two_cases_are_compared_on_a_phone_by_touch(phone: Page) -> None:
    phone.get_by_role("tab", name="Mô tả").tap()
    phone.locator("#description").fill("amidan")
    phone.get_by_role("button", name="Tìm ca", exact=True).last.tap()
    cards(phone, "describe").first.locator("[data-case]").tap()
    phone.get_by_role("button", name="So sánh", exact=True).tap()
    dialog = phone.locator("#compare")
    expect(dialog.locator(".pane")).to_have_count(2)
    expect(dialog.locator("figcaption").first).to_contain_text("Họng")
    dialog.locator(".pane-view").first.evaluate(PINCH)
    expect(dialog.locator("[data-zoom-now]")).to_have_text("200 %")
    one, other = transforms(phone)
    assert one == other
    dialog.get_by_role("button", name="Bên trái").tap()
    before = dialog.locator(".pane img").first.get_attribute("src")
    dialog.locator(".strip button[aria-pressed=false]").first.tap()
    expect(dialog.locator(".pane img").first).not_to_have_attribute("src", str(before))
    assert no_sideways_scrolling(phone, "#compare")


@pytest.mark.parametrize(("locale", "size"), [("en-GB", (1366, 768)), ("vi-VN", PHONE)])
def test_the_first_screen_answers_an_example_beside_tasks(
    browser: Browser, url: str, locale: str, size: tuple[int, int]
) -> None:
    with visit(browser, url, locale, size) as page:
        expect(page.locator("#frame-tasks button")).to_have_count(3)
        expect(page.locator("#frame-tasks button").last).to_be_visible()
        expect(page.locator("#frame-query img")).to_be_visible()
        expect(page.locator("#frame-answer details[open]")).to_have_count(0)
        expect(page.locator("[data-example]").last).to_be_in_viewport(ratio=1)
        if size[0] > 900:
            expect(cards(page).first.locator("img")).to_be_in_viewport(ratio=0.5)
        page.locator("[data-example=throat-0]").click()
        expect(page.locator("#frame-tasks .first")).to_be_hidden()


@pytest.mark.parametrize("size", [(1366, 768), PHONE], ids=["desktop", "phone"])
def test_the_query_stays_in_view_beside_the_last_case(
    browser: Browser, url: str, size: tuple[int, int]
) -> None:
    with visit(browser, url, size=size) as page:
        cards(page).last.scroll_into_view_if_needed()
        expect(page.locator("#frame-query img")).to_be_in_viewport(ratio=0.9)
        assert page.locator("#frame-query").evaluate("query => query.clientHeight") < size[1] / 2
        assert no_sideways_scrolling(page)


def test_cases_stand_under_their_findings_and_grow(page: Page, folder: Path) -> None:
    hand_in(page, folder)
    group = page.locator("#frame-answer .case-group").first
    title = group.locator(".card-title").first.inner_text().splitlines()[0]
    expect(group.locator("h4")).to_contain_text(title, use_inner_text=True)
    width = "document.querySelector('#frame-answer .card').clientWidth"
    before = page.evaluate(width)
    slider = page.get_by_label("Size of the pictures").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(width) > before * 1.2
    page.reload()
    expect(page.get_by_label("Size of the pictures").first).to_have_value("1")


def test_an_example_and_its_cases_by_keyboard_in_three_actions(page: Page) -> None:
    page.locator("[data-example]").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(12)
    expect(page.locator("#frame-answer h2")).to_contain_text("This looks like")


LOADED = """() => [...document.images].every(
    (image) => image.complete || image.getBoundingClientRect().top > innerHeight)"""

# An answer takes the place of the one before, whose nodes are patched: that is new, nothing moves.
SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    const answer = document.querySelector("#frame-answer");
    const own = ({ node }) => node && (answer.contains(node) || node.contains(answer));
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        if (!entry.sources.every(own)) sum += entry.value;
    })).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_nothing_shifts_while_results_load(
    browser: Browser, url: str, folder: Path, size: tuple[int, int]
) -> None:
    with visit(browser, url, size=size) as page:
        expect(page.locator("#frame-answer .answer h2").first).to_be_visible()
        page.wait_for_function(LOADED)
        before = page.evaluate(SHIFTS)
        hand_in(page, folder)
        page.wait_for_function(LOADED)
        assert page.evaluate(SHIFTS) - before < 0.05
