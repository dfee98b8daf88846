"""Train a recipe, from frames to a finished weight bundle; alone or as one of several processes."""

from __future__ import annotations

from entdemo.bundle.weights import BundleInfo, read_info
from entdemo.model.base import create_base
from entdemo.training.base_check import check_base
from entdemo.training.build_data import build_data, build_texts
from entdemo.training.build_model import build_model
from entdemo.training.config import TrainConfig
from entdemo.training.distributed import start_processes
from entdemo.training.export import export_bundle
from entdemo.training.leakage_check import check_data
from entdemo.training.log import Report, Say
from entdemo.training.precision import with_precision
from entdemo.training.run_lock import lock_run
from entdemo.training.stages import run_stages
from entdemo.training.start import open_start


def train(config: TrainConfig, report: Report, say: Say) -> BundleInfo | None:
    """Train every stage of a recipe and write its bundle to ``config.output``.

    All randomness follows from the recipe's seeds. An interrupted run resumes from its last
    checkpoint and ends with the same bytes.

    Args:
        config: the recipe.
        report: called with each logged row of figures, in the main process.
        say: called with one line before each longer step, in the main process; at the end with
            what was taken of folders and what was left out.

    Returns:
        The bundle's record; None in every process but the main one.

    Raises:
        UserError: frames cannot be used, ``config.run_folder`` holds a run of another recipe or of
            other frames, or the disk cannot be written. Whatever was complete before stays.
    """
    processes = start_processes()
    if not processes.is_main_process:
        say = _ignore
    if processes.num_processes > 1:
        say(f"{processes.num_processes} processes share each batch")

    check_base(config.model)
    if config.model.tag:  # fetched before frames are drawn and read, which takes minutes
        create_base(config.model.base, config.model.tag)
    start = open_start(config)
    data = build_data(config, start, processes, say)
    check_data(data)
    with processes.main_process_first():
        lock_run(config, data, start)
    texts = build_texts(config, data, start, processes, say)
    model = build_model(config, data.train, start)
    config = with_precision(config, model, processes, say)
    model = run_stages(model, config, data, texts, processes, report, say)

    if processes.is_main_process:
        say("calibrating and writing the bundle")
        export_bundle(model, config, data, texts.tokenize, start)
        for line in data.told:  # again: hours may lie between
            say(line)
    processes.wait_for_everyone()
    return read_info(config.output) if processes.is_main_process else None


def _ignore(line: str) -> None:
    """Take the place of ``say`` in every process but the main one."""
