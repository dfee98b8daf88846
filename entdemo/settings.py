"""Settings from the environment; command-line flags carry the same names."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_WEIGHTS = ROOT / "weights" / "default"
DEFAULT_GALLERY = ROOT / "gallery" / "default"


def _env(name: str, fallback: str) -> str:
    return os.environ.get(f"ENTDEMO_{name}", "").strip() or fallback


@dataclass(frozen=True)
class Settings:
    """Where weights and gallery come from, and how to serve.

    Attributes:
        weights: a folder, or a Hub repo as ``owner/name@revision``.
        gallery: a folder.
        device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
        precision: ``auto``, ``fp32``, ``bf16``, or ``fp16`` on a GPU.
        auth: ``user:password`` to ask for a login, or empty.
    """

    weights: str = field(default_factory=lambda: _env("WEIGHTS", str(DEFAULT_WEIGHTS)))
    gallery: str = field(default_factory=lambda: _env("GALLERY", str(DEFAULT_GALLERY)))
    device: str = field(default_factory=lambda: _env("DEVICE", "auto"))
    precision: str = field(default_factory=lambda: _env("PRECISION", "auto"))
    host: str = field(default_factory=lambda: _env("HOST", "127.0.0.1"))
    port: int = field(default_factory=lambda: int(_env("PORT", "7860")))
    auth: str = field(default_factory=lambda: _env("AUTH", ""))
