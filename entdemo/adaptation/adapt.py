"""A weight bundle and a user's frames -> a new weight bundle."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import OwnFrames, read_own_frames
from entdemo.adaptation.judge import Judged, cross_validated
from entdemo.bundle.golden import read_golden, write_golden
from entdemo.bundle.weights import (
    CARD,
    CURVES,
    GOLDEN,
    HEAD,
    LOG,
    Bundle,
    BundleInfo,
    Calibration,
    OodInfo,
    save_head,
    write_info,
)
from entdemo.errors import AdaptationError
from entdemo.inference.calibration import REGION_MEMBERS, calibrate, distances_of
from entdemo.model.fusion import FusionHead
from entdemo.model.network import EntClip
from entdemo.storage.atomic import replaced_folder
from entdemo.training.calibrate import fit_temperature, fit_unlikeness, ood_threshold
from entdemo.training.start import record_of

_CARD = """# {name}

The weights `{base}` after learning from {count} labelled frames of a user: {labels}. None of these
frames is in the bundle, nor are their names. Fusion and embedding were fitted; the towers are
unchanged.

By cross-validation over whole examinations, each frame judged by weights that had not seen it:
{before:.3f} right before, {after:.3f} after, a change of {low:+.3f} to {high:+.3f} (95 %).

For teaching; not a medical device, and not to be used for diagnosis.
"""


@dataclass(frozen=True)
class Learned:
    """What frames teach a bundle.

    Attributes:
        head: fitted on all of them.
        judged: by cross-validation.
        calibration: fitted on what cross-validation says of unseen frames; so is ``ood``.
    """

    head: FusionHead
    judged: Judged
    calibration: Calibration
    ood: OodInfo

    def put_in(self, bundle: Bundle) -> Bundle:
        """The bundle with what was learned; the network is the same one, and gets the new head."""
        bundle.model.head = self.head
        info = bundle.info.model_copy(update={"calibration": self.calibration, "ood": self.ood})
        return replace(bundle, info=info)


@dataclass(frozen=True)
class Adapted:
    """What came of it.

    Attributes:
        info: of the new bundle.
        frames: that were learned from.
        judged: by cross-validation.
    """

    info: BundleInfo
    frames: OwnFrames
    judged: Judged


def learn(bundle: Bundle, frames: OwnFrames) -> Learned:
    """Fit to a user's frames, and judge the fit; the bundle stays as it is."""
    judged = cross_validated(bundle.model, frames)
    calibration, ood = _calibrated(bundle, frames, judged)
    head = fitted_head(bundle.model, *frames.training(np.arange(len(frames))))
    return Learned(head, judged, calibration, ood)


def adapt(bundle: Bundle, path: Path, target: Path, anyway: bool = False) -> Adapted:
    """Learn from a user's frames and write a bundle, which appears whole or not.

    Args:
        bundle: to go on from; its network gets the new head.
        path: the frames, see ``frames.read_own_frames``.
        target: folder of the new bundle; what lies there is replaced.
        anyway: write it even where cross-validation does not show that it is better.

    Raises:
        UserError: the frames cannot be learned from, gain nothing for certain, or ``target``
            cannot be written or is the bundle's own folder.
    """
    if target.resolve() == bundle.folder.resolve():
        raise AdaptationError("adapt.same_folder")
    frames = read_own_frames(path, bundle)
    learned = learn(bundle, frames)
    judged = learned.judged
    if judged.change[0] <= 0 and not anyway:
        raise AdaptationError(
            "adapt.no_gain", **_figures(judged), fewest=next(iter(frames.counts()))
        )
    values = _info(bundle.info, target.name, frames, judged) | {
        "calibration": learned.calibration.model_dump(),
        "ood": learned.ood.model_dump(),
        "training": {
            "data": {"train": {"adapted": "fast", "frames_of": frames.counts()}},
            "start": record_of(bundle),
        },
    }
    new = learned.put_in(bundle)
    return Adapted(_written(new, target, values, frames, judged), frames, judged)


def _figures(judged: Judged) -> dict[str, float]:
    before, after = float(judged.before.mean()), float(judged.after.mean())
    return {"before": before, "after": after, "low": judged.change[0], "high": judged.change[1]}


def _calibrated(bundle: Bundle, frames: OwnFrames, judged: Judged) -> tuple[Calibration, OodInfo]:
    """Temperature, its rise and the threshold of refusal, on what folds say of unseen frames."""
    model, old = bundle.model, bundle.info.calibration
    labels = frames.allowed.int().argmax(1)  # of a region alone, its first class
    stated = frames.allowed.sum(1) == 1
    in_region = ((frames.allowed.double() @ REGION_MEMBERS) > 0).sum(1) == 1
    temperature = old.frame_temperature
    if stated.any():
        temperature = max(1.0, fit_temperature(judged.logits[stated], labels[stated]))
    plain = old.model_copy(update={"frame_temperature": temperature, "unlikeness": None})
    distances = distances_of(model, judged.encoded)
    if old.unlikeness is not None and in_region.any():
        far = distances.deep[in_region]
        rise = fit_unlikeness(judged.logits[in_region], far, labels[in_region], plain)
        plain = plain.model_copy(update={"unlikeness": rise})
    scores = calibrate(judged.logits, plain, distances).distances
    known = torch.tensor([bundle.info.ood.threshold], dtype=scores.dtype)
    return plain, OodInfo(threshold=ood_threshold(scores, known))


def _info(info: BundleInfo, name: str, frames: OwnFrames, judged: Judged) -> dict[str, Any]:
    """``entdemo.json`` but for what was fitted."""
    kept = info.model_dump(mode="json", exclude={"metrics", "files", "digest", "format"})
    by_label = {
        label: {"n": n, "before": before, "after": after}
        for label, (n, before, after) in judged.by_label(frames.labels).items()
    }
    return {
        **kept,
        "name": name,
        "metrics": {"adaptation": _figures(judged) | {"labels": by_label}},
    }


def _written(
    bundle: Bundle, target: Path, values: dict[str, Any], frames: OwnFrames, judged: Judged
) -> BundleInfo:
    model: EntClip = bundle.model
    with replaced_folder(target) as folder:
        for name in bundle.info.files.keys() - {HEAD, GOLDEN, CARD, CURVES, LOG}:
            shutil.copyfile(bundle.folder / name, folder / name)
        save_head(model, folder / HEAD)
        squares, _ = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
        write_golden(folder / GOLDEN, model, bundle.preprocess, squares)
        labels = ", ".join(f"{count} {name}" for name, count in frames.counts().items())
        card = _CARD.format(
            name=target.name,
            base=bundle.info.name,
            count=len(frames),
            labels=labels,
            **_figures(judged),
        )
        (folder / CARD).write_text(card, "utf-8")
        return write_info(folder, values)
