"""The model card of a bundle as the Hub shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from yaml import YAMLError

from entdemo.bundle.weights import BundleInfo, read_card
from entdemo.errors import HubError


def model_card(folder: Path, info: BundleInfo) -> str:
    """The bundle's README.md with its metrics as metadata that the Hub shows.

    Raises:
        UserError: the YAML header cannot be read.
    """
    text = read_card(folder) or f"# {info.name}\n"
    try:
        card = ModelCard(text)
    except (ValueError, YAMLError) as error:
        raise HubError("hub.card") from error
    data = cast(ModelCardData, card.data)
    data.library_name = "entdemo"
    data.model_name = info.name
    data.eval_results = list(_results(info.metrics))
    return str(card)


def _results(metrics: dict[str, Any]) -> Iterator[EvalResult]:
    for dataset, figures in metrics.items():
        for name, value in _numbers(figures):
            yield EvalResult(
                task_type="zero-shot-image-classification",
                dataset_type=dataset,
                dataset_name=dataset.replace("_", " "),
                metric_type=name,
                metric_name=name.replace("_", " "),
                metric_value=round(value, 4),
            )


def _numbers(figures: Any, prefix: str = "") -> Iterator[tuple[str, float]]:
    """Numbers at any depth of a dictionary, each with its keys joined."""
    if isinstance(figures, dict):
        for name, value in figures.items():
            yield from _numbers(value, f"{prefix} {name}".strip())
    elif isinstance(figures, int | float) and not isinstance(figures, bool):
        yield prefix, float(figures)
