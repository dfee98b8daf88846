"""What serves fastest on this processor: found by measuring, not by its flags.

A processor may name units for bf16 and still multiply fp32 faster, and how much onnxruntime gains
over torch differs as well. So at the first start of a bundle on a machine its own network is timed
for about two seconds, and the choice is kept in the user's data folder, as is a graph in int8 that
was asked for by name, see ``inference.kept_choice``.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from entdemo.bundle.golden import read_golden
from entdemo.bundle.weights import GOLDEN, Bundle
from entdemo.errors import SettingError
from entdemo.inference.device import PRECISIONS, pick_precision, use_cores
from entdemo.inference.frame_graph import GRAPH_PRECISIONS, FrameGraph, exported_graph
from entdemo.inference.kept_choice import Choice, conditions_of, keep_choice, kept_choice
from entdemo.inference.serving import prepare_for_serving
from entdemo.model.network import EncodedFrames, EntClip

log = logging.getLogger("entdemo.inference")

_BY_TORCH = ("fp32", "bf16")
_MIN_COSINE = {"auto": 0.999, "int8": 0.95}
"""With the bundle's golden embeddings, of what was measured to be fastest or was asked for."""
_SECONDS, _ROUNDS = 2.0, 3
"""How long candidates take turns, and how often at least."""
_HOPELESS = 3.0
"""A candidate that takes more than this many times the best one's time is not timed further."""
_ALONE = 0.7
"""Share of the clock that some candidate's cores must have been busy: more than 1 with several."""
_GAIN = 0.95
"""A candidate replaces torch's fp32 if it takes less than this share of its time: that is exact."""

EncodeFrames = Callable[[Tensor], EncodedFrames]


class Runtime(NamedTuple):
    """What computes a bundle's network.

    Attributes:
        dtype: of torch's towers.
        graph: what takes the frames in place of torch's image tower, if anything does.
    """

    dtype: torch.dtype
    graph: FrameGraph | None = None


class Taken(NamedTuple):
    """Seconds that a pass took by the clock, and that all cores together were busy with it."""

    clock: float
    cores: float

    def least(self, other: Taken) -> Taken:
        """The lesser of both, each by itself."""
        return Taken(min(self.clock, other.clock), min(self.cores, other.cores))


class Answers(NamedTuple):
    """What a network says of N frames: unit vectors [N, D] and classes int64 [N]."""

    embedding: Tensor
    classes: Tensor


def serving_runtime(bundle: Bundle, device: torch.device, wanted: str = "auto") -> Runtime:
    """What computes in the precision asked for, or on a CPU what was measured to be fastest.

    Args:
        bundle: as it was loaded, in fp32; it stays as it is.
        device: where it will compute.
        wanted: ``auto`` or a precision; ``int8`` is onnxruntime's on a CPU.

    Raises:
        UserError: the precision cannot be had on the device.
    """
    if device.type != "cpu" or wanted not in _MIN_COSINE:
        return Runtime(pick_precision(device, wanted))
    use_cores()
    squares, embeddings = read_golden(bundle.folder / GOLDEN, bundle.preprocess.image_size)
    conditions = conditions_of(bundle, wanted)
    choice = kept_choice(conditions)
    pixels = bundle.preprocess.tensor(squares)
    runtime = choice and _kept_runtime(choice, pixels, embeddings, _MIN_COSINE[wanted])
    if runtime is None:
        choice = measure(bundle, squares) if wanted == "auto" else in_8_bits(bundle)
        log.info("serving: %s of %s", choice.name, choice.milliseconds)
        keep_choice(conditions, choice)
        runtime = runtime_of(choice)
    return runtime


def runtime_of(choice: Choice) -> Runtime:
    """What a choice stands for.

    Raises:
        RuntimeError: onnxruntime cannot run its graph.
    """
    library, precision = choice.name.split()
    if library == "torch":
        return Runtime(PRECISIONS[precision])
    return Runtime(torch.float32, FrameGraph(choice.graph, torch.get_num_threads(), precision))


def in_8_bits(bundle: Bundle) -> Choice:
    """onnxruntime in int8, which was asked for by name: nothing is timed.

    Args:
        bundle: in fp32; it stays as it is.

    Raises:
        UserError: onnxruntime cannot run the network.
    """
    try:
        with exported_graph(
            _prepared(bundle.model, torch.float32), bundle.preprocess.image_size
        ) as path:
            graph = FrameGraph.of(path, torch.get_num_threads(), "int8")
    except Exception as error:  # the exporter and onnxruntime raise a dozen types
        raise SettingError("device.precision", name="int8") from error
    return Choice("onnxruntime int8", {}, graph.content)


