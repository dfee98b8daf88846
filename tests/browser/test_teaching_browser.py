"""What a teacher does in a week, end to end in both languages; nothing of it stays on the disk."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pypdf import PdfReader

from benchmarks.fixtures.pictures import dicom
from entdemo.locale import Language, page_text
from entdemo.taxonomy import CLASS_NAMES
from entdemo.ui.editor import Editor
from tests.helpers.browsing import PATIENCE_MS, needs_chromium, visit
from tests.helpers.clips import RATE, clip_of
from tests.helpers.editing import EditablePredictor, editable
from tests.helpers.serving import served
from tests.helpers.ui_fakes import draw_frame

pytestmark = needs_chromium
expect.set_options(timeout=PATIENCE_MS)

LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "vi-VN"])
ORDER = [("nose-left", 4.2), ("throat", 3.4), ("ear-left", 2.7)]
NAMES = {
    "en-GB": ["Nose, left", "Throat", "Ear, left"],
    "vi-VN": ["Mũi trái", "Họng", "Tai trái"],
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    file = tmp_path_factory.mktemp("drawn") / "a.jpg"
    return {name: np.array(Image.open(draw_frame(file, name))) for name, _ in ORDER}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, pictures: dict[str, np.ndarray]) -> Path:
    """A clip of the structures in their order, larger than a frame may be."""
    shown = [pictures[name] for name, seconds in ORDER for _ in range(round(seconds * RATE))]
    path = clip_of(tmp_path_factory.mktemp("clips") / "order.mp4", shown)
    room = 21 * 1024**2
    with path.open("ab") as file:
        file.write(room.to_bytes(4, "big") + b"free" + bytes(room - 8))
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> EditablePredictor:
    return editable(tmp_path_factory.mktemp("shipped") / "gallery")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything lies that is handed in."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def url(
    desk: EditablePredictor, work: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    editor = Editor(desk, desk.gallery.folder, tmp_path_factory.mktemp("own") / "g")  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(work / "uploads"))
        patch.setattr(tempfile, "tempdir", str(work))
        with served(desk, editor) as address:
            yield address


def left(work: Path) -> list[str]:
    return [it.name for it in work.rglob("*") if it.is_file()]


def stretches(page: Page) -> list[tuple[str, float, float]]:
    """Name, start and end of each, as they are read."""
    rows = page.locator("#clip-answer .stretches li")
    expect(rows).to_have_count(len(ORDER))
    told = []
    for row in rows.all():
        times = [
            float(m) * 60 + float(s) for m, s in re.findall(r"(\d+):([\d.]+)", row.inner_text())
        ]
        told.append((row.locator("h4").inner_text(), times[0], times[1]))
    return told


@LANGUAGES
def test_a_large_clip_is_read_and_its_frames_become_cases_of_one_examination(
    browser: Browser, url: str, clip: Path, desk: EditablePredictor, work: Path, locale: str
) -> None:
    before = {case.case_id for case in desk.gallery.cases}
    with visit(browser, f"{url}#batch", locale=locale) as page:
        page.locator("#clip input[type=file]").set_input_files(clip)
        found = stretches(page)
        assert [name for name, *_ in found] == NAMES[locale]
        assert [start for _, start, _ in found] == pytest.approx([0, 4.2, 7.6], abs=0.5)
        truth = zip((0.0, 4.2, 7.6), (4.2, 7.6, 10.2), strict=True)
        right = sum(
            min(end, until) - max(start, since)
            for (_, start, end), (since, until) in zip(found, truth, strict=True)
        )
        assert right / 10.2 >= 0.95
        assert left(work) == []
        if locale == "vi-VN":
            return
        rows = page.locator("#clip-answer .stretches li")
        for number in (0, 2):
            rows.nth(number).get_by_role("checkbox").check()
        page.locator("[data-clip=add]").click()
        expect(page.locator("#edit-cases .edit-row")).to_have_count(2)
        page.locator("#edit-cases [type=submit]").click()
        expect(page.locator("#edit-answer .edit-done")).to_contain_text("Added: 2")
    added = [case for case in desk.gallery.cases if case.case_id not in before]
    assert [case.class_name for case in added] == ["nose-left", "ear-left"]
    assert len({case.group for case in added}) == 1
    assert added[0].group
    assert left(work) == []


@LANGUAGES
def test_a_picture_of_several_is_chosen_and_a_loop_read_whole(
    browser: Browser, url: str, pictures: dict[str, np.ndarray], tmp_path: Path, work: Path,
    locale: str,
) -> None:  # fmt: skip
    shown = [pictures[name] for name, _ in ORDER]
    pages = tmp_path / "pages.tif"
    first, *others = map(Image.fromarray, shown)
    first.save(pages, save_all=True, append_images=others)
    loop = tmp_path / "loop.dcm"
    frames = np.stack([it for it in shown[:2] for _ in range(3 * RATE)])
    tags = {"Rows": frames.shape[1], "Columns": frames.shape[2], "FrameTime": 1000 / RATE}
    loop.write_bytes(dicom(frames, NumberOfFrames=len(frames), **tags))
    with visit(browser, url, locale=locale) as page:
        hand = page.locator("#panel-frame input[type=file]").first
        hand.set_input_files(pages)
        number = page.locator("#frame-query [name=page]")
        expect(number).to_have_value("1")
        expect(page.locator("#frame-query .pages")).to_contain_text("3")
        number.fill("3")
        page.locator("#frame-query .pages [type=submit]").click()
        expect(page.locator("#frame-answer .card [data-case]").first).to_have_attribute(
            "data-sheet", re.compile("Ear, left|Tai trái")
        )
        expect(number).to_have_value("3")
        hand.set_input_files(loop)
        expect(page.locator("#frame-query .pages")).to_contain_text(str(len(frames)))
        page.locator("[data-as-clip]").click()
        expect(page.locator("#clip-answer .stretches li")).to_have_count(2)
    assert left(work) == []


@LANGUAGES
def test_class_source_and_texts_of_an_own_case_are_changed(
    browser: Browser, url: str, desk: EditablePredictor, tmp_path: Path, work: Path, locale: str
) -> None:
    picture = draw_frame(tmp_path / "a.jpg", "throat", shift=5 if locale == "vi-VN" else 7)
    with visit(browser, f"{url}#gallery", locale=locale) as page:
        page.locator("[data-view=edit]").click()
        page.set_input_files("#edit-form input[type=file]", str(picture))
        page.locator(".edit-row [name=class]").select_option("throat")
        page.locator("#edit-cases [type=submit]").click()
        expect(page.locator("#edit-answer .edit-done")).to_be_visible()
        added = page.locator("""#gallery-answer [data-texts*='"class": "throat"']""")
        expect(added).to_have_count(1)  # that of the other language's run is an ear since
        added.click()
        dialog = page.locator("#edit-texts")
        case_id = dialog.locator(".hint").inner_text()
        expect(dialog.locator("[name=class]")).to_have_value("throat")
        dialog.locator("[name=class]").select_option("ear-left")
        expect(dialog.locator("[name=finding]")).to_have_attribute("list", "findings-ear")
        dialog.locator("[name=source]").fill("Clinic A")
        dialog.locator("[name=licence]").fill("CC BY 4.0")
        dialog.locator("[name=history_vi]").fill("Đau họng hai ngày")
        dialog.locator("[name=points_en]").fill("Look at the uvula")
        dialog.locator("[name=link]").fill("https://example.org/throat")
        dialog.locator("[type=submit]").click()
        expect(page.locator("#edit-answer .edit-done")).to_contain_text(case_id)
        shown_again = page.locator(f"#gallery-answer [data-revise={case_id}]")
        expect(shown_again).to_have_attribute("data-texts", re.compile("uvula"))
        page.locator(f"#gallery-answer [data-case={case_id}]").click()
        expect(page.locator(".viewer-sheet")).to_contain_text("Look at the uvula")
        expect(page.locator(".viewer-sheet")).to_contain_text("Đau họng hai ngày")
    case = desk.gallery.case(case_id)
    assert (case.class_name, case.credit) == ("ear-left", "Clinic A · CC BY 4.0")
    told = case.teaching
    assert (told.history_vi, told.link) == ("Đau họng hai ngày", "https://example.org/throat")
    assert "Look at the uvula" in (desk.gallery.folder / "cases.csv").read_text("utf-8")
    assert left(work) == []


