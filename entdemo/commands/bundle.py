"""The weights that a command measures or answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entdemo.weights import Bundle


def open_bundle(weights: str, device: str) -> Bundle:
    """The bundle asked for: figures or answers of other weights in its place would mislead."""
    from entdemo.device import pick_device
    from entdemo.hub import resolve_weights
    from entdemo.weights import load_bundle

    bundle = load_bundle(resolve_weights(weights))
    bundle.model.to(pick_device(device))
    return bundle
