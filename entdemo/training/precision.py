"""In which precision a run trains: measured on a CPU, by capability on a GPU.

On many processors bf16 takes more time than fp32, whatever their flags say.
"""

from __future__ import annotations

import time

import torch
from accelerate import PartialState

from entdemo.inference.device import pick_precision
from entdemo.model.network import EntClip
from entdemo.storage.atomic import write_atomically
from entdemo.training.config import TrainConfig
from entdemo.training.log import Say

_FILE = "precision.txt"
_NAMES = {torch.float32: "no", torch.bfloat16: "bf16", torch.float16: "fp16"}
_FRAMES = 2
_TURNS = 3
_GAIN = 0.95
"""bf16 trains if it takes less than this share of fp32's time: that is exact."""


def with_precision(
    config: TrainConfig, model: EntClip, processes: PartialState, say: Say
) -> TrainConfig:
    """A recipe with the precision that it trains in, in place of ``auto``.

    The choice is kept in the run's folder: a run that is resumed goes on in it.

    Args:
        config: the recipe.
        model: what will be trained, on the CPU; its gradients are left empty.
        processes: the main one chooses for all.
        say: called with the choice where it was made.

    Raises:
        UserError: the folder cannot be written.
    """
    if config.precision != "auto":
        return config
    file = config.run_folder / _FILE
    with processes.main_process_first():
        if not file.exists():
            chosen = _chosen(processes.device, model)
            say(f"training in {'fp32' if chosen == 'no' else chosen}")
            write_atomically(file, chosen.encode())
    return config.model_copy(update={"precision": file.read_text("ascii")})


def _chosen(device: torch.device, model: EntClip) -> str:
    if device.type != "cpu":
        return _NAMES[pick_precision(device)]
    side, was_training = model.shape.image_size, model.training
    model.eval()
    pixels = torch.rand(_FRAMES, 3, side, side, generator=torch.Generator().manual_seed(0))
    seconds = {mixed: float("inf") for mixed in (False, True)}
    for turn in range(1 + _TURNS):
        for mixed in seconds:
            taken = _seconds(model, pixels, mixed)
            if turn:  # the first brings the weights into the caches
                seconds[mixed] = min(seconds[mixed], taken)
    model.train(was_training)
    return "bf16" if seconds[True] < _GAIN * seconds[False] else "no"


def _seconds(model: EntClip, pixels: torch.Tensor, mixed: bool) -> float:
    """Time of encoding frames and going back, under autocast to bf16 or in fp32."""
    start = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        loss = model.encode_frames(pixels).embedding.sum()
    loss.backward()
    model.zero_grad()
    return time.perf_counter() - start