def downloaded(page: Page, click: Callable[[], None]) -> bytes:
    with page.expect_download(timeout=PATIENCE_MS) as caught:
        click()
    return Path(caught.value.path()).read_bytes()


def text_of(kind: str, data: bytes) -> str:
    """What a reader of the format finds written in a file."""
    if kind == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    if kind == "pptx":
        slides = Presentation(io.BytesIO(data)).slides
        shapes = [shape for slide in slides for shape in slide.shapes]
        assert any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in shapes)
        return "\n".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
        assert json.loads(archive.read("media"))
    return "\n".join(row[0] for row in database.execute("select flds from notes"))


@LANGUAGES
def test_collections_and_case_sheets_leave_the_app_in_each_format(
    browser: Browser, url: str, tmp_path: Path, work: Path, locale: str
) -> None:
    language: Language = "vi" if locale == "vi-VN" else "en"
    with visit(browser, f"{url}#gallery", locale=locale) as page:
        for number in range(2):
            page.locator("#gallery-answer [data-basket]").nth(number).click()
        page.locator("#tab-collection").click()
        expect(page.locator("[data-collected]")).to_have_count(2)
        for kind in ("pdf", "pptx", "apkg"):
            button = page.locator(f"[data-handout={kind}]")
            text = text_of(kind, downloaded(page, button.click))
            asked = page_text("handout.question", language) in text
            assert asked == (kind != "pdf")  # with answers, a sheet of paper does not ask
            assert CLASS_NAMES["nose-left"][language] in text.lower()
        page.locator("#tab-frame").click()
        frame = draw_frame(tmp_path / "a.jpg", "throat", shift=3)
        page.locator("#panel-frame input[type=file]").first.set_input_files(frame)
        expect(page.locator("html:not([data-waiting]) [data-asked] #frame-answer")).to_be_visible()
        page.locator("#frame-answer [data-sheet-open]").click()
        sheet = page.locator("#case-sheet button[value=pdf]")
        assert (
            CLASS_NAMES["throat"][language] in text_of("pdf", downloaded(page, sheet.click)).lower()
        )
    assert left(work) == []


@LANGUAGES
def test_a_zip_of_frames_becomes_a_table(
    browser: Browser, url: str, tmp_path: Path, work: Path, locale: str
) -> None:
    packed = tmp_path / "frames.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, _ in ORDER:
            archive.write(draw_frame(tmp_path / f"{name}.jpg", name), f"{name}.jpg")
    with visit(browser, f"{url}#batch", locale=locale) as page:
        page.locator("#batch input[type=file]").set_input_files(packed)
        expect(page.locator(".batch-tools")).to_be_visible()
        rows = page.locator("#batch-rows tbody tr")
        expect(rows).to_have_count(len(ORDER))
        table = downloaded(page, page.locator("[data-batch=csv]").click).decode("utf-8-sig")
    told = {row["file"]: row["class"] for row in csv.DictReader(io.StringIO(table))}
    assert told == {f"{name}.jpg": name for name, _ in ORDER}
    assert left(work) == []
