"""A stage that is cut off at any step, or cannot save, goes on to the same end."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor, nn

from entdemo.errors import UserError
from entdemo.training import loop
from entdemo.training.batches import Batch
from entdemo.training.config import TrainConfig
from entdemo.training.log import Row
from entdemo.training.loop import StageRun
from tests.helpers.training import STEPS, Trainable, batch, small_recipe


class CutOffError(Exception):
    """In place of a kill."""


class Given:
    """Batches by step; the run ends as step ``cut`` asks for its batch."""

    def __init__(self, cut: int | None = None) -> None:
        self.cut = cut
        self.asked: list[int] = []

    def at(self, seed: int, stage: int, step: int) -> Batch:
        if step == self.cut:
            raise CutOffError
        self.asked.append(step)
        return batch(seed + step)


def look(model: nn.Module) -> Row:
    return {"accuracy_frames": float(model.tower.weight.detach().sum().sigmoid())}


def run(
    config: TrainConfig, batches: Given, validate: Callable[[nn.Module], Row] = look
) -> dict[str, Tensor]:
    torch.manual_seed(0)
    model = Trainable()
    stage = StageRun(model, config, 0, 0, batches, validate, report=lambda row: None)
    return stage.run().state_dict()


def assert_same(found: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert torch.equal(found[name], tensor), name


def log_of(config: TrainConfig) -> bytes:
    return (config.runs / config.name / "log.csv").read_bytes()


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_run_cut_off_at_any_step_ends_the_same(tmp_path: Path, chunks: int) -> None:
    whole = small_recipe(tmp_path / "whole", chunks=chunks)
    wanted = run(whole, Given())
    for cut in range(STEPS):
        own = small_recipe(tmp_path / str(cut), chunks=chunks)
        with pytest.raises(CutOffError):
            run(own, Given(cut))
        rest = Given()
        assert_same(run(own, rest), wanted)
        assert rest.asked == list(range(cut // 2 * 2, STEPS))
        assert log_of(own) == log_of(whole)


def test_a_finished_stage_is_not_trained_again(tmp_path: Path) -> None:
    own = small_recipe(tmp_path)
    wanted, again = run(own, Given()), Given()
    assert_same(run(own, again), wanted)
    assert again.asked == []


def full_disk(after: int) -> Callable[[Accelerator, str], None]:
    """``save_state`` that writes a file and fails from the save of number ``after`` on."""
    saved = Accelerator.save_state
    count = 0

    def save_state(self: Accelerator, folder: str) -> None:
        nonlocal count
        count += 1
        if count <= after:
            saved(self, folder)
            return
        Path(folder).mkdir(parents=True)
        (Path(folder) / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    return save_state


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_disk_is_told_and_the_last_checkpoint_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    own, stage = small_recipe(tmp_path), tmp_path / "runs" / "small" / "stage-0"
    wanted = run(small_recipe(tmp_path / "whole"), Given())
    with monkeypatch.context() as patch:
        patch.setattr(Accelerator, "save_state", full_disk(after))
        with pytest.raises(UserError, match="No space left on device") as caught:
            run(own, Given())
    assert caught.value.key == "storage.write_failed"
    kept = {f"checkpoint-{2 * after}", "latest"} if after else set()
    assert {it.name for it in stage.iterdir()} == kept
    rest = Given()
    assert_same(run(own, rest), wanted)
    assert rest.asked == list(range(2 * after, STEPS))


def test_a_kill_between_checkpoint_and_marker_goes_on_from_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, wanted = small_recipe(tmp_path), run(small_recipe(tmp_path / "whole"), Given())
    write = loop.write_atomically

    def killed(path: Path, data: bytes) -> None:
        if data == b"checkpoint-4":
            raise CutOffError
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "write_atomically", killed)
        with pytest.raises(CutOffError):
            run(own, Given())
    rest = Given()
    assert_same(run(own, rest), wanted)
    assert rest.asked[0] == 2
    assert {it.name for it in (tmp_path / "runs/small/stage-0").iterdir()} == {
        "latest",
        f"checkpoint-{STEPS}",
    }


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.bin", "custom_checkpoint_0.pkl"])
def test_a_damaged_checkpoint_is_told(tmp_path: Path, file: str) -> None:
    own = small_recipe(tmp_path)
    with pytest.raises(CutOffError):
        run(own, Given(5))
    (tmp_path / "runs/small/stage-0/checkpoint-4" / file).write_bytes(b"\x00" * 30)
    with pytest.raises(UserError, match=r"checkpoint in .*stage-0.* is damaged"):
        run(own, Given())


def test_patience_ends_a_stage_with_its_best_weights(tmp_path: Path) -> None:
    figures = {2: 0.5, 4: 0.9, 6: 0.8, 8: 0.7, 10: 0.99}
    seen: dict[int, dict[str, Tensor]] = {}

    def judge(model: nn.Module) -> Row:
        steps = 2 * (len(seen) + 1)
        seen[steps] = {name: it.clone() for name, it in model.named_parameters()}
        return {"accuracy_frames": figures[steps]}

    given = Given()
    found = run(small_recipe(tmp_path, steps=20, patience=2), given, judge)
    assert given.asked == list(range(8))
    assert_same({name: found[name] for name in seen[4]}, seen[4])
    again = Given()
    assert_same(run(small_recipe(tmp_path, steps=20, patience=2), again, judge), found)
    assert again.asked == []


def test_patience_survives_a_cut(tmp_path: Path) -> None:
    def falling(model: nn.Module) -> Row:
        return {"accuracy_frames": -float(model.tower.weight.detach().abs().sum())}

    wanted = run(small_recipe(tmp_path / "whole", patience=2), Given(), falling)
    own = small_recipe(tmp_path / "cut", patience=2)
    with pytest.raises(CutOffError):
        run(own, Given(3), falling)
    assert_same(run(own, Given(), falling), wanted)


def test_the_log_has_every_figure_once(tmp_path: Path) -> None:
    own = small_recipe(tmp_path)
    run(own, Given())
    rows = list(csv.DictReader(log_of(own).decode().splitlines()))
    assert len({(row["step"], row["name"]) for row in rows}) == len(rows)
    logged = [row["step"] for row in rows if row["name"] == "classes"]
    assert logged == ["0", "1", "3", "5", "6"], "the first, and those that are validated"
    looks = [row["step"] for row in rows if row["name"] == "accuracy_frames"]
    assert looks == ["1", "3", "5", "6"]


def test_mixed_precision_goes_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AcceleratorState, "_shared_state", {})  # each process has one precision
    mixed = {"precision": "bf16"}
    wanted = run(small_recipe(tmp_path / "whole").model_copy(update=mixed), Given())
    own = small_recipe(tmp_path / "cut").model_copy(update=mixed)
    with pytest.raises(CutOffError):
        run(own, Given(3))
    assert_same(run(own, Given()), wanted)
    monkeypatch.setattr(AcceleratorState, "_shared_state", {})
    exact = run(small_recipe(tmp_path / "exact"), Given())
    assert not torch.equal(exact["tower.weight"], wanted["tower.weight"])
    assert torch.allclose(exact["tower.weight"], wanted["tower.weight"], atol=0.1)


@pytest.mark.skipif(torch.accelerator.is_available(), reason="this device has fp16")
def test_fp16_without_a_gpu_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AcceleratorState, "_shared_state", {})
    with pytest.raises(UserError, match="needs a GPU"):
        run(small_recipe(tmp_path).model_copy(update={"precision": "fp16"}), Given())


def test_a_precision_that_the_device_lacks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(**settings: object) -> None:
        raise ValueError("bf16 mixed precision requires a supported device.")

    monkeypatch.setattr(loop, "Accelerator", refuses)
    with pytest.raises(UserError, match=r"precision “no” .*supported device"):
        run(small_recipe(tmp_path), Given())
