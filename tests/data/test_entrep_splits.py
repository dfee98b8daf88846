"""No examination on both sides, whatever the data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from entdemo.data.entrep import group_split
from entdemo.taxonomy import CLASSES


@dataclass(frozen=True)
class Frame:
    number: int
    class_name: str | None
    group: str


FRAMES = st.lists(
    st.tuples(st.sampled_from([*CLASSES, None]), st.integers(0, 12)), max_size=60
).map(lambda rows: [Frame(i, name, f"g-{group}") for i, (name, group) in enumerate(rows)])


@settings(max_examples=60, deadline=None)
@given(FRAMES, st.integers(0, 5))
def test_parts_share_no_group_and_lose_nothing(frames: list[Frame], seed: int) -> None:
    parts = group_split(frames, (0.6, 0.2, 0.2), seed)
    groups = [{frame.group for frame in part} for part in parts]
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert sorted(frame.number for part in parts for frame in part) == list(range(len(frames)))
    assert parts == group_split(frames, (0.6, 0.2, 0.2), seed)


def examinations(n: int, frames_each: int) -> list[Frame]:
    return [
        Frame(number, CLASSES[number // frames_each % 7], f"g-{number // frames_each}")
        for number in range(n * frames_each)
    ]


def test_every_class_comes_in_the_wanted_share() -> None:
    train, validation = group_split(examinations(140, 3), (0.8, 0.2), seed=1)
    assert Counter(frame.class_name for frame in train) == dict.fromkeys(CLASSES, 48)
    assert Counter(frame.class_name for frame in validation) == dict.fromkeys(CLASSES, 12)


def test_another_seed_gives_another_split() -> None:
    frames = examinations(140, 3)
    first, second = (group_split(frames, (0.8, 0.2), seed)[1] for seed in (1, 2))
    assert first != second
