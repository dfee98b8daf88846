"""Numbers as people of each language write them."""

from __future__ import annotations

import pytest

from entdemo.locale.numbers import clock, count, decimal


@pytest.mark.parametrize(
    ("number", "english", "vietnamese"), [(0.5, "0.50", "0,50"), (-0.126, "−0.13", "−0,13")]
)
def test_decimals_follow_the_language(number: float, english: str, vietnamese: str) -> None:
    assert (decimal(number, "en"), decimal(number, "vi")) == (english, vietnamese)


def test_thousands_follow_the_language() -> None:
    assert (count(1400, "en"), count(1400, "vi")) == ("1,400", "1.400")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00.0"), (59.96, "1:00.0"), (62.54, "1:02.5"), (900, "15:00.0")]
)
def test_times_of_a_clip_are_minutes_and_seconds(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
