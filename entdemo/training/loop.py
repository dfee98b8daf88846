"""One stage of training: steps, moving average, checkpoints and log."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import torch
from accelerate import Accelerator, DataLoaderConfiguration
from accelerate.utils import broadcast_object_list
from torch.optim.lr_scheduler import LambdaLR

from entdemo.bundle.weights import LOG
from entdemo.errors import TrainingError
from entdemo.model.network import EntClip
from entdemo.storage.atomic import sync, told_writes, write_atomically
from entdemo.training.anchors import anchors_of
from entdemo.training.batches import BatchSource
from entdemo.training.config import TrainConfig
from entdemo.training.log import Report, Row, StageLog
from entdemo.training.objective import Objective
from entdemo.training.optim import (
    bound_scale,
    parameter_groups,
    prepare_parameters,
    warmup_cosine,
)
from entdemo.training.step import GradientStep
from entdemo.training.stopping import EarlyStop, selected_by
from entdemo.training.weight_averaging import WeightAverage

LOG_EVERY = 20
"""Steps between two rows of the log that no validation gives."""


class StageRun:
    """Run one stage of a recipe, alone or as one of several processes.

    Args:
        model: the network, trained in place.
        config: the recipe.
        index: which stage of it.
        ingredient: which ingredient of the stage's soup, 0 for the stage itself.
        batches: where batches come from; they are those of all processes together.
        validate: returns figures of the moving average.
        report: called with each logged row.
    """

    def __init__(
        self,
        model: EntClip,
        config: TrainConfig,
        index: int,
        ingredient: int,
        batches: BatchSource,
        validate: Callable[[EntClip], Row],
        report: Report,
    ) -> None:
        self.config, self.index = config, index
        self.stage = config.stages[index].ingredients[ingredient]
        self.batches, self.validate, self.report = batches, validate, report
        name = f"stage-{index}-ingredient-{ingredient}" if ingredient else f"stage-{index}"
        self.folder = config.run_folder / name
        self.log_file = (self.folder if ingredient else config.run_folder) / LOG
        prepare_parameters(model, config.model, self.stage)
        optimizer = torch.optim.AdamW(parameter_groups(model, self.stage))
        schedule = LambdaLR(optimizer, warmup_cosine(self.stage.warmup, self.stage.steps))
        self.accelerator = _accelerator(config.precision)
        # Without DDP's wrapper: gradients are joined by GradientStep.
        self.model: EntClip = self.accelerator.prepare_model(model, evaluation_mode=True)
        self.optimizer, self.schedule = self.accelerator.prepare(optimizer, schedule)
        self.average = WeightAverage(self.model, self.stage.ema)
        self.stopping = EarlyStop(self.stage.patience) if self.stage.patience else None
        for state in (self.average, self.stopping):
            if state is not None:
                self.accelerator.register_for_checkpointing(state)
        objective = Objective(self.stage.objective or config.objective, anchors_of(model))
        self.gradients = GradientStep(self.accelerator, self.model, objective, self.stage.chunks)

    def run(self) -> EntClip:
        """Train from the last checkpoint, or from the start, to the end.

        Returns:
            The moving average of the network, on the CPU.

        Raises:
            UserError: a checkpoint cannot be read, or the disk cannot be written.
        """
        start = self._resume()
        write = self._log(start)
        for step in range(start, self.stage.steps):
            if self.stopping and self.stopping.stopped:
                break
            self._advance(step, write)
        if self.stopping:
            self.average.load_state_dict(self.stopping.weights)
        self.average.copy_to(self.model)
        self.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)
        return self.model.cpu()

    def _advance(self, step: int, write: Report) -> None:
        """Do a step; validate and write a checkpoint where they are due."""
        row = self._step(step)
        last = step + 1 == self.stage.steps
        validated = last or (step + 1) % self.config.validate_every == 0
        if validated:
            row |= self._validate()
        if validated or step % LOG_EVERY == 0:
            write(row)
        if validated:
            self._save(step + 1)

    def _step(self, step: int) -> Row:
        batch = self.batches.at(self.config.seed, self.index, step)
        self.model.train()
        losses = self.gradients(batch)
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        bound_scale(self.model)
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(self.model, step)
        return {"stage": self.index, "step": step} | {
            name: loss.item() for name, loss in losses.items()
        }

    def _validate(self) -> Row:
        """Validate the moving average in the main process, and tell all others."""
        figures_of_main: list[Row] = [{}]
        if self.accelerator.is_main_process:
            with self.average.applied(self.model):
                figures_of_main = [self.validate(self.model)]
        figures: Row = broadcast_object_list(figures_of_main)[0]
        if self.stopping:
            figure = selected_by(figures, self.stage.frame_weight)
            self.stopping.update(figure, self.average.shadow)
        return figures

    def _log(self, start: int) -> Report:
        """Return what writes rows to the run's log and to the caller, in the main process alone."""
        if not self.accelerator.is_main_process:
            return lambda row: None
        log = StageLog(self.log_file, self.index, start)

        def write(row: Row) -> None:
            log.add(row)
            self.report(row)

        return write

    def _save(self, steps_done: int) -> None:
        """Write a checkpoint beside the last one, then let the marker point to it."""
        target = self.folder / f"checkpoint-{steps_done}"
        with told_writes(target):
            try:
                self.accelerator.save_state(str(target))
                sync(target)
            except BaseException:
                shutil.rmtree(target, ignore_errors=True)
                raise
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            write_atomically(self.folder / "latest", target.name.encode())
            self._drop_others(target.name)

    def _drop_others(self, kept: str) -> None:
        for folder in self.folder.glob("checkpoint-*"):
            if folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _resume(self) -> int:
        """Load the checkpoint that the marker names; returns the number of steps done."""
        marker = self.folder / "latest"
        if not marker.exists():
            return 0
        name = marker.read_text()
        try:
            self.accelerator.load_state(str(self.folder / name))
        except Exception as error:  # whatever its four kinds of files raise when damaged
            raise TrainingError("train.checkpoint_damaged", path=self.folder) from error
        return int(name.removeprefix("checkpoint-"))


def _accelerator(precision: str) -> Accelerator:
    """One that takes a batch as all processes' together, and steps the schedule once for it.

    Raises:
        UserError: the precision is not there on this device.
    """
    try:
        accelerator = Accelerator(
            mixed_precision=precision,
            dataloader_config=DataLoaderConfiguration(split_batches=True),
        )
    except ValueError as error:
        raise TrainingError("train.precision", precision=precision, reason=error) from error
    if precision == "fp16" and accelerator.device.type == "cpu":  # accelerate would use fp32
        raise TrainingError("train.fp16_on_cpu")
    return accelerator
