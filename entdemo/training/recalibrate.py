"""Calibrate a finished weight bundle again, without training it.

``python -m entdemo.training.recalibrate FOLDER`` fits temperatures and the out-of-distribution
statistics anew on the frames that the bundle's recipe names, and writes them back. What the
network gives, and so every gallery made with it, stays as it is.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from entdemo.boundary import guarded
from entdemo.bundle.weights import HEAD, Bundle, BundleInfo, load_bundle, save_head, write_info
from entdemo.errors import MissingPartError
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.training.build_data import square_side
from entdemo.training.calibrate import calibrated
from entdemo.training.config import PhantomSource
from entdemo.training.data import FrameSet, draw_frames


def recalibrate(folder: Path, runs: Path = Path("runs")) -> BundleInfo:
    """Fit a bundle's calibration anew and write it.

    Args:
        folder: the bundle; ``fusion_head.safetensors`` and ``entdemo.json`` are written anew.
        runs: where a recipe keeps drawn frames.

    Raises:
        UserError: the bundle cannot be loaded, or was not trained on drawn frames.
    """
    bundle = load_bundle(folder)
    train, held = (_frames(bundle, part, runs) for part in ("train", "validation"))
    figures = calibrated(bundle.model, bundle.preprocess, bundle.tokenize, train, held)
    save_head(bundle.model, folder / HEAD)
    values = bundle.info.model_dump(mode="json", exclude={"format", "files", "digest"})
    metrics = values["metrics"] | figures["metrics"]
    return write_info(folder, values | figures | {"metrics": metrics})


def _frames(bundle: Bundle, part: str, runs: Path) -> FrameSet:
    try:
        source = PhantomSource.model_validate(bundle.info.training["data"][part])
    except (KeyError, TypeError, ValueError) as error:
        raise MissingPartError("train.no_phantoms", name=bundle.folder.name) from error
    return draw_frames(source, square_side(bundle.preprocess.image_size), runs / "frames")


def main(folder: Annotated[Path, typer.Argument()] = DEFAULT_WEIGHTS) -> None:
    """Print the new calibration."""
    info = recalibrate(folder)
    typer.echo(f"{info.calibration!r} {info.ood!r}")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
