"""The shipped weights read side and cord state from anatomy, not from the border.

Rates over drawn frames of seeds that no recipe uses. Chance is 0.5 for a side and 1/7 for a class,
so the thresholds fail for weights that ignore the anatomy.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from entdemo.bundle.weights import load_bundle
from entdemo.image.frame import frame_from_array
from entdemo.inference.encoder import Encoder, encode_squares
from entdemo.phantom.frame import draw
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES, MIRRORED, mirror_class

_SEED = 7_070_000_000
_FRAMES = 84
_SIDED = np.array([mirror_class(name) != name for name in CLASSES])


@cache
def _encoder() -> Encoder:
    return Encoder(load_bundle(DEFAULT_WEIGHTS))


@cache
def _squares() -> np.ndarray:
    frames = [frame_from_array(draw(_SEED + index, style="disc").rgb) for index in range(_FRAMES)]
    return _encoder().squares(frames)


@cache
def _whole() -> np.ndarray:
    return _found(_squares())


def _found(squares: np.ndarray) -> np.ndarray:
    return _encoder().frames(np.ascontiguousarray(squares)).probabilities.argmax(axis=1)


@cache
def _alone(mirrored: bool) -> np.ndarray:
    """Likewise without the mirror image, so that the network itself has to read the sides."""
    squares = _squares()[:, :, ::-1] if mirrored else _squares()
    model = _encoder().bundle.model
    encoded = encode_squares(model, _encoder().bundle.preprocess, np.ascontiguousarray(squares))
    logits = model.head.class_logits(encoded.embedding, model.head.prototypes)
    return logits.argmax(dim=1).cpu().numpy()


def _rim(squares: np.ndarray, inner: float) -> np.ndarray:
    """[S, S], True beyond ``inner`` radii of the inscribed circle."""
    side = squares.shape[1]
    axis = (np.arange(side) + 0.5) * 2 / side - 1
    return np.hypot(axis[:, None], axis[None]) > inner


def test_sides_swap_in_a_mirror() -> None:
    plain, mirrored = _alone(False), _alone(True)
    sided = _SIDED[plain]
    assert sided.sum() > 30
    swapped = mirrored[sided] == np.take(MIRRORED, plain[sided])
    assert swapped.mean() > 0.85


def test_what_has_no_side_stays_in_a_mirror() -> None:
    found, mirrored = _alone(False), _alone(True)
    plain = ~_SIDED[found]
    assert plain.sum() > 20
    assert (mirrored[plain] == found[plain]).mean() > 0.85


@pytest.mark.parametrize("tone", [0, 90])
def test_class_stays_without_the_border(tone: int) -> None:
    covered = _squares().copy()
    covered[:, _rim(covered, 0.9)] = tone
    assert (_found(covered) == _whole()).mean() > 0.85


def test_the_border_alone_tells_little() -> None:
    truth = np.arange(_FRAMES) % len(CLASSES)
    covered = _squares().copy()
    covered[:, ~_rim(covered, 0.9)] = 0
    assert (_found(covered) == truth).mean() < 0.5
    assert (_whole() == truth).mean() > 0.8


def test_every_depth_is_used_and_no_frame_leans_on_one_alone() -> None:
    """The gates differ from frame to frame, and none is always nearly closed or open."""
    gates = _encoder().frames(_squares()).gates
    assert gates.mean(axis=0).min() > 0.05
    assert gates.std(axis=0).min() > 0.02
    assert gates.mean(axis=0).max() < 0.5
