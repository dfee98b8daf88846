"""entdemo: class and similar teaching cases for ear, nose and throat endoscopy frames.

from entdemo import Predictor

answer = Predictor.open().predict("frame.jpg")
print(answer.class_name, answer.probabilities[answer.class_name])
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entdemo.errors import UserError
    from entdemo.gallery.store import Gallery
    from entdemo.image.frame import Frame, load_frame
    from entdemo.predictor import Predictor

__version__ = "0.1.0"
__all__ = ["Frame", "Gallery", "Predictor", "UserError", "__version__", "load_frame"]

_HOMES = {
    "Frame": "entdemo.image.frame",
    "Gallery": "entdemo.gallery.store",
    "Predictor": "entdemo.predictor",
    "UserError": "entdemo.errors",
    "load_frame": "entdemo.image.frame",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: ``import entdemo`` alone stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
