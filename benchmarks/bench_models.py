"""What is timed: the paper's network with random weights, the shipped one, and frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import torch

from benchmarks.bench_files import frame_files
from benchmarks.bench_rows import Effort, medians
from benchmarks.bench_vectors import embedding_like
from entdemo.bundle.weights import BaseInfo, Bundle, PreprocessInfo, read_info
from entdemo.gallery.cases import Case
from entdemo.gallery.store import Gallery
from entdemo.image.frame import Frame, load_frame
from entdemo.inference.device import pick_precision
from entdemo.inference.engine import Engine
from entdemo.inference.fastest import EncodeFrames, Runtime, measure, runtime_of
from entdemo.model.base import PAPER_BASE, create_tokenizer
from entdemo.model.network import EntClip, EntClipConfig
from entdemo.model.preprocess import preprocess_of
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS, Settings, read_settings
from entdemo.taxonomy import CLASSES

CPU = torch.device("cpu")
DIM = 512
CASES = 2_000
VIEWS = 2
"""Pictures that are encoded for an answer: a frame and its mirror image."""


@cache
def paper_runtime() -> Runtime:
    """What serves the paper's network here: as it is set, or as it is measured."""
    wanted = read_settings(Settings).precision
    if wanted != "auto":
        return Runtime(pick_precision(CPU, wanted))
    bundle = paper_bundle()
    side = bundle.preprocess.image_size
    squares = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    return runtime_of(measure(bundle, squares))


def paper_bundle() -> Bundle:
    """The paper's profile with random weights: they take as long as trained ones."""
    torch.manual_seed(0)
    model = EntClip(EntClipConfig(PAPER_BASE)).eval().requires_grad_(False)
    preprocess = preprocess_of(PAPER_BASE)
    info = read_info(DEFAULT_WEIGHTS).model_copy(
        update={
            "name": "random ViT-B/16",
            "base": BaseInfo(name=PAPER_BASE, pretrained="openai"),
            "preprocess": PreprocessInfo(**asdict(preprocess)),
        }
    )
    return Bundle(Path(), info, model, create_tokenizer(PAPER_BASE), preprocess)


def paper_predictor() -> Predictor:
    """Answers by the paper's network over 2,000 cases."""
    bundle = paper_bundle()
    cases = tuple(Case(f"c-{row}", f"frames/{row}.jpg", CLASSES[row % 7]) for row in range(CASES))
    vectors, _ = embedding_like(CASES, DIM, 0)
    gallery = Gallery(DEFAULT_GALLERY, cases, vectors, bundle.info.embedder_id, "")
    return Predictor(bundle, gallery, Engine(bundle, CPU, *paper_runtime()))


def bare_encoder(predictor: Predictor) -> EncodeFrames:
    """The network alone, as it serves, on pixels that are there already."""
    return predictor.engine.graph or predictor.bundle.model.encode_frames


def endless_frames() -> Iterator[Frame]:
    """Different frames in turn, more than the engine remembers."""
    frames = [load_frame(file) for file in frame_files()]
    return cycle(frames)


@contextmanager
def rates_around(
    predictor: Predictor, size: int, effort: Effort, views: int
) -> Iterator[list[float]]:
    """Frames a second of the bare encoder on batches of ``size``, as the machine drifts: the rate
    before what is measured, and in a full run, once that is over, the rate after it.

    Args:
        predictor: its encoder is timed.
        size: frames of a batch.
        effort: how often.
        views: pictures that are encoded of each frame: ``VIEWS`` of an answer, 1 of an ingest.
    """
    rates = [batch_rate(predictor, size, effort, views)]
    yield rates
    if not effort.quick:
        rates.append(batch_rate(predictor, size, effort, views))


def batch_rate(predictor: Predictor, size: int, effort: Effort, views: int) -> float:
    """Frames a second of the bare encoder, see ``rates_around``."""
    side = predictor.bundle.preprocess.image_size
    pixels = torch.randn(size * views, 3, side, side)
    encode = bare_encoder(predictor)

    def run() -> None:
        with torch.inference_mode():
            encode(pixels)

    return size / medians({"batch": run}, effort.of(7, 1))["batch"]


SOURCES = 50
"""Frames that an ingest is made of; copies of one come that many numbers apart."""


def varied(frame: Frame, number: int) -> np.ndarray:
    """[480, 640, 3] uint8: the frame on a camera's black picture, a little different each time."""
    light = 0.7 + 0.003 * (number // SOURCES % 100)  # tells copies of one frame apart
    rgb = (frame.rgb[:480, :480] * light).astype(np.uint8)
    picture = np.zeros((480, 640, 3), np.uint8)
    top, left = (480 - rgb.shape[0]) // 2, (640 - rgb.shape[1]) // 2
    picture[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    return picture
