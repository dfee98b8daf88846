"""``train``: a recipe -> a weight bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from entdemo.cli.output import Json, bar_columns, err, out, print_json
from entdemo.cli.parts import needs_extra

if TYPE_CHECKING:
    from entdemo.training.config import TrainConfig


def train(
    recipe: Annotated[Path, typer.Argument(help="A YAML file, see entdemo/training/recipes.")],
    json: Json = False,
) -> None:
    """Train by a recipe and write its weight bundle; an interrupted run goes on where it was.

    Several processes share each batch: accelerate launch --multi_gpu -m entdemo train RECIPE.
    """
    with needs_extra("train"):
        from entdemo.training import train
        from entdemo.training.config import read_config

    config = read_config(recipe)
    with _Bar(config) as bar:
        info = train.train(config, report=bar.report, say=bar.say)
    if info is None:  # the main process tells
        return
    if json:
        print_json({"output": str(config.output), "name": info.name, "metrics": info.metrics})
    else:
        out.print(f"Wrote {config.output}: {info.metrics}")


class _Bar(Progress):
    """Steps of all stages on stderr, with the figures of the latest row."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__(*bar_columns(), console=err, disable=not err.is_terminal)
        self._starts = [0]
        for stage in config.stages:
            self._starts.append(self._starts[-1] + stage.steps)
        self._task = self.add_task("training", total=self._starts[-1], visible=False)

    def say(self, line: str) -> None:
        self.console.print(line)

    def report(self, row: dict[str, float]) -> None:
        stage, step = int(row["stage"]), int(row["step"])
        done = self._starts[stage] + step + 1
        self.update(self._task, completed=done, visible=True)
        figures = "  ".join(
            f"{name} {value:.3f}" for name, value in row.items() if name not in ("stage", "step")
        )
        self.console.print(f"stage {stage} step {step}  {figures}")
