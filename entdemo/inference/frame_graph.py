"""The network's part for frames as a graph of onnxruntime: the same function in larger steps.

torch starts a kernel for each of some six hundred small steps; onnxruntime folds and fuses them,
and has products of 8-bit integers. A graph takes one frame: all shapes are constants that fold
away, and as the range of 8-bit numbers follows from what is computed together, a frame's vector
would depend on the frames beside it in a larger one. Several frames are computed at the same time.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from entdemo.inference.device import saturates_in_8_bits
from entdemo.model.network import EncodedFrames, EntClip

GraphPrecision = Literal["fp32", "int8"]
GRAPH_PRECISIONS: tuple[GraphPrecision, ...] = get_args(GraphPrecision)

_OPSET = 18
_BLOCKS = "/resblocks."
"""What is computed in 8 bits: as in bf16, what lies before the blocks and after them stays fp32."""
_BESIDE = 2
"""Frames computed at the same time, each on its share of the cores."""


class FrameGraph:
    """A graph and the session that runs it.

    Args:
        content: what ``of`` made on this processor.
        cores: how many to use.
        precision: of the image tower's blocks.

    Raises:
        RuntimeError: onnxruntime cannot run it.
    """

    def __init__(self, content: bytes, cores: int, precision: str) -> None:
        from onnxruntime import GraphOptimizationLevel

        self.content = content
        self.precision = precision
        each = -(-cores // _BESIDE)
        self._session = _session(content, each, GraphOptimizationLevel.ORT_DISABLE_ALL)
        self._pool = ThreadPoolExecutor(min(cores, _BESIDE), "frames")

    @classmethod
    def of(cls, exported: Path, cores: int, precision: GraphPrecision) -> FrameGraph:
        """The graph of an exported network, folded and fused for this very processor.

        Args:
            exported: what ``exported_graph`` gave; files beside it are written.
            cores: how many to use.
            precision: of the image tower's blocks.

        Raises:
            Exception: of onnxruntime.
        """
        import onnx
        from onnxruntime import GraphOptimizationLevel

        levels, source = GraphOptimizationLevel, exported
        folded, quantized, served = (
            exported.with_name(f"{step}.onnx") for step in ("folded", "quantized", "served")
        )
        if precision == "int8":
            _session(source, 1, levels.ORT_ENABLE_BASIC, folded)
            _quantize(onnx.load(folded), quantized)
            source = quantized
        _session(source, 1, levels.ORT_ENABLE_ALL, served)
        return cls(served.read_bytes(), cores, precision)

    def __call__(self, pixels: Tensor) -> EncodedFrames:
        """[B, 3, S, S] float32 on the CPU, B at least 1; as ``EntClip.encode_frames``."""
        frames = pixels.numpy()
        rows = self._pool.map(self._run, (frames[row : row + 1] for row in range(len(frames))))
        columns = zip(*rows, strict=True)
        return EncodedFrames(*(torch.from_numpy(np.concatenate(column)) for column in columns))

    def _run(self, frame: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(None, {"pixels": frame})
        return found


@contextmanager
def exported_graph(model: EntClip, side: int) -> Iterator[Path]:
    """A network for one frame as an ONNX file, there until the block ends.

    Args:
        model: on the CPU, as ``inference.serving`` prepared it in fp32.
        side: S, of the frames in pixels.

    Raises:
        Exception: of the exporter; a graph above 2 GB cannot be had.
    """
    with TemporaryDirectory(prefix="entdemo-graph-") as name:
        path = Path(name, "exported.onnx")
        _export(model, side, path)
        yield path


class _Outputs(nn.Module):
    """``EntClip.encode_frames`` as a module's forward."""

    def __init__(self, model: EntClip) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.model.encode_frames(pixels))


def _export(model: EntClip, side: int, path: Path) -> None:
    """The exporter of TorchScript, in 3 s where the one of ``torch.export`` takes 15 to 20."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            _Outputs(model), (torch.zeros(1, 3, side, side),), str(path), dynamo=False,
            input_names=["pixels"], output_names=list(EncodedFrames._fields), opset_version=_OPSET,
        )  # fmt: skip


def _quantize(graph: Any, path: Path) -> None:
    """The products with weights in the blocks in 8 bits, their inputs' ranges found as they run.

    Where such products saturate, weights take 7 bits, as onnxruntime advises.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    add_pre_process_metadata(graph)  # it was folded
    others = [node.name for node in graph.graph.node if not node.name.startswith(_BLOCKS)]
    quantize_dynamic(
        graph, path, op_types_to_quantize=["MatMul", "Gemm"], nodes_to_exclude=others,
        per_channel=True, reduce_range=saturates_in_8_bits(), weight_type=QuantType.QInt8,
    )  # fmt: skip


def _session(graph: Path | bytes, threads: int, level: Any, written: Path | None = None) -> Any:
    """An onnxruntime session; ``written`` takes the graph as it was optimised."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = level
    options.log_severity_level = 3  # that an optimised graph belongs to one processor is known
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if written is not None:
        options.optimized_model_filepath = str(written)
    source = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
