"""Run the stages of a recipe one after the other."""

from __future__ import annotations

from pathlib import Path

from accelerate import PartialState

from entdemo.bundle.weights import BASE, load_strictly, save_half
from entdemo.model.network import EntClip
from entdemo.model.tensors import read_tensors
from entdemo.storage.atomic import told_writes
from entdemo.training import calibrate
from entdemo.training.batches import Batches
from entdemo.training.build_data import TrainingData, TrainingTexts
from entdemo.training.config import StageConfig, TrainConfig
from entdemo.training.log import Report, Row, Say
from entdemo.training.loop import StageRun
from entdemo.training.weight_averaging import mean_of, state_of


def run_stages(
    model: EntClip,
    config: TrainConfig,
    data: TrainingData,
    texts: TrainingTexts,
    processes: PartialState,
    report: Report,
    say: Say,
) -> EntClip:
    """Train a network stage by stage; each resumes from its last checkpoint.

    Args:
        model: trained in place.
        config: the recipe.
        data: frames to look at after every ``config.validate_every`` steps.
        texts: batches are drawn from their banks.
        processes: which share each batch.
        report: called with each logged row.
        say: called with one line before each stage.

    Returns:
        The network with the adapters of the last stage, on the CPU.

    Raises:
        UserError: see ``loop.StageRun.run``.
    """

    def validate(current: EntClip) -> Row:
        return calibrate.validate(current, data.preprocess, texts.tokenize, data.validation)

    def run(index: int, ingredient: int, settings: StageConfig) -> EntClip:
        objective = settings.objective or config.objective
        batches = Batches(
            texts.banks[config.frames_of(settings)],
            data.preprocess,
            settings.batch_size,
            config.augment,
            with_clean=objective.consistency > 0,
            device=processes.device,
        )
        return StageRun(model, config, index, ingredient, batches, validate, report).run()

    for index, stage in enumerate(config.stages):
        say(f"stage {index + 1} of {len(config.stages)}: {stage.trains}")
        if stage.trains == "lora" and config.ships_base:
            _round_base(model, config.run_folder / BASE, processes)
        if not stage.soup:
            model = run(index, 0, stage)
            continue
        start, ends = state_of(model), []
        for ingredient, settings in enumerate(stage.ingredients):
            if ingredient:
                say(f"ingredient {ingredient} of the soup of stage {index + 1}")
            model.load_state_dict(start)
            model = run(index, ingredient, settings)
            ends.append(state_of(model))
        model.load_state_dict(mean_of(ends))
    return model


def _round_base(model: EntClip, file: Path, processes: PartialState) -> None:
    """Save the base in half precision and read it back: adapters are learnt on what is shipped."""
    if processes.is_main_process:
        with told_writes(file):
            save_half(model.clip.state_dict(), file)
    processes.wait_for_everyone()
    load_strictly(model.clip, read_tensors(file), BASE)
