"""The weights that a command measures or answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entdemo.settings import Settings, read_settings

if TYPE_CHECKING:
    from entdemo.bundle.weights import Bundle
    from entdemo.inference.encoder import Encoder


def open_bundle(weights: str) -> Bundle:
    """The bundle asked for: figures or answers of other weights in its place would mislead."""
    from entdemo.bundle.hub import resolve_weights
    from entdemo.bundle.weights import load_bundle

    return load_bundle(resolve_weights(weights))


def open_encoder(weights: str, device: str) -> Encoder:
    """The encoder of the bundle asked for, prepared as it serves."""
    from entdemo.inference.device import pick_device
    from entdemo.inference.encoder import Encoder
    from entdemo.inference.fastest import serving_runtime

    chosen = pick_device(device)
    bundle = open_bundle(weights)
    runtime = serving_runtime(bundle, chosen, read_settings(Settings).precision)
    return Encoder.for_serving(bundle, chosen, *runtime)
