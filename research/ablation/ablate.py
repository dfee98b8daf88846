"""The whole ablation: all runs, then tables and plots; after each group, what is there."""

from __future__ import annotations

from entdemo.bundle.weights import Bundle
from entdemo.evaluation.figures import require_matplotlib
from entdemo.taxonomy import CLASSES
from research.ablation.config import AblationConfig
from research.ablation.degraded import degraded
from research.ablation.document import (
    FRAMES,
    LADDER_PLOT,
    LOW_DATA_PLOT,
    Finished,
    write_document,
)
from research.ablation.material import drawn_frames
from research.ablation.plan import LADDER, LOW_DATA, Group, groups_of
from research.ablation.plots import plot_low_data, plot_methods, show_frames
from research.ablation.runs import Progress, Runs, Say


def ablate(
    config: AblationConfig, bundle: Bundle, say: Say, progress: Progress, workers: int = 2
) -> list[Finished]:
    """Make all runs and write the report into ``config.output``.

    Args:
        config: the runs.
        bundle: whose base they start from.
        say: told of longer steps.
        progress: told how many runs of the present group are done.
        workers: processes.

    Raises:
        UserError: matplotlib is not installed, or see ``material.prepare``.
    """
    require_matplotlib()
    runs = Runs(config, bundle, say, workers)
    finished: list[Finished] = []
    for group in groups_of(config, bundle.info.fusion.levels):
        say(group.title)
        finished.append(_finish(config, group, runs, progress))
        write_document(config.output, _about(config, bundle), finished)
        _plot(config, finished[-1])
    _show_frames(config, bundle)
    return finished


def _show_frames(config: AblationConfig, bundle: Bundle) -> None:
    """A test frame of each class, as drawn and degraded."""
    source = config.domain.test
    drawn = drawn_frames(config, bundle.preprocess, source).squares[: len(CLASSES)]
    show_frames(config.output / FRAMES, drawn, degraded(drawn, source.seed))


def _finish(config: AblationConfig, group: Group, runs: Runs, progress: Progress) -> Finished:
    found = runs.all(group.jobs(config.seeds), progress)
    figures = {(job.variant.name, job.shots, job.seed): row for job, row in found}
    return Finished(group, config.seeds, figures)


def _plot(config: AblationConfig, own: Finished) -> None:
    if own.group.title == LADDER:
        plot_methods(config.output / LADDER_PLOT, own)
    if own.group.title == LOW_DATA:
        plot_low_data(config.output / LOW_DATA_PLOT, own)


def _about(config: AblationConfig, bundle: Bundle) -> str:
    """What all runs share, as Markdown."""
    domain, stage = config.domain, config.stage
    return f"""Base: `{bundle.info.base.name}` of the bundle `{bundle.info.name}`, embedder id
`{bundle.info.embedder_id}`; LoRA (rank {config.lora_rank}, alpha {config.lora_alpha}) and fusion
head start fresh in every run. Each run trains {stage.steps} steps of {stage.batch_size} looks at
{config.shots} labelled frames a class (the curve: as many as it says), learning rate {stage.lr:g}.
Frames: drawn and degraded, training seed {domain.train_seed} ({config.most_shots * len(CLASSES)}
frames for each of {len(config.seeds)} run seeds, none shared), validation seed
{domain.validation.seed} (n = {domain.validation.n}, for temperatures and the probe's
regularisation), test seed {domain.test.seed} (n = {domain.test.n}). Figures are mean ± standard
deviation over the run seeds {", ".join(map(str, config.seeds))}, changes are paired by seed and
stand with their 95 % interval; classes are the mean over a frame and its mirror image, as they are
served; retrieval is by class among the test frames, text queries are their captions in both
languages.

![test frames as drawn, and degraded]({FRAMES})

![accuracy by method]({LADDER_PLOT})"""
