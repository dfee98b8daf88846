"""The Quiz tab in a real browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from entdemo.taxonomy import CLASS_NAMES, CLASSES
from tests.helpers.accessibility import AXE, in_all_colours_and_languages
from tests.helpers.browsing import DESKTOP, PHONE, needs_chromium, sideways, visit
from tests.helpers.serving import served
from tests.helpers.ui_fakes import FakePredictor, fake_gallery

pytestmark = needs_chromium
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    predictor = FakePredictor(fake_gallery(tmp_path_factory.mktemp("gallery")))
    with served(predictor) as address:
        yield f"{address}#quiz"


QUESTION = "form[data-quiz=answer]"
REVEAL = "form[data-quiz=proceed]"


def answer(page: Page, key: str) -> None:
    """Answer the question at hand by keyboard."""
    page.locator(QUESTION).wait_for()
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator(REVEAL).wait_for()


def choose(page: Page, name: str) -> None:
    """Tick a choice of the quiz by its name in the page's language."""
    page.locator("#quiz-answer").get_by_role("radio", name=name, exact=True).check()


def truth(page: Page) -> str:
    """The class that the reveal names."""
    heading = page.locator("#quiz-answer h2").inner_text()
    names = {CLASS_NAMES[name][code]: name for name in CLASSES for code in ("en", "vi")}
    return next(names[name] for name in sorted(names, key=len, reverse=True) if name in heading)


def test_a_quiz_by_keyboard_alone(page: Page) -> None:
    page.locator("[data-tab=gallery]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Quiz")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#quiz-answer h2")).to_be_focused()
    answer(page, "7")
    expect(page.locator("#quiz-answer h2")).to_be_focused()
    expect(page.locator("#quiz-answer h2")).to_have_text(
        re.compile(r"^(Right|Not quite)"), use_inner_text=True
    )
    page.keyboard.press("Enter")
    answer(page, "1")
    finish = page.get_by_role("button", name="Finish")
    finish.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-score h2")).to_have_text(
        re.compile("of 2 right"), use_inner_text=True
    )
    page.get_by_role("button", name="Go on with this quiz").focus()
    page.keyboard.press("Enter")
    page.locator(QUESTION).wait_for()