def measure(bundle: Bundle, squares: NDArray[np.uint8]) -> Choice:
    """Time the candidates that agree with torch's fp32, and choose.

    Candidates take turns, so that a busy neighbour hits all of them, and the best time counts. Who
    disagrees with fp32 on a class or falls below a cosine of 0.999 is left out.

    Args:
        bundle: in fp32; copies of its network are timed.
        squares: frames to compare answers on, uint8 [N, S, S, 3], N at least 1; their mirror
            images are compared as well.
    """
    exact = _prepared(bundle.model, torch.float32)
    runtimes = candidates(bundle, exact)
    encoders = {name: it.graph or _by_torch(bundle, exact, it) for name, it in runtimes.items()}
    pixels = bundle.preprocess.tensor(np.concatenate([squares, squares[:, :, ::-1]]))
    seconds = _timed(encoders, exact, pixels)
    name = fastest(seconds)
    graph = runtimes[name].graph
    milliseconds = {name: round(it * 1e3, 2) for name, it in seconds.items()}
    return Choice(name, milliseconds, graph.content if graph else b"")


def candidates(bundle: Bundle, exact: EntClip) -> dict[str, Runtime]:
    """What could serve a bundle on this CPU, by library and precision; torch's fp32 comes first.

    Args:
        bundle: as it was loaded.
        exact: its network as it serves in fp32.
    """
    found = {f"torch {precision}": Runtime(PRECISIONS[precision]) for precision in _BY_TORCH}
    try:
        with exported_graph(exact, bundle.preprocess.image_size) as path:
            for precision in GRAPH_PRECISIONS:
                graph = FrameGraph.of(path, torch.get_num_threads(), precision)
                found[f"onnxruntime {precision}"] = Runtime(torch.float32, graph)
    except Exception as error:  # the exporter and onnxruntime raise a dozen types; torch can always
        log.warning("onnxruntime is no candidate: %s", error)
    return found


def fastest(seconds: dict[str, float]) -> str:
    """The candidate with the least seconds, or torch's fp32 unless another is clearly faster."""
    best = min(seconds, key=lambda name: seconds[name])
    return best if seconds[best] < _GAIN * seconds["torch fp32"] else "torch fp32"


@torch.inference_mode()
def _timed(
    encoders: Mapping[str, EncodeFrames], exact: EntClip, pixels: Tensor
) -> dict[str, float]:
    """``costs`` of a frame and its mirror image; torch's fp32 is always among them."""
    pair = pixels[[0, -1]]
    expected = _answers(exact, exact.encode_frames(pixels))
    first = {name: _taken(encode, pair) for name, encode in encoders.items()}
    running = [
        name
        for name in _within(costs(first))
        if name == "torch fp32" or _agree(_answers(exact, encoders[name](pixels)), expected)
    ]
    best = {name: first[name] for name in ("torch fp32", *running)}
    start, rounds = time.perf_counter(), 0
    while len(running) > 1 and (rounds < _ROUNDS or time.perf_counter() - start < _SECONDS):
        for name in running:
            best[name] = best[name].least(_taken(encoders[name], pair))
        rounds += 1
        if rounds >= _ROUNDS:  # what is far behind takes no more turns from the others
            running = [name for name in running if name in _within(costs(best))]
    return costs(best)


def costs(taken: Mapping[str, Taken]) -> dict[str, float]:
    """Seconds by the clock; where neighbours were busy all the time, those that cores took.

    The clock then tells more of the neighbours than of the candidates.
    """
    alone = max(it.cores / it.clock for it in taken.values()) >= _ALONE
    return {name: it.clock if alone else it.cores for name, it in taken.items()}


def _within(seconds: Mapping[str, float]) -> list[str]:
    """Candidates that may still come first."""
    limit = _HOPELESS * min(seconds.values())
    return [name for name, it in seconds.items() if it <= limit]


def _by_torch(bundle: Bundle, exact: EntClip, runtime: Runtime) -> EncodeFrames:
    if runtime.dtype is torch.float32:
        return exact.encode_frames
    return _prepared(bundle.model, runtime.dtype).encode_frames


def _prepared(model: EntClip, dtype: torch.dtype) -> EntClip:
    """A copy as it would serve."""
    copied = copy.deepcopy(model)
    prepare_for_serving(copied, dtype)
    return copied


@torch.inference_mode()
def _kept_runtime(
    choice: Choice, pixels: Tensor, embeddings: Tensor, min_cosine: float
) -> Runtime | None:
    """A choice made before; None where its graph does not give the bundle's golden embeddings."""
    try:
        runtime = runtime_of(choice)
    except Exception as error:  # as of another build of onnxruntime
        log.warning("%s cannot serve again: %s", choice.name, error)
        return None
    if runtime.graph is None:
        return runtime
    agree = _cosine(runtime.graph(pixels).embedding, embeddings) >= min_cosine
    return runtime if agree else None


def _answers(model: EntClip, encoded: EncodedFrames) -> Answers:
    logits = model.head.class_logits(encoded.embedding, model.head.prototypes)
    return Answers(encoded.embedding, logits.argmax(dim=-1))


def _agree(found: Answers, expected: Answers) -> bool:
    close = _cosine(found.embedding, expected.embedding) >= _MIN_COSINE["auto"]
    return close and torch.equal(found.classes, expected.classes)


def _cosine(found: Tensor, expected: Tensor) -> float:
    """The least of the rows' cosines."""
    return float(functional.cosine_similarity(found, expected).min())


def _taken(encode: EncodeFrames, pixels: Tensor) -> Taken:
    clock, cores = time.perf_counter(), time.process_time()
    encode(pixels)
    return Taken(time.perf_counter() - clock, time.process_time() - cores)
