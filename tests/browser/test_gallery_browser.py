"""The Gallery tab in a real browser: filters, map, own cases."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from entdemo.ui.editor import Editor
from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import DESKTOP, PHONE, needs_chromium, sideways, visit
from tests.helpers.editing import EditablePredictor, editable
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery"), a_class=5))
    with served(predictor) as address:
        yield f"{address}#gallery"


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with visit(browser, url) as page:
        page.locator("#gallery-answer .card").first.wait_for()
        yield page


def found(page: Page, text: str) -> None:
    expect(page.locator("#gallery-answer .found")).to_have_text(text, use_inner_text=True)


def field(page: Page, name: str) -> str:
    return str(page.locator(f"#gallery-filter [name={name}]").input_value())


def test_filters_narrow_the_cases_and_can_be_cleared(page: Page) -> None:
    found(page, "35 of 35 cases")
    page.locator("#gallery-region").select_option(label="Ear")
    found(page, "10 of 35 cases")
    assert page.locator("#gallery-class option:enabled").count() == 3
    page.locator("#gallery-class").select_option(label="Ear, left")
    found(page, "5 of 35 cases")
    page.locator("#gallery-finding").select_option(label="Red eardrum")
    found(page, "1 of 35 cases")
    page.locator("#gallery-region").select_option(label="Nose")
    found(page, "10 of 35 cases")
    assert field(page, "class") == field(page, "finding") == ""
    page.locator("#gallery-source").select_option("drawn for tests")
    found(page, "10 of 35 cases")
    page.get_by_role("searchbox").fill("zebra")
    expect(page.locator("#gallery-answer")).to_contain_text("No case fits.")
    page.get_by_role("button", name="Clear the filters").click()
    found(page, "35 of 35 cases")


def test_pages_are_turned_by_keyboard_and_a_case_opens(page: Page) -> None:
    assert page.locator("#gallery-answer .card").count() == 24
    first = page.locator("#gallery-answer [data-case]").first.get_attribute("data-case")
    following = page.get_by_role("button", name="Next", exact=True)
    following.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gallery-answer .card")).to_have_count(11)
    expect(page.get_by_role("button", name="Previous", exact=True)).to_be_focused()
    assert page.locator("#gallery-answer [data-case]").first.get_attribute("data-case") != first
    page.locator("#gallery-answer .card button[data-case]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_every_picture_has_words(page: Page) -> None:
    alts = page.eval_on_selector_all("#gallery-answer img", "all => all.map(one => one.alt)")
    assert len(alts) == 24
    assert all(alts)


def test_vietnamese_words_without_marks_on_a_phone(browser: Browser, url: str) -> None:
    with visit(browser, url, "vi-VN", PHONE) as page:
        found(page, "35/35 ca")
        page.get_by_role("searchbox").fill("thung mang nhi")
        found(page, "2/35 ca")
        page.locator("#gallery-class").select_option(label="Tai trái")
        found(page, "1/35 ca")
        assert sideways(page) <= 0
        page.get_by_role("button", name="Bản đồ").click()
        page.locator(".map-stage path").first.wait_for(state="attached")
        assert sideways(page) <= 0
        for english in ("case", "Map", "Zoom", "Class"):
            assert english not in page.locator("#panel-gallery").inner_text()


def show_map(page: Page) -> None:
    page.get_by_role("button", name="Map", exact=True).click()
    page.locator(".map-stage path").first.wait_for(state="attached")


def test_a_mark_of_the_map_opens_its_case_by_keyboard(page: Page) -> None:
    show_map(page)
    assert page.locator(".map-stage path:not(.map-ring)").count() == 35
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    note = page.locator(".map-note")
    expect(note).to_be_visible()
    named = note.locator("strong").inner_text()
    page.keyboard.press("Enter")
    viewer = page.locator("#viewer")
    expect(viewer.locator("h2").first).to_contain_text(named, use_inner_text=True)
    page.keyboard.press("Escape")
    expect(page.get_by_role("application")).to_be_focused()
    page.keyboard.press("+")
    assert page.locator(".map-stage svg").get_attribute("viewBox") != "0 0 1000 1000"
    page.keyboard.press("0")
    assert page.locator(".map-stage svg").get_attribute("viewBox") == "0 0 1000 1000"


def test_a_click_on_a_mark_opens_its_case(page: Page) -> None:
    show_map(page)
    page.locator(".map-stage .mark-throat").first.click(force=True)
    expect(page.locator("#viewer")).to_be_visible()


def test_the_legend_and_the_filters_mark_cases_on_the_map(page: Page) -> None:
    show_map(page)
    legend = page.locator("[data-legend]").filter(has_text="Throat")
    assert legend.inner_text().split() == ["Throat", "5"]
    legend.click()
    expect(legend).to_have_attribute("aria-pressed", "true")
    assert page.locator(".map-stage path.dim").count() == 30
    legend.click()
    assert page.locator(".map-stage path.dim").count() == 0
    page.locator("#gallery-region").select_option("ear")
    expect(page.locator(".map-stage path.dim")).to_have_count(25)


def test_nobody_edits_a_public_page(page: Page) -> None:
    assert page.locator("#edit-form, [data-view=edit], [data-remove], [name=own]").count() == 0


def test_nothing_moves_when_cases_come(browser: Browser, url: str) -> None:
    with visit(browser, url) as page:
        tops = (
            "[...document.querySelectorAll('#gallery-view, #gallery-filter, .foot')]"
            ".map((part) => Math.round(part.getBoundingClientRect().left))"
        )
        before = page.evaluate(tops)
        page.locator("#gallery-answer .card").first.wait_for()
        assert page.evaluate(tops) == before
        shift = page.evaluate(
            "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()"
            ".reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0)))"
            ".observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done(0), 300))"
        )
        assert shift < 0.1


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> EditablePredictor:
    return editable(tmp_path_factory.mktemp("desk") / "shipped")


@pytest.fixture(scope="module")
def local_url(desk: EditablePredictor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page for the person at this computer."""
    folder = desk.gallery.folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        with served(desk, Editor(desk, folder, folder.parent / "own")) as address:
            yield f"{address}#gallery"


