"""Does the app tell endoscopy from other pictures, and does it refuse real frames?

``python -m benchmarks.out_of_distribution [--real DIR] [--weights W] [--json]`` scores drawn test
frames, real frames where given, and pictures that are no endoscopy (``strangers``).
"""

from __future__ import annotations

import json as jsonlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from benchmarks.strangers import KINDS, strangers
from entdemo.boundary import guarded
from entdemo.cli.bundle import open_encoder
from entdemo.data.dataset import read_items
from entdemo.image.frame import Frame, frame_from_array, load_frame
from entdemo.inference.encoder import Encoder
from entdemo.phantom.frame import draw
from entdemo.settings import Settings

Scores = NDArray[np.float64]

_SEED = 9_091_000_000
"""Beyond every seed of a recipe or a test folder."""
_DRAWN = "drawn frames"
_REAL = "real frames"


def scores(encoder: Encoder, frames: Iterable[Frame]) -> Scores:
    """Out-of-distribution score of each frame, float64 [N]; high is strange."""
    squares = [encoder.squares([frame]) for frame in frames]
    return encoder.frames(np.concatenate(squares)).distances


def endoscopy(encoder: Encoder, n: int, real: Path | None) -> dict[str, Scores]:
    """Scores of drawn frames, and of real ones where there are any, by folder and together."""
    drawn = (frame_from_array(draw(_SEED + index).rgb) for index in range(n))
    found = {_DRAWN: scores(encoder, drawn)}
    if real is not None:
        items = read_items(real)
        every = scores(encoder, (load_frame(item.file) for item in items))
        folders = np.array([item.file.parent.name for item in items])
        found |= {f"real: {name}": every[folders == name] for name in dict.fromkeys(folders)}
        found[_REAL] = every
    return found


def compare(
    inside: dict[str, Scores], outside: dict[str, Scores], threshold: float
) -> dict[str, Any]:
    """AUROC of each kind of picture against drawn, real and all frames; shares past the threshold.

    Args:
        inside: scores of endoscopy; ``drawn frames`` and ``real frames`` are compared.
        outside: scores of other pictures by kind.
        threshold: above it a picture is refused.
    """
    sources = {name: inside[name] for name in (_DRAWN, _REAL) if name in inside}
    sources["all frames"] = np.concatenate(list(sources.values()))
    kinds = outside | {"in total": np.concatenate(list(outside.values()))}
    return {
        "threshold": threshold,
        "refused": {name: _past(own, threshold) for name, own in inside.items()},
        "kinds": {
            kind: {
                "n": len(own),
                "accepted": 1 - _past(own, threshold),
                "auroc": {name: _auroc(frames, own) for name, frames in sources.items()},
            }
            for kind, own in kinds.items()
        },
    }


def _past(own: Scores, threshold: float) -> float:
    return float((own > threshold).mean())


def _auroc(frames: Scores, others: Scores) -> float:
    strange = np.repeat([0, 1], [len(frames), len(others)])
    return float(roc_auc_score(strange, np.concatenate([frames, others])))


def tables(result: dict[str, Any]) -> list[Table]:
    """What is accepted of other pictures, and what is refused of endoscopy."""
    shown = Table(title="No endoscopy", title_justify="left", caption="AUROC against frames")
    sources = list(result["kinds"]["in total"]["auroc"])
    for column in ("kind", "pictures", "accepted", *sources):
        shown.add_column(column)
    for kind, row in result["kinds"].items():
        cells = (f"{row['auroc'][name]:.3f}" for name in sources)
        shown.add_row(kind, str(row["n"]), f"{row['accepted']:.1%}", *cells)
    refused = Table(title="Endoscopy", title_justify="left")
    refused.add_column("frames")
    refused.add_column("refused")
    for name, share in result["refused"].items():
        refused.add_row(name, f"{share:.1%}")
    return [shown, refused]


def main(
    real: Annotated[Path | None, typer.Option(help="Real frames, for checking only.")] = None,
    n: Annotated[int, typer.Option(min=7, help="Drawn frames.")] = 700,
    each: Annotated[int, typer.Option(min=1, help="Pictures of each other kind.")] = 100,
    weights: Annotated[str, typer.Option()] = Settings().weights,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print AUROC, and what is accepted and refused at the bundle's threshold."""
    encoder = open_encoder(weights, Settings().device)
    inside = endoscopy(encoder, n, real)
    outside = {
        kind: scores(encoder, map(frame_from_array, strangers(kind, each))) for kind in KINDS
    }
    result = compare(inside, outside, encoder.bundle.info.ood.threshold)
    if json:
        typer.echo(jsonlib.dumps(result, indent=2))
    else:
        Console().print(*tables(result))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(guarded(lambda: typer.run(main)))
