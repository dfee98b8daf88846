"""Frames and descriptions through the network as fast as the device allows.

Requests that come while the network is at work wait together and go as one batch. What a frame or
a description gave is kept in memory, and nowhere else, for the case that it is asked again: vectors
and probabilities under a hash, never the picture or the words.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from entdemo.bundle.weights import Bundle
from entdemo.image.frame import Frame
from entdemo.inference.device import precision_name
from entdemo.inference.encoder import Encoded, Encoder, Square, Vectors
from entdemo.inference.frame_graph import FrameGraph
from entdemo.inference.zero_gpu import gpu_task
from entdemo.model.relevance import relevance

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH = 16
"""Frames a batch when many are embedded: the encoder's rate hardly grows beyond it, and a single
frame costs as much as a batch there."""

_TOGETHER_ON_CPU, _TOGETHER = 4, 16
"""Requests that are answered as one batch at most. A CPU gains little from a larger one, and while
it computes for some, the others' pictures are read and their answers written."""

_REMEMBERED = 512
"""Frames, and likewise descriptions, whose results are kept: about 1 MB each at 512 numbers."""


class Engine:
    """A bundle's network on a device; safe to use from several threads.

    One thread of its own runs the network: torch keeps a team of threads for each thread that
    calls it, and several teams would fight for the same cores.

    Args:
        bundle: its network is rewritten in place, see ``model.serving``.
        device: where to compute.
        dtype: in which precision.
        graph: encodes frames in place of torch, on a CPU.

    Attributes:
        graph: as given.
        precision: fp32, bf16, fp16 or int8, of what encodes frames.
        library: which computes that, torch or onnxruntime.
    """

    def __init__(
        self,
        bundle: Bundle,
        device: torch.device,
        dtype: torch.dtype,
        graph: FrameGraph | None = None,
    ) -> None:
        self.device = device
        self.graph = graph
        self.precision = graph.precision if graph else precision_name(dtype)
        self.library = "onnxruntime" if graph else "torch"
        self._bundle = bundle
        self._encoder = Encoder.for_serving(bundle, device, dtype, graph)
        self._worker = ThreadPoolExecutor(1, "engine")
        together = _TOGETHER_ON_CPU if device.type == "cpu" else _TOGETHER
        self._encode_texts = gpu_task(self._encoded_texts)
        self._embed_texts = gpu_task(self._encoder.text_embeddings)
        self._frames = Batcher(gpu_task(self._encoded_squares), together, self._worker)
        self._texts = Batcher(self._encode_texts, together, self._worker)
        self._embed_batch = gpu_task(self._embedded)
        self._explain = gpu_task(self._relevance)
        self._known_frames: Memory[Encoded] = Memory(_REMEMBERED)
        self._known_texts: Memory[Encoded] = Memory(_REMEMBERED)

    def prepare(self, frame: Frame) -> Square | None:
        """The frame as the network takes it, uint8 [S, S, 3].

        None where the frame's result is remembered and nothing is to be done.
        """
        return None if frame.digest in self._known_frames else self._encoder.square(frame)

    def frame(self, frame: Frame, square: Square | None = None) -> Encoded:
        """Encode a frame.

        Args:
            frame: what to encode.
            square: what ``prepare`` gave, if it was called.
        """

        def encode() -> Encoded:
            return self._frames(self._encoder.square(frame) if square is None else square)

        return self._known_frames.get(frame.digest, encode)

    def text(self, text: str) -> Encoded:
        """Encode a description."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        return self._known_texts.get(key, partial(self._texts, text))

    def text_vectors(self, texts: Sequence[str]) -> Vectors:
        """Where N descriptions are searched, float32 [N, D] of length 1; nothing is kept."""
        encoded = self._worker.submit(self._encode_texts, list(texts)).result()
        return np.stack([one.vector for one in encoded])

    def text_embeddings(self, texts: Sequence[str]) -> Vectors:
        """Where N texts lie beside frames, float32 [N, D] of length 1; nothing is kept."""
        return self._worker.submit(self._embed_texts, list(texts)).result()

    def relevance(self, frame: Frame, label: int) -> NDArray[np.float32]:
        """Relevance of each patch of a frame for a class, see ``model.relevance``.

        Args:
            frame: the frame.
            label: the class, 0 to 6 in taxonomy order.

        Returns:
            [g, g] float32, 0 to 1, over the frame's ``square``.
        """
        return self._worker.submit(self._explain, self._encoder.square(frame), label).result()

    def embed(self, frames: Sequence[Frame]) -> Vectors:
        """Vectors of frames, at least one, float32 [N, D] of length 1; nothing is kept.

        All batches are of one shape, the last one filled up, so that a vector depends on its frame
        alone, not on how many frames come with it.
        """
        squares = [self._encoder.square(frame) for frame in frames]
        parts = []
        for start in range(0, len(squares), BATCH):
            part = squares[start : start + BATCH]
            filled = part + part[:1] * (BATCH - len(part))
            parts.append(self._worker.submit(self._embed_batch, filled).result()[: len(part)])
        return np.concatenate(parts)

    def _embedded(self, squares: Sequence[Square]) -> Vectors:
        return self._encoder.embeddings(np.stack(squares))

    def _relevance(self, square: Square, label: int) -> NDArray[np.float32]:
        pixels = self._bundle.preprocess.tensor(square[None]).to(self.device)
        found: NDArray[np.float32] = relevance(self._bundle.model, pixels, label).cpu().numpy()
        return found

    def _encoded_squares(self, squares: list[Square]) -> list[Encoded]:
        return self._encoder.frames(np.stack(squares)).split()

    def _encoded_texts(self, texts: list[str]) -> list[Encoded]:
        return self._encoder.texts(texts).split()


class Batcher(Generic[Item, Result]):
    """Joins what several threads ask for at the same time.

    Nobody waits for company: the first request goes alone, and those that come while it is
    computed go together after it.

    Args:
        run: computes the results of a list of items, in order.
        limit: items a batch at most.
        worker: the one thread that calls ``run``.
    """

    def __init__(
        self, run: Callable[[list[Item]], list[Result]], limit: int, worker: ThreadPoolExecutor
    ) -> None:
        self._run = run
        self._limit = limit
        self._worker = worker
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()

    def __call__(self, item: Item) -> Result:
        """The item's result, or what ``run`` raises for it, whatever it comes together with."""
        future: Future[Result] = Future()
        self._waiting.append((item, future))
        self._worker.submit(self._drain)
        return future.result()

    def _drain(self) -> None:
        """Run what waits; an earlier call may have taken all of it."""
        count = min(self._limit, len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(count)]
        if batch:
            self._answer(batch)

    def _answer(self, batch: list[tuple[Item, Future[Result]]]) -> None:
        """Run a batch; where that fails each item alone, so that none fails for another's sake."""
        try:
            results = self._run([item for item, _ in batch])
        except BaseException as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for one in batch:
                self._answer([one])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)


class Memory(Generic[Result]):
    """The latest results by key, a bounded number of them; safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: OrderedDict[Hashable, Result] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._known

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """What is known for the key, or what ``make`` gives, which is kept."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._limit:
                self._known.popitem(last=False)
        return made
