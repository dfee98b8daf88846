"""Frames turned by a quarter: what is compared, and that sides of turned frames are withheld."""

from __future__ import annotations

import numpy as np
import torch

from entdemo.inference.turning import quarter_turns, side_certainty
from entdemo.phantom.frame import draw
from entdemo.predictor import Predictor
from entdemo.taxonomy import CLASSES, REGIONS


def test_certainty_is_of_the_likelier_side_within_the_region() -> None:
    row = [0.0] * len(CLASSES)
    row[CLASSES.index("ear-right")], row[CLASSES.index("ear-left")] = 0.6, 0.2
    row[CLASSES.index("throat")] = 0.2
    rows = torch.tensor([row, row], dtype=torch.float64)
    regions = torch.tensor([REGIONS.index("ear"), REGIONS.index("throat")])
    torch.testing.assert_close(
        side_certainty(rows, regions), torch.tensor([0.75, 0.0], dtype=torch.float64)
    )


def test_both_quarter_turns_come_one_after_the_other() -> None:
    squares = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    turned = quarter_turns(squares)
    np.testing.assert_array_equal(turned[1], np.rot90(squares[1]))
    np.testing.assert_array_equal(turned[2], np.rot90(squares[0], -1))


def test_fewer_wrong_sides_are_told_of_turned_ears() -> None:
    predictor = Predictor.open(device="cpu", precision="fp32")
    drawn = (draw(8_888_000_000 + index) for index in range(60))
    ears = [it for it in drawn if it.facts.class_name.startswith("ear")]
    answers = [
        (it.facts.class_name, predictor.predict(np.ascontiguousarray(np.rot90(it.rgb, turns))))
        for it in ears
        for turns in (1, 3)
    ]
    sided = [it for it in answers if it[1].judgement.class_name]
    withheld = [it for _, it in answers if "maybe-turned" in it.judgement.reasons]
    wrong = [named for named, it in sided if it.judgement.class_name != named]
    assert len(withheld) > len(sided)
    assert len(wrong) <= len(answers) * 0.1
