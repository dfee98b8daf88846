"""The form of the figures that a bundle states of itself; it may come from a stranger."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class _Form(BaseModel):
    """What is shown is checked; other figures may stand beside it."""

    model_config = ConfigDict(strict=True, frozen=True)


class Retrieval(_Form):
    """Recall and mean reciprocal rank of a kind of query."""

    recall_1: Annotated[Share | None, Field(alias="recall@1")] = None
    mrr: Share | None = None


class SetMetrics(_Form):
    """Figures of one set of frames, with their 95 % intervals by name."""

    n: Count = 0
    accuracy: Share | None = None
    macro_f1: Share | None = None
    region_accuracy: Share | None = None
    ece: Share | None = None
    image_retrieval: Retrieval = Retrieval()
    text_retrieval: Retrieval = Retrieval()
    ci95: dict[str, Annotated[list[Share], Field(min_length=2, max_length=2)] | None] = {}
    confusion: dict[str, dict[str, Count]] = {}


class Sentences(_Form):
    """Figures of descriptions in one language."""

    n: Count
    accuracy: Share


class Metrics(_Form):
    """``metrics`` of ``entdemo.json`` as far as the page shows them."""

    phantom_test: SetMetrics = SetMetrics()
    sentences: dict[str, Sentences] = {}
    real_frames: dict[str, Any] = {}


def checked_metrics(metrics: dict[str, Any]) -> dict[str, Any]:
    """The same, if what the page shows of it has its form.

    Raises:
        ValueError: naming the first figure that has another one.
    """
    try:
        Metrics.model_validate(metrics)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}") from error
    return metrics
