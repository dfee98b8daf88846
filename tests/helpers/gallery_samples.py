"""Drawn cases, and embeddings that need no model."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from entdemo.gallery.embedder import Embedder
from entdemo.gallery.intake import NewCase
from entdemo.image.frame import Frame, frame_from_array
from entdemo.taxonomy import CLASSES


def picture(seed: int) -> np.ndarray:
    """[48, 64, 3] uint8 blotches, different for each seed."""
    coarse = np.random.default_rng(seed).integers(40, 255, (6, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC))


def embed(frames: list[Frame]) -> np.ndarray:
    """[B] frames -> [B, 192] float32: an 8 x 8 thumbnail each."""
    squares = np.stack([frame.square(8) for frame in frames]).astype(np.float32)
    return squares.reshape(len(frames), -1) / 255 - 0.5


def embed_otherwise(frames: list[Frame]) -> np.ndarray:
    """[B] frames -> [B, 48] float32."""
    squares = np.stack([frame.square(4) for frame in frames]).astype(np.float32)
    return squares.reshape(len(frames), -1) / 255 - 0.4


EMBEDDER = Embedder(embed, "weights-1", "prep-1", 192)
OTHER_EMBEDDER = Embedder(embed_otherwise, "weights-2", "prep-2", 48)


def new_cases(count: int, start: int = 0) -> list[NewCase]:
    """Cases that go through the classes in turn."""
    return [
        NewCase(
            frame_from_array(picture(seed)),
            CLASSES[seed % 7],
            finding="normal",
            caption_en=f"case, number {seed}",
            caption_vi=f"ca số {seed}",
            source="drawn",
            licence="CC0-1.0",
            group=f"patient {seed // 2}",
        )
        for seed in range(start, start + count)
    ]


def jpeg(pixels: np.ndarray, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, **options)
    return file.getvalue()
