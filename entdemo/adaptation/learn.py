"""Frames -> a head, its calibration, and what both are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from entdemo.adaptation.calibration import fitted_calibration
from entdemo.adaptation.drawn import drawn_count, drawn_frames
from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import OwnFrames
from entdemo.adaptation.judge import FOLDS, Judged, Said, cross_validated, judge, said_by
from entdemo.adaptation.steps import Steps
from entdemo.bundle.weights import Bundle, Calibration, OodInfo
from entdemo.model.fusion import FusionHead


@dataclass(frozen=True)
class Learned:
    """What frames teach a bundle.

    Attributes:
        head: fitted on all of them.
        calibration: fitted on what cross-validation says of frames not learned from; so is ``ood``.
        own: the user's frames, each judged by a head that had not seen it.
        drawn: drawn frames, judged by the head, to tell what it forgets.
    """

    head: FusionHead
    calibration: Calibration
    ood: OodInfo
    own: Judged
    drawn: Judged

    @property
    def is_better(self) -> bool:
        """Whether cross-validation shows a gain beyond doubt."""
        return self.own.change[0] > 0

    def put_in(self, bundle: Bundle) -> Bundle:
        """The bundle with what was learned; the network is the same one, and gets the new head."""
        bundle.model.head = self.head
        info = bundle.info.model_copy(update={"calibration": self.calibration, "ood": self.ood})
        return replace(bundle, info=info)


def steps_of(frames: int) -> int:
    """Steps that are told while so many frames, and drawn ones, are read and learned from."""
    return 2 * (frames + drawn_count()) + FOLDS + 1


def learn(bundle: Bundle, frames: OwnFrames, steps: Steps | None = None) -> Learned:
    """Fit to a user's frames, and judge the fit; the bundle stays as it is."""
    steps = steps or Steps()
    model, old = bundle.model, bundle.info.calibration
    joined = model.config.slerp_join
    unseen = cross_validated(model, frames, steps)
    calibration, ood = fitted_calibration(bundle, frames, unseen)
    head = fitted_head(model, *frames.training(np.arange(len(frames))))
    steps.take()

    def judged(of: OwnFrames, said: Said) -> Judged:
        before = said_by(model.head, of, joined).stated(model, old)
        return judge(of, before, said.stated(model, calibration))

    drawn = drawn_frames(bundle, steps)
    kept = judged(drawn, said_by(head, drawn, joined))
    return Learned(head, calibration, ood, judged(frames, unseen), kept)
