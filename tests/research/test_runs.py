"""Runs from batches to kept results, with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from entdemo.bundle.weights import Bundle
from entdemo.taxonomy import MIRRORED
from entdemo.training.config import ObjectiveConfig
from research.ablation import runs as module
from research.ablation.batches import Batches, few_shot
from research.ablation.fit import fit, fresh_network
from research.ablation.losses import Loss
from research.ablation.material import Material
from research.ablation.measure import measure
from research.ablation.runs import Job, Runs, figures_of
from research.ablation.variants import ladder, linear_probe, pretrained, related, without, zero_shot
from tests.helpers.ablation_material import material, settings

LEVELS = (0, 3, 6, 9, 12)
RUNGS = ladder(LEVELS, ObjectiveConfig(), ema=0.5)
WHOLE = RUNGS[-1]


@pytest.fixture(scope="module")
def stuff() -> Material:
    return material()


def test_seeds_share_no_frame() -> None:
    config = settings()
    first, second = (set(few_shot(config, seed, 2).tolist()) for seed in (0, 1))
    assert len(first) == len(second) == 14
    assert not first & second
    assert set(few_shot(config, 1, 1).tolist()) < second, "fewer frames are some of the more"


def test_batches_are_balanced_and_mirrored_frames_change_side(stuff: Material) -> None:
    chosen = few_shot(settings(), 1, 2)
    batches = Batches(stuff.train, stuff.texts, chosen, 28)
    batch = batches.at(3, 0)
    assert batch.labels.tolist() == sorted([*range(7)] * 4)
    frame = batch.grids.mean(dim=(1, 2, 3)).round().long()
    assert set(frame.tolist()) <= set(chosen.tolist())
    plain = frame % 7
    mirrored = torch.tensor(MIRRORED)[plain]
    assert ((batch.labels == plain) | (batch.labels == mirrored)).all()
    assert (batch.labels != plain).any(), "some looks are mirrored"
    assert (batch.labels[batch.partners] == batch.labels).all()
    assert (batch.clean - batch.grids - 0.5).abs().max() < 0.02
    again = batches.at(3, 0)
    assert torch.equal(batch.grids, again.grids)
    assert torch.equal(batch.mix, again.mix)


def test_zero_shot_is_clip_with_its_prompts(stuff: Material) -> None:
    variant = zero_shot(LEVELS)
    model = fit(settings(), stuff, variant, 0, few_shot(settings(), 0, 1))
    visual, grid = stuff.base.clip.visual, stuff.test.grids[:, 0].float()
    with torch.no_grad():
        embedding = model.encode_frames(grid).embedding
        own = torch.nn.functional.normalize(visual(grid), dim=-1)
    torch.testing.assert_close(embedding, own, atol=1e-5, rtol=1e-4)
    figures = measure(model, variant, stuff)
    expected = (own @ stuff.texts.prototypes.T).argmax(1) == stuff.test.labels[:, 0]
    assert figures["accuracy"] == pytest.approx(float(expected.float().mean()))


def test_every_variant_learns_and_only_what_it_should(stuff: Material) -> None:
    config = settings()
    chosen = few_shot(config, 0, 2)
    batch = Batches(stuff.train, stuff.texts, chosen, 7).at(0, 0)
    for variant in (*RUNGS[2:], *without(WHOLE), *related(WHOLE), *pretrained(WHOLE)):
        model = fresh_network(stuff, variant, 0)
        loss = Loss(model, variant)
        value = loss(batch)
        value.backward()
        assert torch.isfinite(value), variant.name
        assert (loss.clusters.grad is not None) == bool(variant.clusters), variant.name
        joined = model.head.join_logit.grad
        assert (joined is not None) == (variant.source == "joined"), variant.name
        prompted = model.head.prompt_scale.grad
        assert prompted is not None
    assert all(parameter.grad is None for parameter in stuff.base.parameters())


def test_training_repeats_bit_for_bit(stuff: Material) -> None:
    config = settings()
    job = Job(WHOLE, 1, 0)
    first, second = figures_of(config, stuff, job), figures_of(config, stuff, job)
    assert first == second
    assert set(first) == {
        "accuracy", "macro_f1", "ece", "image_recall@1", "image_mrr", "text_recall@1", "text_mrr",
    }  # fmt: skip
    chosen = few_shot(config, 0, 1)
    trained = fit(config, stuff, WHOLE, 0, chosen).head.class_weight
    assert not torch.equal(trained, fresh_network(stuff, WHOLE, 0).head.class_weight)


def test_probe_reads_what_the_features_tell(stuff: Material) -> None:
    found = figures_of(settings(), stuff, Job(linear_probe(LEVELS), 2, 0))
    assert set(found) == {"accuracy", "macro_f1", "ece"}


def test_finished_runs_are_not_made_again(
    stuff: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = cast(Bundle, SimpleNamespace(info=SimpleNamespace(embedder_id="one")))
    made: list[str] = []

    def fake(config: object, material: object, job: Job) -> dict[str, float]:
        made.append(job.variant.name)
        return {"accuracy": float(job.seed)}

    monkeypatch.setattr(module, "figures_of", fake)
    monkeypatch.setattr(module, "prepare", lambda *args: stuff)
    config = settings(runs=tmp_path)
    jobs = [Job(RUNGS[2], 2, seed) for seed in (0, 1)]
    told: list[tuple[int, int]] = []

    def run(used: Bundle, wanted: list[Job]) -> list[float]:
        found = Runs(config, used, str, workers=1).all(wanted, lambda *at: told.append(at))
        return [figures["accuracy"] for _, figures in found]

    assert run(bundle, jobs[:1]) == [0]
    assert run(bundle, jobs) == [0, 1]
    assert (len(made), told[-1]) == (2, (2, 2))
    assert run(bundle, [Job(WHOLE, 2, 1)]) == [1]
    assert len(made) == 3
    other = cast(Bundle, SimpleNamespace(info=SimpleNamespace(embedder_id="two")))
    assert run(other, jobs) == [0, 1]
    assert len(made) == 5, "another base, other results"
    rows = [json.loads(file.read_text()) for file in (tmp_path / "finished").glob("*.json")]
    assert {row["name"] for row in rows} == {"LoRA", "all"}


def test_chosen_frames_hold_every_class() -> None:
    chosen = few_shot(settings(), 1, 2)
    np.testing.assert_array_equal(np.sort(chosen % 7), np.repeat(np.arange(7), 2))
