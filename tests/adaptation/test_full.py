"""Learning in full trains the upper blocks and the fusion, and gives an ordinary bundle."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from entdemo.adaptation import extent, full, learn
from entdemo.adaptation.adapt import Adapted, adapt
from entdemo.adaptation.extent import check_trainable
from entdemo.adaptation.full import said_of
from entdemo.adaptation.steps import Steps
from entdemo.adaptation.upper import PLAIN_VIEWS, Upper, first_block, lower_views
from entdemo.bundle.weights import Bundle, load_bundle
from entdemo.errors import AdaptationError
from entdemo.settings import DEFAULT_WEIGHTS
from entdemo.taxonomy import CLASSES, MIRRORED
from tests.helpers.own_frames import write_own_frames


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Two folds, two steps, plain views and few drawn frames."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("extent._VIEWS", "full.FEWER_VIEWS", "extent._STEPS", "judge.FOLDS"):
            patch.setattr(f"entdemo.adaptation.{name}", 2)
        patch.setattr("entdemo.adaptation.drawn._EACH", 1)
        yield


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(DEFAULT_WEIGHTS)


@pytest.fixture(scope="module")
def adapted(bundle: Bundle, quick: None, tmp_path_factory: pytest.TempPathFactory) -> Adapted:
    folder = tmp_path_factory.mktemp("full")
    write_own_frames(folder / "own", 2)
    return adapt(bundle, folder / "own", folder / "weights", anyway=True, depth="full")


@pytest.fixture(scope="module")
def loaded(adapted: Adapted, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(adapted.frames.items[0].file.parents[2] / "weights")


def test_upper_part_goes_on_as_the_whole_network(bundle: Bundle) -> None:
    squares = np.random.default_rng(0).integers(0, 255, (2, 128, 128, 3), np.uint8)
    lower = lower_views(bundle.model, bundle.preprocess, squares, PLAIN_VIEWS, 0, Steps())
    both = np.concatenate([squares, squares[:, :, ::-1]])
    with torch.no_grad():
        whole = bundle.model.encode_frames(bundle.preprocess.tensor(np.ascontiguousarray(both)))
    found = said_of(Upper(bundle.model, bundle.model.head), lower).encoded
    for one, other in zip(found, whole, strict=True):
        assert torch.allclose(one, other, atol=3e-3)


@pytest.mark.slow
def test_what_was_learned_is_loaded_like_any_bundle(
    adapted: Adapted, loaded: Bundle, bundle: Bundle
) -> None:
    pixels = bundle.preprocess.tensor(adapted.frames.squares[:2])
    tower = adapted.learned.tower
    assert tower is not None
    with torch.no_grad():
        wanted, found, before = (
            model.encode_frames(pixels).embedding
            for model in (tower.network, loaded.model, bundle.model)
        )
    assert torch.allclose(found, wanted, atol=1e-5)
    assert not torch.allclose(found, before, atol=1e-3)
    assert loaded.info.training["data"]["train"]["adapted"] == "full"


@pytest.mark.slow
def test_only_upper_blocks_and_fusion_change(loaded: Bundle, bundle: Bundle) -> None:
    old, new = (it.model.clip.visual.transformer.resblocks for it in (bundle, loaded))
    changed = [
        not torch.allclose(was.mlp.c_fc.weight, now.mlp.c_fc.weight, atol=1e-6)
        for was, now in zip(old, new, strict=True)
    ]
    first = first_block(bundle.info.fusion.levels)
    assert changed == [at >= first for at in range(len(changed))]
    texts = bundle.tokenize(["left eardrum"])
    assert torch.equal(bundle.model.encode_texts(texts), loaded.model.encode_texts(texts))
    assert torch.equal(bundle.model.head.class_weight, loaded.model.head.class_weight)


def test_batches_exchange_sides_of_mirrored_views_and_share_labels_evenly() -> None:
    """A row tells its view in its first place, its frame in the second."""
    allowed = torch.eye(len(CLASSES), dtype=torch.bool)[[0] * 19 + [6]]
    lower = torch.stack(
        [torch.tensor([[view, frame] for view in range(4)]) for frame in range(len(allowed))]
    )
    part = (lower.half(), allowed, 200)
    batch = full._Batches(part, part, torch.randn(len(CLASSES), 4), Steps()).at(0, 0, 0)
    assert batch.open is not None
    for (view, frame), opened in zip(batch.pixels.int().tolist(), batch.open, strict=True):
        wanted = allowed[frame][list(MIRRORED)] if view % 2 else allowed[frame]
        assert torch.equal(opened, wanted)
    throats = batch.open[:, 6].float().mean()
    assert 0.4 < throats < 0.6


def test_large_base_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(AdaptationError, match="wants a GPU"):
        check_trainable("ViT-B-16-quickgelu", DEFAULT_WEIGHTS)


def test_adapter_that_cannot_grow_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extent, "read_adapter_config", lambda _: SimpleNamespace(r=250))
    with pytest.raises(AdaptationError, match="rank 250"):
        check_trainable("entclip-lite0-128", DEFAULT_WEIGHTS)


@pytest.mark.parametrize(("surely", "wanted"), [(False, "fast"), (True, "full")])
def test_best_is_fast_when_in_doubt(
    surely: bool, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What either depth says is told apart by its name."""
    work: Any = learn._Learning

    def unseen(said: str) -> SimpleNamespace:
        own = SimpleNamespace(rates=(0.5, 0.9), surely_beats=lambda _: surely)
        return SimpleNamespace(name=said, own=own)

    replaced: dict[str, Any] = {
        "_full_learner": lambda *_: "learner",
        "_fast_unseen": lambda _: unseen("fast"),
        "_saying": lambda *_: None,
        "_unseen": lambda _, said: unseen(said),
        "_fast": lambda _, found: found,
        "_fully": lambda _, learner, found, depths: found,
    }
    for name, value in replaced.items():
        monkeypatch.setattr(work, name, value)
    monkeypatch.setattr(learn, "said_in_folds", lambda *_: "full")
    monkeypatch.setattr(learn, "replace", lambda found, depths: found)
    frames: Any = None
    assert learn.learn(frames, frames, depth="best").__dict__["name"] == wanted
