"""Check what a recipe says of its base, before anything is fetched, drawn or trained."""

from __future__ import annotations

from entdemo.errors import BundleError, TrainingError
from entdemo.model.base import base_shape
from entdemo.model.published import expected_of, pretrained_tags
from entdemo.training.config import ModelConfig

_QUICK = "-quickgelu"


def check_base(model: ModelConfig) -> None:
    """Refuse a base that would fail later, or that its weights do not fit.

    Raises:
        UserError: no such base, one that cannot be used, a level deeper than its last block,
            weights that are neither published nor a file, or that expect another activation.
    """
    shape = base_shape(model.base)
    if model.levels[-1] > shape.layers:
        raise TrainingError(
            "train.level_too_deep", level=model.levels[-1], base=model.base, layers=shape.layers
        )
    file, tag = model.pretrained_file, model.tag
    if file and not file.is_file():
        raise BundleError("weights.file_missing", name=file.name)
    if tag is None:
        return
    known = pretrained_tags(model.base)
    if tag not in known:
        raise TrainingError(
            "train.no_pretrained", pretrained=tag, base=model.base, known=", ".join(known) or "–"
        )
    if expected_of(model.base, tag).quick_gelu != shape.quick_gelu:
        plain = model.base.removesuffix(_QUICK)
        other = plain if shape.quick_gelu else model.base + _QUICK
        raise TrainingError("train.quick_gelu", tag=tag, base=model.base, other=other)
