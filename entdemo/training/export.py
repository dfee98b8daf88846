"""Turn a trained network into a weight bundle."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entdemo.bundle.card import write_card
from entdemo.bundle.golden import write_golden
from entdemo.bundle.weights import (
    BASE,
    GOLDEN,
    HEAD,
    LOG,
    TOKENIZER,
    Bundle,
    save_head,
    write_info,
)
from entdemo.image.frame import frame_from_array
from entdemo.model.base import Tokenize
from entdemo.model.lora import merge_lora, save_adapter
from entdemo.model.network import EntClip
from entdemo.model.preprocess import Preprocess, resized
from entdemo.phantom.folder import iter_phantoms
from entdemo.storage.atomic import replaced_folder
from entdemo.taxonomy import CLASSES
from entdemo.text.prompts import CLASS_PROMPTS
from entdemo.training import calibrate
from entdemo.training.build_data import TrainingData
from entdemo.training.config import PhantomSource, TrainConfig
from entdemo.training.start import record_of

_GOLDEN_FRAMES = 3


def export_bundle(
    model: EntClip,
    config: TrainConfig,
    data: TrainingData,
    tokenize: Tokenize,
    start: Bundle | None,
) -> None:
    """Merge adapters, calibrate, and write the bundle to ``config.output`` in one step.

    Args:
        model: trained; changed in place.
        config: the recipe.
        data: statistics are fitted on training frames, temperatures on validation frames.
        tokenize: of the text tower.
        start: weights that the run went on from, for the training record.

    Raises:
        UserError: the disk cannot be written; the old bundle stays.
    """
    with replaced_folder(config.output) as folder:
        save_adapter(model.clip.visual, folder)
        merge_lora(model.clip)
        model.eval()
        for name in (BASE, TOKENIZER, LOG):
            if (config.run_folder / name).exists():
                shutil.copy(config.run_folder / name, folder / name)
        calibrate.update_prototypes(model, tokenize)
        figures = calibrate.calibrated(
            model, data.preprocess, tokenize, data.train, data.validation
        )
        save_head(model, folder / HEAD)
        write_golden(folder / GOLDEN, model, data.preprocess, _golden_squares(config, data))
        info = write_info(folder, _info(config, data.preprocess, start) | figures)
        write_card(folder, info)


def _golden_squares(config: TrainConfig, data: TrainingData) -> NDArray[np.uint8]:
    """Drawn frames alone: the bundle may be published, and patients' frames must not be."""
    squares = data.validation.squares[:_GOLDEN_FRAMES]
    side = data.preprocess.image_size
    if not isinstance(config.data.validation, PhantomSource):
        drawn = iter_phantoms(_GOLDEN_FRAMES, config.seed)
        squares = np.stack([frame_from_array(phantom.rgb).square(side) for phantom in drawn])
    return resized(squares, side)


def _info(config: TrainConfig, preprocess: Preprocess, start: Bundle | None) -> dict[str, Any]:
    """``entdemo.json`` but for what is measured."""
    model = config.model
    return {
        "name": config.name,
        "base": {"name": model.base, "pretrained": None if config.ships_base else model.tag},
        "fusion": {"levels": model.levels, "slerp_join": model.slerp_join},
        "classes": CLASSES,
        "prompts": CLASS_PROMPTS,
        "preprocess": {
            "image_size": preprocess.image_size,
            "mean": preprocess.mean,
            "std": preprocess.std,
        },
        "training": config.without_places() | ({"start": record_of(start)} if start else {}),
    }
