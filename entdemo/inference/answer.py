"""Predictions as JSON, the same on the command line and in the app's API."""

from __future__ import annotations

from typing import Any

from entdemo.predictor import Neighbour, Prediction


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """Answer to a frame."""
    return {
        "class": prediction.class_name,
        "region": prediction.region,
        "probabilities": prediction.probabilities,
        "in_distribution": prediction.in_distribution,
        "neighbours": [neighbour_json(neighbour) for neighbour in prediction.neighbours],
        "timings_ms": prediction.timings_ms,
    }


def search_json(prediction: Prediction) -> dict[str, Any]:
    """Answer to a description."""
    whole = prediction_json(prediction)
    return {name: whole[name] for name in ("class", "region", "probabilities", "neighbours")}


def neighbour_json(neighbour: Neighbour) -> dict[str, Any]:
    """One similar case."""
    return {
        "case_id": neighbour.case_id,
        "similarity": neighbour.similarity,
        "class": neighbour.class_name,
        "caption_en": neighbour.caption_en,
        "caption_vi": neighbour.caption_vi,
        "file": neighbour.file,
    }
