"""The engine: one network, many callers, the same numbers as without it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from entdemo.bundle.weights import Bundle, load_bundle
from entdemo.image.frame import Frame, frame_from_array
from entdemo.inference.calibration import calibrate, distances_of
from entdemo.inference.engine import BATCH, Batcher, Engine, Memory
from entdemo.taxonomy import MIRRORED

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return Engine(bundle, CPU, torch.float32)


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    rng = np.random.default_rng(4)
    return [
        frame_from_array(rng.integers(60, 255, (96, 96, 3), dtype=np.uint8))
        for _ in range(BATCH + 3)
    ]


def test_a_frame_is_encoded_as_the_network_does(
    engine: Engine, bundle: Bundle, frames: list[Frame]
) -> None:
    found = engine.frame(frames[0])
    with torch.inference_mode():
        square = frames[0].square(128)
        pixels = bundle.preprocess.tensor(np.stack([square, square[:, ::-1]]))
        expected = bundle.model.encode_frames(pixels)
        head, calibration = bundle.model.head, bundle.info.calibration
        logits = head.class_logits(expected.embedding, head.prototypes)
        stated = calibrate(logits, calibration, distances_of(bundle.model, expected))
    assert np.allclose(found.vector, expected.embedding[0].numpy(), atol=1e-6)
    assert found.gates == pytest.approx(expected.gates[0].tolist(), abs=1e-6)
    assert found.distance == pytest.approx(float(stated.distances.mean()), rel=1e-5)
    plain, mirrored = stated.probabilities.numpy()
    both_ways = (plain + np.take(mirrored, MIRRORED)) / 2
    assert found.probabilities == pytest.approx(both_ways.tolist(), rel=1e-4)
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-5)


def test_bf16_points_the_same_way(folder: Path, engine: Engine, frames: list[Frame]) -> None:
    low = Engine(load_bundle(folder), CPU, torch.bfloat16)
    cosines = (low.embed(frames[:4]) * engine.embed(frames[:4])).sum(axis=1)
    assert cosines.min() > 0.99  # weights of training are smoother than these random ones
    text = low.text("a red ear drum").vector @ engine.text("a red ear drum").vector
    assert text > 0.99
    assert low.frame(frames[0]).vector.dtype == np.float32


def test_many_frames_get_the_vectors_that_each_gets_alone(
    engine: Engine, frames: list[Frame]
) -> None:
    vectors = engine.embed(frames)
    assert vectors.shape == (BATCH + 3, engine.frame(frames[0]).vector.size)
    for row in (0, BATCH - 1, BATCH + 2):
        assert np.allclose(vectors[row], engine.frame(frames[row]).vector, atol=1e-5)


def test_what_is_asked_again_is_not_computed_again(
    engine: Engine, bundle: Bundle, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, text = engine.frame(frames[5]), engine.text("throat")
    monkeypatch.setattr(bundle.model, "encode_frames", lambda _: pytest.fail("computed again"))
    monkeypatch.setattr(bundle.model, "encode_texts", lambda _: pytest.fail("computed again"))
    assert engine.prepare(frames[5]) is None
    assert engine.frame(frames[5]) is frame
    assert engine.text("throat") is text


def test_callers_at_the_same_time_get_their_own_answers(
    engine: Engine, frames: list[Frame]
) -> None:
    with ThreadPoolExecutor(8) as callers:
        found = list(callers.map(engine.frame, frames[8:32]))
    expected = engine.embed(frames[8:32])
    assert np.allclose([one.vector for one in found], expected, atol=1e-5)


def test_descriptions_of_different_lengths_may_share_a_batch(engine: Engine) -> None:
    texts = ["ear", "a red ear drum with a small perforation", "right ear " * 60]
    with ThreadPoolExecutor(3) as callers:
        found = list(callers.map(engine.text, texts))
    assert [one.cut for one in found] == [False, False, True]
    alone = [engine._encode_texts([text])[0] for text in texts]
    for one, other in zip(found, alone, strict=True):
        assert np.allclose(one.vector, other.vector, atol=1e-5)


def waiting_batcher(limit: int) -> tuple[Batcher[int, int], threading.Event, list[list[int]]]:
    """A batcher whose first batch waits for the event, and the batches that it ran."""
    go, batches = threading.Event(), []

    def run(items: list[int]) -> list[int]:
        batches.append(items)
        assert go.wait(10)
        if 13 in items:
            raise RuntimeError("thirteen")
        return [10 * item for item in items]

    return Batcher(run, limit, ThreadPoolExecutor(1)), go, batches


def test_requests_that_wait_go_together() -> None:
    batcher, go, batches = waiting_batcher(limit=4)
    with ThreadPoolExecutor(8) as callers:
        first = callers.submit(batcher, 0)
        while not batches:
            pass
        others = [callers.submit(batcher, item) for item in range(1, 8)]
        while len(batcher._waiting) < 7:
            pass
        go.set()
        assert [future.result(10) for future in (first, *others)] == [0, 10, 20, 30, 40, 50, 60, 70]
    assert batches[0] == [0]
    assert [len(batch) for batch in batches] == [1, 4, 3]


def test_a_failure_reaches_its_item_and_no_later_one() -> None:
    batcher, go, _ = waiting_batcher(limit=4)
    go.set()
    with pytest.raises(RuntimeError, match="thirteen"):
        batcher(13)
    assert batcher(2) == 20


def test_an_item_that_fails_fails_alone() -> None:
    batcher, go, batches = waiting_batcher(limit=4)
    with ThreadPoolExecutor(4) as callers:
        first = callers.submit(batcher, 0)
        while not batches:
            pass
        bad, *good = (callers.submit(batcher, item) for item in (13, 1, 2))
        while len(batcher._waiting) < 3:
            pass
        go.set()
        assert first.result(10) == 0
        assert [future.result(10) for future in good] == [10, 20]
        with pytest.raises(RuntimeError, match="thirteen"):
            bad.result(10)
    assert sorted(batches[1]) == [1, 2, 13]


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory: Memory[int] = Memory(2)
    for key in ("a", "b", "a", "c"):
        memory.get(key, lambda: 1)
    assert [key in memory for key in "abc"] == [True, False, True]
