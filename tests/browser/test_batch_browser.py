"""Many frames at once in a real browser: a ZIP and files, the table, its CSV, stopping."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from entdemo.ui.editor import Editor
from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import PATIENCE_MS, PHONE, needs_chromium, sideways, visit
from tests.helpers.clips import RATE, clip_of
from tests.helpers.editing import editable
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, draw_frame, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery"), a_class=1))
    with served(predictor) as address:
        yield f"{address}#batch"


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A ZIP of two frames, a text that is called a picture, and what is passed over."""
    packed = tmp_path / "frames.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("throat", "ear-left"):
            archive.write(draw_frame(tmp_path / f"{name}.jpg", name), f"Monday/{name}.jpg")
        archive.writestr("=broken.png", "no picture")
        archive.writestr("__MACOSX/throat.jpg", "twin")
        archive.writestr("notes.txt", "hello")
    return packed


def hand_in(page: Page, *files: Path) -> None:
    page.locator("#batch input[type=file]").set_input_files(list(files))


def names(page: Page) -> list[str]:
    return page.locator("#batch-rows tbody tr:visible th").all_inner_texts()


def test_a_zip_becomes_a_table_that_is_sorted_corrected_and_saved(page: Page, frames: Path) -> None:
    hand_in(page, frames)
    expect(page.locator(".batch-tools")).to_be_visible(timeout=PATIENCE_MS)
    assert names(page) == ["=broken.png", "Monday/ear-left.jpg", "Monday/throat.jpg"]
    assert page.locator("#batch-rows [data-case]").count() == 2
    page.get_by_label("Choose all frames that are shown").check()
    page.get_by_label("Class for the ticked ones").select_option("nose-left")
    chosen = page.locator("#batch-rows tbody select")
    assert chosen.evaluate_all("all => all.map(({ value }) => value)") == ["nose-left"] * 2
    chosen.nth(0).select_option("ear-left")
    chosen.nth(1).select_option("throat")
    page.get_by_label("Choose all frames that are shown").uncheck()
    page.locator("#batch [name=sort]").select_option("name")
    page.locator("#batch [name=grade]").select_option("unreadable")
    assert names(page) == ["=broken.png"]
    page.locator("#batch [name=grade]").select_option("all")
    page.locator("#batch-rows tr", has_text="ear-left").get_by_role("combobox").select_option(
        "throat"
    )
    with page.expect_download(timeout=PATIENCE_MS) as caught:
        page.get_by_role("button", name="Download the table").click()
    text = Path(caught.value.path()).read_text("utf-8-sig")
    table = {row["file"]: row for row in csv.DictReader(io.StringIO(text))}
    assert table["Monday/ear-left.jpg"]["class"] == "ear-left"
    assert table["Monday/ear-left.jpg"]["corrected_class"] == "throat"
    assert table["'=broken.png"]["verdict"] == "unreadable"
    assert {None} & {key for row in table.values() for key in row} == set()


def test_files_are_stopped_and_a_damaged_zip_is_told(page: Page, tmp_path: Path) -> None:
    files = [draw_frame(tmp_path / f"{n:02}.jpg", "throat", shift=n % 9) for n in range(12)]
    hand_in(page, *files)
    page.locator("#batch-rows tbody tr").first.wait_for(state="attached")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".batch-tools")).to_be_visible(timeout=PATIENCE_MS)
    assert 1 <= page.locator("#batch-rows tbody tr").count() < 12
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK\3\4" + bytes(99))
    hand_in(page, damaged)
    expect(page.locator("#batch-local")).to_contain_text("“damaged.zip” is damaged")


def test_on_a_phone_in_vietnamese(browser: Browser, url: str, frames: Path) -> None:
    with visit(browser, url, locale="vi-VN", size=PHONE) as page:
        page.emulate_media(reduced_motion="reduce")
        hand_in(page, frames)
        expect(page.locator(".batch-tools")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#batch-rows")).to_contain_text("Không đọc được")
        assert sideways(page) <= 0
        page.evaluate(AXE)
        assert in_all_colours_and_languages(page) == []


def test_ticked_frames_go_into_the_form_for_own_cases(
    browser: Browser, frames: Path, tmp_path: Path
) -> None:
    predictor = editable(tmp_path / "gallery")
    editor = Editor(predictor, tmp_path / "shipped", tmp_path / "own")  # type: ignore[arg-type]
    with served(predictor, editor) as address, visit(browser, f"{address}#batch") as page:
        hand_in(page, frames)
        expect(page.locator(".batch-tools")).to_be_visible(timeout=PATIENCE_MS)
        row = page.locator("#batch-rows tr", has_text="throat.jpg")
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="Add the ticked ones").click()
        added = page.locator("#edit-cases .edit-row")
        expect(added).to_have_count(1)
        expect(added.locator("[name=class]")).to_have_value("throat")


@pytest.mark.parametrize(("locale", "title"), [("en-GB", "Throat"), ("vi-VN", "Họng")])
def test_a_clip_gets_a_timeline_whose_frames_can_be_asked_with(
    browser: Browser, url: str, tmp_path: Path, locale: str, title: str
) -> None:
    names = ("nose-left", "throat")
    shown = [np.array(Image.open(draw_frame(tmp_path / "a.jpg", name))) for name in names]
    clip = clip_of(tmp_path / "clip.mp4", [it for it in shown for _ in range(3 * RATE)])
    with visit(browser, url, locale=locale) as page:
        page.locator("#clip input[type=file]").set_input_files(clip)
        rows = page.locator("#clip-answer .stretches li")
        expect(rows).to_have_count(2, timeout=PATIENCE_MS)
        expect(rows.nth(1).get_by_role("heading")).to_have_text(title, use_inner_text=True)
        rows.nth(1).locator("[data-clip=similar]").click()
        expect(
            page.locator("html:not([data-waiting]) [data-asked] #frame-answer .answer")
        ).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#frame-answer [data-case]").first).to_have_attribute(
            "data-case", "throat-0"
        )
