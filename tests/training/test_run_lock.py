"""A run's folder is not taken over by another recipe or by other frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from entdemo.bundle.weights import Bundle
from entdemo.errors import UserError
from entdemo.training.build_data import TrainingData
from entdemo.training.config import PhantomSource
from entdemo.training.run_lock import lock_run
from tests.helpers.training import PREPROCESS, black_frames, small_recipe


def data() -> TrainingData:
    train = black_frames(["g-1"])
    source = PhantomSource(n=1, seed=1)
    return TrainingData(PREPROCESS, {source: train}, train, black_frames(["g-2"], 5))


def test_the_same_run_goes_on_wherever_its_paths_lead(tmp_path: Path) -> None:
    own = small_recipe(tmp_path)
    lock_run(own, data())
    elsewhere = own.model_copy(update={"output": Path("other")})
    lock_run(elsewhere, data())


@pytest.mark.parametrize("change", ["recipe", "pixels", "labels", "captions", "start"])
def test_another_run_is_refused(tmp_path: Path, change: str) -> None:
    own, frames = small_recipe(tmp_path), data()
    start: Bundle | None = None
    lock_run(own, frames)
    if change == "recipe":
        own = own.model_copy(update={"seed": 9})
    elif change == "start":
        start = cast(Bundle, SimpleNamespace(info=SimpleNamespace(content_digest="other")))
    elif change == "captions":
        held = replace(frames.validation, captions_vi=["đỏ"])
        frames = replace(frames, validation=held)
    else:
        other = (
            black_frames(["g-1"], 1)
            if change == "pixels"
            else replace(frames.train, labels=np.ones(1, np.int64))
        )
        frames = replace(frames, by_source=dict.fromkeys(frames.by_source, other))
    with pytest.raises(UserError, match="another recipe or of other frames"):
        lock_run(own, frames, start)
