"""A predictor that is still being opened, so that the page is served meanwhile.

Importing torch and open_clip and loading the weights take longer than everything else that the app
does when it starts. The page needs none of it, only names and the gallery.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entdemo.bundle.weights import INFO, parse_info
from entdemo.errors import PageError, UserError
from entdemo.gallery.store import Gallery
from entdemo.settings import Settings

if TYPE_CHECKING:
    from entdemo.predictor import Predictor

_ACCELERATORS = (Path("/dev/nvidiactl"), Path("/dev/kfd"), Path("/dev/dxg"))


class Opening:
    """Stands in for a predictor; whatever needs the network waits until ``open`` has been called.

    Use it where ``is_foreseeable`` says so: names and device are stated before they are checked.

    Raises:
        UserError: if there is no gallery or no ``entdemo.json``.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._weights = _Weights(Path(settings.weights).expanduser(), self)
        self._gallery = Gallery.open(settings.gallery)
        self._opened: Future[Predictor] = Future()

    def open(self) -> Predictor:
        """Open the predictor and let all that waits for it go on.

        Raises:
            UserError: if it cannot be opened; to those that wait as well.
        """
        from entdemo.predictor import Predictor

        settings = self._settings
        try:
            opened = Predictor.open(
                settings.weights, settings.gallery, settings.device, settings.precision
            )
        except BaseException as error:  # the end of the process as well: who waits bars it
            told = error if isinstance(error, UserError) else PageError("ui.unexpected")
            self._opened.set_exception(told)
            raise
        self._opened.set_result(opened)
        return opened

    def wait(self) -> Predictor:
        """The predictor, once it is there.

        Raises:
            UserError: if it cannot be opened.
        """
        return self._opened.result()

    @property
    def bundle(self) -> Any:
        """As ``Predictor.bundle``."""
        return self.wait().bundle if self._opened.done() else self._weights

    @property
    def bundle_name(self) -> str:
        """As ``Predictor.bundle_name``."""
        return self._weights.info.name

    @property
    def bundle_id(self) -> str:
        """As ``Predictor.bundle_id``."""
        return self._weights.info.embedder_id

    @property
    def device(self) -> str:
        """As ``Predictor.device``."""
        return "CPU"

    @property
    def precision(self) -> str | None:
        """As ``Predictor.precision``; None until it is chosen, which may take measuring."""
        return self.wait().precision if self._opened.done() else None

    @property
    def library(self) -> str | None:
        """As ``Predictor.library``; likewise."""
        return self.wait().library if self._opened.done() else None

    @property
    def notice(self) -> None:
        """None: weights of a folder are used or refused, never replaced."""
        return None

    @property
    def gallery(self) -> Gallery:
        """As ``Predictor.gallery``; until that is there, the same cases."""
        return self.wait().gallery if self._opened.done() else self._gallery

    @gallery.setter
    def gallery(self, gallery: Gallery) -> None:
        self.wait().gallery = gallery

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wait(), name)


class _Weights:
    """Stands in for a bundle: its folder and what ``entdemo.json`` states are there at once."""

    def __init__(self, folder: Path, opening: Opening) -> None:
        self.folder = folder
        self.info = parse_info(folder)
        self._opening = opening

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opening.wait().bundle, name)


def is_foreseeable(settings: Settings) -> bool:
    """Whether the weights lie in a folder, and the CPU is what will compute with them."""
    on_cpu = settings.device == "cpu" or (
        settings.device == "auto"
        and sys.platform == "linux"
        and not any(path.exists() for path in _ACCELERATORS)
    )
    return on_cpu and (Path(settings.weights).expanduser() / INFO).is_file()
