"""Grey of a DICOM file, of any depth, as it is meant to be shown (PS3.3 C.11.1 and C.11.2)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from pydicom import Dataset

Values = NDArray[np.generic]


def shown_grey(values: Values, dataset: Dataset) -> Image.Image:
    """RGB of grey through rescaling and window.

    A window without width, or one that leaves nothing to be seen, is passed over. Without any,
    8 bits are shown as they are, and others from their least to their greatest value.
    """
    from pydicom.pixels import apply_modality_lut

    scaled: Any = values
    if dataset.get("RescaleSlope") != 0:
        scaled = np.asarray(apply_modality_lut(values, dataset))
    share = _by_table(scaled, dataset)
    if share is None:
        share = _by_window(scaled, dataset)
    if share is None and scaled.dtype == np.uint8:
        share = scaled / np.float32(255)
    if share is None:
        low, high = float(scaled.min()), float(scaled.max())
        share = (scaled - low) / max(high - low, 1e-6)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    return Image.fromarray((share * 255 + 0.5).astype(np.uint8)).convert("RGB")


def _by_table(values: Values, dataset: Dataset) -> NDArray[np.float32] | None:
    """Shares of the range of the file's own look-up table; None where it has none that works."""
    if not dataset.get("VOILUTSequence"):
        return None
    from pydicom.pixels import apply_voi

    with suppress(Exception):  # a broken table must not cost the picture
        bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        return np.clip(apply_voi(values, dataset) / np.float32(2**bits - 1), 0, 1)
    return None


def _by_window(values: Values, dataset: Dataset) -> NDArray[np.float32] | None:
    """Shares of the first window; None where there is none, or it shows one tone alone."""
    center, width = (_first(dataset.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if center is None or width is None or width <= 0:
        return None
    function = str(dataset.get("VOILUTFunction") or "LINEAR").upper()
    position = values.astype(np.float32)
    if function == "SIGMOID":
        share = 1 / (1 + np.exp(-4 * (position - center) / width))
    elif function == "LINEAR_EXACT":
        share = (position - center) / width + 0.5
    else:
        share = (position - (center - 0.5)) / max(width - 1, 1e-6) + 0.5
    share = np.clip(share, 0, 1)
    return None if np.ptp(share) == 0 < np.ptp(position) else share


def _first(value: Any) -> float | None:
    """A tag's first number."""
    with suppress(TypeError, ValueError):
        return float(value if np.isscalar(value) or not hasattr(value, "__iter__") else value[0])
    return None
