"""The list of bases holds every model of open_clip once."""

from __future__ import annotations

import open_clip

from benchmarks.bases import refused, usable


def test_each_model_is_usable_or_refused() -> None:
    bases, reasons = usable(), refused()
    others = [name for names in reasons.values() for name in names]
    assert sorted([*bases, *others]) == sorted(open_clip.list_models())
    assert "openai" in bases["ViT-B-16-quickgelu"]
    assert "openai" not in bases["ViT-B-16"]
    assert {"EVA02-B-16", "ViT-B-16-SigLIP2"} <= set(others)
