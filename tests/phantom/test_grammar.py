import numpy as np
import pytest

from entdemo.phantom.grammar import Dice, Pattern, capitalise, pattern, tidy


def _wordings(source: str, slots: dict[str, str] | None = None) -> set[str]:
    dice = Dice(np.random.default_rng(0))
    return {pattern(source).expand(dice, slots or {}) for _ in range(200)}


def test_choices_options_and_slots_nest() -> None:
    assert _wordings("{a|b[c]} <x>", {"x": "y"}) == {"a y", "b y", "bc y"}


def test_an_unknown_slot_stays_empty() -> None:
    assert _wordings("a <x>b") == {"a b"}


@pytest.mark.parametrize("source", ["{a", "a]", "a|b", "a}", "<a", "[a}"])
def test_unbalanced_patterns_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"missing|stray|unreadable"):
        Pattern(source)


def test_dice_are_reproducible_and_in_range() -> None:
    one, two = Dice(np.random.default_rng(3)), Dice(np.random.default_rng(3))
    rolls = [one.below(5) for _ in range(200)]
    assert rolls == [two.below(5) for _ in range(200)]
    assert set(rolls) == set(range(5))


@pytest.mark.parametrize(
    ("rough", "tidied"),
    [
        ("a  b , c", "a b, c"),
        ("A oedematous cord", "An oedematous cord"),
        ("with a upper defect", "with an upper defect"),
        ("a small hole,. Next", "a small hole. Next"),
        ("red drum, ", "red drum"),
    ],
)
def test_tidy(rough: str, tidied: str) -> None:
    assert tidy(rough) == tidied
    assert tidy(tidied) == tidied


def test_capitalise_leaves_the_rest_alone() -> None:
    assert capitalise("left TM") == "Left TM"
    assert capitalise("đỏ") == "Đỏ"
