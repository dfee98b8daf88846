"""Collections in a real browser: put together, ordered, kept, shared, handed out and asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from entdemo.gallery.collection import Shelf, load_collection
from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import PATIENCE_MS, PHONE, needs_chromium, sideways, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> FakePredictor:
    return FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery"), a_class=3))


@pytest.fixture(scope="module")
def url(predictor: FakePredictor) -> Iterator[str]:
    with served(predictor) as address:
        yield f"{address}#gallery"


def collect(page: Page, *case_ids: str) -> None:
    """Put cases together on the Gallery tab, then look at the collection."""
    page.locator("#tab-gallery").click()
    for case_id in case_ids:
        page.locator(f"#gallery-answer [data-basket={case_id}]").click()
    page.locator("#tab-collection").click()
    expect(page.locator("[data-collected]")).to_have_count(len(case_ids))


def order(page: Page) -> list[str | None]:
    return [row.get_attribute("data-collected") for row in page.locator("[data-collected]").all()]


def test_cases_are_ordered_noted_and_still_there_after_a_reload(page: Page) -> None:
    collect(page, "ear-left-1", "ear-left-2", "nose-left-0")
    assert order(page) == ["ear-left-1", "ear-left-2", "nose-left-0"]
    rows = page.locator("[data-collected]")
    rows.nth(2).get_by_role("button", name="Move case nose-left-0 up").click()
    rows.nth(1).get_by_label("Note").fill("nón sáng")
    rows.nth(0).get_by_text("Take out").click()
    assert order(page) == ["nose-left-0", "ear-left-2"]
    page.locator("#collection-name").fill("Monday")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#collection-told")).to_contain_text("“Monday” is kept.")
    page.reload()
    page.locator("#tab-collection").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_label("Note")).to_have_value("nón sáng")
    expect(page.locator("#collection-kept")).to_contain_text("Monday (2)")
    page.locator("#tab-gallery").click()
    pressed = page.locator("#gallery-answer [data-basket=nose-left-0]")
    expect(pressed).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("locale", "undo"), [("en-GB", "Undo"), ("vi-VN", "Hoàn tác")])
def test_what_is_taken_out_or_removed_can_be_had_back(
    browser: Browser, url: str, locale: str, undo: str
) -> None:
    with visit(browser, url, locale=locale) as page:
        collect(page, "ear-left-1", "ear-left-2", "nose-left-0")
        page.locator("[data-collected=ear-left-2] textarea").fill("nón sáng")
        page.locator("[data-collected=ear-left-2] [data-move=out]").press("Enter")
        assert order(page) == ["ear-left-1", "nose-left-0"]
        back = page.get_by_role("button", name=undo)
        expect(back).to_be_focused()
        page.locator("[data-collected=nose-left-0] [data-move=up]").click()
        back.press("Enter")
        assert order(page) == ["nose-left-0", "ear-left-1", "ear-left-2"]
        expect(page.locator("[data-collected=ear-left-2] textarea")).to_have_value("nón sáng")
        page.locator("#collection [type=submit]").click()
        page.locator("#collection-kept .link").nth(1).click()
        expect(page.locator("#collection-kept .link")).to_have_count(0)
        back.click()
        expect(page.locator("#collection-kept .link").first).to_contain_text("(3)")
        # A slip of the finger on a card costs no note.
        page.locator("#tab-gallery").click()
        for _ in range(2):
            page.locator("#gallery-answer [data-basket=ear-left-2]").click()
        page.locator("#tab-collection").click()
        expect(page.locator("[data-collected=ear-left-2] textarea")).to_have_value("nón sáng")


def test_files_and_a_link_carry_it_to_someone_else(
    browser: Browser, url: str, page: Page, tmp_path: Path
) -> None:
    collect(page, "vc-open-1", "nose-right-0")
    page.locator("[data-collected]").first.get_by_label("Note").fill("<b>dây thanh</b>")
    with page.expect_download(timeout=PATIENCE_MS) as caught:
        page.get_by_role("button", name="Save as a file").click()
    saved = tmp_path / "collection.json"
    caught.value.save_as(saved)
    assert [it.case_id for it in load_collection(saved).cases] == ["vc-open-1", "nose-right-0"]
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy a link").click()
    page.wait_for_function("window.copied")
    with visit(browser, str(page.evaluate("window.copied")), locale="vi-VN", size=PHONE) as other:
        expect(other.locator("[data-collected]")).to_have_count(2)
        note = other.locator("[data-collected]").first.get_by_label("Ghi chú")
        expect(note).to_have_value("<b>dây thanh</b>")
        assert sideways(other) <= 0
    with visit(browser, url) as other:
        other.locator("#tab-collection").click()
        other.locator("#collection-file").set_input_files(saved)
        expect(other.locator("[data-collected]")).to_have_count(2)
        broken = tmp_path / "broken.json"
        broken.write_text(json.dumps({"cases": 3}))
        other.locator("#collection-file").set_input_files(broken)
        expect(other.locator("#collection-local")).to_contain_text("no collection of entdemo")


def test_a_handout_and_a_quiz_are_made_of_it(page: Page) -> None:
    collect(page, "throat-0", "throat-1")
    page.get_by_label("With answers").uncheck()
    with page.expect_download(timeout=PATIENCE_MS) as caught:
        page.locator("[data-handout=pdf]").click()
    text = PdfReader(io.BytesIO(Path(caught.value.path()).read_bytes())).pages[0].extract_text()
    assert text.count("What do you see?") == 2
    expect(page.locator("[data-handout=apkg]")).to_be_disabled()
    page.get_by_role("button", name="Quiz me on these").click()
    expect(page.get_by_role("heading", name="Which class does this frame show?")).to_be_visible()


def test_whoever_runs_the_app_has_them_on_the_computer(
    browser: Browser, predictor: FakePredictor, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "collections")
    with served(predictor, shelf=shelf) as address:
        with visit(browser, f"{address}#gallery") as page:
            collect(page, "ear-left-1")
            page.get_by_role("button", name="Keep it").click()
            expect(page.locator("#collection-kept")).to_contain_text("My collection (1)")
            assert [it.name for it in shelf.all()] == ["My collection"]
        with visit(browser, f"{address}#collection") as page:
            page.get_by_role("button", name="My collection (1)").click()
            expect(page.locator("[data-collected]")).to_have_count(1)
            page.get_by_role("button", name="Remove the collection My collection").click()
            expect(page.locator("#collection-kept li")).to_have_count(0)
            assert shelf.all() == []


def test_the_tab_has_no_serious_finding(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    collect(page, "ear-left-1", "nose-left-0")
    page.evaluate(AXE)
    assert in_all_colours_and_languages(page) == []
