from __future__ import annotations

import io
from html import escape

import numpy as np
import pytest
from PIL import Image

from benchmarks.visitor import WrongAnswerError, answer_of, expect, marked
from benchmarks.visitors import by_minute, growth
from entdemo.gallery.cases import read_cases
from entdemo.settings import DEFAULT_GALLERY


def test_the_answer_is_read_from_the_page() -> None:
    html = f'<div class="answer-tools" data-answer="{escape("""{"text": "a “b” & <c>"}""")}">'
    assert answer_of(html) == {"text": "a “b” & <c>"}
    with pytest.raises(WrongAnswerError, match="no answer"):
        answer_of('<p class="alert">no</p>')


def test_an_answer_to_another_question_is_a_fault() -> None:
    expect(True, "never")
    with pytest.raises(WrongAnswerError, match="another"):
        expect(False, "another frame's answer")


def test_each_mark_makes_another_frame_that_looks_alike() -> None:
    case = read_cases((DEFAULT_GALLERY / "cases.csv").read_bytes())[0]
    first, second = (
        np.array(Image.open(io.BytesIO(marked(case, mark)))).astype(int) for mark in (1, 2)
    )
    assert (first != second).any()
    assert np.abs(first - second).max() < 16


@pytest.mark.parametrize(
    ("memory", "expected"), [([100, 500, 600, 600, 600, 600], 0), ([1, 1, 2, 2, 5, 5], 3), ([], 0)]
)
def test_memory_is_flat_when_its_last_third_is(memory: list[float], expected: float) -> None:
    assert growth(memory) == expected


def test_memory_is_told_by_the_minute() -> None:
    assert by_minute([1.0] * 12 + [2.0] * 12 + [4.0, 5.0]) == [1.0, 2.0, 4.5]
