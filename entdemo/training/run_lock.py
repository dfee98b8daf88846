"""A run's folder belongs to one recipe and one set of frames."""

from __future__ import annotations

import json
from pathlib import Path

from entdemo.errors import TrainingError
from entdemo.storage.training_files import write_file
from entdemo.training.config import TrainConfig
from entdemo.training.data import FrameSet

_FILE = "recipe.json"


def claim_folder(
    folder: Path, config: TrainConfig, frames: list[FrameSet], start: str | None = None
) -> None:
    """Take a folder for a run, or find that it is this run's.

    Args:
        folder: of the run.
        config: its recipe.
        frames: all that it looks at.
        start: digest of the weights that it goes on from.

    Raises:
        UserError: it holds checkpoints of another recipe, other frames or another start, which
            would be taken for this one's; or it cannot be written.
    """
    digests = [each.digest() for each in frames]
    content = {"recipe": config.without_places(), "frames": digests, "start": start}
    claim = json.dumps(content, indent=1)
    file = folder / _FILE
    if not file.exists():
        write_file(file, claim.encode())
    elif file.read_text("utf-8") != claim:
        raise TrainingError("train.other_recipe", path=folder)
