"""Settings from the environment; command-line flags carry the same names."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from entdemo.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_WEIGHTS = ROOT / "weights" / "default"
DEFAULT_GALLERY = ROOT / "gallery" / "default"
OWN_GALLERY = ROOT / "gallery" / "own"
"""The copy of the shipped gallery that holds a teacher's own cases; it serves where it exists."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _env(name: str, fallback: str) -> str:
    return os.environ.get(f"ENTDEMO_{name}", "").strip() or fallback


def _gallery() -> str:
    """Where the gallery is if nothing names it."""
    return str(OWN_GALLERY if (OWN_GALLERY / "gallery.json").is_file() else DEFAULT_GALLERY)


@dataclass(frozen=True)
class Settings:
    """Where weights and gallery come from, and how to serve.

    Attributes:
        weights: a folder, or a Hub repo as ``owner/name@revision``.
        gallery: a folder.
        device: ``auto``, ``cuda``, ``mps`` or ``cpu``.
        index: address of a Milvus cluster or a file ``*.db``; empty to search in memory.
        precision: ``auto``, ``fp32``, ``bf16``, or ``fp16`` on a GPU.
        auth: ``user:password`` to ask for a login, or empty.
        edit: ``on`` or ``off``: whether visitors may add own cases and remove them; empty means
            on where only this computer can reach the app.
    """

    weights: str = field(default_factory=lambda: _env("WEIGHTS", str(DEFAULT_WEIGHTS)))
    gallery: str = field(default_factory=lambda: _env("GALLERY", _gallery()))
    device: str = field(default_factory=lambda: _env("DEVICE", "auto"))
    index: str = field(default_factory=lambda: _env("INDEX", ""))
    precision: str = field(default_factory=lambda: _env("PRECISION", "auto"))
    host: str = field(default_factory=lambda: _env("HOST", "127.0.0.1"))
    port: int = field(default_factory=lambda: int(_env("PORT", "7860")))
    auth: str = field(default_factory=lambda: _env("AUTH", ""))
    edit: str = field(default_factory=lambda: _env("EDIT", ""))

    @property
    def may_edit(self) -> bool:
        """Whether visitors may change the gallery.

        Raises:
            UserError: if the setting is neither on nor off.
        """
        if self.edit not in ("", "on", "off"):
            raise SettingError("app.edit", value=self.edit)
        return self.edit == "on" or (not self.edit and self.host in LOOPBACK)
