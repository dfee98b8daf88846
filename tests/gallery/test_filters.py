from __future__ import annotations

import pytest

from entdemo.errors import UserError
from entdemo.gallery.cases import Case
from entdemo.gallery.filters import EVERYTHING, CaseFilter

CASES = [
    Case("a", "frames/a.jpg", "ear-left", "perforation", source="drawn"),
    Case("b", "frames/b.jpg", "nose-left", "polyp", source="drawn"),
    Case("c", "frames/c.jpg", "vc-open", "polyp", source="clinic"),
]


def found(**conditions: frozenset[str]) -> list[str]:
    mask = CaseFilter(**conditions).mask(CASES)  # type: ignore[arg-type]
    return [case.case_id for case, kept in zip(CASES, mask, strict=True) if kept]


def test_an_empty_filter_allows_all() -> None:
    assert EVERYTHING.mask(CASES).all()
    assert not EVERYTHING.narrows


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"regions": {"nose", "ear"}}, ["a", "b"]),
        ({"classes": {"vc-open"}}, ["c"]),
        ({"findings": {"polyp"}}, ["b", "c"]),
        ({"findings": {"nose/polyp"}}, ["b"]),
        ({"sources": {"clinic"}}, ["c"]),
        ({"findings": {"polyp"}, "sources": {"drawn"}}, ["b"]),
    ],
)
def test_conditions_are_joined_by_and_their_values_by_or(
    conditions: dict[str, set[str]], expected: list[str]
) -> None:
    assert found(**{name: frozenset(values) for name, values in conditions.items()}) == expected


def test_unknown_names_and_impossible_similarities_are_refused() -> None:
    with pytest.raises(UserError, match="elbow"):
        CaseFilter(regions=frozenset({"elbow"}))
    with pytest.raises(UserError, match="throat"):
        CaseFilter(classes=frozenset({"throat-left"}))
    for value in (1.5, float("nan")):
        with pytest.raises(UserError, match="from -1 to 1"):
            CaseFilter(min_similarity=value)


def test_least_similarity_alone_does_not_narrow() -> None:
    assert not CaseFilter(min_similarity=0.5).narrows
