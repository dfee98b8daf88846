"""Frames in colours that no endoscope shows, which the shipped weights read wrongly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {"throat": (80, 190, 90), "ear-left": (70, 90, 200)}


def odd_frame(path: Path, class_name: str, seed: int) -> Path:
    """A green throat or a blue left ear with a few marks, 320 x 240."""
    random = np.random.default_rng(seed)
    colour = COLOURS[class_name]
    image = Image.new("RGB", (320, 240))
    draw = ImageDraw.Draw(image)
    for radius in range(112, 0, -2):
        light = 1.15 - radius / 160
        tint = tuple(min(255, int(part * light)) for part in colour)
        draw.ellipse((160 - radius, 120 - radius, 160 + radius, 120 + radius), fill=tint)
    for _ in range(6):
        x, y, size = random.integers(90, 230), random.integers(50, 190), random.integers(6, 26)
        tint = tuple(int(part * random.uniform(0.3, 1.2)) for part in colour)
        draw.ellipse((x - size, y - size, x + size, y + size), fill=tint)
    image.save(path, "JPEG", quality=92)
    return path
