"""Weights that learn from a teacher's own cases, and serve if they are kept.

What was learned lies in a folder of its own in the user's data folder, which serves before all
other weights there; what it learned from stays where it was, so that it can serve again.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from entdemo.bundle.weights import INFO, parse_info
from entdemo.errors import PageError, UserError
from entdemo.gallery.store import Gallery, Progress
from entdemo.image.frame import load_frame
from entdemo.settings import DEFAULT_WEIGHTS, Settings
from entdemo.storage.atomic import replaced_folder

if TYPE_CHECKING:
    from entdemo.adaptation.frames import OwnFrames
    from entdemo.adaptation.judge import Judged
    from entdemo.adaptation.labels import Labelled
    from entdemo.adaptation.learn import Depth, Learned
    from entdemo.bundle.weights import Bundle
    from entdemo.gallery.cases import Case
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Editor
    from entdemo.ui.served import Served

_TOGETHER = 8
"""Frames that are checked as one batch."""
_USUAL_PACE = 0.07
"""Seconds that a frame takes where none was encoded yet: two cores without 8 bits."""
_SLOWER = {"torch": 1.0, "onnxruntime": 3.0}
"""How much longer learning takes for a frame than what serves: it computes in fp32 by torch."""
_FITS_S = 5.0
"""Seconds for all else: opening the weights and fitting, of a few hundred frames."""


@dataclass(frozen=True)
class Improbable:
    """A case whose label the weights that serve find improbable.

    Attributes:
        case: the case.
        looks_like: the most probable class.
    """

    case: Case
    looks_like: str


@dataclass(frozen=True)
class Outcome:
    """What came of learning, until it is kept or discarded.

    Attributes:
        base: the weights that were gone on from.
        frames: that were learned from.
        learned: from them.
        cases: of the frames, in their order.
    """

    base: Bundle
    frames: OwnFrames
    learned: Learned
    cases: list[Case]

    @property
    def own(self) -> Judged:
        """The own frames, each judged by weights that had not seen it."""
        return self.learned.own


class Learning:
    """Learns from the own cases of the gallery that is served; one thing at a time.

    Args:
        served: answers, and gets the weights that are kept.
        editor: changes the gallery; it waits while weights are replaced.
        settings: where weights lie.
    """

    def __init__(self, served: Served, editor: Editor, settings: Settings) -> None:
        self._served = served
        self._editor = editor
        self._settings = settings
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._pace = _USUAL_PACE
        self.outcome: Outcome | None = None

    @property
    def kept(self) -> bool:
        """Whether weights that learned here serve."""
        return bool(self._served.bundle.folder == self._settings.learned_weights)

    @property
    def named(self) -> bool:
        """Whether the environment names the weights, which then serve after the next start."""
        return "weights" in self._settings.model_fields_set

    @property
    def folder(self) -> Path:
        """Where weights that are kept lie."""
        return self._settings.learned_weights

    def labelled(self, gallery: Gallery | None = None) -> list[Labelled]:
        """The own cases of the gallery that is served, with what their labels leave open."""
        from entdemo.adaptation.labels import labelled_cases

        return labelled_cases(gallery or self._served.gallery)

    @property
    def can_learn_in_full(self) -> bool:
        """Whether the weights can be trained in full here."""
        from entdemo.adaptation.extent import check_trainable

        if not find_spec("accelerate"):  # of the extra "train"
            return False
        try:
            check_trainable(self._served.bundle.info.base.name, self._base())
        except UserError:
            return False
        return True

    def seconds(self, frames: int, depth: Depth = "fast") -> float:
        """About how long learning from so many frames takes."""
        from entdemo.adaptation.drawn import drawn_count
        from entdemo.adaptation.extent import further_steps

        slower = _SLOWER.get(self._served.library, 1.0)
        further = 0 if depth == "fast" else further_steps(frames)
        return _FITS_S + self._pace * slower * (frames + drawn_count() + further)

    def improbable(self, told: Progress) -> list[Improbable]:
        """The own cases whose labels should be looked at before they are learned from."""
        from entdemo.adaptation.judge import IMPROBABLE

        gallery = self._served.gallery
        found, items = [], self.labelled(gallery)
        cases = _cases(gallery, items)
        for start in range(0, len(items), _TOGETHER):
            part = items[start : start + _TOGETHER]
            began = time.monotonic()
            told_of = self._served.classes([load_frame(item.file) for item in part])
            self._pace = max(self._pace, (time.monotonic() - began) / len(part))
            for item, case, said in zip(part, cases[start:], told_of, strict=False):
                if sum(said.probabilities[name] for name in item.open) < IMPROBABLE:
                    found.append(Improbable(case, said.class_name))
            told(start + len(part), len(items))
        return found

    def learn(self, told: Progress, depth: Depth = "fast") -> Outcome:
        """Learn from the own cases, beside the weights that serve.

        Args:
            told: how many steps are done, of how many.
            depth: see ``adaptation.learn``.

        Raises:
            UserError: something is being learned or kept already, it was cancelled, or the cases
                cannot be learned from.
        """
        with self._alone():
            from entdemo.adaptation.frames import own_frames
            from entdemo.adaptation.labels import LabelledFrames
            from entdemo.adaptation.learn import learn, steps_of
            from entdemo.adaptation.steps import Steps
            from entdemo.bundle.weights import load_bundle

            self.outcome = None
            gallery = self._served.gallery
            found = LabelledFrames(self.labelled(gallery), [])
            steps = Steps(steps_of(len(found.items), depth), self._stopping(told))
            base = load_bundle(self._base())
            frames = own_frames(found, base, steps)
            learned = learn(base, frames, steps, depth)
            self.outcome = Outcome(base, frames, learned, _cases(gallery, frames.items))
            return self.outcome

    def cancel(self) -> None:
        """End what is being learned, or kept, at its next step; what served goes on."""
        self._stop.set()

    def discard(self) -> None:
        """Forget what was learned."""
        self.outcome = None

    def keep(self, told: Progress) -> None:
        """Write what was learned, compute the gallery's vectors anew, and serve both.

        Raises:
            UserError: nothing was learned that is better beyond doubt, or it cannot be written;
                what served goes on.
        """
        with self._alone():
            from entdemo.adaptation.adapt import write_adapted

            outcome = self.outcome
            if outcome is None or not outcome.learned.is_better:
                raise PageError("learn.nothing_to_keep")
            base, final = outcome.base, self.folder
            new = final.with_name("learned.new")
            try:
                name = f"{base.info.name}, own cases"
                write_adapted(base, new, name, outcome.frames, outcome.learned)
                predictor = self._opened(new, self._stopping(told))
                with replaced_folder(final) as folder:
                    shutil.copytree(new, folder, dirs_exist_ok=True)
            finally:
                shutil.rmtree(new, ignore_errors=True)
            predictor.bundle = replace(predictor.bundle, folder=final)
            self._serve(predictor)
            self.outcome = None

    def undo(self, told: Progress) -> None:
        """Serve the weights again that were learned from, and remove what was learned.

        Raises:
            UserError: no weights that learned here serve, or those before cannot be opened.
        """
        with self._alone():
            if not self.kept:
                raise PageError("learn.nothing_to_undo")
            self._serve(self._opened(self._base(), self._stopping(told)))
            shutil.rmtree(self.folder, ignore_errors=True)

    def _opened(self, weights: Path, told: Progress) -> Predictor:
        """A predictor of other weights, ready to answer; what serves goes on meanwhile."""
        from entdemo.predictor import Predictor
        from entdemo.ui.served import warm_up

        own = self._settings
        gallery = self._served.gallery.folder
        opened = Predictor.open(weights, gallery, own.device, own.precision, told)
        warm_up(opened)
        return opened

    def _serve(self, predictor: Predictor) -> None:
        """Replace what serves; cases that came meanwhile are taken along."""
        with self._editor.lock:
            folder = self._served.gallery.folder
            predictor.gallery = Gallery.open(folder, predictor.embedder)
            self._served.replace(predictor)

    def _base(self) -> Path:
        """Folder of the weights that have not learned from own cases."""
        serving: Path = self._served.bundle.folder
        if not self.kept:
            return serving
        wanted = self._served.bundle.info.training.get("start", {}).get("digest")
        others = (Path(self._settings.weights), self._settings.own_weights, DEFAULT_WEIGHTS)
        found = [it for it in others if it != serving and (it / INFO).is_file()]
        return next((it for it in found if _digest(it) == wanted), found[0])

    def _stopping(self, told: Progress) -> Progress:
        def tell(done: int, of: int | None) -> None:
            if self._stop.is_set():
                raise PageError("learn.cancelled")
            told(done, of)

        return tell

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._busy.acquire(blocking=False):
            raise PageError("learn.busy")
        try:
            self._stop.clear()
            yield
        finally:
            self._busy.release()


def _cases(gallery: Gallery, items: list[Labelled]) -> list[Case]:
    """The cases of labelled frames."""
    by_file = {gallery.frame_path(case): case for case in gallery.cases}
    return [by_file[item.file] for item in items]


def _digest(folder: Path) -> str:
    """What tells weights from others; empty where they cannot be read."""
    try:
        return parse_info(folder).content_digest
    except UserError:
        return ""
