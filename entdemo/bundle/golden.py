"""Reference embeddings: proof that weights and libraries still give what was saved."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from entdemo.errors import BundleError
from entdemo.model.network import EntClip
from entdemo.model.preprocess import Preprocess

_MIN_COSINE = 0.999
_MOST_FRAMES = 16
"""More would make each start slower, and prove no more."""

_DAMAGE = (OSError, ValueError, KeyError, TypeError, RecursionError, Image.DecompressionBombError)


@torch.inference_mode()
def write_golden(
    path: Path, model: EntClip, preprocess: Preprocess, squares: NDArray[np.uint8]
) -> None:
    """Save squares (uint8 [N, S, S, 3]) as PNG beside the embeddings that ``model`` gives them."""
    embeddings = model.encode_frames(preprocess.tensor(squares)).embedding
    rows = [
        {"png": _to_png(square), "embedding": [round(value, 6) for value in embedding.tolist()]}
        for square, embedding in zip(squares, embeddings, strict=True)
    ]
    path.write_text(json.dumps({"frames": rows}) + "\n", "utf-8")


@torch.inference_mode()
def check_golden(path: Path, model: EntClip, preprocess: Preprocess) -> None:
    """Compare what ``model`` gives with what was saved.

    Raises:
        UserError: unreadable file, or a cosine below 0.999.
    """
    squares, expected = read_golden(path, preprocess.image_size)
    found = model.encode_frames(preprocess.tensor(squares)).embedding
    if found.shape != expected.shape:
        raise BundleError("weights.unreadable", name=path.name)
    cosine = float(functional.cosine_similarity(found, expected).min())
    if not cosine >= _MIN_COSINE:
        raise BundleError("weights.golden", cosine=cosine)


def read_golden(path: Path, side: int) -> tuple[NDArray[np.uint8], Tensor]:
    """Squares, uint8 [N, S, S, 3] of the given side, and the embeddings [N, D] saved with them.

    Raises:
        UserError: unreadable file.
    """
    try:
        rows = json.loads(path.read_text("utf-8"))["frames"]
        if not isinstance(rows, list) or len(rows) > _MOST_FRAMES:
            raise ValueError("too many frames")
        squares = np.stack([_from_png(row["png"], side) for row in rows])
        return squares, torch.tensor([row["embedding"] for row in rows])
    except _DAMAGE as error:
        raise BundleError("weights.unreadable", name=path.name) from error


def _to_png(square: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(square).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _from_png(text: str, side: int) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(base64.b64decode(text)), formats=["PNG"]) as picture:
        if picture.size != (side, side):
            raise ValueError("the size is not that of the network's input")
        return np.asarray(picture.convert("RGB"))
