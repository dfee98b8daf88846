"""Check that a run can end, and that training and validation frames have nothing in common."""

from __future__ import annotations

import hashlib

from entdemo.errors import TrainingError
from entdemo.taxonomy import CLASSES
from entdemo.training.build_data import TrainingData
from entdemo.training.data import FrameSet


def check_data(data: TrainingData) -> None:
    """Refuse frames that would end a run only after its training, and leaks.

    Raises:
        UserError: a class without a frame, or see ``check_leakage``.
    """
    for frames in data.by_source.values():
        missing = set(range(len(CLASSES))) - set(frames.labels.tolist())
        if missing:
            names = ", ".join(CLASSES[label] for label in sorted(missing))
            raise TrainingError("train.class_missing", classes=names)
        check_leakage(frames, data.validation)


def check_leakage(train: FrameSet, validation: FrameSet) -> None:
    """Refuse an examination or a picture that lies on both sides.

    Raises:
        UserError: with the number of examinations or pictures, not their names, which may
            identify a patient.
    """
    examinations = set(train.groups) & set(validation.groups) - {""}
    if examinations:
        raise TrainingError("train.shared_examinations", count=len(examinations))
    pictures = _digests(train) & _digests(validation)
    if pictures:
        raise TrainingError("train.shared_pictures", count=len(pictures))


def _digests(frames: FrameSet) -> set[bytes]:
    return {hashlib.sha256(square.tobytes()).digest() for square in frames.squares}
