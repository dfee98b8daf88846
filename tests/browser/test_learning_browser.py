"""Learning from own cases in a real browser: add frames, learn, see, keep, ask again, undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import PHONE, needs_chromium, sideways, visit
from tests.helpers.learning import Desk, desk
from tests.helpers.odd_frames import COLOURS, odd_frame
from tests.helpers.serving import served

pytestmark = [*needs_chromium, pytest.mark.slow, pytest.mark.timeout(900)]
expect.set_options(timeout=120_000)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def url(table: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        patch.setattr("entdemo.adaptation.drawn._EACH", 1)
        with served(table.served, table.editor, learning=table.learning) as address:
            yield f"{address}#gallery"


def choose(page: Page, view: str) -> None:
    page.locator("#gallery-answer .card").first.wait_for()
    page.locator(f"[data-view={view}]").click()


def add_frames(page: Page, folder: Path) -> None:
    """Eight own cases by the form: four green throats and four blue left ears."""
    choose(page, "edit")
    names = [name for name in COLOURS for _ in range(4)]
    pictures = [odd_frame(folder / f"{n}.jpg", name, n) for n, name in enumerate(names)]
    page.set_input_files("#edit-form input[type=file]", [str(file) for file in pictures])
    for number, name in enumerate(names):
        page.locator(".edit-row [name=class]").nth(number).select_option(name)
    page.locator("#edit-cases [name=sure]").check()
    page.locator("#edit-cases [type=submit]").click()
    expect(page.locator("#edit-answer .edit-done")).to_be_visible()


def ask(page: Page, picture: Path) -> None:
    page.locator("[data-tab=frame]").click()
    page.set_input_files("#panel-frame .file input[type=file]", str(picture))
    expect(page.locator("#frame-answer .verdict h2")).to_be_visible()


def test_eight_frames_are_added_learned_from_kept_and_undone(
    browser: Browser, url: str, table: Desk, tmp_path: Path
) -> None:
    before = table.served.bundle_id
    status, answer = "#learn-status", "#learn-answer"
    with visit(browser, url) as page:
        page.emulate_media(reduced_motion="reduce")
        add_frames(page, tmp_path)
        choose(page, "learn")
        expect(page.locator(f"{status} tr", has_text="Throat").locator("td")).to_have_text("4")
        expect(page.locator(status)).to_contain_text("8 own frames; learning from them takes about")
        expect(page.locator("#learn-answer")).to_have_attribute("aria-busy", "false")
        page.locator("[data-learn=learn]").click()
        expect(page.locator(f"{answer} h3").first).to_contain_text("Better beyond doubt: of 8")
        expect(page.locator(f"{answer} tr", has_text="All own frames")).to_be_visible()
        expect(page.locator(f"{answer} .cards [data-case]").first).to_be_visible()
        page.evaluate(AXE)
        assert in_all_colours_and_languages(page) == []
        page.locator("[data-learn=keep]").click()
        expect(page.locator(answer)).to_contain_text("Kept: the app now answers")
        assert table.served.bundle_id != before
        expect(page.locator("#about-figures h3").first).to_contain_text("default, own cases")
        ask(page, odd_frame(tmp_path / "new.jpg", "throat", 77))
        page.locator("#correction-class").select_option("throat")
        page.locator("#correction-form [type=submit]").click()
        expect(page.locator("#correction-answer")).to_contain_text("Kept as an own case: throat.")
        assert len(table.editor.own_ids()) == 9

    with visit(browser, url, "vi-VN", PHONE) as page:
        choose(page, "learn")
        expect(page.locator(status)).to_contain_text("đã học từ các ca của bạn")
        expect(page.locator("#learn-answer")).to_have_attribute("aria-busy", "false")
        assert sideways(page) <= 0
        page.locator("[data-learn=learn]").click()
        page.locator("[data-learn=cancel]").click()
        expect(page.locator("#learn-message")).to_contain_text("Đã hủy")
        expect(page.locator("[data-learn=cancel]")).to_have_count(0)
        page.locator("[data-learn=learn]").click()
        expect(page.locator(f"{answer} h3").first).to_contain_text("Chắc chắn tốt hơn: trong 9")
        assert sideways(page) <= 0
        page.locator("[data-learn=discard]").click()
        expect(page.locator(answer)).to_contain_text("Đã bỏ")
        page.locator("[data-learn=undo]").click()
        expect(page.locator(answer)).to_contain_text("Đã hoàn tác")
        expect(page.locator("[data-learn=undo]")).to_have_count(0)
        assert table.served.bundle_id == before
