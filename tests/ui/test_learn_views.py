"""What learning from own cases shows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from entdemo.adaptation.judge import Judged
from entdemo.ui.learn_views import outcome, survey, to_check
from entdemo.ui.learning import Improbable
from tests.helpers.ui_fakes import FakeGallery, FakePredictor, fake_gallery


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> FakeGallery:
    return fake_gallery(tmp_path_factory.mktemp("gallery"), a_class=4)


def judged(before: list[int], after: list[int], change: tuple[float, float]) -> Judged:
    """Frames of a right nose, and of a throat, whose class is 0 or 6 where that is right."""
    was, now = np.array(before, bool), np.array(after, bool)
    labels = ["nose-right", *["throat"] * (len(was) - 1)]
    truth = np.array([0, *[6] * (len(was) - 1)])
    classes = np.where(was, truth, 3), np.where(now, truth, 3)
    return Judged(was, now, change, (0.1, 0.04), labels, np.arange(len(was)), classes)


def found(gallery: FakeGallery, own: Judged, *, better: bool) -> Any:
    learned = SimpleNamespace(own=own, drawn=own, is_better=better)
    counts = {"nose-right": 1, "throat": 3}
    frames = SimpleNamespace(counts=lambda: counts)
    return SimpleNamespace(own=own, learned=learned, frames=frames, cases=gallery.cases[:4])


def test_what_is_not_surely_better_cannot_be_kept_and_says_what_would_help(
    gallery: FakeGallery,
) -> None:
    html = outcome(found(gallery, judged([1, 0, 1, 1], [1, 1, 1, 0], (-0.5, 0.5)), better=False))
    assert "Not better beyond doubt: of 4 own frames 3 were right before, and 3 after" in html
    assert "most of all of: nose, right (1), throat (3)" in html
    assert "nhất là: mũi phải (1), họng (3)" in html
    assert 'data-learn="keep"' not in html
    assert 'data-learn="discard"' in html


def test_what_is_better_is_shown_with_the_frames_that_change_sides(gallery: FakeGallery) -> None:
    html = outcome(found(gallery, judged([1, 0, 0, 1], [1, 1, 1, 0], (0.1, 0.5)), better=True))
    assert 'data-learn="keep"' in html
    assert html.count("data-case=") == 3
    assert "“throat”: before “throat”, now “ear, left”, which is wrong." in html
    assert html.index("which is wrong") < html.index("which is right")
    assert "off by 10 % before and by 4 % after" in html


def test_labels_to_check_are_shown_with_what_they_look_like(gallery: FakeGallery) -> None:
    cases = [Improbable(case, "throat") for case in gallery.cases[:14]]
    html = to_check(cases)
    assert "Labelled “nose, right”, looks like “throat”." in html
    assert html.count("data-case=") == html.count("data-remove=") == 12
    assert "And 2 more." in html
    assert to_check([]) == ""


@pytest.mark.parametrize(
    ("seconds", "told", "in_full"), [(41.0, "45 seconds", False), (200.0, "4 minutes", True)]
)
def test_counts_and_time_are_told_before(
    gallery: FakeGallery, seconds: float, told: str, in_full: bool
) -> None:
    items = [SimpleNamespace(label=label) for label in ("throat", "throat", "ear")]
    learning: Any = SimpleNamespace(
        labelled=lambda: items,
        seconds=lambda _, depth="fast": seconds if depth == "fast" else 500.0,
        folder=Path("/x"),
        kept=False,
        named=False,
        can_learn_in_full=in_full,
    )
    html = survey(FakePredictor(gallery), learning)  # type: ignore[arg-type]
    assert f"3 own frames; learning from them takes about {told}" in html
    assert html.index("Ear, left") < html.index(">Ear<")
    assert 'data-learn="undo"' not in html
    assert ('data-learn="full"' in html) is in_full
    assert ("That takes about 9 minutes" in html) is in_full


def test_without_own_cases_nothing_can_be_learned(gallery: FakeGallery) -> None:
    learning: Any = SimpleNamespace(labelled=list, folder=Path("/x"), kept=False, named=False)
    html = survey(FakePredictor(gallery), learning)  # type: ignore[arg-type]
    assert "There are no own cases yet." in html
    assert 'data-learn="learn"' not in html
