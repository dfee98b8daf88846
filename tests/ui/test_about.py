from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from entdemo.bundle.weights import read_info
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES
from entdemo.ui.about_figures import confusion_table, figure_of, figures
from entdemo.ui.about_tab import about, card
from tests.helpers.ui_fakes import FakePredictor, fake_bundle

METRICS = fake_bundle().info.metrics
PHANTOM = METRICS["phantom_test"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", (0.978, (0.973, 0.983))),
        ("ece", (0.009, None)),
        ("image_recall@1", (0.97, (0.964, 0.976))),
        ("image_mrr", None),
        ("text_mrr", None),
        ("region_accuracy", None),
    ],
)
def test_a_figure_is_found_with_its_interval(name: str, expected: object) -> None:
    assert figure_of(PHANTOM, name) == expected


def test_figures_are_written_in_both_languages() -> None:
    html = figures(METRICS)
    assert '<span lang="en">0.978 [0.973, 0.983]</span>' in html
    assert '<span lang="vi">0,978 [0,973; 0,983]</span>' in html
    assert "Phantom frames (n = 2,800)" in html
    assert "Khung mô phỏng (n = 2.800)" in html
    assert "0.947 in English (n = 165)" in html
    assert "Real frames" not in html


def test_weights_without_figures_say_so() -> None:
    assert "These weights come without figures." in figures({})
    assert "<table" not in figures({"validation": {"accuracy": 1}})


def test_partial_figures_are_no_fault() -> None:
    html = figures({"phantom_test": {"n": 9, "accuracy": 0.5}})
    assert '<span lang="en">0.500</span>' in html
    assert "Answers by true class" not in html


def test_real_frames_stand_by_source_and_what_is_missing_is_said() -> None:
    row = {"source": "<a>", "n": 3, "regions": {"ear": 3}, "region_accuracy": 0.75}
    row |= {"region_confidence": 0.9, "class_accuracy": None}
    html = figures({"real_frames": {"by_source": {"sources": [row], "region_recall": {"ear": 1}}}})
    assert "&lt;a&gt;" in html
    assert html.count('<span lang="en">not measured</span>') == 1 + 3
    assert '<span lang="vi">0,750</span>' in html


@pytest.mark.parametrize("stated", [{"sources": 3}, {"sources": [{}]}, {"region_recall": []}, 7])
def test_figures_of_another_form_are_left_out(stated: object) -> None:
    assert "<table" not in figures({"real_frames": {"by_source": stated}})


def test_who_is_taken_for_whom_stands_in_taxonomy_order() -> None:
    html = confusion_table(PHANTOM["confusion"])
    numbers = [int(n) for n in re.findall(r">(\d+)</td>", html)]
    assert len(numbers) == 49
    ear_left = CLASSES.index("ear-left")
    assert numbers[ear_left * 7 + CLASSES.index("ear-right")] == 3
    assert numbers[ear_left * 7 + ear_left] == 37
    assert "--share:92%" in html


def test_the_shipped_weights_state_their_figures() -> None:
    html = figures(read_info(DEFAULT_WEIGHTS).metrics)
    assert html.count('class="interval"') >= 7
    assert "95 % bootstrap intervals" in html


def test_a_model_card_that_leads_elsewhere_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("private")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "README.md").symlink_to(tmp_path / "private.txt")
    assert card(tmp_path / "weights") == ""


def test_a_model_card_of_a_stranger_is_text(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n<script>x</script>\n")
    html = card(tmp_path)
    assert "# Mine\n&lt;script&gt;" in html
    assert "license: mit" not in html
    assert card(tmp_path / "nowhere") == ""


def test_each_section_is_there_in_both_languages(predictor: FakePredictor) -> None:
    html = about(predictor)  # type: ignore[arg-type]
    sections = re.findall(r'<section id="about-(\w+)">', html)
    assert sections == ["what", "how", "figures", "limits", "privacy", "licence", "own", "api"]
    assert html.count('<span lang="en">') == html.count('<span lang="vi">')
    for part in ("not a medical device", "2509.00752", "handle_file", "/search", "/health"):
        assert part in html


def test_names_from_outside_are_escaped(predictor: FakePredictor) -> None:
    bundle = fake_bundle()
    bundle.info.name = "<img src=x>"
    assert "<img src=x" not in about(replace(predictor, bundle=bundle))  # type: ignore[arg-type]
