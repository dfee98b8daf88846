"""One frame: the predictor against its encoder, the encoder against the processor, others' code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.bench_models import (
    CASES,
    DIM,
    VIEWS,
    bare_encoder,
    endless_frames,
    paper_runtime,
)
from benchmarks.bench_rows import Effort, Row, absent, medians, ms
from benchmarks.bench_vectors import embedding_like
from entdemo.image.frame import Frame
from entdemo.model.base import PAPER_BASE
from entdemo.predictor import Predictor
from entdemo.settings import DEFAULT_GALLERY, DEFAULT_WEIGHTS

K = 12
_PEAK_SIDE = 2048

Task = Callable[[], object]


def frame_rows(predictor: Predictor, effort: Effort) -> Iterator[Row]:
    """Prediction, bare encoder, floor, the shipped bundle and other libraries, taking turns."""
    frames = endless_frames()
    shipped = Predictor.open(str(DEFAULT_WEIGHTS), str(DEFAULT_GALLERY), "cpu")
    tasks: dict[str, Task] = {
        "predict": lambda: predictor.predict(next(frames), K),
        "encoder": encoder_job(predictor),
        "matmul": peak_matmul(paper_runtime().dtype),
        "shipped": lambda: shipped.predict(next(frames), K),
    }
    if not absent("transformers"):
        tasks["transformers"] = transformers_job(frames)
    if not absent("faiss"):
        tasks["open_clip"] = open_clip_job(frames)
    times = medians(tasks, effort.of(15, 2))
    ours, encoder = times["predict"], times["encoder"]
    peak = 2 * _PEAK_SIDE**3 / times["matmul"]
    floor = encoder_flops(predictor) / peak
    yield Row(
        "predict / bare encoder, ViT-B/16", ours / encoder, "at most", 1.15,
        f"{ms(ours)} / {ms(encoder)}",
    )  # fmt: skip
    yield Row(
        "bare encoder / floor of its FLOPs", encoder / floor, "at most", 1.5,
        f"{ms(encoder)} / {ms(floor)}, peak {peak / 1e12:.2f} TFLOP/s",
    )  # fmt: skip
    for name, label, package in (
        ("transformers", "transformers CLIP fp32 + numpy / predict", "transformers"),
        ("open_clip", "open_clip fp32 + faiss HNSW / predict", "faiss"),
    ):
        yield _against(label, times.get(name), ours, absent(package))
    limit = max(0.030, 0.2 * ours)
    yield Row(
        "shipped bundle's predict / max(30 ms, 0.2 ViT-B/16)", times["shipped"] / limit,
        "at most", 1.0, f"{ms(times['shipped'])} / {ms(limit)}",
    )  # fmt: skip


def _against(label: str, theirs: float | None, ours: float, reason: str | None) -> Row:
    if theirs is None:
        return Row(label, None, "at least", 3.0, reason or "")
    return Row(label, theirs / ours, "at least", 3.0, f"{ms(theirs)} / {ms(ours)}")


def encoder_job(predictor: Predictor) -> Task:
    """The network alone, as it answers a frame, on pixels that are there already."""
    encode, size = bare_encoder(predictor), predictor.bundle.preprocess.image_size
    pixels = torch.randn(VIEWS, 3, size, size)

    def run() -> object:
        with torch.inference_mode():
            return encode(pixels)

    return run


def encoder_flops(predictor: Predictor) -> float:
    """Floating-point operations of an answer, counted: two for each multiply and add."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        size = predictor.bundle.preprocess.image_size
        predictor.bundle.model.encode_frames(torch.zeros(VIEWS, 3, size, size))
    return float(counter.get_total_flops())


def peak_matmul(dtype: torch.dtype) -> Task:
    """A product of square matrices, large enough to show the processor's peak."""
    square = torch.randn(_PEAK_SIDE, _PEAK_SIDE).to(dtype)
    return lambda: square @ square


def transformers_job(frames: Iterator[Frame]) -> Task:
    """Frame to class and cases with transformers' CLIP in fp32 and numpy's exact search."""
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    config = CLIPVisionConfig(patch_size=16, projection_dim=DIM)
    model: Any = CLIPVisionModelWithProjection(config)
    model.eval()
    processor = CLIPImageProcessor()
    vectors, prototypes = embedding_like(CASES, DIM, 0)

    def run() -> object:
        image = Image.fromarray(next(frames).rgb)
        with torch.inference_mode():
            pixels = processor(image, return_tensors="pt")
            vector = model(**pixels).image_embeds[0].numpy()
        cosines = vectors @ (vector / np.linalg.norm(vector))
        nearest = np.argpartition(-cosines, K)[:K]
        return nearest[np.argsort(-cosines[nearest])], (prototypes[:7] @ vector).argmax()

    return run


def open_clip_job(frames: Iterator[Frame]) -> Task:
    """Frame to class and cases with open_clip in fp32 and faiss HNSW."""
    import faiss
    import open_clip

    model, _, transform = open_clip.create_model_and_transforms(PAPER_BASE, pretrained=None)
    model.eval()
    vectors, prototypes = embedding_like(CASES, DIM, 0)
    index = faiss.IndexHNSWFlat(DIM, 32, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors)

    def run() -> object:
        image = Image.fromarray(next(frames).rgb)
        with torch.inference_mode():
            pixels = transform(image)[None]
            vector = model.encode_image(pixels, normalize=True).numpy()
        return index.search(vector, K), (prototypes[:7] @ vector[0]).argmax()

    return run
