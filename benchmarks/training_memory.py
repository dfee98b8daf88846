"""Memory and time of a training step on a GPU, from counted parameters, activations and FLOPs.

``python -m benchmarks.training_memory [RECIPE] [--json]`` builds the network of a recipe's last
stage with random weights on the CPU, counts, and extrapolates; nothing is measured on a GPU.

Counted: parameters; gradients, AdamW's two moments and the moving average of those that are
trained; tensors that autograd keeps for the backward pass, each storage once, with one frame and
with two, which parts what grows with the batch from what does not; FLOPs of matrix products and
convolutions, forward and backward.

Assumed: captions fill the text tower's whole length; beside the count, 1 GiB for the CUDA context
and what lives for a moment only; the share of a card's peak that training reaches; frames are
augmented on the GPU at no cost; each look at the validation frames costs a forward pass of 200
frames and texts.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

import entdemo.training
from entdemo.boundary import guarded
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.training.config import StageConfig, TrainConfig, read_config
from entdemo.training.optim import prepare_parameters

PAPER = Path(entdemo.training.__file__).parent / "recipes" / "entrep-paper.yaml"
GIB = 2**30
BESIDE_GIB = 1.0
UTILISATION = 0.3
CARDS = {"T4": 65, "RTX 3090": 71, "A100": 312, "H100": 989}
"""Peak of dense half-precision matrix products in TFLOP/s, from the makers' data sheets."""
_PROMPTS = 14
_LOOK = 200


@dataclass(frozen=True)
class Cost:
    """What a pass keeps for its way back, in bytes, and what it computes, in FLOP."""

    kept: int
    flops: int


@dataclass(frozen=True)
class Line:
    """A cost that does not grow with the batch, and what one more item adds."""

    fixed: Cost
    each: Cost

    def at(self, items: int) -> Cost:
        """The cost of a batch."""
        return Cost(
            self.fixed.kept + items * self.each.kept, self.fixed.flops + items * self.each.flops
        )


@dataclass(frozen=True)
class Step:
    """A training step.

    Attributes:
        parameters: of the network.
        trained: of them.
        weights_gib: parameters, gradients, moments and average.
        frame_mib: kept for one more frame.
        peak_gib: of the batch in so many chunks.
        step_tflop: of the whole batch at once.
        minutes: of the whole stage, by card.
    """

    parameters: int
    trained: int
    weights_gib: float
    frame_mib: float
    text_mib: float
    peak_gib: dict[int, float]
    step_tflop: float
    minutes: dict[str, float]


def count(model: nn.Module, run: Callable[[], Tensor]) -> Cost:
    """Run a forward and a backward pass and count."""
    own = {it.untyped_storage().data_ptr() for it in (*model.parameters(), *model.buffers())}
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with FlopCounterMode(display=False) as flops:
        with saved_tensors_hooks(pack, lambda tensor: tensor), _half():
            out = run()
        if out.requires_grad:
            out.sum().backward()
    return Cost(sum(kept.values()), flops.get_total_flops())


def line(model: nn.Module, run: Callable[[int], Tensor]) -> Line:
    """Count one item and two."""
    one, two = (count(model, partial(run, n)) for n in (1, 2))
    each = Cost(two.kept - one.kept, two.flops - one.flops)
    return Line(Cost(one.kept - each.kept, one.flops - each.flops), each)


def _half() -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16)


def measure(config: TrainConfig) -> Step:
    """Count the last stage of a recipe."""
    stage = config.stages[-1]
    settings = EntClipConfig(config.model.base, config.model.levels, config.model.slerp_join)
    model = EntClip(settings)
    prepare_parameters(model, config.model, stage)
    model.train()
    side, length = model.shape.image_size, model.shape.context_length
    tokens = torch.arange(length)
    frames = line(model, lambda n: model.encode_frames(torch.zeros(n, 3, side, side)).embedding)
    texts = line(model, lambda n: model.encode_texts(tokens.expand(n, length)))
    return summary(model, stage, frames, texts, config.validate_every)


def summary(
    model: nn.Module, stage: StageConfig, frames: Line, texts: Line, validate_every: int
) -> Step:
    """From counts to memory and time."""
    parameters = sum(it.numel() for it in model.parameters())
    trained = sum(it.numel() for it in model.parameters() if it.requires_grad)
    weights = 4 * (parameters + 4 * trained) / GIB
    captions = stage.batch_size + stage.batch_size // 2 + _PROMPTS

    def peak(chunks: int) -> float:
        shares = [-(-number // chunks) for number in (stage.batch_size, captions)]
        kept = frames.at(shares[0]).kept + texts.at(shares[1]).kept
        return weights + kept / GIB + BESIDE_GIB

    step = frames.at(stage.batch_size).flops + texts.at(captions).flops
    look = _LOOK * (frames.each.flops + texts.each.flops) / 3
    total = stage.steps * step + stage.steps / validate_every * look
    return Step(
        parameters,
        trained,
        weights,
        frames.each.kept / 2**20,
        texts.each.kept / 2**20,
        {chunks: peak(chunks) for chunks in (1, 2, 4, 8)},
        step / 1e12,
        {card: total / (peak * 1e12 * UTILISATION) / 60 for card, peak in CARDS.items()},
    )


def main(
    recipe: Annotated[Path, typer.Argument(help="Its last stage is counted.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Print the estimate for a recipe."""
    config = read_config(recipe)
    step = measure(config)
    if json:
        typer.echo(jsonlib.dumps(asdict(step), indent=2))
        return
    Console().print(table(config, step))


def table(config: TrainConfig, step: Step) -> Table:
    """The estimate for people."""
    stage = config.stages[-1]
    shown: dict[str, Any] = {
        "parameters": f"{step.parameters / 1e6:.1f} M, {step.trained / 1e6:.2f} M trained",
        "weights, gradients, AdamW, average": f"{step.weights_gib:.2f} GiB",
        "kept for the way back": f"{step.frame_mib:.0f} MiB a frame, {step.text_mib:.0f} a text",
    }
    for chunks, peak in step.peak_gib.items():
        name = "at once" if chunks == 1 else f"in {chunks} chunks"
        shown[f"memory, batch of {stage.batch_size} {name}"] = f"{peak:.1f} GiB"
    shown["one step"] = f"{step.step_tflop:.1f} TFLOP"
    for card, minutes in step.minutes.items():
        shown[f"{stage.steps} steps on {card}, {UTILISATION:.0%} of its peak"] = (
            f"{minutes:.1f} min"
        )
    found = Table("what", "estimate", title=f"{config.name}: counted, not measured on a GPU")
    for name, value in shown.items():
        found.add_row(name, value)
    return found


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