def test_nothing_tells_the_class_before_the_answer(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Start").click()
    picture = page.locator(f"{QUESTION} img")
    expect(picture).to_have_attribute("alt", "Frame to name")
    assert (picture.get_attribute("src") or "").startswith("data:image/jpeg")
    assert not [address for address in asked if "/cases/" in address]
    html = page.locator("#quiz-answer").inner_html().split("<img")[1].split(">")[1]
    assert not re.search(r"(nose|ear|vc|throat)-\w+-\d", html)
    assert page.locator("#quiz-answer [data-case]").count() == 0


def test_an_answer_is_needed_and_keys_count_only_inside(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("one of the seven classes")
    page.get_by_role("tab", name="Quiz").focus()
    page.keyboard.press("3")
    assert page.locator(f"{QUESTION} :checked").count() == 0
    choose(page, "Throat")
    page.get_by_role("button", name="Confirm").click()
    page.locator(REVEAL).wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_missed_case_returns_after_three_others(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    answer(page, "1")
    while truth(page) == "nose-right":
        page.keyboard.press("Enter")
        answer(page, "1")
    missed = page.locator("#quiz-answer .facts dd").last.inner_text()
    expect(page.locator(".quiz-head")).to_contain_text("comes back after 3 others")
    for _ in range(3):
        page.keyboard.press("Enter")
        answer(page, "1")
        assert page.locator("#quiz-answer .facts dd").last.inner_text() != missed
    page.keyboard.press("Enter")
    page.locator(QUESTION).wait_for()
    expect(page.locator(".quiz-head")).to_contain_text("You missed this one before")
    answer(page, "1")
    assert page.locator("#quiz-answer .facts dd").last.inner_text() == missed


def test_the_finding_is_asked_for_the_class_that_is_chosen(page: Page) -> None:
    page.get_by_role("checkbox", name="Ask for the finding too").check()
    page.get_by_role("button", name="Start").click()
    page.locator(QUESTION).wait_for()
    assert page.locator("[data-findings]:visible").count() == 0
    page.keyboard.press("3")
    expect(page.get_by_role("radio", name="Perforated eardrum")).to_be_visible()
    page.keyboard.press("7")
    expect(page.get_by_role("radio", name="Perforated eardrum")).to_be_hidden()
    choose(page, "Enlarged tonsils")
    page.keyboard.press("Enter")
    page.locator(REVEAL).wait_for()


def test_the_score_sheet_is_saved_in_the_pages_language(page: Page, tmp_path: Path) -> None:
    choose(page, "Ear")
    page.get_by_role("button", name="Start").click()
    answer(page, "3")
    expected = truth(page)
    page.get_by_role("button", name="Finish").click()
    rows = saved(page, "Download the score sheet", tmp_path / "en.csv")
    assert rows[0][:3] == ["Question", "Case", "Class"]
    assert rows[1][2:5] == [
        CLASS_NAMES[expected]["en"],
        "ear, right",
        "right" if expected == "ear-right" else "left/right confused",
    ]
    page.get_by_role("button", name="Tiếng Việt").click()
    assert saved(page, "Tải bảng điểm", tmp_path / "vi.csv")[1][3] == "tai phải"


def saved(page: Page, link: str, file: Path) -> list[list[str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    assert download.value.suggested_filename == "entdemo-quiz.csv"
    download.value.save_as(file)
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def test_a_vietnamese_quiz_on_a_phone(browser: Browser, url: str) -> None:
    with visit(browser, url, "vi-VN", PHONE) as page:
        choose(page, "Họng")
        page.get_by_role("button", name="Bắt đầu").click()
        expect(page.locator("#quiz-answer h2")).to_have_text(
            "Khung hình này thuộc lớp nào?", use_inner_text=True
        )
        assert sideways(page) <= 0
        choose(page, "Họng")
        page.get_by_role("button", name="Xác nhận").click()
        expect(page.locator("#quiz-answer h2")).to_have_text("Đúng: họng.", use_inner_text=True)
        assert sideways(page) <= 0
        for english in ("Right", "Finding", "Next", "model"):
            assert english not in page.locator("#panel-quiz").inner_text()
        page.get_by_role("button", name="Kết thúc").click()
        expect(page.locator(".scores")).to_contain_text("Nhầm trái/phải")
        assert sideways(page) <= 0


def test_visitors_have_quizzes_of_their_own(browser: Browser, url: str) -> None:
    with visit(browser, url) as one, visit(browser, url) as other:
        one.get_by_role("button", name="Start").click()
        answer(one, "1")
        other.get_by_role("button", name="Start").click()
        other.locator(QUESTION).wait_for()
        other.get_by_role("button", name="Finish").click()
        expect(other.locator(".quiz-score")).to_contain_text("No frame was answered.")
        one.get_by_role("button", name="Finish").click()
        expect(one.locator(".quiz-score h2")).to_contain_text("of 1 right")


def test_a_similar_case_opens_from_the_reveal(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    answer(page, "2")
    page.locator("#quiz-answer .card button[data-case]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(REVEAL).wait_for()


def test_the_picture_stays_where_it_is_when_the_answer_comes(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.locator(QUESTION).wait_for()
    box = "JSON.stringify(document.querySelector('.quiz-picture').getBoundingClientRect())"
    before = page.evaluate(box)
    answer(page, "4")
    assert page.evaluate(box) == before


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_reveal_and_score_have_no_serious_finding(
    browser: Browser, url: str, size: tuple[int, int]
) -> None:
    with visit(browser, url, size=size) as page:
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(AXE)
        page.get_by_role("button", name="Start").click()
        answer(page, "6")
        assert in_all_colours_and_languages(page) == []
        page.get_by_role("button", name="Finish").click()
        page.locator(".quiz-score").wait_for()
        assert in_all_colours_and_languages(page) == []
