"""What serves on a CPU is measured once, checked, and kept with what it holds for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from entdemo.bundle.golden import read_golden
from entdemo.bundle.weights import GOLDEN, Bundle, load_bundle
from entdemo.errors import UserError
from entdemo.inference import fastest, kept_choice
from entdemo.inference.encoder import Encoder
from entdemo.inference.fastest import Runtime, Taken, candidates, serving_runtime
from entdemo.inference.frame_graph import FrameGraph
from entdemo.inference.kept_choice import Choice
from entdemo.inference.serving import prepare_for_serving

CPU = torch.device("cpu")
BF16 = Choice("torch bf16", {"torch fp32": 20.0, "torch bf16": 10.0})


@pytest.fixture(scope="module")
def prepared(folder: Path) -> Bundle:
    loaded = load_bundle(folder)
    prepare_for_serving(loaded.model, torch.float32)
    return loaded


@pytest.fixture(scope="module")
def runtimes(bundle: Bundle, prepared: Bundle) -> dict[str, Runtime]:
    return candidates(bundle, prepared.model)


@pytest.fixture(scope="module")
def graph(runtimes: dict[str, Runtime]) -> FrameGraph:
    found = runtimes["onnxruntime fp32"].graph
    assert found is not None
    return found


@pytest.fixture(scope="module")
def int8(runtimes: dict[str, Runtime]) -> FrameGraph:
    found = runtimes["onnxruntime int8"].graph
    assert found is not None
    return found


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Choice]:
    """What a measurement finds, the last first; an empty data folder."""
    found = [BF16]

    monkeypatch.setenv("ENTDEMO_DATA", str(tmp_path))
    monkeypatch.setattr(fastest, "measure", lambda *_: found.pop())
    return found


def kept_file(data: Path) -> Path:
    (file,) = (data / "precision").glob("*.json")
    return file


def squares_of(bundle: Bundle) -> np.ndarray:
    return read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)[0]


def test_what_was_measured_is_kept_and_not_measured_again(
    bundle: Bundle, chosen: list[Choice], tmp_path: Path
) -> None:
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    kept = json.loads(kept_file(tmp_path).read_text("utf-8"))
    assert kept["conditions"]["bundle"] == bundle.info.content_digest
    assert kept["conditions"]["torch"] == torch.__version__
    assert kept["milliseconds"] == BF16.milliseconds


@pytest.mark.parametrize(
    "part", ["bundle", "wanted", "processor", "threads", "torch", "onnxruntime", "code"]
)
def test_a_choice_made_elsewhere_is_measured_anew(
    bundle: Bundle, chosen: list[Choice], tmp_path: Path, part: str
) -> None:
    serving_runtime(bundle, CPU)
    file = kept_file(tmp_path)
    kept = json.loads(file.read_text("utf-8"))
    kept["conditions"][part] = 99 if part == "threads" else "other"
    file.write_text(json.dumps({**kept, "name": "torch fp32"}), "utf-8")
    chosen.append(BF16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    assert not chosen


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": "torch fp8"}', b"\xff" * 9])
def test_a_damaged_file_is_measured_anew_and_mended(
    bundle: Bundle, chosen: list[Choice], tmp_path: Path, content: bytes
) -> None:
    serving_runtime(bundle, CPU)
    kept_file(tmp_path).write_bytes(content)
    chosen.append(BF16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    assert not chosen


def test_a_data_folder_that_cannot_be_written_costs_no_answer(
    bundle: Bundle, chosen: list[Choice], tmp_path: Path
) -> None:
    (tmp_path / "precision").write_text("a file in the way", "utf-8")
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)


def test_what_is_asked_for_is_not_measured(bundle: Bundle, chosen: list[Choice]) -> None:
    assert serving_runtime(bundle, CPU, "fp32") == Runtime(torch.float32)
    with pytest.raises(UserError):
        serving_runtime(bundle, CPU, "fp16")
    assert chosen == [BF16]


def test_8_bits_are_served_where_they_are_asked_for(
    bundle: Bundle, prepared: Bundle, chosen: list[Choice], tmp_path: Path
) -> None:
    served = serving_runtime(bundle, CPU, "int8").graph
    assert served is not None
    assert served.precision == "int8"
    squares = squares_of(prepared)
    exact = Encoder(prepared).frames(squares).vectors
    assert (Encoder(prepared, served).frames(squares).vectors * exact).sum(axis=1).min() > 0.98
    kept = kept_file(tmp_path).stat().st_mtime_ns
    assert serving_runtime(bundle, CPU, "int8").graph is not None
    assert kept_file(tmp_path).stat().st_mtime_ns == kept
    with pytest.raises(UserError, match="int8"):
        serving_runtime(bundle, torch.device("meta"), "int8")
    assert chosen == [BF16]


def test_8_bits_that_cannot_be_had_are_told(
    bundle: Bundle, chosen: list[Choice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no exporter")

    monkeypatch.setattr(fastest, "exported_graph", fails)
    with pytest.raises(UserError, match="int8"):
        serving_runtime(bundle, CPU, "int8")


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        ({"torch fp32": 0.10, "torch bf16": 0.05}, "torch bf16"),
        ({"torch fp32": 0.10, "torch bf16": 0.098}, "torch fp32"),
        ({"torch fp32": 0.10, "torch bf16": 0.20, "onnxruntime int8": 0.04}, "onnxruntime int8"),
        ({"torch fp32": 0.10}, "torch fp32"),
    ],
)
def test_torch_gives_way_only_to_what_is_clearly_faster(
    seconds: dict[str, float], name: str
) -> None:
    assert fastest.fastest(seconds) == name


def test_the_clock_decides_unless_neighbours_were_busy() -> None:
    quiet = {"torch fp32": Taken(0.020, 0.039), "onnxruntime int8": Taken(0.008, 0.015)}
    assert fastest.costs(quiet) == {"torch fp32": 0.020, "onnxruntime int8": 0.008}
    busy = {"torch fp32": Taken(0.200, 0.039), "onnxruntime int8": Taken(0.210, 0.015)}
    assert fastest.costs(busy) == {"torch fp32": 0.039, "onnxruntime int8": 0.015}
    assert Taken(2, 3).least(Taken(1, 4)) == Taken(1, 3)


def test_measuring_leaves_the_network_as_it_was(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, runtimes: dict[str, Runtime]
) -> None:
    monkeypatch.setattr(fastest, "_SECONDS", 0.1)
    monkeypatch.setattr(fastest, "candidates", lambda *_: runtimes)
    squares, expected = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
    choice = fastest.measure(bundle, squares)
    assert choice.milliseconds["torch fp32"] > 0
    chosen = runtimes[choice.name].graph
    assert choice.graph == (chosen.content if chosen else b"")
    with torch.inference_mode():
        found = bundle.model.encode_frames(bundle.preprocess.tensor(squares)).embedding
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_candidate_that_answers_otherwise_is_left_out(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, runtimes: dict[str, Runtime]
) -> None:
    monkeypatch.setattr(fastest, "_HOPELESS", float("inf"))
    monkeypatch.setattr(fastest, "candidates", lambda *_: runtimes)
    monkeypatch.setattr(fastest, "_agree", lambda *_: False)
    assert fastest.measure(bundle, squares_of(bundle)[:1]).milliseconds.keys() == {"torch fp32"}


def test_a_library_that_fails_is_no_candidate(
    bundle: Bundle, prepared: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no wheel for this processor")

    monkeypatch.setattr(fastest, "exported_graph", fails)
    assert candidates(bundle, prepared.model).keys() == {"torch fp32", "torch bf16"}


def test_answers_agree_by_direction_and_class() -> None:
    one = fastest.Answers(torch.tensor([[1.0, 0.0]]), torch.tensor([2]))
    near = one._replace(embedding=torch.tensor([[0.9999, 0.01]]))
    assert fastest._agree(near, one)
    assert not fastest._agree(one._replace(embedding=torch.tensor([[0.99, 0.14]])), one)
    assert not fastest._agree(one._replace(classes=torch.tensor([3])), one)


def test_a_graph_encodes_as_the_network_does(prepared: Bundle, graph: FrameGraph) -> None:
    pixels = prepared.preprocess.tensor(squares_of(prepared))
    with torch.inference_mode():
        expected = prepared.model.encode_frames(pixels)
    found = graph(pixels)
    for name, one, other in zip(expected._fields, found, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-4), name


def test_a_graph_of_8_bits_is_smaller_and_points_the_same_way(
    prepared: Bundle, graph: FrameGraph, int8: FrameGraph
) -> None:
    pixels = prepared.preprocess.tensor(squares_of(prepared))
    assert len(int8.content) < 0.7 * len(graph.content)
    one, other = int8(pixels), graph(pixels)
    assert torch.cosine_similarity(one.embedding, other.embedding).min() > 0.99
    assert torch.equal(one.features, other.features)  # before the blocks: the same in both


def test_a_frame_of_8_bits_does_not_depend_on_the_frames_beside_it(
    prepared: Bundle, int8: FrameGraph
) -> None:
    pixels = prepared.preprocess.tensor(squares_of(prepared))
    whole = int8(pixels)
    for row in range(len(pixels)):
        assert torch.equal(int8(pixels[row : row + 1]).embedding[0], whole.embedding[row])


@pytest.fixture
def by_graph(chosen: list[Choice], graph: FrameGraph) -> list[Choice]:
    """A measurement finds the graph."""
    chosen[:] = [Choice("onnxruntime fp32", {"torch fp32": 20.0}, graph.content)]
    return chosen


def test_a_graph_is_kept_by_its_hash_and_serves_again(
    bundle: Bundle, prepared: Bundle, by_graph: list[Choice], tmp_path: Path
) -> None:
    serving_runtime(bundle, CPU)
    again = serving_runtime(bundle, CPU)
    assert again.graph is not None
    assert again.graph.precision == "fp32"
    squares = squares_of(prepared)
    served = Encoder(prepared, again.graph).frames(squares)
    assert np.allclose(served.vectors, Encoder(prepared).frames(squares).vectors, atol=1e-5)
    file = kept_file(tmp_path).with_suffix(".onnx")
    file.write_bytes(file.read_bytes()[:-1])
    by_graph.append(BF16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)


def test_a_graph_of_other_weights_does_not_serve(
    bundle: Bundle, by_graph: list[Choice], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving_runtime(bundle, CPU)
    squares, embeddings = read_golden(bundle.folder / GOLDEN, 128)
    monkeypatch.setattr(fastest, "read_golden", lambda *_: (squares, -embeddings))
    by_graph.append(BF16)
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)


def test_a_graph_that_cannot_be_run_does_not_serve(bundle: Bundle, chosen: list[Choice]) -> None:
    kept_choice.keep_choice(
        kept_choice.conditions_of(bundle, "auto"), Choice("onnxruntime int8", {}, b"no graph")
    )
    assert serving_runtime(bundle, CPU) == Runtime(torch.bfloat16)
    assert not chosen


def test_graphs_of_a_few_bundles_are_kept(
    bundle: Bundle, chosen: list[Choice], tmp_path: Path
) -> None:
    known = kept_choice.conditions_of(bundle, "auto")
    for number in range(5):
        conditions = known.model_copy(update={"bundle": f"{number:064}"[::-1]})
        kept_choice.keep_choice(conditions, Choice("onnxruntime int8", {}, b"graph"))
        file = tmp_path / "precision" / f"{conditions.bundle[:16]}-auto.onnx"
        os.utime(file, (number, number))
        assert kept_choice.kept_choice(conditions) is not None
    left = sorted(path.name[0] for path in (tmp_path / "precision").glob("*.onnx"))
    assert left == ["2", "3", "4"]
