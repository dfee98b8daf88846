"""The benchmark of gates: their spread, and the network without a depth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import gates
from entdemo.inference.encoder import Encoder
from entdemo.model.fusion import FusionHead
from tests.helpers.evaluation_fakes import fake_encoder, save_frame


def test_spread_by_hand() -> None:
    found = gates.spread(np.array([[0.25, 0.75], [0.75, 0.25]], np.float32))
    assert found[0]["mean"] == found[1]["mean"] == pytest.approx(0.5)
    assert found[0]["sd"] == pytest.approx(0.25)
    assert (found[1]["p5"], found[1]["p95"]) == pytest.approx((0.275, 0.725))


def test_a_closed_depth_has_no_weight_and_opens_again() -> None:
    head = FusionHead([4, 4, 4], 8, 7).eval()
    vectors = [torch.randn(5, 4) for _ in range(3)]
    with gates.closed(head, 1):
        weights = head(vectors)[1]
    assert weights[:, 1].abs().max() == 0
    assert torch.allclose(weights[:, 0], torch.full((5,), 0.5))
    assert torch.allclose(head(vectors)[1], torch.full((5, 3), 1 / 3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two frames of one source."""
    for name in ("ear-left", "throat"):
        save_frame(tmp_path / "clinic" / name / "a.png", name, 1)
    return tmp_path / "clinic"


def encoder_of(*levels: int) -> Encoder:
    """One that fuses these depths."""
    encoder = fake_encoder()
    encoder.bundle.info.fusion = type("Fusion", (), {"levels": levels})()  # type: ignore[misc]
    encoder.bundle.model.head.gates = torch.nn.ModuleList(torch.nn.Linear(1, 1) for _ in levels)
    return encoder


def test_each_depth_is_closed_once_and_each_picture_read_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, closed, load = [], gates.closed, gates.load_frame
    encoder = encoder_of(0, 3, 6)

    @contextmanager
    def told(head: FusionHead, level: int) -> Iterator[None]:
        with closed(head, level):
            order.append(level)
            yield

    monkeypatch.setattr(gates, "closed", told)
    monkeypatch.setattr(
        gates, "load_frame", lambda file: order.append(file.parent.name) or load(file)
    )
    found = gates.measure(encoder, folder)
    assert order == ["ear-left", "throat", 0, 1, 2]
    assert list(found["without"]) == ["none", "stem", "block 3", "block 6"]


def test_it_prints_depths_by_source_and_what_each_is_worth(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    encoder = encoder_of(0)
    monkeypatch.setattr(gates, "open_bundle", lambda _: encoder.bundle)
    gates.main(folder, "weights", tmp_path / "gates.png", json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["levels"] == ["stem"]
    assert found["sources"]["clinic"]["n"] == 2
    assert found["sources"]["clinic"]["gates"][0]["mean"] == 1
    assert set(found["without"]) == {"none", "stem"}
    assert (tmp_path / "gates.png").stat().st_size > 1000
    gates.main(folder, "weights", None, json=False)
    assert "without" in capsys.readouterr().out
