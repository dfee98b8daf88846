"""Lock a run's folder to one recipe and one set of frames."""

from __future__ import annotations

import json

from entdemo.bundle.weights import Bundle
from entdemo.errors import TrainingError
from entdemo.storage.atomic import write_atomically
from entdemo.training.build_data import TrainingData
from entdemo.training.config import TrainConfig

_FILE = "recipe.json"


def lock_run(config: TrainConfig, data: TrainingData, start: Bundle | None = None) -> None:
    """Take ``config.run_folder`` for a run, or find that it is this run's.

    Args:
        config: its recipe; where its paths lead does not matter.
        data: all frames that it looks at.
        start: weights that it goes on from.

    Raises:
        UserError: the folder holds checkpoints of another recipe, other frames or another start,
            which would be taken for this one's; or it cannot be written.
    """
    content = json.dumps(
        {
            "recipe": config.without_places(),
            "frames": [frames.digest() for frames in (*data.by_source.values(), data.validation)],
            "start": start.info.content_digest if start else None,
        },
        indent=1,
    )
    file = config.run_folder / _FILE
    if not file.exists():
        write_atomically(file, content.encode())
    elif file.read_text("utf-8") != content:
        raise TrainingError("train.other_recipe", path=config.run_folder)
