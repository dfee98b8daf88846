"""A weight bundle and a user's frames -> a new weight bundle."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entdemo.adaptation.frames import OwnFrames, Tell, read_own_frames
from entdemo.adaptation.judge import Judged
from entdemo.adaptation.learn import Depth, Learned, learn
from entdemo.bundle.golden import read_golden, write_golden
from entdemo.bundle.weights import (
    CARD,
    CURVES,
    GOLDEN,
    HEAD,
    INFO,
    LOG,
    Bundle,
    BundleInfo,
    save_head,
    write_info,
)
from entdemo.errors import AdaptationError, StorageError
from entdemo.model.files import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from entdemo.model.lora import save_joined_adapter
from entdemo.storage.atomic import replaced_folder
from entdemo.training.start import record_of

ENOUGH = 10
"""Frames of a label from which on more of them help others rather."""
_NAMED = 3

_CARD = """# {name}

The weights `{base}` after learning from {count} labelled frames of a user: {labels}. None of these
frames is in the bundle, nor are their names. {what}

By cross-validation over whole examinations, each frame judged by weights that had not seen it:
{before:.3f} right before, {after:.3f} after, a change of {low:+.3f} to {high:+.3f} (95 %).
Of {drawn} drawn frames {drawn_before:.3f} were right before, {drawn_after:.3f} after.

For teaching; not a medical device, and not to be used for diagnosis.
"""

_WHAT = {
    "fast": "Fusion and embedding were fitted; the towers are\nunchanged.",
    "full": "The upper blocks of the\nimage tower (LoRA) and the fusion were trained, "
    "drawn frames beside them.",
}


@dataclass(frozen=True)
class Adapted:
    """What came of it.

    Attributes:
        info: of the new bundle.
        frames: that were learned from.
        learned: from them.
    """

    info: BundleInfo
    frames: OwnFrames
    learned: Learned


def adapt(
    bundle: Bundle,
    path: Path,
    target: Path,
    anyway: bool = False,
    tell: Tell | None = None,
    depth: Depth = "fast",
) -> Adapted:
    """Learn from a user's frames and write a bundle, which appears whole or not.

    Args:
        bundle: to go on from; its network gets the new head.
        path: the frames, see ``frames.read_own_frames``.
        target: folder of the new bundle; a bundle that lies there is replaced.
        anyway: write it even where cross-validation does not show that it is better.
        tell: told what was read of the frames, also where nothing comes of them.
        depth: see ``learn.learn``.

    Raises:
        UserError: the frames cannot be learned from, gain nothing for certain, or ``target``
            cannot be written, holds something else or is the bundle's own folder.
    """
    if target.resolve() == bundle.folder.resolve():
        raise AdaptationError("adapt.same_folder")
    if target.exists() and not (target / INFO).is_file():
        raise StorageError("storage.in_use", path=target)
    frames = read_own_frames(path, bundle, tell)
    learned = learn(bundle, frames, depth=depth)
    if not learned.is_better and not anyway:
        raise AdaptationError(
            "adapt.no_gain", **_figures(learned.own), wanted=wanted(frames), enough=ENOUGH
        )
    return Adapted(write_adapted(bundle, target, target.name, frames, learned), frames, learned)


def wanted(frames: OwnFrames) -> str:
    """The rarest labels with their number of frames, such as ``nose-left (6), ear (8)``."""
    counts = list(frames.counts().items())
    rare = [it for it in counts if it[1] < ENOUGH] or counts
    return ", ".join(f"{label} ({count})" for label, count in rare[:_NAMED])


def _figures(judged: Judged) -> dict[str, float]:
    (before, after), (low, high) = judged.rates, judged.change
    return {"before": before, "after": after, "low": low, "high": high}


def _metrics(learned: Learned) -> dict[str, Any]:
    own = learned.own
    labels = {label: {"n": len(it.before), **_figures(it)} for label, it in own.by_label().items()}
    ece = {"region_ece": dict(zip(("before", "after"), own.ece, strict=True))} if own.ece else {}
    drawn = {"n": len(learned.drawn.before), **_figures(learned.drawn)}
    more = {"labels": labels, "drawn": drawn, "depths": learned.depths}
    return {"adaptation": {**_figures(own), **ece, **more}}


def write_adapted(
    bundle: Bundle, target: Path, name: str, frames: OwnFrames, learned: Learned
) -> BundleInfo:
    """Write what was learned as a bundle, in place of what ``target`` holds.

    Args:
        bundle: that was gone on from; its network gets the new head.
        target: folder of the new bundle.
        name: of the new bundle.
        frames: that were learned from.
        learned: from them.

    Raises:
        StorageError: it cannot be written; what ``target`` held stays.
    """
    kept = bundle.info.model_dump(mode="json", exclude={"files", "digest", "format"})
    values = {
        **kept,
        "name": name,
        "metrics": _metrics(learned),
        "calibration": learned.calibration.model_dump(),
        "ood": learned.ood.model_dump(),
        "training": {
            "data": {"train": {"adapted": learned.depth, "frames_of": frames.counts()}},
            "start": record_of(bundle),
        },
    }
    with replaced_folder(target) as folder:
        for name in bundle.info.files.keys() - _written(learned):
            shutil.copyfile(bundle.folder / name, folder / name)
        if learned.tower:
            save_joined_adapter(bundle.model.clip, bundle.folder, learned.tower.adapter, folder)
        model = learned.put_in(bundle).model
        save_head(model, folder / HEAD)
        squares, _ = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
        write_golden(folder / GOLDEN, model, bundle.preprocess, squares)
        (folder / CARD).write_text(_card(bundle, name, frames, learned), "utf-8")
        return write_info(folder, values)


def _written(learned: Learned) -> set[str]:
    """Files of the bundle gone on from that are not taken over."""
    adapter = {ADAPTER_CONFIG, ADAPTER_WEIGHTS} if learned.tower else set()
    return {HEAD, GOLDEN, CARD, CURVES, LOG} | adapter


def _card(bundle: Bundle, name: str, frames: OwnFrames, learned: Learned) -> str:
    drawn_before, drawn_after = learned.drawn.rates
    return _CARD.format(
        name=name,
        base=bundle.info.name,
        what=_WHAT[learned.depth],
        count=len(frames),
        labels=", ".join(f"{count} {label}" for label, count in frames.counts().items()),
        drawn=len(learned.drawn.before),
        drawn_before=drawn_before,
        drawn_after=drawn_after,
        **_figures(learned.own),
    )
