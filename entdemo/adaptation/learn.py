"""Frames -> a head or a whole network, its calibration, and what both are worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from entdemo.adaptation.calibration import fitted_calibration
from entdemo.adaptation.drawn import drawn_count, drawn_frames
from entdemo.adaptation.extent import further_steps
from entdemo.adaptation.fit import fitted_head
from entdemo.adaptation.frames import Ints, OwnFrames
from entdemo.adaptation.judge import (
    FOLDS,
    Judged,
    Said,
    cross_validated,
    judge,
    said_by,
    said_in_folds,
)
from entdemo.adaptation.steps import Steps
from entdemo.bundle.weights import Bundle, Calibration, OodInfo
from entdemo.errors import UserError
from entdemo.model.fusion import FusionHead

if TYPE_CHECKING:  # with accelerate in the extra "train"
    from entdemo.adaptation.full import FullLearner, Tower

Depth = Literal["fast", "full", "best"]
"""Head alone; head and the upper blocks; or whichever cross-validation says."""


@dataclass(frozen=True)
class Learned:
    """What frames teach a bundle.

    Attributes:
        head: fitted on all of them.
        calibration: fitted on what cross-validation says of frames not learned from; so is ``ood``.
        own: the user's frames, each judged by a head that had not seen it.
        drawn: drawn frames, judged by the head, to tell what it forgets.
        tower: the whole network, where it learned in full; ``head`` is its head.
        depths: share of the own frames that is right by each depth that was cross-validated.
    """

    head: FusionHead
    calibration: Calibration
    ood: OodInfo
    own: Judged
    drawn: Judged
    tower: Tower | None
    depths: dict[str, float]

    @property
    def is_better(self) -> bool:
        """Whether cross-validation shows a gain beyond doubt."""
        return self.own.change[0] > 0

    @property
    def depth(self) -> str:
        """Which depth it learned in."""
        return "full" if self.tower else "fast"

    def put_in(self, bundle: Bundle) -> Bundle:
        """The bundle with what was learned.

        Of the fast depth the network is the same one, and gets the new head.
        """
        info = bundle.info.model_copy(update={"calibration": self.calibration, "ood": self.ood})
        if self.tower:
            return replace(bundle, info=info, model=self.tower.network)
        bundle.model.head = self.head
        return replace(bundle, info=info)


def steps_of(frames: int, depth: Depth = "fast") -> int:
    """Steps that are told while so many frames, and drawn ones, are read and learned from."""
    further = 0 if depth == "fast" else further_steps(frames)
    return 2 * (frames + drawn_count()) + FOLDS + 1 + further


def learn(
    bundle: Bundle, frames: OwnFrames, steps: Steps | None = None, depth: Depth = "fast"
) -> Learned:
    """Fit to a user's frames, and judge the fit; the bundle stays as it is.

    Args:
        bundle: to go on from.
        frames: of the user.
        steps: told of each step.
        depth: ``best`` learns in full only if that is better than fast beyond doubt, and where the
            bundle can be trained in full at all.

    Raises:
        UserError: the bundle cannot be trained in full, and ``depth`` asks for it.
        ImportError: ``depth`` is not ``fast``, and the extra "train" is not installed.
    """
    return _Learning(bundle, frames, steps or Steps()).learned(depth)


class _Unseen(NamedTuple):
    """What cross-validation says of the own frames, as ``Learned`` has it."""

    calibration: Calibration
    ood: OodInfo
    own: Judged


class _Learning:
    """Learns from one user's frames."""

    def __init__(self, bundle: Bundle, frames: OwnFrames, steps: Steps) -> None:
        self._bundle, self._frames, self._steps = bundle, frames, steps

    def learned(self, depth: Depth) -> Learned:
        """See ``learn``."""
        full = self._full_learner(depth)
        if full is None:
            return self._fast(self._fast_unseen())
        fully = self._unseen(said_in_folds(self._frames, self._saying(full), self._steps))
        depths = {"full": fully.own.rates[1]}
        if depth == "best":
            fast = self._fast_unseen()
            depths["fast"] = fast.own.rates[1]
            if not fully.own.surely_beats(fast.own):
                return replace(self._fast(fast), depths=depths)
        return self._fully(full, fully, depths)

    def _full_learner(self, depth: Depth) -> FullLearner | None:
        """What learns in full, unless that is not asked for, or is not possible and not needed."""
        if depth == "fast":
            return None
        from entdemo.adaptation.full import FullLearner

        try:
            return FullLearner(self._bundle, self._frames, self._steps)
        except UserError:
            if depth == "full":
                raise
            return None

    def _saying(self, full: FullLearner) -> Callable[[Ints, Ints], Said]:
        def say(learned: Ints, held: Ints) -> Said:
            return full.said(full.learned(learned, self._fitted(learned)), held)

        return say

    def _fitted(self, rows: Ints) -> FusionHead:
        return fitted_head(self._bundle.model, *self._frames.training(rows))

    def _fast_unseen(self) -> _Unseen:
        return self._unseen(cross_validated(self._bundle.model, self._frames, self._steps))

    def _unseen(self, said: Said) -> _Unseen:
        calibration, ood = fitted_calibration(self._bundle, self._frames, said)
        return _Unseen(calibration, ood, self._judged(self._frames, said, calibration))

    def _judged(self, of: OwnFrames, said: Said, calibration: Calibration) -> Judged:
        model = self._bundle.model
        old = said_by(model.head, of, model.config.slerp_join)
        before = old.stated(model, self._bundle.info.calibration)
        return judge(of, before, said.stated(model, calibration))

    def _fast(self, unseen: _Unseen) -> Learned:
        head = self._fitted(np.arange(len(self._frames)))
        self._steps.take()
        drawn = drawn_frames(self._bundle, self._steps)
        said = said_by(head, drawn, self._bundle.model.config.slerp_join)
        return self._told(head, unseen, drawn, said)

    def _fully(self, full: FullLearner, unseen: _Unseen, depths: dict[str, float]) -> Learned:
        from entdemo.adaptation.full import tower_of

        rows = np.arange(len(self._frames))
        upper = full.learned(rows, self._fitted(rows))
        drawn = drawn_frames(self._bundle, self._steps)
        learned = self._told(upper.head, unseen, drawn, full.said_of_others(upper, drawn))
        return replace(learned, tower=tower_of(upper), depths=depths)

    def _told(self, head: FusionHead, unseen: _Unseen, drawn: OwnFrames, said: Said) -> Learned:
        kept = self._judged(drawn, said, unseen.calibration)
        return Learned(head, *unseen, kept, None, {"fast": unseen.own.rates[1]})
