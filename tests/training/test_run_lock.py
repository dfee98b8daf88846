"""A run's folder is not taken over by another recipe or by other frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from entdemo.errors import UserError
from entdemo.training.run_lock import claim_folder
from tests.training.test_leakage_check import frames
from tests.training.test_loop import config


def test_the_same_run_goes_on_wherever_its_paths_lead(tmp_path: Path) -> None:
    own, train, validation = config(tmp_path), frames(["g-1"]), frames(["g-2"], 5)
    claim_folder(tmp_path / "run", own, [train, validation])
    elsewhere = own.model_copy(update={"output": Path("other"), "runs": Path("other")})
    claim_folder(tmp_path / "run", elsewhere, [train, validation])


@pytest.mark.parametrize("change", ["recipe", "pixels", "labels", "captions", "start"])
def test_another_run_is_refused(tmp_path: Path, change: str) -> None:
    own, train, validation = config(tmp_path), frames(["g-1"]), frames(["g-2"], 5)
    start: str | None = None
    claim_folder(tmp_path / "run", own, [train, validation], start)
    if change == "recipe":
        own = own.model_copy(update={"seed": 9})
    elif change == "start":
        start = "other weights"
    elif change == "pixels":
        train = frames(["g-1"], 1)
    elif change == "labels":
        train = replace(train, labels=np.ones(1, np.int64))
    else:
        validation = replace(validation, captions_vi=["đỏ"])
    with pytest.raises(UserError, match="another recipe or of other frames"):
        claim_folder(tmp_path / "run", own, [train, validation], start)
