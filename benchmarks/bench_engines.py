"""Each library and precision that could serve the shipped bundle: its time and its answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from benchmarks.bench_files import frame_files
from benchmarks.bench_models import CPU, VIEWS, bare_encoder, varied
from benchmarks.bench_rows import Effort, Row, medians, ms
from entdemo.bundle.weights import load_bundle
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame, frame_from_array, load_frame
from entdemo.inference.engine import Engine
from entdemo.inference.fastest import Runtime, candidates
from entdemo.inference.serving import prepare_for_serving
from entdemo.predictor import Predictor, embedder_of
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS

EXACT = "torch fp32"


class Answer(NamedTuple):
    """What is compared: the unit vector [D], the class and the nearest case."""

    vector: np.ndarray
    class_name: str
    first: str


def engine_rows(effort: Effort) -> Iterator[Row]:
    """Times of a frame and its mirror image, taking turns, then answers to drawn frames."""
    bundle = load_bundle(DEFAULT_WEIGHTS)
    prepare_for_serving(bundle.model, torch.float32)
    found = candidates(bundle, bundle.model)
    predictors = {name: shipped_predictor(runtime) for name, runtime in found.items()}
    pixels = torch.randn(VIEWS, 3, bundle.preprocess.image_size, bundle.preprocess.image_size)
    encoders = {name: bare_encoder(it) for name, it in predictors.items()}
    tasks = {name: partial(run, pixels) for name, run in encoders.items()}
    with torch.inference_mode():
        times = medians(tasks, effort.of(31, 5))
        of_cores = {name: processor_time(task, effort.of(31, 5)) for name, task in tasks.items()}
    for name in sorted(found.keys() - {EXACT}):
        yield Row(
            f"{EXACT} / {name}, a frame and its mirror image, shipped bundle",
            times[EXACT] / times[name],
            "at least",
            detail=f"{ms(times[EXACT])} / {ms(times[name])}; of all cores together "
            f"{ms(of_cores[EXACT])} / {ms(of_cores[name])}",
        )
    frames = drawn_frames(effort.of(2_000, 24))
    expected = [answer(predictors[EXACT], frame) for frame in frames]
    for name in sorted(found.keys() - {EXACT}):
        yield from agreement(name, [answer(predictors[name], it) for it in frames], expected)


def processor_time(task: Callable[[], object], repeats: int) -> float:
    """Least seconds that a task keeps cores busy: what neighbours take does not count."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        task()
        taken.append(time.process_time() - start)
    return min(taken)


def shipped_predictor(runtime: Runtime) -> Predictor:
    """The shipped weights and cases, computed by a candidate."""
    bundle = load_bundle(DEFAULT_WEIGHTS)
    engine = Engine(bundle, CPU, *runtime)
    return Predictor(bundle, Gallery.open(DEFAULT_GALLERY, embedder_of(bundle, engine)), engine)


def drawn_frames(count: int) -> list[Frame]:
    """Different drawn frames: those of the gallery, then changed ones."""
    files = frame_files()
    return [
        load_frame(files[number])
        if number < len(files)
        else frame_from_array(varied(load_frame(files[number % len(files)]), number))
        for number in range(count)
    ]


def answer(predictor: Predictor, frame: Frame) -> Answer:
    """What a candidate says of a frame."""
    told = predictor.predict(frame, 1)
    return Answer(predictor.engine.frame(frame).vector, told.class_name, told.neighbours[0].case_id)


def agreement(name: str, found: list[Answer], expected: list[Answer]) -> Iterator[Row]:
    """How near a candidate's answers are to those expected."""
    pairs, detail = list(zip(found, expected, strict=True)), f"{len(found)} frames"
    cosines = [float(one.vector @ other.vector) for one, other in pairs]
    same = [one.class_name == other.class_name for one, other in pairs]
    first = [one.first == other.first for one, other in pairs]
    of = f"{name} against {EXACT}"
    yield Row(f"{of}: least cosine", min(cosines), "at least", 0.999, detail)
    yield Row(f"{of}: same class", float(np.mean(same)), "at least", 0.995, detail)
    yield Row(f"{of}: same first case", float(np.mean(first)), "at least", 0.98, detail)
