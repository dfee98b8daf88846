"""What counts as wrong in the table of grades."""

from __future__ import annotations

from benchmarks.verdicts import Labelled, counted
from entdemo.inference.verdict import Judgement

TRUSTED = Judgement("trust", (), "ear", "ear-left", ("ear",))
REGION = Judgement("check", ("region-unsure",), "ear", None, ("ear",))
OPEN = Judgement("check", ("region-unsure",), None, None, ("ear", "nose"))


def labelled(source: str, region: str | None, class_name: str | None) -> Labelled:
    return Labelled(source, region, class_name, b"")


def test_a_stated_class_counts_where_it_is_known_and_else_the_region() -> None:
    right = labelled("a", "ear", "ear-left")
    other_side = labelled("a", "ear", "ear-right")
    unknown_side = labelled("a", "ear", None)
    elsewhere = labelled("b", "nose", None)
    stranger = labelled("b", None, None)
    rows = counted(
        [
            (right, TRUSTED),
            (other_side, TRUSTED),
            (unknown_side, TRUSTED),
            (elsewhere, REGION),
            (stranger, REGION),
            (elsewhere, OPEN),
        ]
    )
    assert [tuple(row) for row in rows] == [
        ("a", "trust", 3, 1, 2, 1),
        ("b", "check", 3, 2, 0, 0),
        ("all", "trust", 3, 1, 2, 1),
        ("all", "check", 3, 2, 0, 0),
    ]