def edit(page: Page) -> None:
    page.locator("#gallery-answer .card").first.wait_for()
    page.locator("[data-view=edit]").click()


def row(page: Page, number: int, **fields: str) -> None:
    part = page.locator(".edit-row").nth(number)
    part.locator("[name=class]").select_option(fields.pop("class"))
    for name, value in fields.items():
        part.locator(f"[name={name}]").fill(value)


def test_own_cases_are_added_by_form_found_and_removed(
    browser: Browser, local_url: str, desk: EditablePredictor, tmp_path: Path
) -> None:
    pictures = [draw_frame(tmp_path / f"Mr X {n}.jpg", "throat", shift=n) for n in (1, 2)]
    with visit(browser, local_url) as page:
        edit(page)
        expect(page.locator("#edit-where")).to_contain_text("a copy of it is made in")
        page.set_input_files("#edit-form input[type=file]", [str(file) for file in pictures])
        row(page, 0, **{"class": "throat", "finding": "red throat", "caption_en": "A red throat"})
        page.get_by_role("button", name="Add to the gallery").click()
        expect(page.get_by_role("alert")).to_contain_text("choose a class for “Mr X 2.jpg”")
        row(page, 1, **{"class": "ear-left", "caption_vi": "Tai trái"})
        page.get_by_role("button", name="Add to the gallery").click()
        expect(page.locator("#edit-answer")).to_contain_text("Added: 2. Already there: 0.")
        found(page, "2 of 16 cases")
        expect(page.locator(".running")).to_contain_text("16 cases")
        expect(page.locator("#gallery-answer .card").first).to_contain_text("A red throat")
        assert desk.gallery.folder.name == "own"
        page.reload()
        expect(page.locator(".running")).to_contain_text("16 cases")
        page.locator("[name=own]").check()
        found(page, "2 of 16 cases")
        page.locator("[data-remove]").first.click()
        shown = page.locator("#gallery-answer .card img").first.get_attribute("src")
        expect(page.locator("#edit-remove img")).to_have_attribute("src", re.compile(f"{shown}$"))
        page.get_by_role("button", name="Keep it").click()
        page.locator("[data-remove]").first.click()
        page.locator("#edit-remove").get_by_role("button", name="Remove").click()
        expect(page.locator("#edit-answer")).to_contain_text("Removed: throat.")
        found(page, "1 of 15 cases")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#edit-answer")).to_contain_text("Put back: throat.")
        found(page, "2 of 16 cases")
        expect(page.locator("#gallery-answer")).to_contain_text("A red throat")
    assert "Mr X" not in (desk.gallery.folder / "cases.csv").read_text(encoding="utf-8")


