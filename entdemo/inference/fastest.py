"""Which precision serves fastest on this processor: found by measuring, not by its flags.

A processor may name units for bf16 and still multiply fp32 faster. So at the first start of a
bundle on a machine its own image tower is timed for about two seconds, and the choice is kept in
the user's data folder. It holds for this bundle, processor and version of torch alone.
"""

from __future__ import annotations

import copy
import logging
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor
from torch.nn import functional

from entdemo.bundle.golden import read_golden
from entdemo.bundle.weights import GOLDEN, Bundle
from entdemo.errors import StorageError
from entdemo.inference.device import (
    PRECISIONS,
    pick_precision,
    precision_name,
    processor_name,
    use_cores,
)
from entdemo.inference.serving import prepare_for_serving
from entdemo.model.network import EntClip
from entdemo.settings import Settings, read_settings
from entdemo.storage.atomic import write_atomically
from entdemo.storage.files import read_regular

log = logging.getLogger("entdemo.inference")

_CANDIDATES = ("fp32", "bf16")
_MIN_COSINE = 0.999
_SECONDS = 2.0
"""How long all candidates are timed together, after one pass of each that is not counted."""
_HOPELESS = 2.0
"""A candidate whose first pass takes more than this many times fp32's is not timed further."""
_GAIN = 0.95
"""A candidate replaces fp32 if it takes less than this share of its time: fp32 is exact."""


class Conditions(BaseModel):
    """What a choice holds for; another bundle, processor or library is measured anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bundle: str
    processor: str
    threads: int
    torch: str


class Kept(BaseModel):
    """A choice as it lies in the data folder.

    Attributes:
        precision: fp32 or bf16.
        milliseconds: of one frame, by candidate that agreed with fp32.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    conditions: Conditions
    precision: str = Field(pattern=f"^({'|'.join(_CANDIDATES)})$")
    milliseconds: dict[str, float]


class Answers(NamedTuple):
    """What a network says of N frames: unit vectors [N, D] and classes int64 [N]."""

    embedding: Tensor
    classes: Tensor


def serving_precision(bundle: Bundle, device: torch.device, wanted: str = "auto") -> torch.dtype:
    """The precision asked for, or on a CPU the one that was measured to be fastest.

    Args:
        bundle: as it was loaded, in fp32; it stays as it is.
        device: where it will compute.
        wanted: ``auto`` or a precision.

    Raises:
        UserError: the precision cannot be had on the device.
    """
    if wanted != "auto" or device.type != "cpu":
        return pick_precision(device, wanted)
    use_cores()
    digest = bundle.info.content_digest
    conditions = Conditions(
        bundle=digest,
        processor=processor_name(),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )
    path = read_settings(Settings).data / "precision" / f"{digest[:16]}.json"
    kept = _read(path, conditions)
    if kept is None:
        squares, _ = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
        seconds = time_candidates(bundle, squares)
        kept = Kept(
            conditions=conditions,
            precision=precision_name(fastest(seconds)),
            milliseconds={name: round(it * 1e3, 2) for name, it in seconds.items()},
        )
        log.info("fastest precision here: %s of %s", kept.precision, kept.milliseconds)
        _write(path, kept)
    return PRECISIONS[kept.precision]


def fastest(seconds: dict[str, float]) -> torch.dtype:
    """The precision with the least seconds by name, or fp32 unless another is clearly faster."""
    best = min(seconds, key=lambda name: seconds[name])
    return PRECISIONS[best if seconds[best] < _GAIN * seconds["fp32"] else "fp32"]


@torch.inference_mode()
def time_candidates(bundle: Bundle, squares: NDArray[np.uint8]) -> dict[str, float]:
    """Seconds of one frame through the image tower, by candidate; fp32 is always among them.

    Candidates take turns, so that a busy neighbour hits all of them, and the best time counts. Who
    disagrees with fp32 on a class or falls below a cosine of 0.999 is left out.

    Args:
        bundle: in fp32; copies of its network are timed.
        squares: frames to compare answers on, uint8 [N, S, S, 3], N at least 1.
    """
    pixels = bundle.preprocess.tensor(squares)
    models = {name: _prepared(bundle.model, PRECISIONS[name]) for name in _CANDIDATES}
    expected = _answers(models["fp32"], pixels)
    first = {name: _seconds(model, pixels[:1]) for name, model in models.items()}
    timed = {
        name: model
        for name, model in models.items()
        if first[name] <= _HOPELESS * first["fp32"] and _agree(_answers(model, pixels), expected)
    }
    best = dict.fromkeys(timed, float("inf"))
    start = time.perf_counter()
    while len(timed) > 1 and time.perf_counter() - start < _SECONDS:
        for name, model in timed.items():
            best[name] = min(best[name], _seconds(model, pixels[:1]))
    return best if len(timed) > 1 else {"fp32": first["fp32"]}


def _prepared(model: EntClip, dtype: torch.dtype) -> EntClip:
    """A copy as it would serve."""
    copied = copy.deepcopy(model)
    prepare_for_serving(copied, dtype)
    return copied


def _answers(model: EntClip, pixels: Tensor) -> Answers:
    embedding = model.encode_frames(pixels).embedding
    classes = model.head.class_logits(embedding, model.head.prototypes).argmax(dim=-1)
    return Answers(embedding, classes)


def _agree(found: Answers, expected: Answers) -> bool:
    cosine = functional.cosine_similarity(found.embedding, expected.embedding).min()
    return bool(cosine >= _MIN_COSINE) and torch.equal(found.classes, expected.classes)


def _seconds(model: EntClip, pixels: Tensor) -> float:
    start = time.perf_counter()
    model.encode_frames(pixels)
    return time.perf_counter() - start


def _read(path: Path, conditions: Conditions) -> Kept | None:
    """What was chosen before; None where nothing was, or something else, or the file is damaged."""
    try:
        kept = Kept.model_validate_json(read_regular(path))
    except (OSError, ValidationError):
        return None
    return kept if kept.conditions == conditions else None


def _write(path: Path, kept: Kept) -> None:
    """Keep a choice; where nothing can be written it holds for this run."""
    try:
        write_atomically(path, kept.model_dump_json(indent=1).encode() + b"\n")
    except StorageError as error:
        log.info("the choice of a precision is not kept: %s", error)
