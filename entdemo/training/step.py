"""Loss terms and gradients of one global batch, at once or in chunks.

Source: Gao et al., "Scaling deep contrastive learning batch size under memory limited setup",
RepL4NLP 2021 (GradCache), for batches in chunks.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from accelerate import Accelerator
from torch import Tensor

from entdemo.model.network import EncodedFrames, EntClip
from entdemo.training.batches import Batch
from entdemo.training.distributed import Sharding
from entdemo.training.objective import Objective, batch_tokens

Terms = dict[str, Tensor]


class _Chunk(NamedTuple):
    """Frames and texts that go through the network together."""

    pixels: Tensor
    tokens: Tensor


class GradientStep:
    """Leaves the gradients of a batch in the network's parameters.

    Args:
        accelerator: places batches, and joins processes.
        model: prepared by it; not wrapped for distributed training, which is done here.
        objective: of embeddings of the whole batch.
        chunks: the batch goes through the network in so many chunks. Summing the losses of small
            batches would be another objective, as a contrast depends on what stands beside a
            frame. So embeddings of all chunks are computed first, without a graph; the loss gives
            their gradients; then each chunk is computed again and takes its gradients back. The
            result is that of the whole batch, at the memory of a chunk and the cost of one more
            forward pass.
    """

    def __init__(
        self, accelerator: Accelerator, model: EntClip, objective: Objective, chunks: int
    ) -> None:
        self.accelerator, self.model, self.objective = accelerator, model, objective
        self.chunks = chunks
        self.sharding = Sharding(accelerator)

    def __call__(self, batch: Batch) -> Terms:
        """Return the weighted loss terms of the whole batch, the same in every process."""
        batch = batch.to(self.accelerator.device)
        own = _Chunk(self.sharding.shard(batch.pixels), self.sharding.shard(batch_tokens(batch)))
        terms = self._at_once(own, batch) if self.chunks == 1 else self._in_chunks(own, batch)
        self.sharding.average_gradients(self.model.parameters())
        return terms

    def _at_once(self, own: _Chunk, batch: Batch) -> Terms:
        return self._backward(*self._encode(own), batch)

    def _in_chunks(self, own: _Chunk, batch: Batch) -> Terms:
        columns = (torch.tensor_split(rows, self.chunks) for rows in own)
        chunks = [_Chunk(*rows) for rows in zip(*columns, strict=True)]
        with torch.no_grad():
            encoded = [self._encode(chunk) for chunk in chunks]
        frames, texts = (torch.cat(rows).requires_grad_() for rows in zip(*encoded, strict=True))
        terms = self._backward(frames, texts, batch)
        gradients = (_chunks_of_gradient(rows, self.chunks) for rows in (frames, texts))
        for chunk, gradient in zip(chunks, zip(*gradients, strict=True), strict=True):
            pairs = zip(self._encode(chunk), gradient, strict=True)
            trained = [(out, own) for out, own in pairs if out.requires_grad]
            torch.autograd.backward([out for out, _ in trained], [own for _, own in trained])
        return terms

    def _encode(self, chunk: _Chunk) -> tuple[Tensor, Tensor]:
        encoded, texts = self.model(*chunk)
        return with_levels(encoded), texts

    def _backward(self, frames: Tensor, texts: Tensor, batch: Batch) -> Terms:
        """Compute the loss terms from this process's embeddings and levels, and go back."""
        tokens = batch_tokens(batch)
        terms = self.objective(
            self.model.head,
            self.model.clip.logit_scale,
            self.sharding.gather(frames, len(batch.pixels)),
            self.sharding.gather(texts, len(tokens)),
            batch,
            self._clean(batch),
        )
        self.accelerator.backward(torch.stack(list(terms.values())).sum())
        return terms

    @torch.no_grad()
    def _clean(self, batch: Batch) -> Tensor | None:
        """Encode the frames before they were degraded, as targets [B, D]."""
        if batch.clean is None:
            return None
        with self.accelerator.autocast():
            own = self.model.encode_frames(self.sharding.shard(batch.clean)).embedding
        return self.sharding.gather(own, len(batch.clean))


def with_levels(encoded: EncodedFrames) -> Tensor:
    """[B, 1 + L, D]: each frame's embedding, then its levels before they were fused."""
    return torch.cat([encoded.embedding.unsqueeze(1), encoded.levels], dim=1)


def _chunks_of_gradient(rows: Tensor, chunks: int) -> tuple[Tensor, ...]:
    gradient = torch.zeros_like(rows) if rows.grad is None else rows.grad
    return torch.tensor_split(gradient, chunks)
