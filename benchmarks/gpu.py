"""The paper's profile on a GPU: step time, memory, rate, served latency, agreement with the CPU.

``python -m benchmarks.gpu [--json] [--quick]`` takes a few minutes on a GPU and needs no network:
the network has random weights, which take as long as trained ones. ``--device cpu`` runs the same
path on the CPU; what only a GPU can tell is left out there.
"""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

import numpy as np
import torch
import typer
from accelerate import Accelerator
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.bench_models import paper_bundle
from entdemo.boundary import guarded
from entdemo.bundle.weights import Bundle
from entdemo.image.frame import Frame, frame_from_array
from entdemo.inference.device import pick_device, pick_precision
from entdemo.inference.engine import Engine
from entdemo.model.network import EntClip
from entdemo.taxonomy import CLASSES
from entdemo.training.batches import Batches
from entdemo.training.config import ModelConfig, ObjectiveConfig, StageConfig
from entdemo.training.data import FrameSet
from entdemo.training.objective import Objective
from entdemo.training.optim import parameter_groups, prepare_parameters
from entdemo.training.step import GradientStep
from entdemo.training.texts import TextBank, draw_sentences

MIN_COSINE = 0.99
"""Below it the device answers otherwise than the CPU in full precision."""
_SIDE = 256
_GIB = 2**30


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        batch: frames of a training step, and of the largest served batch.
        steps: that are timed, after one that is not.
        requests: single frames that are served.
        compared: frames whose vectors are compared with the CPU's.
    """

    batch: int
    steps: int
    requests: int
    compared: int


FULL, QUICK = Effort(64, 20, 100, 64), Effort(4, 1, 2, 4)


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Attributes:
        device: its name.
        precision: of serving.
        batch: frames of a step and of the large request.
        step_ms: median time of a training step of adapters, bf16 under autocast.
        step_gib: most memory that was held in training; None on a CPU.
        frames_per_s: of a large request, preprocessing included.
        latency_1_ms: median time of a request of one frame, preprocessing included.
        latency_batch_ms: of a request of ``batch`` frames.
        cosine: the least cosine of a frame's vector with the CPU's in fp32.
    """

    device: str
    precision: str
    batch: int
    step_ms: float
    step_gib: float | None
    frames_per_s: float
    latency_1_ms: float
    latency_batch_ms: float
    cosine: float


def measure(
    device: torch.device, effort: Effort, build: Callable[[], Bundle] = paper_bundle
) -> Figures:
    """Measure a network on a device; ``build`` makes it anew for each part."""
    dtype = pick_precision(device)
    frames = random_frames(max(effort.batch, effort.requests + 1, effort.compared))
    compared, large = frames[: effort.compared], frames[: effort.batch]
    expected = Engine(build(), torch.device("cpu"), torch.float32).embed(compared)
    engine = Engine(build(), device, dtype)
    cosine = float((engine.embed(compared) * expected).sum(1).min())
    latency = served_ms(engine, frames[: effort.requests + 1])
    large_ms = median_ms(partial(engine.embed, large), effort.steps, device)
    step_ms, step_gib = training_step(build(), device, effort)
    return Figures(
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        precision=str(dtype).removeprefix("torch."),
        batch=effort.batch,
        step_ms=step_ms,
        step_gib=step_gib,
        frames_per_s=effort.batch / large_ms * 1e3,
        latency_1_ms=latency,
        latency_batch_ms=large_ms,
        cosine=cosine,
    )


def random_frames(count: int) -> list[Frame]:
    """Different frames of coarse noise."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(40, 255, (count, 12, 16, 3), dtype=np.uint8)
    return [frame_from_array(np.kron(it, np.ones((20, 20, 1), np.uint8))) for it in coarse]


def served_ms(engine: Engine, frames: list[Frame]) -> float:
    """Median time of single frames through the engine that serves, none of them twice."""
    engine.frame(frames[0])
    times = []
    for frame in frames[1:]:
        start = time.perf_counter()
        engine.frame(frame)
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e3


def training_step(
    bundle: Bundle, device: torch.device, effort: Effort
) -> tuple[float, float | None]:
    """Median time in ms of a step of adapters and head, and the most memory in GiB that it held."""
    stage = StageConfig(trains="lora", steps=1, batch_size=effort.batch)
    model: EntClip = bundle.model
    model.head.requires_grad_(True)
    prepare_parameters(model, ModelConfig(base=model.config.base), stage)
    model.to(device).train()
    on_gpu = device.type == "cuda"
    accelerator = Accelerator(mixed_precision="bf16", cpu=not on_gpu)
    optimizer = torch.optim.AdamW(parameter_groups(model, stage))
    gradients = GradientStep(accelerator, model, Objective(ObjectiveConfig()), chunks=1)
    bank = TextBank(_frame_set(4 * len(CLASSES)), draw_sentences(400, 0), bundle.tokenize)
    batches = Batches(bank, bundle.preprocess, effort.batch, device=device)
    batch = batches.at(0)

    def step() -> None:
        with accelerator.autocast():
            gradients(batch)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    took = median_ms(step, effort.steps, device)
    return took, torch.cuda.max_memory_allocated(device) / _GIB if on_gpu else None


def median_ms(task: Callable[[], object], times: int, device: torch.device) -> float:
    """Median time of a task, after one run that does not count."""
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        task()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken[1:])) * 1e3


def _frame_set(count: int) -> FrameSet:
    squares: NDArray[np.uint8] = np.stack([it.square(_SIDE) for it in random_frames(count)])
    labels = np.arange(count) % len(CLASSES)
    return FrameSet(squares, labels, np.zeros(count, np.int64), [""] * count, [""] * count)


def main(
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    quick: Annotated[bool, typer.Option("--quick", help="A few frames, to try the path.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the paper's profile; exit code 1 where the device answers otherwise than the CPU."""
    figures = measure(pick_device(device), QUICK if quick else FULL)
    if json:
        print(jsonlib.dumps(asdict(figures), indent=1))
    else:
        table = Table(title=f"The paper's profile on {figures.device}", title_justify="left")
        table.add_column("figure")
        table.add_column("value")
        for name, value in asdict(figures).items():
            table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
        Console().print(table)
    raise typer.Exit(0 if figures.cosine >= MIN_COSINE else 1)


if __name__ == "__main__":
    raise SystemExit(guarded(lambda: typer.run(main)))
