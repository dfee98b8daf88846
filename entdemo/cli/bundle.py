"""The weights that a command measures or answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entdemo.bundle.weights import Bundle


def open_bundle(weights: str, device: str) -> Bundle:
    """The bundle asked for: figures or answers of other weights in its place would mislead."""
    from entdemo.bundle.hub import resolve_weights
    from entdemo.bundle.weights import load_bundle
    from entdemo.inference.device import pick_device

    bundle = load_bundle(resolve_weights(weights))
    bundle.model.to(pick_device(device))
    return bundle
