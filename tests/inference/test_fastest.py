"""The precision that serves on a CPU is measured once, checked, and kept with what it holds for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks.fixtures.bundle import make_bundle
from entdemo.bundle.golden import read_golden
from entdemo.bundle.weights import GOLDEN, Bundle, load_bundle
from entdemo.errors import UserError
from entdemo.inference import fastest
from entdemo.inference.fastest import serving_precision

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(make_bundle(tmp_path_factory.mktemp("weights") / "bundle"))


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Bundle]:
    """Whose candidates were timed, with bf16 as the faster one; an empty data folder."""
    asked: list[Bundle] = []

    def times(bundle: Bundle, squares: object) -> dict[str, float]:
        asked.append(bundle)
        return {"fp32": 0.020, "bf16": 0.010}

    monkeypatch.setenv("ENTDEMO_DATA", str(tmp_path))
    monkeypatch.setattr(fastest, "time_candidates", times)
    return asked


def kept_file(data: Path) -> Path:
    (file,) = (data / "precision").iterdir()
    return file


def test_what_was_measured_is_kept_and_not_measured_again(
    bundle: Bundle, timed: list[Bundle], tmp_path: Path
) -> None:
    assert serving_precision(bundle, CPU) == torch.bfloat16
    assert serving_precision(bundle, CPU) == torch.bfloat16
    assert len(timed) == 1
    kept = json.loads(kept_file(tmp_path).read_text("utf-8"))
    assert kept["conditions"]["bundle"] == bundle.info.content_digest
    assert kept["conditions"]["torch"] == torch.__version__
    assert kept["milliseconds"] == {"fp32": 20, "bf16": 10}


@pytest.mark.parametrize("part", ["bundle", "processor", "threads", "torch"])
def test_a_choice_made_elsewhere_is_measured_anew(
    bundle: Bundle, timed: list[Bundle], tmp_path: Path, part: str
) -> None:
    serving_precision(bundle, CPU)
    file = kept_file(tmp_path)
    kept = json.loads(file.read_text("utf-8"))
    kept["conditions"][part] = 99 if part == "threads" else "other"
    file.write_text(json.dumps({**kept, "precision": "fp32"}), "utf-8")
    assert serving_precision(bundle, CPU) == torch.bfloat16
    assert len(timed) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"precision": "fp8"}', b"\xff" * 9])
def test_a_damaged_file_is_measured_anew_and_mended(
    bundle: Bundle, timed: list[Bundle], tmp_path: Path, content: bytes
) -> None:
    serving_precision(bundle, CPU)
    kept_file(tmp_path).write_bytes(content)
    assert serving_precision(bundle, CPU) == torch.bfloat16
    assert serving_precision(bundle, CPU) == torch.bfloat16
    assert len(timed) == 2


def test_a_data_folder_that_cannot_be_written_costs_no_answer(
    bundle: Bundle, timed: list[Bundle], tmp_path: Path
) -> None:
    (tmp_path / "precision").write_text("a file in the way", "utf-8")
    assert serving_precision(bundle, CPU) == torch.bfloat16


def test_what_is_asked_for_is_not_measured(bundle: Bundle, timed: list[Bundle]) -> None:
    assert serving_precision(bundle, CPU, "fp32") == torch.float32
    with pytest.raises(UserError):
        serving_precision(bundle, CPU, "fp16")
    assert timed == []


@pytest.mark.parametrize(
    ("seconds", "dtype"),
    [
        ({"fp32": 0.10, "bf16": 0.05}, torch.bfloat16),
        ({"fp32": 0.10, "bf16": 0.098}, torch.float32),
        ({"fp32": 0.10, "bf16": 0.20}, torch.float32),
        ({"fp32": 0.10}, torch.float32),
    ],
)
def test_fp32_gives_way_only_to_what_is_clearly_faster(
    seconds: dict[str, float], dtype: torch.dtype
) -> None:
    assert fastest.fastest(seconds) == dtype


def test_timing_leaves_the_network_as_it_was(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastest, "_SECONDS", 0.0)
    squares, expected = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
    assert fastest.time_candidates(bundle, squares)["fp32"] > 0
    with torch.inference_mode():
        found = bundle.model.encode_frames(bundle.preprocess.tensor(squares)).embedding
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_candidate_that_answers_otherwise_is_left_out(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    squares, _ = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
    monkeypatch.setattr(fastest, "_HOPELESS", float("inf"))
    monkeypatch.setattr(fastest, "_agree", lambda *_: False)
    assert fastest.time_candidates(bundle, squares[:1]).keys() == {"fp32"}


def test_answers_agree_by_direction_and_class() -> None:
    one = fastest.Answers(torch.tensor([[1.0, 0.0]]), torch.tensor([2]))
    near = one._replace(embedding=torch.tensor([[0.9999, 0.01]]))
    assert fastest._agree(near, one)
    assert not fastest._agree(one._replace(embedding=torch.tensor([[0.99, 0.14]])), one)
    assert not fastest._agree(one._replace(classes=torch.tensor([3])), one)