def test_own_cases_are_dropped_with_a_table_in_vietnamese(
    browser: Browser, local_url: str, desk: EditablePredictor, tmp_path: Path
) -> None:
    before = len(desk.gallery.cases)
    picture = draw_frame(tmp_path / "a.jpg", "vc-open", shift=9).read_bytes()
    drop = """(files) => {
        const transfer = new DataTransfer();
        for (const [name, data] of files) {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name));
        }
        document.querySelector("#edit-cases .drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }"""
    table = "file,class,finding,caption_vi\na.jpg,vc-open,nodule,Hạt dây thanh của tôi\n"
    files = [
        [name, base64.b64encode(data).decode()]
        for name, data in (("a.jpg", picture), ("captions.csv", table.encode()))
    ]
    with visit(browser, local_url, "vi-VN", PHONE) as page:
        edit(page)
        page.evaluate(drop, files)
        expect(page.locator(".edit-table")).to_contain_text("captions.csv")
        assert page.locator(".edit-row [name=class]:visible").count() == 0
        assert sideways(page) <= 0
        page.get_by_role("button", name="Thêm vào thư viện").click()
        expect(page.locator("#edit-answer")).to_contain_text("Đã thêm: 1.")
        expect(page.locator("#gallery-answer")).to_contain_text("Hạt dây thanh của tôi")
        assert page.evaluate("location.hash") == "#gallery?own=on"
    assert len(desk.gallery.cases) == before + 1


def test_what_is_no_endoscopy_asks_before_it_is_added(
    browser: Browser, local_url: str, desk: EditablePredictor, tmp_path: Path
) -> None:
    before = len(desk.gallery.cases)
    wall = tmp_path / "wall.png"
    Image.new("RGB", (128, 128), (120, 120, 120)).save(wall)
    with visit(browser, local_url, "vi-VN") as page:
        edit(page)
        page.set_input_files("#edit-form input[type=file]", str(wall))
        row(page, 0, **{"class": "throat"})
        page.get_by_role("button", name="Thêm vào thư viện").click()
        expect(page.get_by_role("alert")).to_contain_text("không giống ảnh nội soi: wall.png")
        assert len(desk.gallery.cases) == before
        page.get_by_label("Thêm cả những ảnh không giống ảnh nội soi").check()
        page.get_by_role("button", name="Thêm vào thư viện").click()
        expect(page.locator("#edit-answer")).to_contain_text("Đã thêm: 1.")


def test_a_bad_picture_is_named_and_nothing_is_added(
    browser: Browser, local_url: str, desk: EditablePredictor, tmp_path: Path
) -> None:
    before = len(desk.gallery.cases)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with visit(browser, local_url) as page:
        edit(page)
        page.set_input_files("#edit-form input[type=file]", str(bad))
        row(page, 0, **{"class": "throat"})
        page.get_by_role("button", name="Add to the gallery").click()
        expect(page.get_by_role("alert")).to_contain_text("bad.png")
        expect(page.locator(".edit-row")).to_have_count(1)
    assert len(desk.gallery.cases) == before


def test_all_that_is_read_is_taken_and_the_rest_is_named(
    browser: Browser, local_url: str, tmp_path: Path
) -> None:
    names = ["a.HEIC", "b.avif", "c.gif", "d.dcm", "e.jp2", "notes.docx", "1.csv", "2.csv"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    with visit(browser, local_url) as page:
        edit(page)
        page.set_input_files("#edit-form input[type=file]", [str(tmp_path / it) for it in names])
        expect(page.locator(".edit-row")).to_have_count(5)
        expect(page.get_by_role("alert")).to_contain_text("notes.docx, 2.csv")
        expect(page.locator(".edit-table")).to_contain_text("1.csv")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_map_and_form_have_no_serious_finding(
    browser: Browser, local_url: str, tmp_path: Path, size: tuple[int, int]
) -> None:
    picture = draw_frame(tmp_path / "a.jpg", "throat", shift=3)
    with visit(browser, local_url, size=size) as page:
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(AXE)
        edit(page)
        page.set_input_files("#edit-form input[type=file]", str(picture))
        row(page, 0, **{"class": "throat"})
        assert in_all_colours_and_languages(page) == []
        show_map(page)
        page.get_by_role("application").focus()
        page.keyboard.press("ArrowUp")
        assert in_all_colours_and_languages(page) == []
