"""The pictures that the benchmark sends about; apart, so that clients import nothing heavy."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from entdemo.settings import DEFAULT_GALLERY


@cache
def frame_files() -> list[Path]:
    """The JPEG files of the shipped gallery."""
    return sorted((DEFAULT_GALLERY / "frames").glob("*.jpg"))
