"""One stage of training: steps, moving average, checkpoints and log."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import Accelerator
from torch.optim.lr_scheduler import LambdaLR

from entdemo.model.network import EntClip
from entdemo.training.average import WeightAverage
from entdemo.training.batches import Batches
from entdemo.training.config import TrainConfig
from entdemo.training.objective import Objective, batch_tokens
from entdemo.training.optim import parameter_groups, prepare_parameters, warmup_cosine

_LOG_EVERY = 20

Row = dict[str, float]


class StageRun:
    """Runs one stage of a recipe.

    Args:
        model: the network, trained in place.
        config: the recipe.
        index: which stage of it.
        batches: where batches come from.
        validate: looks at the moving average and returns its figures.
        report: called with each logged row.
    """

    def __init__(
        self,
        model: EntClip,
        config: TrainConfig,
        index: int,
        batches: Batches,
        validate: Callable[[EntClip], Row],
        report: Callable[[Row], None],
    ) -> None:
        self.config, self.index, self.stage = config, index, config.stages[index]
        self.batches, self.validate, self.report = batches, validate, report
        self.objective = Objective(self.stage.objective or config.objective)
        self.folder = config.runs / config.name / f"stage-{index}"
        prepare_parameters(model, config.model, self.stage)
        optimizer = torch.optim.AdamW(parameter_groups(model, self.stage))
        schedule = LambdaLR(optimizer, warmup_cosine(self.stage.warmup, self.stage.steps))
        self.bare = model
        self.average = WeightAverage(model, self.stage.ema)
        self.accelerator = Accelerator(mixed_precision=config.precision)
        self.model, self.optimizer, self.schedule = self.accelerator.prepare(
            model, optimizer, schedule
        )
        self.accelerator.register_for_checkpointing(self.average)

    def run(self) -> EntClip:
        """Train from the last checkpoint, or from the start, to the end.

        Returns:
            The moving average of the network, on the CPU.
        """
        for step in range(self._resume(), self.stage.steps):
            row = self._step(step)
            last = step + 1 == self.stage.steps
            looked = last or (step + 1) % self.config.validate_every == 0
            if looked:
                with self.average.applied(self.bare):
                    row |= self.validate(self.bare)
            if looked or step % _LOG_EVERY == 0:
                append_row(self.folder.parent / "log.csv", row)
                self.report(row)
            if looked:
                self._save(step + 1)
        self.average.copy_to(self.bare)
        self.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)
        return self.bare.cpu()

    def _step(self, step: int) -> Row:
        batch = self.batches.at(self.config.seed, self.index, step)
        self.model.train()
        encoded, texts = self.model(batch.pixels, batch_tokens(batch))
        losses = self.objective(
            self.bare.head, self.bare.clip.logit_scale, encoded.embedding, texts, batch
        )
        self.accelerator.backward(torch.stack(list(losses.values())).sum())
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(self.bare, step)
        return {"stage": self.index, "step": step} | {
            name: loss.item() for name, loss in losses.items()
        }

    def _save(self, steps_done: int) -> None:
        """Write a checkpoint beside the last one, then let the marker point to it."""
        target = self.folder / f"checkpoint-{steps_done}"
        self.accelerator.save_state(str(target))
        marker = self.folder / "latest"
        previous = marker.read_text() if marker.exists() else ""
        temporary = marker.with_suffix(".new")
        temporary.write_text(target.name)
        temporary.replace(marker)
        if previous and previous != target.name:
            shutil.rmtree(self.folder / previous, ignore_errors=True)

    def _resume(self) -> int:
        """Load the checkpoint that the marker names; returns the number of steps done."""
        marker = self.folder / "latest"
        if not marker.exists():
            return 0
        name = marker.read_text()
        self.accelerator.load_state(str(self.folder / name))
        return int(name.removeprefix("checkpoint-"))


def append_row(path: Path, row: Row) -> None:
    """Add a row to a CSV with the columns ``stage,step,name,value``, one line a figure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["stage", "step", "name", "value"])
        for name, value in row.items():
            if name not in ("stage", "step"):
                writer.writerow([int(row["stage"]), int(row["step"]), name, f"{value:.6g}"])
