"""Weights of the paper's profile learn fast: ViT-B/16, whose features are computed once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmarks.fixtures.bundle import make_bundle
from entdemo.adaptation.adapt import adapt
from entdemo.bundle.weights import BASE, HEAD, load_bundle
from entdemo.model.network import FrameDepths
from tests.helpers.own_frames import write_own_frames

EACH = 2


@pytest.mark.slow
def test_every_depth_learns_from_features_that_are_computed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entdemo.adaptation.drawn._EACH", 1)
    write_own_frames(tmp_path / "own", EACH)
    bundle = load_bundle(make_bundle(tmp_path / "base", "ViT-B-16"))
    before = [it.get_parameter("weight").clone() for it in bundle.model.head.projections]
    see, seen = bundle.model.frame_depths, list[int]()

    def counted(pixels: Tensor) -> FrameDepths:
        seen.append(len(pixels))
        return see(pixels)

    monkeypatch.setattr(bundle.model, "frame_depths", counted)
    adapted = adapt(bundle, tmp_path / "own", tmp_path / "new", anyway=True)
    assert sum(seen) == 2 * 7 * (EACH + 1), "own and drawn frames with their mirror images"
    after = [it.get_parameter("weight") for it in adapted.learned.head.projections]
    assert all(not torch.allclose(was, now) for was, now in zip(before, after, strict=True))
    old, new = bundle.info.files, adapted.info.files
    assert (old[BASE], old[HEAD] == new[HEAD]) == (new[BASE], False)
    assert load_bundle(tmp_path / "new").info.base.name == "ViT-B-16"
