"""What answers on the page, which may be replaced by a predictor of other weights meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entdemo.gallery.store import Gallery
    from entdemo.predictor import Predictor
    from entdemo.ui.lazy_predictor import Opening


class Served:
    """Has all that the predictor has which serves at the moment.

    A question is answered by one predictor from its first step to its last: whoever asks before
    a replacement gets the answer of the weights before, with vectors of the same weights.

    Args:
        predictor: serves first; it may still be opening.
    """

    def __init__(self, predictor: Predictor | Opening) -> None:
        self.current = predictor

    @property
    def gallery(self) -> Gallery:
        """As ``Predictor.gallery``."""
        return self.current.gallery

    @gallery.setter
    def gallery(self, gallery: Gallery) -> None:
        self.current.gallery = gallery

    def replace(self, predictor: Predictor) -> None:
        """Let another predictor answer from the next question on."""
        self.current = predictor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


def warm_up(predictor: Predictor) -> None:
    """Answer once, so that the first visitor does not wait for what is made on first use."""
    for case in predictor.gallery.cases[:1]:
        predictor.predict(predictor.gallery.frame_path(case))
    predictor.search("ear")
