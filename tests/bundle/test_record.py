"""Every source of frames is found in a training record, those of earlier weights too."""

from __future__ import annotations

from entdemo.bundle.record import sources_of

FIRST = {
    "data": {"train": {"n": 14, "seed": 1}, "validation": {"n": 7, "seed": 9}},
    "stages": [
        {"trains": "base", "frames": {"n": 21, "seed": 2}, "branches": [{"frames": None}]},
        {"trains": "lora", "frames": {"n": 21, "seed": 2}},
    ],
}
NEWER = {"stages": [{"trains": "base", "soup": [{"frames": {"n": 7, "seed": 4}}]}]}
SECOND = {
    "data": {"train": {"part": "train", "validation_share": 0.2, "seed": 3}},
    "stages": [{"trains": "base", "branches": [{"frames": {"n": 7, "seed": 4}}]}],
    "start": {"name": "first", "digest": "0", "training": FIRST},
}


def test_sources_of_a_run_and_of_what_it_started_from() -> None:
    first = [{"n": 14, "seed": 1}, {"n": 21, "seed": 2}]
    assert sources_of(FIRST) == first
    assert sources_of(SECOND) == [*first, SECOND["data"]["train"], {"n": 7, "seed": 4}]
    assert sources_of(NEWER) == [{"n": 7, "seed": 4}]


def test_a_record_may_tell_nothing() -> None:
    assert sources_of({}) == []
    assert sources_of({"start": {"name": "found", "digest": None, "training": {}}}) == []
