"""That training and validation frames have nothing in common."""

from __future__ import annotations

import hashlib

from entdemo.errors import TrainingError
from entdemo.training.data import FrameSet


def check_apart(train: FrameSet, validation: FrameSet) -> None:
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
